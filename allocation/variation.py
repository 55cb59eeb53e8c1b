"""What a sweep varies: the parameters of rules and figures, ranges of values, and the answer at each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice, pairwise
from typing import Literal

from allocation.engine import Cap, Ladder, PotRule, Proportional, Report, RuleSet, Step, compute
from allocation.engine.reports import LARGEST_FIGURE

Kind = Literal[
    "threshold",
    "amount",
    "cap",
    "bound",
    "start",
    "per-post",
    "step-at",
    "step-amount",
    "reported",
    "planned",
]
Value = int | Decimal

# Posts before kronor, and the whole ladder before one step: so the order in which two parameters are named
# makes no difference to what they give together.
_ORDER: tuple[Kind, ...] = (
    *("threshold", "amount", "cap", "bound"),
    *("start", "step-at", "per-post", "step-amount"),
    *("planned", "reported"),
)
LARGEST_RATE = 1_000_000
MOST_COMBINATIONS = 20_000


class NoSuchParameter(Exception):
    """The rules and figures have no parameter of that name."""


class RangeUnusable(Exception):
    """A range holds no values, or values that its parameter cannot take.

    Args:
        field: the part of the range that is wrong: start, stop or step.
        least, most: what the parameter can take, where that is what is wrong.
    """

    def __init__(self, field: str, *, least: Value | None = None, most: Value | None = None) -> None:
        super().__init__(f"{field}: from {least} to {most}")
        self.field, self.least, self.most = field, least, most

    def __reduce__(self) -> tuple[Callable[..., "RangeUnusable"], tuple[str, Value | None, Value | None]]:
        return _range_unusable, (self.field, self.least, self.most)


def _range_unusable(field: str, least: Value | None, most: Value | None) -> RangeUnusable:
    return RangeUnusable(field, least=least, most=most)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that can be varied.

    Attributes:
        place: the pot's id, or the region's code; empty for the whole grant.
        number: which condition or step of the pot, from 1; 0 where there is only one.
        unit: posts, rate, persons or kr.
        decimals: how many a value may have.
        present: the value in the rules and figures as they are; None where a region has not reported
            or there is none.
        measure: what a bound or a ladder measures.
    """

    kind: Kind
    place: str
    number: int
    unit: str
    decimals: int
    least: int
    most: int
    present: Value | None
    measure: str = ""

    @property
    def key(self) -> str:
        """The name by which it is stored: `threshold`, `amount:god`, `step-at:god:1`, `reported:03`."""
        parts = [self.kind, self.place, str(self.number or "")]
        return ":".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values that it takes: from `start` by `step` as far as `stop`."""

    key: str
    start: Decimal
    stop: Decimal
    step: Decimal

    @property
    def count(self) -> int:
        """How many values there are."""
        return int((self.stop - self.start) / self.step) + 1

    def value(self, index: int) -> Decimal:
        """The value at a place, from 0."""
        return self.start + index * self.step

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> "Axis":
        """The range that `as_json` wrote."""
        return cls(stored["key"], *(Decimal(stored[part]) for part in ("start", "stop", "step")))

    def as_json(self) -> dict[str, str]:
        """The range as JSON types, its numbers as text."""
        return {"key": self.key, "start": str(self.start), "stop": str(self.stop), "step": str(self.step)}

    def values(self) -> list[Decimal]:
        """Every value, in rising order."""
        return [self.value(index) for index in range(self.count)]


def parameters(rules: RuleSet, reports: Sequence[Report]) -> dict[str, Parameter]:
    """Key -> parameter, for everything that can be varied, in the order of rules and regions."""
    found: list[Parameter] = []
    if rules.threshold is not None:
        found.append(
            Parameter("threshold", "", 0, "rate", rules.rate_decimals, 0, LARGEST_RATE, rules.threshold)
        )
    for pot in rules.pots:
        found += _pot_parameters(rules, pot)
    kinds: tuple[Kind, ...] = ("reported", "planned")
    for kind in kinds:
        for report in reports:
            present = report.reported if kind == "reported" else report.planned
            found.append(Parameter(kind, report.code, 0, "posts", 0, 0, LARGEST_FIGURE, present))
    return {parameter.key: parameter for parameter in found}


def make_axis(parameter: Parameter, *, start: Decimal, stop: Decimal, step: Decimal) -> Axis:
    """A range of values of a parameter.

    Raises:
        RangeUnusable: it rises by nothing, ends before it starts, or holds what the parameter cannot take.
    """
    for field, value in (("start", start), ("stop", stop)):
        if value != round(value, parameter.decimals) or not parameter.least <= value <= parameter.most:
            raise RangeUnusable(field, least=parameter.least, most=parameter.most)
    if step <= 0 or step != round(step, parameter.decimals):
        raise RangeUnusable("step")
    if stop < start:
        raise RangeUnusable("stop")
    return Axis(parameter.key, start, stop, step)


def combinations(axes: Sequence[Axis]) -> int:
    """How many combinations of values one or two ranges make."""
    count = 1
    for axis in axes:
        count *= axis.count
    return count


def values_at(axes: Sequence[Axis], index: int) -> tuple[Decimal, ...]:
    """The values of a combination; the last range changes fastest."""
    values = []
    for axis in reversed(axes):
        index, place = divmod(index, axis.count)
        values.append(axis.value(place))
    return tuple(reversed(values))


def vary(
    rules: RuleSet, reports: Sequence[Report], changes: Sequence[tuple[Parameter, Decimal]]
) -> tuple[RuleSet, Sequence[Report]] | None:
    """Rules and figures with other values for some parameters; None where the ladder would not rise.

    The rules are changed as values and not written out and read anew, which would take ten times as long
    as the calculation. A test holds both ways to the same answers.
    """
    for parameter, value in sorted(changes, key=lambda change: _ORDER.index(change[0].kind)):
        match parameter.kind:
            case "planned":
                reports = [_with_figure(report, parameter, planned=int(value)) for report in reports]
            case "reported":
                reports = [_with_figure(report, parameter, reported=int(value)) for report in reports]
            case "threshold":
                rules = _with_threshold(rules, round(value, rules.rate_decimals))
            case _:
                pots = tuple(
                    _varied(pot, parameter, value) if pot.id == parameter.place else pot for pot in rules.pots
                )
                rules = replace(rules, pots=pots)
    return (rules, reports) if all(map(_rises, rules.pots)) else None


def answers(
    rules: RuleSet, reports: Sequence[Report], axes: Sequence[Axis], *, start: int, count: int
) -> list[int | None]:
    """Kronor of every region at `count` combinations from `start` on.

    Returns:
        region by region in code order, `count` totals each; None where a combination has no answer.
    """
    return [
        total for column in zip(*_rows(rules, reports, axes, start, count), strict=True) for total in column
    ]


def _rows(
    rules: RuleSet, reports: Sequence[Report], axes: Sequence[Axis], start: int, count: int
) -> Iterator[list[int | None]]:
    known = parameters(rules, reports)
    try:
        varied = [known[axis.key] for axis in axes]
    except KeyError as error:
        raise NoSuchParameter(*error.args) from error
    for index in islice(range(combinations(axes)), start, start + count):
        case = vary(rules, reports, list(zip(varied, values_at(axes, index), strict=True)))
        if case is None:
            yield [None] * len(reports)
        else:
            yield [region.total_kr for region in compute(*case).regions]


def _pot_parameters(rules: RuleSet, pot: PotRule) -> Iterator[Parameter]:
    def about(
        kind: Kind, unit: str, present: Value | None, *, number: int = 0, least: int = 0, measure: str = ""
    ) -> Parameter:
        decimals = rules.rate_decimals if unit == "rate" else 0
        most = LARGEST_RATE if unit == "rate" else LARGEST_FIGURE
        return Parameter(kind, pot.id, number, unit, decimals, least, most, present, measure)

    yield about("amount", "kr", pot.amount_kr)
    if isinstance(pot.share, Proportional) and pot.share.weight == "increase":
        yield about("cap", "kr", pot.share.cap.per_unit_kr if pot.share.cap else None, least=1)
    for number, condition in enumerate(pot.conditions, 1):
        if condition.against == "value":
            # Below 1 the increase could not be the key, and the reader would refuse it.
            is_key = (
                isinstance(pot.share, Proportional)
                and pot.share.weight == condition.measure
                and condition.comparison == "at-least"
            )
            unit = unit_of(condition.measure)
            yield about(
                "bound", unit, condition.bound, number=number, least=int(is_key), measure=condition.measure
            )
    if isinstance(pot.share, Ladder):
        ladder, unit = pot.share, unit_of(pot.share.measure)
        least = 1 if ladder.measure in ("increase", "reported") else 0
        yield about("start", unit, ladder.steps[0].at, least=least, measure=ladder.measure)
        if unit == "posts":
            yield about("per-post", "kr", None, least=1, measure=ladder.measure)
        for number, step in enumerate(ladder.steps, 1):
            yield about("step-at", unit, step.at, number=number, least=least, measure=ladder.measure)
            yield about("step-amount", "kr", step.amount_kr, number=number, least=1, measure=ladder.measure)


def unit_of(measure: str) -> str:
    """What a measure counts: posts, persons, or a rate."""
    if measure.endswith("-rate"):
        return "rate"
    return "persons" if measure == "inhabitants" else "posts"


def _with_figure(report: Report, parameter: Parameter, **figure: int) -> Report:
    return replace(report, **figure) if report.code == parameter.place else report  # type: ignore[arg-type]  # a figure


def _with_threshold(rules: RuleSet, threshold: Decimal) -> RuleSet:
    pots = tuple(
        replace(
            pot,
            conditions=tuple(
                replace(condition, bound=threshold) if condition.against == "threshold" else condition
                for condition in pot.conditions
            ),
        )
        for pot in rules.pots
    )
    return replace(rules, threshold=threshold, pots=pots)


def _varied(pot: PotRule, parameter: Parameter, value: Decimal) -> PotRule:
    exact: Value = round(value, parameter.decimals) if parameter.unit == "rate" else int(value)
    match parameter.kind:
        case "amount":
            return replace(pot, amount_kr=int(value))
        case "bound":
            conditions = list(pot.conditions)
            conditions[parameter.number - 1] = replace(conditions[parameter.number - 1], bound=exact)
            return replace(pot, conditions=tuple(conditions))
    share = pot.share
    if isinstance(share, Proportional):
        cap = share.cap or Cap("", 1, share.basis)
        return replace(pot, share=replace(share, cap=replace(cap, per_unit_kr=int(value))))
    steps = share.steps
    match parameter.kind:
        case "start":
            moved = exact - steps[0].at
            steps = tuple(replace(step, at=step.at + moved) for step in steps)
        case "step-at":
            steps = _with_step(steps, parameter.number, at=exact)
        case "per-post":
            steps = tuple(replace(step, amount_kr=_kronor(step.at * int(value))) for step in steps)
        case "step-amount":
            steps = _with_step(steps, parameter.number, amount_kr=int(value))
    return _with_steps(pot, share, steps)


def _with_step(
    steps: tuple[Step, ...], number: int, *, at: Value | None = None, amount_kr: int | None = None
) -> tuple[Step, ...]:
    old = steps[number - 1]
    new = replace(
        old, at=old.at if at is None else at, amount_kr=old.amount_kr if amount_kr is None else amount_kr
    )
    return (*steps[: number - 1], new, *steps[number:])


def _with_steps(pot: PotRule, ladder: Ladder, steps: tuple[Step, ...]) -> PotRule:
    """The pot with other steps; a minimum that equals the first step moves along with it."""
    first, conditions = ladder.steps[0].at, pot.conditions
    if steps[0].at != first:
        conditions = tuple(
            replace(condition, bound=steps[0].at)
            if condition.against == "value"
            and (condition.measure, condition.comparison, condition.bound)
            == (ladder.measure, "at-least", first)
            else condition
            for condition in conditions
        )
    return replace(pot, conditions=conditions, share=replace(ladder, steps=steps))


def _kronor(amount: Value) -> int:
    return int(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _rises(pot: PotRule) -> bool:
    if not isinstance(pot.share, Ladder):
        return True
    steps = pot.share.steps
    return all(
        before.at < after.at and before.amount_kr < after.amount_kr for before, after in pairwise(steps)
    )
