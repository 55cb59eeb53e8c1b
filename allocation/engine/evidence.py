"""The numbers by which one pot was shared, kept so that every award can be explained from them."""

from dataclasses import dataclass, field
from functools import cached_property

from allocation.engine.kronor import Split
from allocation.engine.measures import Facts
from allocation.engine.prepared import ELIGIBLE, PreparedPot
from allocation.engine.rules import Ladder, PotRule
from allocation.engine.tracestep import Numbers


@dataclass
class PotEvidence:
    """How one pot was shared. Never changed once made; what follows from it is kept when first asked for.

    Args:
        facts: every region's measures, in code order.
        prepared: the pot's rule made ready.
        left: who was left after each of the pot's tests (`PreparedPot.reasons`), as places in code order.
        weights: one per sharer: its weight, or in a ladder its claim in kronor.
        reached: one per sharer: the place of the ladder step it reached; empty without a ladder.
        split: the division into kronor, one place per sharer.
        awards_kr: one per region, in code order: what it gets.
        numbers: all numbers that the explanations state, made when first asked for.
    """

    facts: Facts
    prepared: PreparedPot
    left: list[list[int]]
    weights: list[int]
    reached: list[int]
    split: Split
    awards_kr: list[int]
    numbers: Numbers = field(default_factory=dict, compare=False, repr=False)

    @property
    def pot(self) -> PotRule:
        """The pot's rule."""
        return self.prepared.rule

    @property
    def sharers(self) -> list[int]:
        """Places in code order of the regions that are eligible."""
        return self.left[-1]

    @cached_property
    def fell_at(self) -> list[int]:
        """One per region: the number of the test it fell at, as in `PreparedPot.reasons`.

        Past the last one for those who are eligible.
        """
        tests = [0] * len(self.facts.reports)
        # Whoever was left by one test fell at the next, unless that one's own list says otherwise.
        for test, left in enumerate(self.left, 1):
            for index in left:
                tests[index] = test
        return tests

    @cached_property
    def reasons(self) -> list[str]:
        """One code per region, in code order: eligible, or why not, by the first test that it fell at."""
        names = [*self.prepared.reasons, ELIGIBLE]
        return [names[test] for test in self.fell_at]

    @property
    def oversubscribed(self) -> bool:
        """Whether claims on a ladder exceed the pot."""
        return bool(self.reached) and self.split.total_weight > self.pot.amount_kr

    @cached_property
    def assumed(self) -> list[bool]:
        """One per region: whether its explanation has a step that is assumed."""
        prepared = self.prepared
        by_reason = prepared.assumed_oversubscribed if self.oversubscribed else prepared.assumed
        flags = [by_reason[reason] for reason in self.reasons]
        ladder = prepared.rule.share
        if isinstance(ladder, Ladder) and not by_reason[ELIGIBLE]:
            for index, reached in zip(self.sharers, self.reached, strict=True):
                flags[index] = ladder.steps[reached].basis.assumed
        return flags
