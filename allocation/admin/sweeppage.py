"""What the page of a sweep shows: the region's answers as a curve or a map of squares, and as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.utils.functional import Promise

from allocation.admin.sweepforms import shown
from allocation.comparison import read_rules
from allocation.engine import compute
from allocation.models import SweepRun
from allocation.sweeping import axes_of, figures_of
from allocation.variation import Axis, Parameter, parameters
from allocation.wording import parameter_text

WIDTH, HEIGHT = 640, 220
# More rows, columns or points than these say nothing more to a reader; the file holds all of them.
MOST_ROWS, MOST_SIDE, MOST_POINTS = 120, 21, 640
CLASSES = 5


@dataclass(frozen=True, slots=True)
class Range:
    """One varied parameter."""

    words: Promise | str
    first: str
    last: str
    step: str
    count: int
    present: str


@dataclass(frozen=True, slots=True)
class RegionSpan:
    """What a region gets now, and at least and at most in the sweep."""

    code: str
    name: str
    present_kr: int
    least_kr: int | None
    most_kr: int | None

    @property
    def moves(self) -> bool:
        """Whether the parameters change anything for the region."""
        return self.least_kr != self.most_kr or self.least_kr != self.present_kr


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and what it gives the region; None where there is no answer."""

    value: str
    total_kr: int | None
    change_kr: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """The curve of one parameter, drawn on `WIDTH` x `HEIGHT` units."""

    paths: tuple[str, ...]
    highest_kr: int
    here_x: str
    here_y: str


@dataclass(frozen=True, slots=True)
class Shade:
    """The squares of one class: kronor from `least_kr` to `most_kr`, drawn as one path."""

    name: str
    least_kr: int
    most_kr: int
    path: str


@dataclass(frozen=True, slots=True)
class Squares:
    """Two parameters as a map of `columns` x `rows` squares; the first parameter runs downwards."""

    columns: int
    rows: int
    shades: tuple[Shade, ...]
    unanswered: str
    here_x: str
    here_y: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The table of two parameters, perhaps with only some of their values."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class SweepPage:
    """Everything that the page of a sweep shows of its results."""

    ranges: tuple[Range, ...]
    spans: tuple[RegionSpan, ...]
    region: RegionSpan
    answers: tuple[Answer, ...]
    line: Line | None
    squares: Squares | None
    grid: Grid | None
    thinned: bool
    unanswered: int


def described(sweep: SweepRun, names: Mapping[str, str]) -> tuple[tuple[Axis, Parameter, Promise | str], ...]:
    """The ranges of a sweep, each with its parameter and that in words."""
    rules = read_rules(sweep.rules_text)
    known, pots = parameters(rules, figures_of(sweep)), {pot.id: pot.title for pot in rules.pots}
    return tuple(
        (axis, known[axis.key], parameter_text(known[axis.key], pots=pots, regions=names))
        for axis in axes_of(sweep)
    )


def ranges_of(sweep: SweepRun, names: Mapping[str, str]) -> tuple[Range, ...]:
    """The ranges of a sweep in words and numbers."""
    return tuple(
        Range(
            words,
            shown(parameter, axis.start),
            shown(parameter, axis.value(axis.count - 1)),
            shown(parameter, axis.step),
            axis.count,
            "" if parameter.present is None else shown(parameter, parameter.present),
        )
        for axis, parameter, words in described(sweep, names)
    )


def columns_of(sweep: SweepRun) -> list[list[int | None]]:
    """One list per region in code order: its kronor at every combination, None where there is no answer."""
    count = len(sweep.figures)
    columns: list[list[int | None]] = [[None] * sweep.total for _region in range(count)]
    for start, size, results in sweep.chunks.values_list("start", "size", "results"):
        if results is None:
            continue
        for place, column in enumerate(columns):
            column[start : start + size] = results[place * size : (place + 1) * size]
    return columns


def sweep_page(sweep: SweepRun, names: Mapping[str, str], *, code: str) -> SweepPage:
    """Gather the page of a sweep for one region; an unknown code shows the first that the sweep moves."""
    reports = figures_of(sweep)
    present = compute(read_rules(sweep.rules_text), reports).regions
    columns = columns_of(sweep)
    spans = tuple(
        RegionSpan(
            region.code,
            names[region.code],
            region.total_kr,
            min((kr for kr in column if kr is not None), default=None),
            max((kr for kr in column if kr is not None), default=None),
        )
        for region, column in zip(present, columns, strict=True)
    )
    place = _chosen(spans, code)
    column, region = columns[place], spans[place]
    parts = described(sweep, names)
    axes = [axis for axis, _parameter, _words in parts]
    one = len(axes) == 1
    return SweepPage(
        ranges=ranges_of(sweep, names),
        spans=spans,
        region=region,
        answers=tuple(_answers(parts[0], column, region)) if one else (),
        line=_line(axes[0], parts[0][1], column, region) if one else None,
        squares=None if one else _squares(parts, column),
        grid=None if one else _grid(parts, column),
        thinned=sweep.total > MOST_ROWS if one else max(axis.count for axis in axes) > MOST_SIDE,
        unanswered=column.count(None),
    )


def _chosen(spans: Sequence[RegionSpan], code: str) -> int:
    for place, span in enumerate(spans):
        if span.code == code:
            return place
    return next((place for place, span in enumerate(spans) if span.moves), 0)


def _thin(count: int, most: int) -> list[int]:
    """At most `most` places of `count`, evenly, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [place * (count - 1) // (most - 1) for place in range(most)]


def _answers(
    part: tuple[Axis, Parameter, object], column: Sequence[int | None], region: RegionSpan
) -> Iterator[Answer]:
    axis, parameter, _words = part
    for place in _thin(axis.count, MOST_ROWS):
        total_kr = column[place]
        change = None if total_kr is None else total_kr - region.present_kr
        yield Answer(shown(parameter, axis.value(place)), total_kr, change)


def _line(axis: Axis, parameter: Parameter, column: Sequence[int | None], region: RegionSpan) -> Line:
    highest = max(region.most_kr or 0, 1)
    span = max(axis.count - 1, 1)

    def y(kr: int) -> str:
        return f"{HEIGHT - kr * (HEIGHT - 10) / highest:.1f}"

    places = _thin(axis.count, MOST_POINTS)
    paths = []
    for answered, group in groupby(places, key=lambda place: column[place] is not None):
        if answered:
            points = [f"{place * WIDTH / span:.1f} {y(column[place] or 0)}" for place in group]
            # One point alone would draw nothing.
            paths.append("M" + "L".join(points) + ("h.1" if len(points) == 1 else ""))
    here_x = here_y = ""
    if parameter.present is not None and axis.start <= parameter.present <= axis.value(axis.count - 1):
        offset = (Decimal(parameter.present) - axis.start) / axis.step
        here_x, here_y = f"{float(offset) * WIDTH / span:.1f}", y(region.present_kr)
    return Line(tuple(paths), region.most_kr or 0, here_x, here_y)


def _squares(parts: Sequence[tuple[Axis, Parameter, object]], column: Sequence[int | None]) -> Squares:
    (down, _first, _), (across, _second, _) = parts
    answered = [kr for kr in column if kr is not None]
    most = max(answered, default=0)
    # Nothing at all is a class of its own: that is what a reader looks for first.
    floor = min((kr for kr in answered if kr), default=0)
    width = max(-(-(most - floor + 1) // CLASSES), 1)

    def shade_of(kr: int | None) -> int:
        if kr is None:
            return -1
        return 0 if kr == 0 else 1 + min((kr - floor) // width, CLASSES - 1)

    paths: dict[int, list[str]] = {}
    for row in range(down.count):
        cells = column[row * across.count : (row + 1) * across.count]
        x = 0
        for shade, group in groupby(map(shade_of, cells)):
            length = len(list(group))
            paths.setdefault(shade, []).append(f"M{x} {row}h{length}v1h-{length}z")
            x += length
    shades = tuple(
        Shade(
            f"s{shade}",
            0 if shade == 0 else floor + (shade - 1) * width,
            0 if shade == 0 else min(floor + shade * width - 1, most),
            "".join(paths[shade]),
        )
        for shade in sorted(paths)
        if shade >= 0
    )
    here = [_place(axis, parameter) for axis, parameter, _words in parts]
    on_map = all(place is not None for place in here)
    return Squares(
        across.count,
        down.count,
        shades,
        "".join(paths.get(-1, [])),
        here_x=f"{here[1]:.2f}" if on_map else "",
        here_y=f"{here[0]:.2f}" if on_map else "",
    )


def _place(axis: Axis, parameter: Parameter) -> float | None:
    """Where the present value lies, in squares from the edge to the middle of its own."""
    if parameter.present is None:
        return None
    offset = (Decimal(parameter.present) - axis.start) / axis.step
    return float(offset) + 0.5 if -Decimal("0.5") <= offset <= axis.count - Decimal("0.5") else None


def _grid(parts: Sequence[tuple[Axis, Parameter, object]], column: Sequence[int | None]) -> Grid:
    (down, first, _), (across, second, _) = parts
    columns = _thin(across.count, MOST_SIDE)
    return Grid(
        heads=tuple(shown(second, across.value(place)) for place in columns),
        rows=tuple(
            (
                shown(first, down.value(row)),
                tuple(column[row * across.count + place] for place in columns),
            )
            for row in _thin(down.count, MOST_SIDE)
        ),
    )
