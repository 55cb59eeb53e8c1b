"""The classes that the map's colours stand for, with their words in the legend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from publication.measures import Classes, Measure, Value
from publication.scale import Scale

COLOURS = 5
# Changes against the plan: the bounds, and the colour of each class between them.
_CHANGES: tuple[tuple[int | None, int | None, str], ...] = (
    (None, -1, "c1"),
    (0, 0, "q1"),
    (1, 4, "q2"),
    (5, 9, "q4"),
    (10, None, "q5"),
)


@dataclass(frozen=True, slots=True)
class MapClass:
    """One colour of the map: values from `low` up to and including `high`; None is no bound.

    `colour` is a class of the style sheet; `low_side` is below the limit, or below nought, and hatched.
    """

    colour: str
    low: Value | None
    high: Value | None
    text: str
    low_side: bool = False

    def holds(self, value: Value) -> bool:
        """Whether a value lies in the class."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def classes_of(measure: Measure, values: Sequence[Value], scale: Scale) -> tuple[MapClass, ...]:
    """The classes for the values that are shown, the lowest first."""
    if measure.classes is Classes.LIMIT:
        return tuple(
            MapClass(
                f"c{part.number}",
                part.low,
                part.high,
                _text(part.low, part.high, measure.write, under=part.under),
                part.below,
            )
            for part in scale.classes
        )
    if measure.classes is Classes.CHANGE:
        return tuple(
            MapClass(colour, low, high, _change_text(low, high, measure.write), low_side=colour == "c1")
            for low, high, colour in _CHANGES
        )
    return _even(values, measure.write_bound or measure.write)


def class_of(classes: Sequence[MapClass], value: Value | None) -> MapClass | None:
    """The class that a value lies in; None for a missing value."""
    if value is None:
        return None
    return next((one for one in classes if one.holds(value)), None)


def _even(values: Sequence[Value], write: Callable[[Value | None], str]) -> tuple[MapClass, ...]:
    """Classes with about equally many regions; equal values always share one."""
    ordered = sorted(values)
    groups: list[list[Value]] = []
    for place, value in enumerate(ordered):
        number = place * COLOURS // len(ordered)
        if (groups and groups[-1][-1] == value) or (groups and number < len(groups)):
            groups[-1].append(value)
        else:
            groups.append([value])
    # With fewer groups than colours the outermost are used first, so that they differ most.
    spread = max(len(groups) - 1, 1)
    return tuple(
        MapClass(
            f"q{1 + number * (COLOURS - 1) // spread if len(groups) > 1 else 3}",
            group[0],
            group[-1],
            write(group[0]) if group[0] == group[-1] else _between(write(group[0]), write(group[-1])),
        )
        for number, group in enumerate(groups)
    )


def _between(low: str, high: str) -> str:
    """From one figure to another, the unit once where both have the same."""
    figure, _space, unit = low.rpartition("\u00a0")
    if unit.isalpha() and high.endswith(f"\u00a0{unit}"):
        return f"{figure}–{high}"
    return f"{low}–{high}"


def _text(
    low: Decimal | None, high: Decimal | None, write: Callable[[Value | None], str], *, under: Decimal | None
) -> str:
    if high is None:
        return _("at least %(low)s") % {"low": write(low)}
    if low is None:
        return _("under %(high)s") % {"high": write(under)}
    return f"{write(low)}–{write(high)}"


def _change_text(low: int | None, high: int | None, write: Callable[[Value | None], str]) -> str:
    if low is None:
        return _("fewer than planned")
    if high is None:
        return _("at least %(low)s") % {"low": write(low)}
    if low == high:
        return _("as planned")
    return f"{write(low)} – {write(high)}"
