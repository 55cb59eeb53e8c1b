"""The form of an explanation: steps with inputs, an operation and a result, and columns of numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from allocation.engine.rules import Basis

# Name -> one value per region or sharer, or one for the whole pot.
Numbers = dict[str, Any]


class Quantity(NamedTuple):
    """A value and its unit: posts, persons, regions, kr, kr/post, rate, share, number, truth, code or steps.

    Money, posts and persons are whole numbers; a rate is text with all its decimals; an exact
    fraction is text such as `7/3`; steps are `[[at, kronor], ...]`; a missing figure is None.
    """

    value: Any
    unit: str

    def at(self, numbers: Numbers, row: int) -> Any:
        """The value, which is the same in every run."""
        return self.value


class Total(NamedTuple):
    """A number of the whole pot: its name among the numbers, its unit and how it is written.

    `write` turns a number into the notation of explanations, such as 1535 into 15.35, given all numbers.
    """

    name: str
    unit: str
    write: Callable[[Any, Numbers], Any] | None = None

    def at(self, numbers: Numbers, row: int) -> Any:
        """The number as explanations have it; None where there is none."""
        value = numbers[self.name]
        return value if value is None or self.write is None else self.write(value, numbers)


class Column(NamedTuple):
    """A number of each region or sharer, as `Total` otherwise."""

    name: str
    unit: str
    write: Callable[[Any, Numbers], Any] | None = None

    def at(self, numbers: Numbers, row: int) -> Any:
        """The number in a row as explanations have it; None where there is none."""
        value = numbers[self.name][row]
        return value if value is None or self.write is None else self.write(value, numbers)


Slot = Column | Total | Quantity


@dataclass(slots=True, eq=False)
class Form:
    """How a step is written: all but the numbers, and the same in every run of a rule set.

    Args:
        rule: what kind of step it is; each kind has a heading in the rules' documentation.
        key: where in the rule set the step's numbers stand, such as `pot.1.share`.
        inputs: name -> where the value stands, in the order in which the operation uses them.
        operation: the calculation, in the names of the inputs.
        result: what the operation gives.
        basis: what the step rests on.
        notes: what a reader may want beside the calculation; a value of None is not stated.
        rows: name of the numbers that tell a region's row in the columns; empty where that is its place.
    """

    rule: str
    key: str
    inputs: Mapping[str, Slot]
    operation: str
    result: Slot
    basis: Basis
    notes: Mapping[str, Slot] = field(default_factory=dict)
    rows: str = ""


class TraceStep(NamedTuple):
    """One step on the way from the figures to the amount: a form, and the numbers of a region.

    `place` is the region's place in code order. Two steps are equal where they say the same.
    """

    form: Form
    numbers: Numbers
    place: int

    @property
    def row(self) -> int:
        """Where the region's numbers stand in the columns of this step."""
        rows: Mapping[int, int] | None = self.numbers[self.form.rows] if self.form.rows else None
        return self.place if rows is None else rows[self.place]

    @property
    def rule(self) -> str:
        """What kind of step it is; each kind has a heading in the rules' documentation."""
        return self.form.rule

    @property
    def key(self) -> str:
        """Where in the rule set the step's numbers stand, such as `pot.1.share`."""
        return self.form.key

    @property
    def inputs(self) -> dict[str, Quantity]:
        """Name -> value with unit, in the order in which the operation uses them."""
        numbers, row = self.numbers, self.row
        return {name: Quantity(part.at(numbers, row), part.unit) for name, part in self.form.inputs.items()}

    @property
    def operation(self) -> str:
        """The calculation, in the names of the inputs."""
        return self.form.operation

    @property
    def result(self) -> Any:
        """What the operation gives; None where a figure it needs is missing."""
        return self.form.result.at(self.numbers, self.row)

    @property
    def unit(self) -> str:
        """The unit of the result."""
        return self.form.result.unit

    @property
    def source(self) -> tuple[str, ...]:
        """Ids of the sources that the step rests on."""
        return self.form.basis.source

    @property
    def assumed(self) -> bool:
        """True where the public record is silent on some part of the step."""
        return self.form.basis.assumed

    @property
    def why(self) -> str:
        """Why it was assumed so, in English. Empty where nothing is assumed."""
        return self.form.basis.why

    @property
    def why_sv(self) -> str:
        """Why it was assumed so, in Swedish. Empty where nothing is assumed."""
        return self.form.basis.why_sv

    @property
    def notes(self) -> dict[str, Quantity]:
        """What a reader may want beside the calculation, such as the next ladder step."""
        numbers, row = self.numbers, self.row
        parts = ((name, part.at(numbers, row), part.unit) for name, part in self.form.notes.items())
        return {name: Quantity(value, unit) for name, value, unit in parts if value is not None}

    def as_json(self) -> dict[str, Any]:
        """The step as JSON types, keys in a fixed order."""
        form, numbers, row = self.form, self.numbers, self.row
        basis = form.basis
        notes = [(name, part.at(numbers, row), part.unit) for name, part in form.notes.items()]
        return {
            "rule": form.rule,
            "key": form.key,
            "inputs": {
                name: {"value": part.at(numbers, row), "unit": part.unit}
                for name, part in form.inputs.items()
            },
            "operation": form.operation,
            "result": form.result.at(numbers, row),
            "unit": form.result.unit,
            "source": list(basis.source),
            "assumed": basis.assumed,
            "why": basis.why,
            "why_sv": basis.why_sv,
            "notes": {
                name: {"value": value, "unit": unit} for name, value, unit in notes if value is not None
            },
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TraceStep) and self.as_json() == other.as_json()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.rule, self.key))

    def __repr__(self) -> str:
        return f"TraceStep({self.rule}: {self.operation} = {self.result} {self.unit})"


# As TraceStep._make, but in C from end to end: there are about thirty steps for every region.
_step = partial(tuple.__new__, TraceStep)


def steps_of(outline: Iterable[Form], numbers: Numbers, place: int) -> tuple[TraceStep, ...]:
    """The steps of one region: every form with its numbers."""
    return tuple(map(_step, zip(outline, repeat(numbers), repeat(place))))
