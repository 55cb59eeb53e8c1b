"""Small charts of a few years, as SVG paths; every figure also stands in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from publication.measures import Value

WIDTH, HEIGHT = 300, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 274, 22, 96
# A figure's foot lies so far above its dot, or below the lowest dot near it; what a figure takes up itself.
_ABOVE, _BELOW, _TEXT, _DOT = 9, 17, 12, 4


@dataclass(frozen=True, slots=True)
class Point:
    """A year's figure and where it is drawn."""

    year: int
    x: str
    y: str
    label_y: str
    value: Value


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its points, and the path through them; a year without a figure breaks it."""

    kind: str
    path: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over the same years on one scale from nought. `limit_y` is a line across, if there is one."""

    lines: tuple[Line, ...]
    years: tuple[tuple[int, str], ...]
    limit_y: str | None

    @property
    def has_points(self) -> bool:
        """Whether there is anything to draw."""
        return any(line.points for line in self.lines)


def chart(
    series: Mapping[str, Mapping[int, Value | None]],
    *,
    years: Sequence[int],
    limit: Decimal | None = None,
    top: Value | None = None,
) -> Chart:
    """Lay out series, the one in front last.

    Args:
        series: kind of line -> year -> figure; None is drawn as nothing.
        top: what the scale must reach, so that charts beside each other can share one.
    """
    values = [value for line in series.values() for value in line.values() if value is not None]
    highest = max([*(Decimal(value) for value in values), limit or Decimal(0), Decimal(top or 0), Decimal(1)])

    def x(place: int) -> str:
        return f"{_LEFT + (_RIGHT - _LEFT) * place / max(len(years) - 1, 1):.1f}"

    def height(value: Value) -> Decimal:
        return _BOTTOM - Decimal(value) * (_BOTTOM - _TOP) / highest

    def label(kind: str, year: int, value: Value) -> Decimal:
        drawn = [by_year[year] for other, by_year in series.items() if other != kind and year in by_year]
        near = [height(one) for one in (*drawn, limit) if one is not None]
        above = height(value) - _ABOVE
        if not any(above - _TEXT <= y <= above + _DOT for y in near):
            return above
        below = max(y for y in (*near, height(value)) if y <= height(value) + _TEXT) + _BELOW
        return below if below < _BOTTOM else above

    lines = []
    for kind, by_year in series.items():
        points = tuple(
            Point(year, x(place), f"{height(value):.1f}", f"{label(kind, year, value):.1f}", value)
            for place, year in enumerate(years)
            if (value := by_year.get(year)) is not None
        )
        lines.append(Line(kind, _path(points), points))
    return Chart(
        lines=tuple(lines),
        years=tuple((year, x(place)) for place, year in enumerate(years)),
        limit_y=None if limit is None else f"{height(limit):.1f}",
    )


def _path(points: Sequence[Point]) -> str:
    path, before = "", None
    for point in points:
        path += f"{'L' if before == point.year - 1 else 'M'}{point.x} {point.y}"
        before = point.year
    return path
