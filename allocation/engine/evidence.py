"""The numbers by which one pot was shared, kept so that every award can be explained from them."""

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from allocation.engine.kronor import Split
from allocation.engine.measures import Facts, Range, met_by, rate_text, scaled_bound
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
from allocation.engine.tracestep import Quantity, TraceStep

ELIGIBLE = "eligible"
NOT_REPORTED = "not-reported"

_SIGNS = {"at-least": ">=", "above": ">", "at-most": "<=", "below": "<"}


class Test(NamedTuple):
    """A condition made ready for one set of facts: the values that meet it, and how its step is written.

    `bound` is the scaled bound, `name` the measure as the operation calls it, and `limit` the bound's
    name and value in the step. `counted` tells which posts decide it; empty where none do.
    """

    rule: Condition
    values: Range
    bound: int
    name: str
    unit: str
    limit: tuple[str, Quantity]
    operation: str
    counted: str


class Rungs(NamedTuple):
    """A ladder made ready: each step's scaled border, the borders as shown, and the list of all steps."""

    borders: list[int]
    shown_at: list[int | str]
    steps: Quantity


@dataclass(frozen=True)
class PotEvidence:
    """How one pot was shared.

    Args:
        facts: every region's measures, in code order.
        pot: the pot's rule.
        reasons: one code per region, in code order.
        sharers: places in code order of the regions that are eligible.
        weights: one per sharer: its weight, or in a ladder its claim in kronor.
        reached: one per sharer: the place of the ladder step it reached; empty without a ladder.
        split: the division into kronor, one place per sharer.
        common_steps: the steps that every sharer's trace has in common, built when first asked for.
    """

    facts: Facts
    pot: PotRule
    reasons: list[str]
    sharers: list[int]
    weights: list[int]
    reached: list[int]
    split: Split
    common_steps: list[TraceStep] = field(default_factory=list, compare=False, repr=False)

    @property
    def oversubscribed(self) -> bool:
        """Whether claims on a ladder exceed the pot."""
        return bool(self.reached) and self.split.total_weight > self.pot.amount_kr

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that the pot's conditions and its share use, each once."""
        share = self.pot.share
        used: dict[Measure, None] = {part.measure: None for part in self.pot.conditions}
        if isinstance(share, Ladder):
            used[share.measure] = None
        elif share.weight != "equal":
            used[share.weight] = None
        return tuple(used)

    @cached_property
    def stated(self) -> tuple[Measure, ...]:
        """The figures and measures that every explanation of this pot states, in order."""
        return fact_rules(self.measures)

    @cached_property
    def tests(self) -> list[Test]:
        """The pot's conditions, made ready."""
        return [_test(self.facts.rules, rule) for rule in self.pot.conditions]

    @cached_property
    def rungs(self) -> Rungs:
        """The steps of the pot's ladder, made ready."""
        ladder, rules = self.pot.share, self.facts.rules
        assert isinstance(ladder, Ladder)
        borders = [scaled_bound(rules, ladder.measure, step.at) for step in ladder.steps]
        shown_at = [shown(rules, ladder.measure, border) for border in borders]
        pairs = [[at, step.amount_kr] for at, step in zip(shown_at, ladder.steps, strict=True)]
        return Rungs(borders, shown_at, Quantity(pairs, "steps"))

    @cached_property
    def places(self) -> dict[int, int]:
        """Place of a region in code order -> its place among the sharers."""
        return {index: place for place, index in enumerate(self.sharers)}

    @cached_property
    def floors_kr(self) -> int:
        """What all shares rounded down sum to."""
        return sum(self.split.floors_kr)

    @cached_property
    def ranks(self) -> list[int]:
        """One per sharer: its rank among the remainders, from 1 for the largest."""
        ranks = [0] * len(self.sharers)
        for rank, place in enumerate(self.split.order, 1):
            ranks[place] = rank
        return ranks

    def award_kr(self, index: int) -> int:
        """What the region at this place in code order gets."""
        place = bisect_left(self.sharers, index)
        shares = place < len(self.sharers) and self.sharers[place] == index
        return self.split.awards_kr[place] if shares else 0

    def assumed(self) -> list[bool]:
        """One per region: whether its explanation has a step that is assumed."""
        rules, pot = self.facts.rules, self.pot
        share = pot.share
        bases = [fact_basis(rules, name) for name in self.stated]
        bases += [part.basis for part in pot.conditions]
        unmet = any(basis.assumed for basis in bases)
        by_reason = {part.reason: unmet for part in pot.conditions}
        by_reason[NOT_REPORTED] = unmet or rules.missing_basis.assumed

        eligible = unmet or pot.basis.assumed or share.basis.assumed
        if isinstance(share, Ladder):
            by_reason[f"{share.measure}-below-first-step"] = unmet or share.basis.assumed
            eligible = eligible or (
                self.oversubscribed and (share.oversubscribed.assumed or rules.rounding_basis.assumed)
            )
        else:
            cap_assumed = share.cap is not None and share.cap.basis.assumed
            eligible = eligible or cap_assumed or rules.rounding_basis.assumed
        by_reason[ELIGIBLE] = eligible
        flags = [by_reason[reason] for reason in self.reasons]
        if isinstance(share, Ladder) and not eligible:
            for index, reached in zip(self.sharers, self.reached, strict=True):
                flags[index] = share.steps[reached].basis.assumed
        return flags


def shown(rules: RuleSet, measure: Measure, value: int) -> int | str:
    """A measure as the trace shows it: a rate as text with its decimals, else the whole number."""
    return rate_text(value, rules.rate_decimals) if measure in RATES else value


def _test(rules: RuleSet, rule: Condition) -> Test:
    measure, unit = rule.measure, UNITS[rule.measure]
    bound = scaled_bound(rules, measure, rule.bound)
    name, limit = measure.replace("-", "_"), rule.reason.rsplit("-", 1)[1]
    counted = "reported" if measure in NEEDS_REPORT else "planned"
    return Test(
        rule=rule,
        values=met_by(rule.comparison, bound),
        bound=bound,
        name=name,
        unit=unit,
        limit=(limit, Quantity(shown(rules, measure, bound), unit)),
        operation=f"{name} {_SIGNS[rule.comparison]} {limit}",
        counted="" if measure == "inhabitants" else counted,
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
