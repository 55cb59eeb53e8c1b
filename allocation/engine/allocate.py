"""Computes an allocation: who is eligible for each pot, and for how many kronor."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from itertools import count, repeat

from allocation.engine import kronor
from allocation.engine.evidence import ELIGIBLE, NOT_REPORTED, PotEvidence
from allocation.engine.measures import Facts, as_rate, condition_range, measure_all, scaled_bound
from allocation.engine.reports import Report, in_code_order, inputs_sha256
from allocation.engine.results import Allocation, AwardResult, PotResult, RegionResult
from allocation.engine.rules import Ladder, PotRule, Proportional, RuleSet

# As AwardResult._make, but in C from end to end: most of the time at many regions goes into making results.
_award = partial(tuple.__new__, AwardResult)
_region = partial(tuple.__new__, RegionResult)


def compute(rules: RuleSet, reports: Iterable[Report]) -> Allocation:
    """Allocate every pot of a rule set among regions.

    The order of the reports makes no difference. The time grows as n log n with the regions.

    Returns:
        One result per pot in the order of the rule set, one per region in code order.

    Raises:
        DuplicateRegion: two reports carry the same code.
    """
    ordered = in_code_order(reports)
    facts = measure_all(rules, ordered)
    evidence = share_pots(facts)
    return Allocation(
        rules_version=rules.version,
        rules_sha256=rules.sha256,
        inputs_sha256=inputs_sha256(ordered),
        pots=tuple(_pot_result(part) for part in evidence),
        regions=_region_results(facts, evidence),
    )


def share_pots(facts: Facts) -> list[PotEvidence]:
    """Share every pot of the rule set among the regions, in the order of the rule set."""
    return [_share_pot(facts, pot) for pot in facts.rules.pots]


def _share_pot(facts: Facts, pot: PotRule) -> PotEvidence:
    reasons = _reasons(facts, pot)
    sharers = [index for index, reason in enumerate(reasons) if reason == ELIGIBLE]
    if isinstance(pot.share, Ladder):
        return _share_by_ladder(facts, pot, pot.share, reasons, sharers)
    return _share_by_weight(facts, pot, pot.share, reasons, sharers)


def _reasons(facts: Facts, pot: PotRule) -> list[str]:
    """One code per region: eligible, not reported, or the first condition that is not met."""
    reasons = [NOT_REPORTED if reported is None else ELIGIBLE for reported in facts.columns["reported"]]
    for condition in pot.conditions:
        low, high = condition_range(facts.rules, condition)
        values = enumerate(facts.columns[condition.measure])
        if high is None:
            missed = [index for index, value in values if value is not None and value < (low or 0)]
        else:
            missed = [index for index, value in values if value is not None and value > high]
        for index in missed:
            if reasons[index] == ELIGIBLE:
                reasons[index] = condition.reason
    return reasons


def _share_by_weight(
    facts: Facts, pot: PotRule, share: Proportional, reasons: list[str], sharers: list[int]
) -> PotEvidence:
    if share.weight == "equal":
        weights = [1] * len(sharers)
    else:
        column = facts.columns[share.weight]
        weights = [column[index] or 0 for index in sharers]
    amount_kr = pot.amount_kr
    if share.cap is not None:
        # The weight of a capped pot is the increase, so the weights are the units.
        amount_kr = min(amount_kr, share.cap.per_unit_kr * sum(weights))
    return PotEvidence(facts, pot, reasons, sharers, weights, [], kronor.split(amount_kr, weights))


def _share_by_ladder(
    facts: Facts, pot: PotRule, ladder: Ladder, reasons: list[str], sharers: list[int]
) -> PotEvidence:
    column = facts.columns[ladder.measure]
    borders = [scaled_bound(facts.rules, ladder.measure, step.at) for step in ladder.steps]
    below = f"{ladder.measure}-below-first-step"
    claimants: list[int] = []
    claims: list[int] = []
    places: list[int] = []
    for index in sharers:
        reached = bisect_right(borders, column[index] or 0)
        if reached:
            claimants.append(index)
            places.append(reached - 1)
            claims.append(ladder.steps[reached - 1].amount_kr)
        else:
            reasons[index] = below
    # Claims that fit are shared out by themselves: each share is then the claim, with nothing cut off.
    amount_kr = min(pot.amount_kr, sum(claims))
    return PotEvidence(facts, pot, reasons, claimants, claims, places, kronor.split(amount_kr, claims))


def _pot_result(evidence: PotEvidence) -> PotResult:
    amount_kr, allocated_kr = evidence.pot.amount_kr, sum(evidence.split.awards_kr)
    return PotResult(
        id=evidence.pot.id,
        amount_kr=amount_kr,
        allocated_kr=allocated_kr,
        unallocated_kr=amount_kr - allocated_kr,
        eligible_count=len(evidence.sharers),
        evidence=evidence,
    )


def _region_results(facts: Facts, evidence: list[PotEvidence]) -> tuple[RegionResult, ...]:
    columns, amounts_kr = [], []
    for part in evidence:
        pot_id = part.pot.id
        awards_kr = [0] * len(facts.reports)
        for index, award_kr in zip(part.sharers, part.split.awards_kr, strict=True):
            awards_kr[index] = award_kr
        eligible = [reason == ELIGIBLE for reason in part.reasons]
        rows = zip(
            repeat(pot_id),
            eligible,
            part.reasons,
            awards_kr,
            part.assumed(),
            count(),
            repeat(part),
            strict=False,
        )
        amounts_kr.append(awards_kr)
        columns.append(list(map(_award, rows)))
    decimals = facts.rules.rate_decimals
    planned_rates = [as_rate(scaled or 0, decimals) for scaled in facts.columns["planned-rate"]]
    reported_rates = [
        None if scaled is None else as_rate(scaled, decimals) for scaled in facts.columns["reported-rate"]
    ]
    regions = zip(
        [report.code for report in facts.reports],
        planned_rates,
        reported_rates,
        facts.columns["increase"],
        # A rule set has at least one pot, so there is at least one column.
        zip(*columns, strict=True),
        map(sum, zip(*amounts_kr, strict=True)),
        strict=True,
    )
    return tuple(map(_region, regions))
