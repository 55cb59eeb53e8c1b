"""The automatic flags: what rules find in a version, as rows with numbers, and the sentences they read as.

Other apps add what they alone know (where a grant's amount is decided) through `add_flag_source`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.fields import Cell, cells_of
from reporting.models import PostType, ReportFlag, ReportingRound, Severity
from reporting.soft_rules import difference_title, differs_much

Text = str | Promise
Posts = Mapping[Cell, int | None]


@dataclass(frozen=True, slots=True)
class Raised:
    """What a rule found: stable code, what it is about, how much it weighs, the sentence's numbers."""

    code: str
    subject: str = ""
    severity: Severity = Severity.JUDGE
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlagBasis:
    """What the rules look at in a version.

    Attributes:
        now: figure -> posts in the version; None where missing.
        before: the same in the version before; empty in a first version.
        earlier: the same in the region's newest version of the previous round; only the years they share.
        plans: year -> planned AT posts.
        inhabitants: population reference -> the region's inhabitants.
    """

    reporting_round: ReportingRound
    years: Sequence[int]
    now: Posts
    before: Posts
    earlier: Posts
    plans: Mapping[int, int]
    inhabitants: Mapping[str, int]
    is_late: bool


FlagSource = Callable[[FlagBasis], Iterable[Raised]]
_sources: list[FlagSource] = []


def add_flag_source(source: FlagSource) -> None:
    """Let another app raise flags of its own. Adding the same one twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


LABELS: dict[str, Text] = {
    "far-from-plan": _("Far from the plan"),
    "below-plan": _("Below its plan"),
    "changed-much": _("Large change since the version before"),
    "earlier-differs": _("Differs from the previous round"),
    "missing-st": _("ST missing"),
    "st-inconsistent": _("ST does not add up"),
    "late": _("Late"),
    "near-limit": _("Near a limit or step"),
}


def flags_in_version(basis: FlagBasis) -> list[Raised]:
    """Everything to look at in a version, in the order of `LABELS`; the same basis gives the same list."""
    found = [
        *_against_plan(basis),
        *_against("changed-much", basis.now, basis.before, basis.years),
        *_against("earlier-differs", basis.now, basis.earlier, basis.years),
        *_missing(basis),
        *_inconsistent(basis),
    ]
    if basis.is_late:
        found.append(Raised("late", severity=Severity.NOTE))
    for source in _sources:
        found.extend(source(basis))
    order = list(LABELS)
    return sorted(found, key=lambda raised: order.index(raised.code))


def _against_plan(basis: FlagBasis) -> Iterator[Raised]:
    for year in basis.years:
        cell = Cell(PostType.AT, year)
        planned, reported = basis.plans.get(year), basis.now.get(cell)
        if planned is None or reported is None:
            continue
        data = {"planned": planned, "reported": reported}
        if differs_much(reported=reported, planned=planned):
            yield Raised("far-from-plan", cell.field, Severity.JUDGE, data)
        if reported < planned:
            yield Raised("below-plan", cell.field, Severity.JUDGE, data)


def _against(code: str, now: Posts, before: Posts, years: Sequence[int]) -> Iterator[Raised]:
    for cell in cells_of(years):
        value, earlier = now.get(cell), before.get(cell)
        if value is None or earlier is None:
            continue
        if differs_much(reported=value, planned=earlier):
            yield Raised(code, cell.field, Severity.JUDGE, {"before": earlier, "now": value})


def _missing(basis: FlagBasis) -> Iterator[Raised]:
    missing = [cell.field for cell in cells_of(basis.years) if basis.now.get(cell) is None]
    if missing:
        yield Raised("missing-st", severity=Severity.JUDGE, data={"figures": missing})


def _inconsistent(basis: FlagBasis) -> Iterator[Raised]:
    for year in basis.years:
        part, whole = basis.now.get(Cell(PostType.ST_GM, year)), basis.now.get(Cell(PostType.ST, year))
        if part is not None and whole is not None and part > whole:
            yield Raised("st-inconsistent", f"gm_{year}", Severity.JUDGE, {"part": part, "whole": whole})


_CELL_TEXTS: dict[str, Text] = {
    "changed-much": _("{label}: {before} in the version before, {now} in this one."),
    "earlier-differs": _("{label}: {before} in the previous round, {now} in this one."),
    "below-plan": _("{label}: {planned} in the plan, {reported} in the report."),
}
_TEXTS: dict[str, Text] = {
    "late": _("Submitted after the region’s deadline."),
    "near-limit-under": _("{grant}: one more AT post in {year} would reach {limit}."),
    "near-limit-over": _("{grant}: one AT post fewer in {year} would not reach {limit}."),
}
_LIMITS: dict[str, Text] = {
    "threshold": _("the threshold {bound} posts per {per} inhabitants"),
    "step": _("the step {bound} of {pot}"),
}


def sentence_of(flag: ReportFlag | Raised) -> Text:
    """Why the flag is there, in one sentence with its numbers."""
    data = flag.data
    if flag.code == "far-from-plan":
        title = difference_title(_label(flag.subject), reported=data["reported"], planned=data["planned"])
        return format_lazy(
            _("{title}: {planned} in the plan, {reported} in the report."),
            title=title,
            planned=data["planned"],
            reported=data["reported"],
        )
    if flag.code in _CELL_TEXTS:
        return format_lazy(_CELL_TEXTS[flag.code], label=_label(flag.subject), **data)
    if flag.code == "missing-st":
        labels = [_label(name) for name in data["figures"]]
        pattern = ", ".join(f"{{part{index}}}" for index in range(len(labels)))
        listed = format_lazy(pattern, **{f"part{index}": label for index, label in enumerate(labels)})
        return format_lazy(_("Missing: {figures}."), figures=listed)
    if flag.code == "st-inconsistent":
        return format_lazy(
            _("{label}: {part}, more than all ST, {whole}."), label=_label(flag.subject), **data
        )
    if flag.code == "near-limit":
        # A thin, whole number such as 100 000 is easier to read with its thousands apart.
        per = f"{data.get('per', 0):,}".replace(",", "\u00a0")
        limit = format_lazy(_LIMITS[data["kind"]], **{**data, "per": per})
        return format_lazy(_TEXTS[f"near-limit-{data['side']}"], **{**data, "limit": limit})
    return _TEXTS.get(flag.code, "")


def subject_of(flag: ReportFlag | Raised) -> Text:
    """What a flag is about, where there can be several of its kind: a figure, or a grant."""
    return str(flag.data.get("grant") or "") or _label(flag.subject)


def _label(name: str) -> Text:
    key, _sep, year = name.rpartition("_")
    types = {"at": PostType.AT, "st": PostType.ST, "gm": PostType.ST_GM}
    return Cell(types[key], int(year)).label if key in types else name
