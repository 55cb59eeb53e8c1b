"""What an address of the results page says: year, measure, order, chosen region."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from publication.measures import BY_KEY, FIRST
from publication.published import OpenFigures
from publication.results import FIRST_DIRECTION, Direction, Sort

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class PageState:
    """A state of the results page; `first_year` is the one that an address leaves out."""

    year: int
    measure: str
    sort: Sort
    direction: Direction
    region: str
    first_year: int

    @property
    def query(self) -> str:
        """The state as the address's query, without what is so from the start; empty for the first page."""
        said = {
            "year": "" if self.year == self.first_year else str(self.year),
            "measure": "" if self.measure == FIRST.key else self.measure,
            "sort": "" if self.sort is Sort.VALUE else self.sort.value,
            "dir": "" if self.direction is FIRST_DIRECTION[self.sort] else self.direction.value,
            "region": self.region,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def address(self) -> str:
        """The state as a link on the page itself."""
        return f"?{self.query}" if self.query else "?"

    def with_(self, **changes: Any) -> str:
        """The address of the state with some of it changed."""
        return replace(self, **changes).address

    def sorted_by(self, sort: Sort) -> str:
        """The address that a column's heading leads to: sorted by it, or turned if it is so already."""
        direction = FIRST_DIRECTION[sort]
        if sort is self.sort:
            turned = self.direction is Direction.DESCENDING
            direction = Direction.ASCENDING if turned else Direction.DESCENDING
        return self.with_(sort=sort, direction=direction)


def state_of(asked: Mapping[str, str], figures: OpenFigures) -> PageState:
    """Read a state from an address; whatever it does not know is as on the first page."""
    first_year = figures.years[0]
    years = {str(year): year for year in figures.years}
    measure = BY_KEY.get(asked.get("measure", ""), FIRST)
    sort = _chosen(asked.get("sort", ""), Sort, Sort.VALUE)
    if sort is Sort.BASE and measure.base_of is None:
        sort = Sort.VALUE
    region = figures.region(asked.get("region", ""))
    return PageState(
        year=years.get(asked.get("year", ""), first_year) if measure.by_year else first_year,
        measure=measure.key,
        sort=sort,
        direction=_chosen(asked.get("dir", ""), Direction, FIRST_DIRECTION[sort]),
        region=region.code if region else "",
        first_year=first_year,
    )


def _chosen(text: str, choices: type[Choice], default: Choice) -> Choice:
    by_value = {choice.value: choice for choice in choices}
    return by_value.get(text, default)
