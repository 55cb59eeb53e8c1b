"""The form of an explanation: steps with inputs, an operation and a result."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Quantity(NamedTuple):
    """A value and its unit: posts, persons, regions, kr, kr/post, rate, share, number, truth, code or steps.

    Money, posts and persons are whole numbers; a rate is text with all its decimals; an exact
    fraction is text such as `7/3`; steps are `[[at, kronor], ...]`; a missing figure is None.
    """

    value: Any
    unit: str


class TraceStep(NamedTuple):
    """One step on the way from the figures to the amount.

    Args:
        rule: what kind of step it is; each kind has a heading in the rules' documentation.
        key: where in the rule set the step's numbers stand, such as `pot.1.share`.
        inputs: name -> value with unit, in the order in which the operation uses them.
        operation: the calculation, in the names of the inputs.
        result: what the operation gives; None where a figure it needs is missing.
        unit: the unit of the result.
        source: ids of the sources that the step rests on.
        assumed: True where the public record is silent on some part of the step.
        why: why it was assumed so, in English; `why_sv` in Swedish. Empty where nothing is assumed.
        notes: what a reader may want beside the calculation, such as the next ladder step.
    """

    rule: str
    key: str
    inputs: Mapping[str, Quantity]
    operation: str
    result: Any
    unit: str
    source: tuple[str, ...]
    assumed: bool
    why: str
    why_sv: str
    notes: Mapping[str, Quantity]

    def as_json(self) -> dict[str, Any]:
        """The step as JSON types, keys in a fixed order."""
        return {
            "rule": self.rule,
            "key": self.key,
            "inputs": _named(self.inputs),
            "operation": self.operation,
            "result": self.result,
            "unit": self.unit,
            "source": list(self.source),
            "assumed": self.assumed,
            "why": self.why,
            "why_sv": self.why_sv,
            "notes": _named(self.notes),
        }


def _named(quantities: Mapping[str, Quantity]) -> dict[str, dict[str, Any]]:
    return {name: {"value": part.value, "unit": part.unit} for name, part in quantities.items()}
