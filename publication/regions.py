"""A region's figures over the years, beside the nation's."""

from collections.abc import Sequence
from dataclasses import dataclass

from publication.charts import Chart, chart
from publication.measures import MEASURES, Measure, Value
from publication.published import OpenFigures, OpenRegion, YearFigures
from publication.results import nation_of
from publication.scale import Scale


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a year as it is written, and the same of all regions that have it."""

    year: int
    text: str
    nation: str


@dataclass(frozen=True, slots=True)
class Line:
    """A measure over the years."""

    measure: Measure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Charts:
    """The region's charts: posts against plan, rate against nation and limit, ST against nation."""

    posts: Chart
    rates: Chart
    st: Chart


def lines_of(figures: OpenFigures, region: OpenRegion) -> tuple[Line, ...]:
    """Every measure that is known by year."""
    return tuple(
        Line(
            measure,
            tuple(
                Cell(
                    year,
                    measure.write(measure.value(region, year, figures.basis[year])),
                    measure.write(national_value(figures, measure, year)),
                )
                for year in figures.years
            ),
        )
        for measure in MEASURES
        if measure.by_year
    )


def national_value(figures: OpenFigures, measure: Measure, year: int) -> Value | None:
    """The measure of all regions that have it, from their sums."""
    basis = figures.basis[year]
    counted = [one for one in figures.regions if measure.value(one, year, basis) is not None]
    return measure.of(nation_of(counted, year), basis) if counted else None


def charts_of(
    figures: OpenFigures, region: OpenRegion, *, by_key: dict[str, Measure], scale: Scale
) -> Charts:
    """The region's three charts."""

    def own(key: str) -> dict[int, Value | None]:
        measure = by_key[key]
        return {year: measure.value(region, year, figures.basis[year]) for year in figures.years}

    def nation(key: str) -> dict[int, Value | None]:
        return {year: national_value(figures, by_key[key], year) for year in figures.years}

    return Charts(
        posts=posts_chart(region, figures.years),
        rates=chart(
            {"nation": nation("rate"), "plan": own("plan"), "now": own("rate")},
            years=figures.years,
            limit=scale.limit,
        ),
        st=chart({"nation": nation("st"), "now": own("st")}, years=figures.years),
    )


def posts_chart(region: OpenRegion, years: Sequence[int]) -> Chart:
    """Planned and reported AT posts over the years, on the region's own scale."""
    own = {year: region.years.get(year, YearFigures()) for year in years}
    return chart(
        {
            "plan": {year: one.planned for year, one in own.items()},
            "now": {year: one.reported for year, one in own.items()},
        },
        years=years,
    )
