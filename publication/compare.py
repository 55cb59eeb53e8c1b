"""Regions beside each other, and who plans more posts than before."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publication.charts import Chart
from publication.measures import MEASURES, Measure
from publication.published import OpenFigures, OpenRegion, YearFigures
from publication.regions import national_value, posts_chart
from publication.results import swedish_order

MOST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A measure in one year: each chosen region's figure as written, and the nation's."""

    measure: Measure
    texts: tuple[str, ...]
    nation: str


@dataclass(frozen=True, slots=True)
class Small:
    """A region's small chart of planned and reported posts, and whether it expanded."""

    region: OpenRegion
    chart: Chart
    planned_more: int | None
    reported_more: int | None


class Share(StrEnum):
    """How a part of the regions is said."""

    NONE = "none"
    ALMOST_HALF = "almost-half"
    HALF = "half"
    JUST_OVER_HALF = "just-over-half"
    COUNTED = "counted"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Finding:
    """So many of so many regions, and how that is said."""

    count: int
    of: int
    names: tuple[str, ...]

    @property
    def share(self) -> Share:
        """Half within a twentieth of all, none, all, or just the count."""
        if self.count == 0:
            return Share.NONE
        if self.count == self.of:
            return Share.ALL
        if 2 * self.count == self.of:
            return Share.HALF
        if abs(20 * self.count - 10 * self.of) > self.of:
            return Share.COUNTED
        return Share.ALMOST_HALF if 2 * self.count < self.of else Share.JUST_OVER_HALF


def chosen_regions(texts: Iterable[str], figures: OpenFigures) -> tuple[OpenRegion, ...]:
    """The regions that an address names, `03,12` or one by one, each once; only `MOST` have room."""
    codes = dict.fromkeys(code.strip() for text in texts for code in text.split(","))
    found = [figures.region(code) for code in codes]
    return tuple(region for region in found if region is not None)


def lines_of(figures: OpenFigures, regions: Sequence[OpenRegion], year: int) -> tuple[Line, ...]:
    """Every measure for the chosen regions."""
    basis = figures.basis[year]
    return tuple(
        Line(
            measure,
            tuple(measure.write(measure.value(region, year, basis)) for region in regions),
            measure.write(national_value(figures, measure, year)) if measure.by_year else measure.write(None),
        )
        for measure in MEASURES
    )


def smalls_of(figures: OpenFigures) -> tuple[Small, ...]:
    """A small chart for each region, in Swedish order of their names."""
    first, last = figures.years[0], figures.years[-1]
    ordered = sorted(figures.regions, key=lambda region: swedish_order(region.short_name))
    return tuple(
        Small(
            region,
            posts_chart(region, figures.years),
            _difference(_of(region, first).planned, _of(region, last).planned),
            _of(region, first).change,
        )
        for region in ordered
    )


def no_planned_expansion(figures: OpenFigures) -> Finding:
    """The regions whose plan for the last year holds no more posts than for the first."""
    first, last = figures.years[0], figures.years[-1]
    more = {
        region.short_name: _difference(_of(region, first).planned, _of(region, last).planned)
        for region in figures.regions
    }
    return _finding(more, wanted=lambda change: change <= 0)


def reported_more(figures: OpenFigures, year: int) -> Finding:
    """The regions that reported more posts for a year than they had planned."""
    changes = {region.short_name: _of(region, year).change for region in figures.regions}
    return _finding(changes, wanted=lambda change: change > 0)


def _finding(changes: dict[str, int | None], wanted: Callable[[int], bool]) -> Finding:
    known = {name: change for name, change in changes.items() if change is not None}
    names = [name for name, change in known.items() if wanted(change)]
    return Finding(len(names), len(known), tuple(sorted(names, key=swedish_order)))


def _of(region: OpenRegion, year: int) -> YearFigures:
    return region.years.get(year, YearFigures())


def _difference(first: int | None, last: int | None) -> int | None:
    return None if first is None or last is None else last - first
