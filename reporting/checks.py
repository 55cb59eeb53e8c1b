"""What is wrong or surprising in a report: one source for form, submission and review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.models.regions import PostType
from reporting.models.submissions import COMMENT_MAX, MAX_POSTS

Text = str | Promise

MISSING_SIGNS = frozenset({"", "-", "–", "—", "−"})
WARN_SHARE_PCT = 20
WARN_POSTS = 10
_PREFIX = {PostType.AT: "at", PostType.ST: "st", PostType.ST_GM: "gm"}
_NAME: dict[PostType, Text] = {
    PostType.AT: _("AT"),
    PostType.ST: _("ST in total"),
    PostType.ST_GM: _("ST in general medicine"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure that is asked for: a kind of post and a year."""

    post_type: PostType
    year: int

    @property
    def field(self) -> str:
        """The name of the field, such as `at_2022`."""
        return f"{_PREFIX[self.post_type]}_{self.year}"

    @property
    def comment_field(self) -> str:
        """The name of the comment's field, such as `comment_at_2022`."""
        return f"comment_{self.field}"

    @property
    def label(self) -> Text:
        """What the figure is called, such as "AT 2022"."""
        return format_lazy("{name} {year}", name=_NAME[self.post_type], year=self.year)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a typed text says: posts, missing (both None), or what is wrong with it."""

    posts: int | None = None
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (error) or surprising (warning) at a field.

    Attributes:
        field: the field where it stands.
        code: stable name of the rule.
        title: what is the matter, in one sentence.
        help: what to do about it.
        comment: the comment given, for a warning.
    """

    field: str
    code: str
    level: Literal["error", "warning"]
    title: Text
    help: Text = ""
    comment_field: str = ""
    comment: str = ""

    @property
    def blocks_submission(self) -> bool:
        """Errors block; a warning blocks until it is commented."""
        return self.level == "error" or not self.comment


def cells_of(years: Sequence[int]) -> tuple[Cell, ...]:
    """Every figure asked for in a round with these years, row by row."""
    return tuple(Cell(post_type, year) for post_type in PostType for year in years)


def text_fields(years: Sequence[int]) -> tuple[str, ...]:
    """Every field of the report form, in order of appearance."""
    cells = cells_of(years)
    comments = tuple(cell.comment_field for cell in cells if cell.post_type == PostType.AT)
    return tuple(cell.field for cell in cells) + comments + ("contact_name", "contact_phone")


def parse_posts(text: str) -> Parsed:
    """Read what was typed in a figure's field.

    An empty field or a dash means missing. Spaces between digits are taken for
    thousands separators. Everything else must be a whole number from 0 to 9 999.
    """
    bare = "".join(text.split())
    if bare in MISSING_SIGNS:
        return Parsed()
    sign, digits = (bare[0], bare[1:]) if bare[0] in "-−–+" else ("", bare)
    if digits.isascii() and digits.isdigit():
        # Without leading zeros, because Python refuses to read a text of thousands of digits.
        significant = digits.lstrip("0") or "0"
        if sign not in ("", "+") and significant != "0":
            return Parsed(problem=_("A number of posts cannot be negative. Enter 0 or more."))
        if len(significant) > len(str(MAX_POSTS)) or int(significant) > MAX_POSTS:
            return Parsed(
                problem=format_lazy(_("That is more than {limit} posts. Check the figure."), limit=MAX_POSTS)
            )
        return Parsed(posts=int(significant))
    whole, _comma, decimals = digits.replace(",", ".").partition(".")
    if whole.isascii() and whole.isdigit() and decimals.isascii() and decimals.isdigit():
        return Parsed(problem=_("Enter whole posts, without decimals."))
    return Parsed(
        problem=_("Enter a whole number, 0 if none are planned, or a dash if the figure is missing.")
    )


def differs_much(*, reported: int, planned: int) -> bool:
    """Whether the figure is 20 % or 10 posts or more from the plan."""
    difference = abs(reported - planned)
    return difference > 0 and (difference >= WARN_POSTS or difference * 100 >= WARN_SHARE_PCT * planned)


def difference_title(cell: Cell, *, reported: int, planned: int) -> Text:
    """One sentence on how far the figure is from the plan, in per cent where that is what is large."""
    difference = reported - planned
    values = {"label": cell.label}
    if planned and abs(difference) * 100 >= WARN_SHARE_PCT * planned:
        # half up, in whole per cent
        share = (abs(difference) * 200 + planned) // (2 * planned)
        if difference > 0:
            return format_lazy(_("{label} is {share} % above the plan"), **values, share=share)
        return format_lazy(_("{label} is {share} % below the plan"), **values, share=share)
    if difference > 0:
        return format_lazy(_("{label} is {posts} posts above the plan"), **values, posts=difference)
    return format_lazy(_("{label} is {posts} posts below the plan"), **values, posts=-difference)


def check_texts(
    texts: Mapping[str, str], *, years: Sequence[int], plans: Mapping[int, int], submitting: bool
) -> tuple[Finding, ...]:
    """Check what stands in the fields of a report.

    Args:
        texts: field name -> text as typed; fields left out count as empty.
        years: the years of the round.
        plans: year -> AT posts planned in the 2021 agreement, for the years that have a plan.
        submitting: whether missing AT figures are errors; a draft may lack them.

    Returns:
        errors and warnings, in the order of the form.
    """
    found: list[Finding] = []
    parsed = {cell: parse_posts(texts.get(cell.field, "")) for cell in cells_of(years)}
    for cell, read in parsed.items():
        if read.problem is not None:
            found.append(Finding(cell.field, "not-a-number", "error", read.problem))
        elif cell.post_type == PostType.AT:
            found += _check_at(cell, read.posts, texts, plans, submitting=submitting)
        elif cell.post_type == PostType.ST_GM:
            total = parsed[Cell(PostType.ST, cell.year)].posts
            if read.posts is not None and total is not None and read.posts > total:
                title = format_lazy(
                    _("{part} is more than ST in total, {total}. Correct one of the figures."),
                    part=read.posts,
                    total=total,
                )
                found.append(Finding(cell.field, "part-above-total", "error", title))
    for field, limit in (("contact_name", 150), ("contact_phone", 50)):
        if len(texts.get(field, "")) > limit:
            title = format_lazy(_("At most {limit} characters."), limit=limit)
            found.append(Finding(field, "too-long", "error", title))
    return tuple(found)


def _check_at(
    cell: Cell, posts: int | None, texts: Mapping[str, str], plans: Mapping[int, int], *, submitting: bool
) -> list[Finding]:
    comment = texts.get(cell.comment_field, "").strip()
    found: list[Finding] = []
    if posts is None:
        if submitting:
            title: Text = _("The figure is missing. Enter the number of posts, 0 if none.")
            found.append(Finding(cell.field, "missing", "error", title))
    elif cell.year in plans and differs_much(reported=posts, planned=plans[cell.year]):
        found.append(
            Finding(
                cell.field,
                "far-from-plan",
                "warning",
                difference_title(cell, reported=posts, planned=plans[cell.year]),
                _("It may well be right. Describe what lies behind it, and we need not ask."),
                comment_field=cell.comment_field,
                comment=comment,
            )
        )
    if len(comment) > COMMENT_MAX:
        title = format_lazy(
            _("The comment has {count} characters. At most {limit} fit."),
            count=len(comment),
            limit=COMMENT_MAX,
        )
        found.append(Finding(cell.comment_field, "too-long", "error", title))
    return found


def errors_of(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that are errors."""
    return tuple(finding for finding in found if finding.level == "error")


def warnings_of(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that are warnings, commented or not."""
    return tuple(finding for finding in found if finding.level == "warning")
