"""Computes an allocation: who is eligible for each pot, and for how many kronor."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from allocation.engine import kronor
from allocation.engine.evidence import PotEvidence
from allocation.engine.measures import Facts, measure_all
from allocation.engine.prepared import PreparedPot, Rungs, prepared
from allocation.engine.reports import Report, in_code_order
from allocation.engine.results import Allocation
from allocation.engine.rules import Proportional, RuleSet


def compute(rules: RuleSet, reports: Iterable[Report]) -> Allocation:
    """Allocate every pot of a rule set among regions.

    The order of the reports makes no difference. The time grows as n log n with the regions.

    Returns:
        One result per pot in the order of the rule set, one per region in code order.

    Raises:
        DuplicateRegion: two reports carry the same code.
    """
    facts = measure_all(rules, in_code_order(reports))
    return Allocation(facts, share_pots(facts))


def share_pots(facts: Facts) -> list[PotEvidence]:
    """Share every pot of the rule set among the regions, in the order of the rule set."""
    return [_share_pot(facts, pot) for pot in prepared(facts.rules)]


def _share_pot(facts: Facts, pot: PreparedPot) -> PotEvidence:
    left = [facts.present, *_left_by_conditions(facts, pot)]
    if pot.rungs is not None:
        return _share_by_ladder(facts, pot, pot.rungs, left)
    assert isinstance(pot.rule.share, Proportional)
    return _share_by_weight(facts, pot, pot.rule.share, left)


def _left_by_conditions(facts: Facts, pot: PreparedPot) -> Iterator[list[int]]:
    """Of the regions that have reported, those that are left after each condition."""
    left = facts.present
    for test in pot.tests:
        column = facts.column(test.rule.measure)
        low, high = test.values
        # A comparison sets one limit, never two.
        if low is not None:
            left = [index for index in left if column[index] >= low]
        elif high is not None:
            left = [index for index in left if column[index] <= high]
        yield left


def _share_by_weight(
    facts: Facts, pot: PreparedPot, share: Proportional, left: list[list[int]]
) -> PotEvidence:
    sharers = left[-1]
    if share.weight == "equal":
        weights = [1] * len(sharers)
    else:
        column = facts.column(share.weight)
        weights = [column[index] for index in sharers]
    amount_kr = pot.rule.amount_kr
    if share.cap is not None:
        # The weight of a capped pot is the increase, so the weights are the units.
        amount_kr = min(amount_kr, share.cap.per_unit_kr * sum(weights))
    return _evidence(facts, pot, left, weights, [], amount_kr)


def _share_by_ladder(facts: Facts, pot: PreparedPot, rungs: Rungs, left: list[list[int]]) -> PotEvidence:
    column, candidates = facts.column(rungs.measure), left[-1]
    climbed = [bisect_right(rungs.borders, column[index]) for index in candidates]
    reached = [steps - 1 for steps in climbed if steps]
    claims = [rungs.amounts_kr[place] for place in reached]
    left.append([index for index, steps in zip(candidates, climbed, strict=True) if steps])
    # Claims that fit are shared out by themselves: each share is then the claim, with nothing cut off.
    return _evidence(facts, pot, left, claims, reached, min(pot.rule.amount_kr, sum(claims)))


def _evidence(
    facts: Facts,
    pot: PreparedPot,
    left: list[list[int]],
    weights: list[int],
    reached: list[int],
    amount_kr: int,
) -> PotEvidence:
    split = kronor.split(amount_kr, weights)
    awards_kr = [0] * len(facts.reports)
    for index, award_kr in zip(left[-1], split.awards_kr, strict=True):
        awards_kr[index] = award_kr
    return PotEvidence(facts, pot, left, weights, reached, split, awards_kr)
