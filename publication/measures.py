"""What the open pages measure: each measure's words, figures and way of being written."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.engine import rate as rate_of
from publication.published import OpenRegion, YearBasis, YearFigures
from reporting.templatetags.platsplan import figure, kr, mnkr, number, rate, signed

Text = str | Promise
Value = int | Decimal


class Group(StrEnum):
    """The groups that measures are chosen from."""

    AT = "at"
    MONEY = "money"
    ST = "st"
    WAIT = "wait"


GROUP_TITLES: dict[Group, Text] = {
    Group.AT: _("AT posts"),
    Group.MONEY: _("Grant"),
    Group.ST: _("ST posts per 100 000 inhabitants"),
    Group.WAIT: _("The way to AT"),
}


class Classes(StrEnum):
    """How the map's classes are made: by limit and guideline, by fixed changes, or evenly by rank."""

    LIMIT = "limit"
    CHANGE = "change"
    EVEN = "even"


class Basis(StrEnum):
    """What a measure's figures rest on."""

    PLAN = "plan"
    REPORTS = "reports"
    BOTH = "both"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a region in a year.

    Attributes:
        key: its name in addresses, which stay.
        word: in the switch, under its group's title; title: the page's heading, without the year.
        unit: what stands after a figure; column: the heading of the table's column.
        of: the figure; `base_of`: the figure in the column before it, None where there is none.
        sums_up: the nation's figure is the sum; else it is computed from the nation's sums, or the median.
        write_bound: how a bound of the map's classes is written, where there is too little room for `write`.
        by_year: it is known for each year; else once, as it was on the day of reporting.
    """

    key: str
    group: Group
    word: Text
    title: Text
    unit: Text
    column: Text
    of: Callable[[YearFigures, YearBasis], Value | None]
    write: Callable[[Any], str]
    classes: Classes
    basis: Basis
    base_column: Text = ""
    base_of: Callable[[YearFigures], int | None] | None = None
    base_write: Callable[[Any], str] = number
    by_year: bool = True
    of_region: Callable[[OpenRegion], Value | None] | None = None
    write_bound: Callable[[Any], str] | None = None

    @property
    def heading(self) -> str:
        """The page's heading, in which no line ends within a number."""
        return str(self.title).replace("100 000", "100\u00a0000")

    @property
    def has_base(self) -> bool:
        """Whether the table has a column before the measure's own."""
        return self.base_of is not None

    def value(self, region: OpenRegion, year: int, basis: YearBasis) -> Value | None:
        """The region's figure; None where it is missing or not published."""
        if self.of_region is not None:
            return self.of_region(region)
        return self.of(region.years.get(year, YearFigures()), basis)


def per_inhabitants(posts: int | None, figures: YearFigures, basis: YearBasis) -> Decimal | None:
    """Posts per 100 000 inhabitants, rounded as the year's rules round; None where a figure is missing."""
    if posts is None or not figures.inhabitants:
        return None
    return rate_of(basis.rules, posts=posts, inhabitants=figures.inhabitants)


def kr_per_head(figures: YearFigures) -> Decimal | None:
    """Kronor per inhabitant, two decimals, half up; None where a figure is missing."""
    if figures.total_kr is None or not figures.inhabitants:
        return None
    share = Decimal(figures.total_kr) / Decimal(figures.inhabitants)
    return share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _kr_rate(value: Value | None) -> str:
    return rate(None) if value is None else f"{rate(Decimal(value))}\u00a0kr"


def _millions(value: int) -> str:
    """Kronor in millions, with one decimal."""
    return mnkr((value + 50_000) // 100_000 * 100_000)


_PER = _("posts per 100 000 inhabitants")
_POSTS = pgettext_lazy("column", "Posts")

MEASURES: tuple[Measure, ...] = (
    Measure(
        "plan", Group.AT, _("Planned per 100 000"), _("AT posts per 100 000 inhabitants, planned"), _PER,
        _("Per 100 000"),
        lambda figures, basis: per_inhabitants(figures.planned, figures, basis),
        rate, Classes.LIMIT, Basis.PLAN, _POSTS, lambda figures: figures.planned,
    ),
    Measure(
        "rate", Group.AT, _("Reported per 100 000"), _("AT posts per 100 000 inhabitants, reported"), _PER,
        _("Per 100 000"),
        lambda figures, basis: per_inhabitants(figures.reported, figures, basis),
        rate, Classes.LIMIT, Basis.REPORTS, _POSTS, lambda figures: figures.reported,
    ),
    Measure(
        "planned", Group.AT, _("Planned"), _("Planned AT posts"), _("AT posts in the plan"), _("Planned"),
        lambda figures, basis: figures.planned, number, Classes.EVEN, Basis.PLAN,
    ),
    Measure(
        "reported", Group.AT, _("Reported"), _("Reported AT posts"), _("AT posts reported"), _("Reported"),
        lambda figures, basis: figures.reported, number, Classes.EVEN, Basis.REPORTS,
        _("Planned"), lambda figures: figures.planned,
    ),
    Measure(
        "change", Group.AT, _("Change"), _("AT posts more than planned"), _("AT posts more than planned"),
        _("Change"),
        lambda figures, basis: figures.change, signed, Classes.CHANGE, Basis.BOTH,
        _("Reported"), lambda figures: figures.reported,
    ),
    Measure(
        "kr", Group.MONEY, _("Kronor"), _("The grant by region"), _("grant"), _("Grant"),
        lambda figures, basis: figures.total_kr, kr, Classes.EVEN, Basis.GRANT,
        _("More than planned"), lambda figures: figures.change, signed, write_bound=_millions,
    ),
    Measure(
        "kr-per-head", Group.MONEY, _("Kronor per inhabitant"), _("The grant per inhabitant"),
        _("grant per inhabitant"), _("Per inhabitant"),
        lambda figures, basis: kr_per_head(figures), _kr_rate, Classes.EVEN, Basis.GRANT,
        _("Grant"), lambda figures: figures.total_kr, kr,
    ),
    Measure(
        "st", Group.ST, _("All specialties"), _("ST posts per 100 000 inhabitants"), _PER, _("Per 100 000"),
        lambda figures, basis: per_inhabitants(figures.st, figures, basis),
        rate, Classes.EVEN, Basis.REPORTS, _POSTS, lambda figures: figures.st,
    ),
    Measure(
        "gm", Group.ST, _("Of which general medicine"),
        _("ST posts in general medicine per 100 000 inhabitants"), _PER, _("Per 100 000"),
        lambda figures, basis: per_inhabitants(figures.st_gm, figures, basis),
        rate, Classes.EVEN, Basis.REPORTS, _POSTS, lambda figures: figures.st_gm,
    ),
    Measure(
        "wait", Group.WAIT, _("Waiting time"), _("Waiting time for AT"),
        _("months from the degree to the start of AT, at the median"), _("Months"),
        lambda figures, basis: None, figure, Classes.EVEN, Basis.REPORTS,
        by_year=False, of_region=lambda region: region.wait,
    ),
)  # fmt: skip

BY_KEY = {measure.key: measure for measure in MEASURES}
FIRST = MEASURES[0]
