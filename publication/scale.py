"""The scale that rates are shown on: the limit, the guideline and the map's classes."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "scale.toml"
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MapClass:
    """One colour of the map: rates from `low` up to and including `high`; None is no limit.

    `number` runs from 1, the lowest. `below` says that the class lies under the limit and is hatched.
    """

    number: int
    low: Decimal | None
    high: Decimal | None
    below: bool

    @property
    def under(self) -> Decimal | None:
        """The bound that the class lies under."""
        return None if self.high is None else self.high + _HUNDREDTH


@dataclass(frozen=True, slots=True)
class Scale:
    """The limit, the guideline and the classes between them, lowest first.

    `guideline_source` holds ids of the rule set's sources.
    """

    limit: Decimal
    guideline: Decimal
    guideline_source: tuple[str, ...]
    classes: tuple[MapClass, ...]

    def class_of(self, rate: Decimal) -> MapClass:
        """The class that a rate lies in."""
        return next(part for part in reversed(self.classes) if part.low is None or rate >= part.low)


def scale_with(limit: Decimal) -> Scale:
    """The scale of a rule set whose limit is `limit`, in posts per 100 000 inhabitants."""
    guideline, guideline_source, bounds = _settings()
    edges = sorted({limit, guideline, *bounds})
    return Scale(
        limit=limit,
        guideline=guideline,
        guideline_source=guideline_source,
        classes=tuple(_classes(edges, limit)),
    )


def _classes(edges: Sequence[Decimal], limit: Decimal) -> list[MapClass]:
    lows = [None, *edges]
    highs = [*(edge - _HUNDREDTH for edge in edges), None]
    return [
        MapClass(number=number, low=low, high=high, below=high is not None and high < limit)
        for number, (low, high) in enumerate(zip(lows, highs, strict=True), start=1)
    ]


@cache
def _settings() -> tuple[Decimal, tuple[str, ...], tuple[Decimal, ...]]:
    with _FILE.open("rb") as file:
        data = tomllib.load(file, parse_float=Decimal)
    guideline = data["guideline"]
    return guideline["rate"], tuple(guideline["source"]), tuple(data["classes"]["bounds"])
