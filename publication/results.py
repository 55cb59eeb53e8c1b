"""The open results of one year: rates, their place on the scale, and the order of the table."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from allocation.engine.measures import Range, posts_giving, rate, scaled_bound
from allocation.engine.reports import Report
from allocation.engine.rules import RuleSet
from publication.scale import MapClass, Scale
from publication.selectors import PlanRow

# The bars' axis, in posts per 100 000 inhabitants, grows in steps of five from thirty.
_AXIS_LEAST = 30
_AXIS_STEP = 5
# Width of a bar's drawing, in its own units.
BAR_WIDTH = 300


class Sort(StrEnum):
    """What the table can be sorted by."""

    NAME = "name"
    POSTS = "posts"
    RATE = "rate"


class Direction(StrEnum):
    """Which way a column is sorted."""

    ASCENDING = "asc"
    DESCENDING = "desc"


# The way a column is sorted when it is first chosen: names from A, figures from the largest.
FIRST_DIRECTION = {
    Sort.NAME: Direction.ASCENDING,
    Sort.POSTS: Direction.DESCENDING,
    Sort.RATE: Direction.DESCENDING,
}


@dataclass(frozen=True, slots=True)
class RegionResult:
    """One region's planned posts against the limit.

    `rate` is per 100 000 inhabitants; `bar` is its length in a drawing `BAR_WIDTH` wide, ready for SVG.
    `limit_posts` is the lowest number of posts that reaches the limit and `to_limit` how many are lacking,
    0 where it is reached. Whatever rests on a missing figure is None.
    """

    code: str
    name: str
    short_name: str
    posts: int | None
    inhabitants: int | None
    rate: Decimal | None
    published_rate: Decimal | None
    place: MapClass | None
    limit_posts: int | None
    to_limit: int | None
    bar: str | None

    @property
    def is_below(self) -> bool:
        """Whether the rate is known and under the limit."""
        return self.place is not None and self.place.below

    @property
    def reaches(self) -> bool:
        """Whether the rate is known and at the limit or above."""
        return self.place is not None and not self.place.below


@dataclass(frozen=True, slots=True)
class National:
    """All regions together; a sum is None where a region's figure is missing."""

    posts: int | None
    inhabitants: int | None
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Results:
    """Every region's result in code order, the nation's, and the bars' axis."""

    regions: tuple[RegionResult, ...]
    national: National
    scale: Scale
    axis_max: int

    @property
    def has_figures(self) -> bool:
        """Whether there is a rate to show at all."""
        return any(region.rate is not None for region in self.regions)

    @property
    def below(self) -> list[RegionResult]:
        """Regions under the limit, the lowest rate first."""
        return [region for region in self.ordered(Sort.RATE, Direction.ASCENDING) if region.is_below]

    @property
    def reaching(self) -> list[RegionResult]:
        """Regions at the limit or above."""
        return [region for region in self.regions if region.reaches]

    @property
    def unknown(self) -> list[RegionResult]:
        """Regions whose rate cannot be computed."""
        return [region for region in self.regions if region.rate is None]

    @property
    def unlike_published(self) -> list[RegionResult]:
        """Regions whose computed rate is not the one that was published."""
        return [
            region
            for region in self.regions
            if region.published_rate is not None and region.rate != region.published_rate
        ]

    @property
    def published_count(self) -> int:
        """How many regions have a published rate."""
        return sum(region.published_rate is not None for region in self.regions)

    def region(self, code: str) -> RegionResult | None:
        """The region with a county code, or None where there is no such region."""
        return next((region for region in self.regions if region.code == code), None)

    def position(self, value: Decimal, *, width: int = BAR_WIDTH) -> str:
        """Where a rate lies on the bars' axis in a drawing that is `width` wide, ready for SVG."""
        return _on_axis(value, self.axis_max, width)

    def ordered(self, sort: Sort, direction: Direction) -> list[RegionResult]:
        """The regions in the table's order.

        Of equal figures the region with more posts comes first, and those without the figure come last,
        whichever the direction.
        """
        figure = _FIGURES[sort]
        known = [region for region in self.regions if figure(region) is not None]
        missing = [region for region in self.regions if figure(region) is None]
        known.sort(key=lambda region: (-(region.posts or 0), region.code))
        known.sort(key=figure, reverse=direction is Direction.DESCENDING)
        return known + missing


def results_of(rows: Sequence[PlanRow], *, rules: RuleSet, scale: Scale) -> Results:
    """Compute the results from what is known of each region."""
    rates = {row.code: _rate_of(row, rules) for row in rows}
    highest = max((value for value in rates.values() if value is not None), default=Decimal(0))
    axis_max = max(_AXIS_LEAST, _AXIS_STEP * math.ceil(highest / _AXIS_STEP))
    return Results(
        regions=tuple(_result_of(row, rates[row.code], rules, scale, axis_max) for row in rows),
        national=_national(rows, rules),
        scale=scale,
        axis_max=axis_max,
    )


def swedish_order(name: str) -> str:
    """A key that sorts names as Swedish does: å, ä and ö after z."""
    return name.casefold().translate(str.maketrans("åäö", "{|}"))


def _result_of(
    row: PlanRow, value: Decimal | None, rules: RuleSet, scale: Scale, axis_max: int
) -> RegionResult:
    limit_posts = None
    to_limit = None
    if row.posts is not None and row.inhabitants is not None:
        report = Report(code=row.code, inhabitants=row.inhabitants, planned=row.posts, reported=None)
        at_limit = Range(scaled_bound(rules, "planned-rate", scale.limit), None)
        limit_posts = posts_giving(rules, "planned-rate", at_limit, report).low or 0
        to_limit = max(0, limit_posts - row.posts)
    return RegionResult(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        posts=row.posts,
        inhabitants=row.inhabitants,
        rate=value,
        published_rate=row.published_rate,
        place=None if value is None else scale.class_of(value),
        limit_posts=limit_posts,
        to_limit=to_limit,
        bar=None if value is None else _on_axis(value, axis_max),
    )


def _rate_of(row: PlanRow, rules: RuleSet) -> Decimal | None:
    if row.posts is None or row.inhabitants is None:
        return None
    return rate(rules, posts=row.posts, inhabitants=row.inhabitants)


def _national(rows: Sequence[PlanRow], rules: RuleSet) -> National:
    posts = _sum_of([row.posts for row in rows])
    inhabitants = _sum_of([row.inhabitants for row in rows])
    if posts is None or inhabitants is None:
        return National(posts=posts, inhabitants=inhabitants, rate=None)
    return National(
        posts=posts, inhabitants=inhabitants, rate=rate(rules, posts=posts, inhabitants=inhabitants)
    )


def _sum_of(figures: Sequence[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known and len(known) == len(figures) else None


def _on_axis(value: Decimal, axis_max: int, width: int = BAR_WIDTH) -> str:
    # Text, since a template would write a number with the language's decimal comma.
    return f"{value * width / axis_max:.1f}"


_FIGURES: dict[Sort, Callable[[RegionResult], Any]] = {
    Sort.NAME: lambda region: swedish_order(region.short_name),
    Sort.POSTS: lambda region: region.posts,
    Sort.RATE: lambda region: region.rate,
}
