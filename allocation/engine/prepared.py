"""A rule set made ready: bounds as whole numbers, and all that its explanations say alike of every region."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from allocation.engine.measures import Range, met_by, scaled_bound, shown
from allocation.engine.rules import (
    NEEDS_REPORT,
    RATES,
    UNITS,
    Basis,
    Condition,
    Ladder,
    Measure,
    PotRule,
    RuleSet,
)
from allocation.engine.tracestep import Quantity

ELIGIBLE = "eligible"
NOT_REPORTED = "not-reported"

_SIGNS = {"at-least": ">=", "above": ">", "at-most": "<=", "below": "<"}


class Test(NamedTuple):
    """A condition made ready: the values that meet it, in the whole numbers of its measure."""

    rule: Condition
    bound: int
    values: Range


class Wording(NamedTuple):
    """How the step of a condition is written.

    `name` is the measure as the operation calls it, `limit` the bound's name and value. `counted` tells
    which posts decide the condition; empty where none do. `columns` names its numbers: whether it is met,
    by how much, and where posts decide it the border, the posts beyond it, and the measure there.
    """

    name: str
    unit: str
    limit: tuple[str, Quantity]
    operation: str
    counted: str
    columns: tuple[str, ...]


class Rungs(NamedTuple):
    """A ladder made ready: each step's border, in the whole numbers of its measure, and its amount."""

    measure: Measure
    borders: list[int]
    amounts_kr: list[int]


@dataclass
class PreparedPot:
    """A pot's rule made ready. Never changed once made; what only explanations need is made on asking.

    Args:
        tests: the pot's conditions, in order.
        rungs: the steps of its ladder; None where it has none.
        reasons: why a region may fall: not reported, each condition in order, below a ladder's first step.
        derived: what explanations make of the rule once and for all.
    """

    rules: RuleSet
    rule: PotRule
    tests: list[Test]
    rungs: Rungs | None
    reasons: list[str]
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def wordings(self) -> list[Wording]:
        """How the steps of the conditions are written, in order."""
        return [_wording(self.rules, test) for test in self.tests]

    @cached_property
    def needs(self) -> list[tuple[Measure, Range]]:
        """All that a region must meet, a ladder's first step too: measure, and the values that meet it."""
        needs = [(test.rule.measure, test.values) for test in self.tests]
        if self.rungs is not None:
            needs.append((self.rungs.measure, Range(self.rungs.borders[0], None)))
        return needs

    @cached_property
    def stated(self) -> tuple[Measure, ...]:
        """The figures and measures that every explanation of the pot states, in order."""
        return fact_rules(_measures(self.rule))

    @cached_property
    def ladder_steps(self) -> tuple[tuple[int | str, int], ...]:
        """The ladder's borders as shown, each with its amount."""
        if self.rungs is None:
            return ()
        measure, borders, amounts_kr = self.rungs
        pairs = zip(borders, amounts_kr, strict=True)
        return tuple((shown(self.rules, measure, border), amount_kr) for border, amount_kr in pairs)

    @cached_property
    def assumed(self) -> dict[str, bool]:
        """Reason -> whether such a region's explanation has a step that is assumed, a ladder's step aside."""
        return self._assumed(oversubscribed=False)

    @cached_property
    def assumed_oversubscribed(self) -> dict[str, bool]:
        """The same where the claims on a ladder exceed the pot."""
        return self._assumed(oversubscribed=True)

    def _assumed(self, *, oversubscribed: bool) -> dict[str, bool]:
        rules, pot, share = self.rules, self.rule, self.rule.share
        bases = [fact_basis(rules, name) for name in self.stated]
        bases += [part.basis for part in pot.conditions]
        unmet = any(basis.assumed for basis in bases)
        by_reason = dict.fromkeys(self.reasons, unmet)
        by_reason[NOT_REPORTED] = unmet or rules.missing_basis.assumed

        eligible = unmet or pot.basis.assumed or share.basis.assumed
        if isinstance(share, Ladder):
            by_reason[self.reasons[-1]] = unmet or share.basis.assumed
            if oversubscribed:
                eligible = eligible or share.oversubscribed.assumed or rules.rounding_basis.assumed
        else:
            cap_assumed = share.cap is not None and share.cap.basis.assumed
            eligible = eligible or cap_assumed or rules.rounding_basis.assumed
        by_reason[ELIGIBLE] = eligible
        return by_reason


def prepared(rules: RuleSet) -> tuple[PreparedPot, ...]:
    """The pots of a rule set made ready, in its order; made once for each rule set."""
    made: tuple[PreparedPot, ...] | None = rules.derived.get("pots")
    if made is None:
        made = rules.derived["pots"] = tuple(_prepared(rules, pot) for pot in rules.pots)
    return made


def _prepared(rules: RuleSet, pot: PotRule) -> PreparedPot:
    tests, reasons, rungs = [], [NOT_REPORTED], None
    for rule in pot.conditions:
        bound = scaled_bound(rules, rule.measure, rule.bound)
        tests.append(Test(rule, bound, met_by(rule.comparison, bound)))
        reasons.append(rule.reason)
    if isinstance(pot.share, Ladder):
        measure = pot.share.measure
        borders = [scaled_bound(rules, measure, step.at) for step in pot.share.steps]
        rungs = Rungs(measure, borders, [step.amount_kr for step in pot.share.steps])
        reasons.append(f"{measure}-below-first-step")
    return PreparedPot(rules, pot, tests, rungs, reasons)


def _measures(pot: PotRule) -> tuple[Measure, ...]:
    """The measures that the pot's conditions and its share use, each once."""
    share = pot.share
    used: dict[Measure, None] = {part.measure: None for part in pot.conditions}
    if isinstance(share, Ladder):
        used[share.measure] = None
    elif share.weight != "equal":
        used[share.weight] = None
    return tuple(used)


def _wording(rules: RuleSet, test: Test) -> Wording:
    rule, measure, unit = test.rule, test.rule.measure, UNITS[test.rule.measure]
    name, limit = measure.replace("-", "_"), rule.reason.rsplit("-", 1)[1]
    counted = "reported" if measure in NEEDS_REPORT else "planned"
    # Named by what they hold, so that equal conditions share them; both rates need the same posts.
    asked = f"{rule.comparison} {test.bound}"
    columns = [f"{measure} {asked} {column}" for column in ("met", "margin")]
    if measure == "inhabitants":
        counted = ""
    else:
        kind = "rate" if measure in RATES else measure
        columns += [f"{kind} {asked} {column}" for column in ("border", "beyond", "beyond value")]
    return Wording(
        name=name,
        unit=unit,
        limit=(limit, Quantity(shown(rules, measure, test.bound), unit)),
        operation=f"{name} {_SIGNS[rule.comparison]} {limit}",
        counted=counted,
        columns=tuple(columns),
    )


def fact_rules(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The figures and measures to state for a pot: what was given first, then what follows from it."""
    used = set(measures)
    given: list[Measure] = ["reported"]
    if used & {"planned", "increase", "planned-rate"}:
        given.append("planned")
    if used & {"inhabitants", "planned-rate", "reported-rate"}:
        given.append("inhabitants")
    derived: tuple[Measure, ...] = ("increase", "planned-rate", "reported-rate")
    return (*given, *(measure for measure in derived if measure in used))


def fact_basis(rules: RuleSet, measure: Measure) -> Basis:
    """What a figure or measure rests on."""
    match measure:
        case "planned":
            return rules.baseline_basis
        case "inhabitants":
            return rules.population_basis
        case "planned-rate" | "reported-rate":
            return rules.rate_basis
        case "reported":
            return rules.reporting_basis
        case "increase":
            return rules.baseline_basis
