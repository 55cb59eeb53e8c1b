"""The open results of one measure and year: figures, their class and bar, and the order of the table."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median
from typing import Any

from allocation.engine.measures import Range, posts_giving, scaled_bound
from allocation.engine.reports import Report
from allocation.engine.rules import RuleSet
from publication.classes import MapClass, class_of, classes_of
from publication.measures import Basis, Classes, Measure, Value
from publication.published import OpenFigures, OpenRegion, YearFigures
from publication.scale import Scale

# The axis of rates, in posts per 100 000 inhabitants, grows in steps of five from thirty.
_AXIS_LEAST = 30
_AXIS_STEP = 5
# Width of a bar's drawing, in its own units.
BAR_WIDTH = 300


class Sort(StrEnum):
    """What the table can be sorted by."""

    NAME = "name"
    BASE = "base"
    VALUE = "value"


class Direction(StrEnum):
    """Which way a column is sorted."""

    ASCENDING = "asc"
    DESCENDING = "desc"


# The way a column is sorted when it is first chosen: names from A, figures from the largest.
FIRST_DIRECTION = {
    Sort.NAME: Direction.ASCENDING,
    Sort.BASE: Direction.DESCENDING,
    Sort.VALUE: Direction.DESCENDING,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One region by the measure.

    `text` and `base_text` are the figures as they are written. `bar_x` and `bar_width` place the bar in a
    drawing `BAR_WIDTH` wide, ready for SVG. Against a limit, `limit_posts` is the lowest number of posts
    that reaches it and `to_limit` how many are lacking, 0 where it is reached. Whatever rests on a missing
    figure is None.
    """

    code: str
    name: str
    short_name: str
    figures: YearFigures
    value: Value | None
    text: str
    base: int | None
    base_text: str
    place: MapClass | None
    bar_x: str = "0"
    bar_width: str | None = None
    limit_posts: int | None = None
    to_limit: int | None = None

    @property
    def is_low(self) -> bool:
        """Whether the figure is known and lies under the limit, or below nought."""
        return self.place is not None and self.place.low_side

    @property
    def reaches(self) -> bool:
        """Whether the figure is known and does not lie under the limit."""
        return self.place is not None and not self.place.low_side


@dataclass(frozen=True, slots=True)
class National:
    """The nation, or as many regions as have a figure: `count` of them. `is_median`: theirs at the median.

    `base_count` of these have the figure in the column before as well.
    """

    value: Value | None
    text: str
    base: int | None
    base_text: str
    base_count: int
    count: int
    is_whole: bool
    is_median: bool


@dataclass(frozen=True, slots=True)
class Results:
    """Every region by one measure in one year, in code order; classes the lowest first; the bars' axis."""

    measure: Measure
    year: int
    rows: tuple[Row, ...]
    national: National
    classes: tuple[MapClass, ...]
    scale: Scale
    axis_low: Decimal
    axis_high: Decimal

    @property
    def has_figures(self) -> bool:
        """Whether there is a figure to show at all."""
        return any(row.value is not None for row in self.rows)

    @property
    def against_limit(self) -> bool:
        """Whether limit and guideline mean something for the measure."""
        return self.measure.classes is Classes.LIMIT

    @property
    def below(self) -> list[Row]:
        """Regions under the limit, the lowest first."""
        return [row for row in self.ordered(Sort.VALUE, Direction.ASCENDING) if row.is_low]

    @property
    def reaching(self) -> list[Row]:
        """Regions at the limit or above."""
        return [row for row in self.rows if row.reaches]

    @property
    def unknown(self) -> list[Row]:
        """Regions without a figure."""
        return [row for row in self.rows if row.value is None]

    @property
    def without_report(self) -> list[Row]:
        """Regions in the grant's run whose report did not count, since there was none."""
        if self.measure.basis is not Basis.GRANT:
            return []
        return [row for row in self.rows if row.value is not None and row.figures.reported is None]

    @property
    def unlike_published(self) -> list[Row]:
        """Regions whose computed rate is not the one that was published."""
        return [row for row in self._with_published if row.value != row.figures.published_rate]

    @property
    def published_count(self) -> int:
        """How many regions have a published rate, where the measure is that rate."""
        return len(self._with_published)

    @property
    def _with_published(self) -> list[Row]:
        if not (self.against_limit and self.measure.basis is Basis.PLAN):
            return []
        return [row for row in self.rows if row.figures.published_rate is not None]

    @property
    def highest(self) -> list[Row]:
        """The regions with the largest figure; several where it is equal."""
        return self._outermost(max)

    @property
    def lowest(self) -> list[Row]:
        """The regions with the smallest figure; several where it is equal."""
        return self._outermost(min)

    @property
    def zero_at(self) -> str:
        """Where nought lies on the bars' axis."""
        return self.position(Decimal(0))

    @property
    def has_negative(self) -> bool:
        """Whether bars go both ways."""
        return self.axis_low < 0

    def region(self, code: str) -> Row | None:
        """The region with a county code, or None where there is no such region."""
        return next((row for row in self.rows if row.code == code), None)

    def position(self, value: Decimal, *, width: int = BAR_WIDTH) -> str:
        """Where a value lies on the bars' axis in a drawing that is `width` wide, ready for SVG."""
        return _on_axis(value, self.axis_low, self.axis_high, width)

    def ordered(self, sort: Sort, direction: Direction) -> list[Row]:
        """The regions in the table's order.

        Of equal figures the region with the larger figure in the other column comes first, and those
        without the figure come last, whichever the direction.
        """
        key = _KEYS[sort]
        known = [row for row in self.rows if key(row) is not None]
        missing = [row for row in self.rows if key(row) is None]
        known.sort(key=lambda row: (-(row.base or 0), row.code))
        known.sort(key=key, reverse=direction is Direction.DESCENDING)
        return known + missing

    def _outermost(self, choose: Callable[[list[Value]], Value]) -> list[Row]:
        values = [row.value for row in self.rows if row.value is not None]
        if not values:
            return []
        return [row for row in self.rows if row.value == choose(values)]


def results_of(
    figures: OpenFigures, *, measure: Measure, year: int, limit_rules: RuleSet, scale: Scale
) -> Results:
    """Compute one measure for a year from what is public.

    Args:
        limit_rules: the rule set that decides how many posts reach the limit of `scale`.
    """
    basis = figures.basis[year]
    values = {region.code: measure.value(region, year, basis) for region in figures.regions}
    known = [value for value in values.values() if value is not None]
    classes = classes_of(measure, known, scale)
    low, high = _axis(measure, known)
    rows = []
    for region in figures.regions:
        own = region.years.get(year, YearFigures())
        value = values[region.code]
        base = measure.base_of(own) if measure.base_of else None
        x, width = _bar(value, low, high)
        limit_posts, to_limit = _to_limit(measure, base, own, region.code, limit_rules, scale)
        rows.append(
            Row(
                code=region.code,
                name=region.name,
                short_name=region.short_name,
                figures=own,
                value=value,
                text=measure.write(value),
                base=base,
                base_text=measure.base_write(base),
                place=class_of(classes, value),
                bar_x=x,
                bar_width=width,
                limit_posts=limit_posts,
                to_limit=to_limit,
            )
        )
    national = _national(figures, measure, year, known)
    return Results(measure, year, tuple(rows), national, classes, scale, low, high)


def swedish_order(name: str) -> str:
    """A key that sorts names as Swedish does: å, ä and ö after z."""
    return name.casefold().translate(str.maketrans("åäö", "{|}"))


def total(figures: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def nation_of(regions: Sequence[OpenRegion], year: int) -> YearFigures:
    """The sums of a year over the regions given, each figure over those that have it."""
    own = [region.years.get(year, YearFigures()) for region in regions]
    return YearFigures(
        planned=total([one.planned for one in own]),
        reported=total([one.reported for one in own]),
        st=total([one.st for one in own]),
        st_gm=total([one.st_gm for one in own]),
        inhabitants=total([one.inhabitants for one in own]),
        total_kr=total([one.total_kr for one in own]),
    )


def _national(figures: OpenFigures, measure: Measure, year: int, known: Sequence[Value]) -> National:
    """The nation by the measure: from the sums of the regions that have a figure, so that like meets like."""
    basis = figures.basis[year]
    counted = [region for region in figures.regions if measure.value(region, year, basis) is not None]
    sums = nation_of(counted, year)
    value = _median(known) if measure.of_region else measure.of(sums, basis) if counted else None
    own = [region.years.get(year, YearFigures()) for region in counted]
    bases = [measure.base_of(one) for one in own] if measure.base_of else []
    base = total(bases)
    return National(
        value=value,
        text=measure.write(value),
        base=base,
        base_text=measure.base_write(base),
        base_count=sum(one is not None for one in bases),
        count=len(counted),
        is_whole=len(counted) == len(figures.regions),
        is_median=measure.of_region is not None,
    )


def _median(known: Sequence[Value]) -> Decimal | None:
    if not known:
        return None
    return median(Decimal(value) for value in known).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _to_limit(
    measure: Measure, posts: int | None, own: YearFigures, code: str, rules: RuleSet, scale: Scale
) -> tuple[int | None, int | None]:
    if measure.classes is not Classes.LIMIT or posts is None or not own.inhabitants:
        return None, None
    report = Report(code=code, inhabitants=own.inhabitants, planned=posts, reported=None)
    at_limit = Range(scaled_bound(rules, "planned-rate", scale.limit), None)
    limit_posts = posts_giving(rules, "planned-rate", at_limit, report).low or 0
    return limit_posts, max(0, limit_posts - posts)


def _axis(measure: Measure, known: Sequence[Value]) -> tuple[Decimal, Decimal]:
    highest = Decimal(max(known, default=0))
    lowest = min(Decimal(min(known, default=0)), Decimal(0))
    if measure.classes is Classes.LIMIT:
        return Decimal(0), Decimal(max(_AXIS_LEAST, _AXIS_STEP * math.ceil(highest / _AXIS_STEP)))
    return lowest, max(highest, lowest + 1)


def _bar(value: Value | None, low: Decimal, high: Decimal) -> tuple[str, str | None]:
    if value is None:
        return "0", None
    start, end = sorted((Decimal(0), Decimal(value)))
    span = high - low
    return _on_axis(start, low, high), f"{(end - start) * BAR_WIDTH / span:.1f}"


def _on_axis(value: Decimal, low: Decimal, high: Decimal, width: int = BAR_WIDTH) -> str:
    # Text, since a template would write a number with the language's decimal comma.
    return f"{(value - low) * width / (high - low):.1f}"


_KEYS: dict[Sort, Callable[[Row], Any]] = {
    Sort.NAME: lambda row: swedish_order(row.short_name),
    Sort.BASE: lambda row: row.base,
    Sort.VALUE: lambda row: row.value,
}
