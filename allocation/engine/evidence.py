"""The numbers by which one pot was shared, kept so that every award can be explained from them."""

from dataclasses import dataclass, field
from functools import cached_property

from allocation.engine.kronor import Split
from allocation.engine.measures import Facts
from allocation.engine.prepared import ELIGIBLE, PreparedPot
from allocation.engine.rules import Ladder, PotRule
from allocation.engine.tracestep import Quantity, TraceStep


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
        common_steps: the steps that every sharer's trace has in common, built when first asked for.
    """

    facts: Facts
    prepared: PreparedPot
    left: list[list[int]]
    weights: list[int]
    reached: list[int]
    split: Split
    awards_kr: list[int]
    common_steps: list[TraceStep] = field(default_factory=list, compare=False, repr=False)

    @property
    def pot(self) -> PotRule:
        """The pot's rule."""
        return self.prepared.rule

    @property
    def sharers(self) -> list[int]:
        """Places in code order of the regions that are eligible."""
        return self.left[-1]

    @cached_property
    def reasons(self) -> list[str]:
        """One code per region, in code order: eligible, or why not, by the first test that it fell at."""
        first, *others = self.prepared.reasons
        reasons = [first] * len(self.facts.reports)
        # Whoever was left by one test fell at the next, unless that one's own list says otherwise.
        for left, reason in zip(self.left, [*others, ELIGIBLE], strict=True):
            for index in left:
                reasons[index] = reason
        return reasons

    @property
    def oversubscribed(self) -> bool:
        """Whether claims on a ladder exceed the pot."""
        return bool(self.reached) and self.split.total_weight > self.pot.amount_kr

    @cached_property
    def ladder_steps(self) -> Quantity:
        """All steps of the ladder, as explanations state them; lists of its own, since readers get them."""
        return Quantity([list(pair) for pair in self.prepared.ladder_steps], "steps")

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
