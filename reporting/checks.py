"""What is wrong or surprising in a report: one source for form, submission and review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.fields import (
    CONTACT_FIELDS,
    QUESTION_BY_KEY,
    Field,
    Page,
    Text,
    Unit,
    field_named,
    fields_of,
    number_text,
)
from reporting.models.checks import Stage
from reporting.models.submissions import COMMENT_MAX, MAX_POSTS
from reporting.soft_rules import SOFT_RULES, Basis

MISSING_SIGNS = frozenset({"", "-", "–", "—", "−"})
MISSING_REASON = "missing-without-reason"

_LEVELS: dict[Stage, Literal["error", "warning", "shadow"]] = {
    Stage.SHADOW: "shadow",
    Stage.WARNING: "warning",
    Stage.BLOCK: "error",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a typed text says: a figure, missing (both None), or what is wrong with it."""

    value: Decimal | None = None
    problem: Text | None = None

    @property
    def posts(self) -> int | None:
        """The figure as a whole number, for those that count."""
        return None if self.value is None else int(self.value)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (error) or surprising (warning) at a field.

    Attributes:
        field: the field where it stands.
        code: stable name of the rule.
        title: what is the matter, in one sentence.
        help: what to do about it.
        comment: the comment given, for a warning.
        suggestion: the comment that the region gave at the same finding in its previous round.
    """

    field: str
    code: str
    level: Literal["error", "warning", "shadow"]
    title: Text
    help: Text = ""
    comment_field: str = ""
    comment: str = ""
    suggestion: str = ""

    @property
    def blocks_submission(self) -> bool:
        """Errors block; a warning blocks until it is commented."""
        return self.level == "error" or (self.level == "warning" and not self.comment)

    @property
    def page(self) -> Page:
        """The page of the report on which it stands."""
        field = field_named(self.field)
        return field.question.page if field else Page.POSTS

    @property
    def anchor(self) -> str:
        """Where on its page one mends it: the comment that a warning wants, else the field."""
        return f"#id_{self.comment_field if self.level == 'warning' else self.field}"

    @property
    def label(self) -> Text:
        """What the field is called."""
        if self.field in CONTACT_FIELDS:
            return CONTACT_FIELDS[self.field]
        field = field_named(self.field)
        if field is None:
            return self.field
        if self.field == field.comment_name:
            return format_lazy(_("Comment on {label}"), label=field.label)
        return field.label

    @property
    def names_field(self) -> bool:
        """Whether the title begins with what the field is called, as those of most soft rules do."""
        return str(self.title).startswith(str(self.label))


def parse_posts(text: str, *, required: bool = False) -> Parsed:
    """Read what was typed in a figure of posts: a whole number from 0 to 9 999."""
    return parse_figure(text, unit=Unit.POSTS, required=required)


def parse_figure(text: str, *, unit: Unit, required: bool = False) -> Parsed:
    """Read what was typed in a figure's field.

    An empty field or a dash means missing. Spaces between digits are taken for
    thousands separators. Everything else must be a number from 0 to 9 999, with at most
    the unit's decimals after a comma or a point.

    Args:
        required: a dash is no way out, so what is wrong does not offer it.
    """
    bare = "".join(text.split())
    if bare in MISSING_SIGNS:
        return Parsed()
    sign, digits = (bare[0], bare[1:]) if bare[0] in "-−–+" else ("", bare)
    whole, separator, decimals = digits.replace(",", ".").partition(".")
    if not _is_number(whole) or (separator and not _is_number(decimals)):
        if unit.decimals:
            return Parsed(problem=_("Enter a number, 0 if none, or a dash if the figure is missing."))
        if unit == Unit.POSTS and required:
            return Parsed(problem=_("Enter a whole number, 0 if none are planned."))
        return Parsed(
            problem=_("Enter a whole number, 0 if none are planned, or a dash if the figure is missing.")
            if unit == Unit.POSTS
            else _("Enter a whole number, 0 if none, or a dash if the figure is missing.")
        )
    decimals = decimals.rstrip("0") if unit.decimals else decimals
    if len(decimals) > unit.decimals:
        if unit.decimals:
            return Parsed(problem=_("Enter at most one decimal."))
        return Parsed(
            problem=_("Enter whole posts, without decimals.")
            if unit == Unit.POSTS
            else _("Enter whole persons, without decimals.")
        )
    # Without leading zeros, because Python refuses to read a text of thousands of digits.
    significant = whole.lstrip("0") or "0"
    if sign not in ("", "+") and (significant, decimals) != ("0", ""):
        return Parsed(
            problem=_("A number of posts cannot be negative. Enter 0 or more.")
            if unit == Unit.POSTS
            else _("The figure cannot be negative. Enter 0 or more.")
        )
    if len(significant) > len(str(MAX_POSTS)) or int(significant) > MAX_POSTS - (1 if decimals else 0):
        return Parsed(
            problem=format_lazy(
                _("That is more than {limit} posts. Check the figure.")
                if unit == Unit.POSTS
                else _("That is more than {limit}. Check the figure."),
                limit=f"{MAX_POSTS:,}".replace(",", "\u00a0"),
            )
        )
    return Parsed(value=Decimal(f"{significant}.{decimals}" if decimals else significant))


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit()


def check_texts(
    texts: Mapping[str, str],
    *,
    years: Sequence[int],
    plans: Mapping[int, int],
    submitting: bool,
    stages: Mapping[str, str] | None = None,
    earlier: Mapping[str, Decimal] | None = None,
) -> tuple[Finding, ...]:
    """Check what stands in the fields of a report.

    Args:
        texts: field name -> text as typed; fields left out count as empty.
        years: the years of the round.
        plans: year -> AT posts planned in the 2021 agreement, for the years that have a plan.
        submitting: whether missing AT figures are errors; a draft may lack them.
        stages: soft rule -> its stage, for the rules that the agency has moved.
        earlier: figure -> what the region reported for it in its previous round.

    Returns:
        errors, warnings and what rules in shadow found, in the order of the form.
    """
    fields = fields_of(years)
    parsed = {
        field: parse_figure(
            texts.get(field.name, ""), unit=field.question.unit, required=field.question.required
        )
        for field in fields
    }
    basis = Basis(years, {field.name: read.value for field, read in parsed.items()}, plans, earlier or {})
    soft = _soft_findings(basis, texts, stages or {})
    found: list[Finding] = []
    for field, read in parsed.items():
        if read.problem is not None:
            found.append(Finding(field.name, "not-a-number", "error", read.problem))
        elif field.question.required and read.value is None and submitting:
            title: Text = _("The figure is missing. Enter the number of posts, 0 if none.")
            found.append(Finding(field.name, "missing", "error", title))
        elif field.question.part_of:
            found += _check_part(field, parsed)
        if field.question.page == Page.INDICATORS:
            found += _check_missing(field, texts)
        found += soft.get(field.name, [])
        found += _check_comment(field.comment_name, texts)
    for name, limit in (("contact_name", 150), ("contact_phone", 50)):
        if len(texts.get(name, "")) > limit:
            title = format_lazy(_("At most {limit} characters."), limit=limit)
            found.append(Finding(name, "too-long", "error", title))
    return tuple(found)


def _soft_findings(
    basis: Basis, texts: Mapping[str, str], stages: Mapping[str, str]
) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for rule in SOFT_RULES:
        stage = stages.get(rule.code, rule.first_stage)
        if stage == Stage.RETIRED:
            continue
        for field, title in rule.find(basis):
            finding = Finding(
                field.name,
                rule.code,
                _LEVELS[Stage(stage)],
                title,
                _("Correct the figure. If it is right, write to the agency.")
                if stage == Stage.BLOCK
                else _("It may well be right. Describe what lies behind it, and we need not ask."),
                comment_field="" if stage == Stage.BLOCK else field.comment_name,
                comment=texts.get(field.comment_name, "").strip(),
            )
            found.setdefault(field.name, []).append(finding)
    return found


def _check_part(field: Field, parsed: Mapping[Field, Parsed]) -> list[Finding]:
    """A figure cannot exceed the one that it is part of."""
    whole = Field(QUESTION_BY_KEY[field.question.part_of], field.year)
    value, total = parsed[field].value, parsed[whole].value
    if value is None or total is None or value <= total:
        return []
    title = format_lazy(
        _("{part} is more than {whole}, {total}. Correct one of the figures."),
        part=number_text(value),
        whole=whole.question.name,
        total=number_text(total),
    )
    return [Finding(field.name, "part-above-total", "error", title)]


def _check_missing(field: Field, texts: Mapping[str, str]) -> list[Finding]:
    """A figure that is said to be missing needs its reason; one that is left empty is not answered yet."""
    found: list[Finding] = []
    typed = "".join(texts.get(field.name, "").split())
    if typed and typed in MISSING_SIGNS:
        found.append(
            Finding(
                field.name,
                MISSING_REASON,
                "warning",
                format_lazy(_("{label} is missing"), label=field.label),
                _("Say why, and whether you know it later. Missing never counts as 0."),
                comment_field=field.comment_name,
                comment=texts.get(field.comment_name, "").strip(),
            )
        )
    return found


def _check_comment(name: str, texts: Mapping[str, str]) -> list[Finding]:
    comment = texts.get(name, "").strip()
    if len(comment) <= COMMENT_MAX:
        return []
    title = format_lazy(
        _("The comment has {count} characters. At most {limit} fit."), count=len(comment), limit=COMMENT_MAX
    )
    return [Finding(name, "too-long", "error", title)]


def errors_of(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that are errors."""
    return tuple(finding for finding in found if finding.level == "error")


def warnings_of(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that are warnings, commented or not."""
    return tuple(finding for finding in found if finding.level == "warning")
