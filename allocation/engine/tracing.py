"""Builds the explanation of an award and of a pot from the numbers of the calculation."""

from math import gcd

from allocation.engine.evidence import PotEvidence
from allocation.engine.figures import condition, fact, ladder_step, step, within
from allocation.engine.measures import posts_giving, rate_text, reported_needed, shown
from allocation.engine.prepared import ELIGIBLE, NOT_REPORTED
from allocation.engine.rules import NEEDS_REPORT, UNITS, Ladder, Proportional
from allocation.engine.tracestep import Quantity, TraceStep


def award_trace(evidence: PotEvidence, index: int) -> tuple[TraceStep, ...]:
    """The ordered steps from a region's figures to its award; the last result is the award.

    Args:
        index: the region's place in code order.
    """
    steps = [fact(evidence, index, measure) for measure in evidence.prepared.stated]
    tests = zip(evidence.prepared.tests, evidence.prepared.wordings, strict=True)
    steps += [condition(evidence, index, test, wording) for test, wording in tests]
    share = evidence.pot.share
    if evidence.reasons[index] != ELIGIBLE:
        if evidence.reasons[index].endswith("-below-first-step") and isinstance(share, Ladder):
            steps.append(ladder_step(evidence, index, share, reached=-1))
        steps.append(_not_eligible(evidence, index))
    elif isinstance(share, Ladder):
        place = evidence.places[index]
        steps.append(ladder_step(evidence, index, share, reached=evidence.reached[place]))
        steps += _common(evidence)
        if evidence.oversubscribed:
            steps += [_share(evidence, place), _whole_kronor(evidence, place)]
        else:
            steps.append(_claim_paid(evidence, place, share))
    else:
        place = evidence.places[index]
        steps += [*_common(evidence), _share(evidence, place), _whole_kronor(evidence, place)]
    return tuple(steps)


def pot_trace(evidence: PotEvidence) -> tuple[TraceStep, ...]:
    """The steps that concern the whole pot; the last result is what stays unallocated."""
    steps = list(_common(evidence))
    split = evidence.split
    allocated_kr = sum(split.awards_kr)
    steps.append(
        step(
            "leftover-kronor",
            "rounding",
            {
                "amount_kr": Quantity(split.amount_kr if split.total_weight else 0, "kr"),
                "sum_of_floors_kr": Quantity(evidence.floors_kr, "kr"),
            },
            "amount_kr - sum_of_floors_kr",
            split.leftover_kr,
            "kr",
            evidence.facts.rules.rounding_basis,
        )
    )
    steps.append(
        step(
            "unallocated",
            evidence.pot.key,
            {
                "pot_kr": Quantity(evidence.pot.amount_kr, "kr"),
                "allocated_kr": Quantity(allocated_kr, "kr"),
            },
            "pot_kr - allocated_kr",
            evidence.pot.amount_kr - allocated_kr,
            "kr",
            evidence.pot.basis,
        )
    )
    return tuple(steps)


def _common(evidence: PotEvidence) -> list[TraceStep]:
    """The steps that are the same for every sharer; built once, since sharers may be many."""
    if not evidence.common_steps:
        share = evidence.pot.share
        if isinstance(share, Ladder):
            evidence.common_steps.extend([_pot_amount(evidence), _claims(evidence, share)])
        else:
            evidence.common_steps.extend(_to_share(evidence, share))
    return evidence.common_steps


def _pot_amount(evidence: PotEvidence) -> TraceStep:
    pot = evidence.pot
    pot_kr = Quantity(pot.amount_kr, "kr")
    return step("pot-amount", pot.key, {"pot_kr": pot_kr}, "pot_kr", pot.amount_kr, "kr", pot.basis)


def _to_share(evidence: PotEvidence, share: Proportional) -> list[TraceStep]:
    """What there is to share, and the sum of what it is shared by."""
    pot_kr, split = evidence.pot.amount_kr, evidence.split
    sharers = Quantity(len(evidence.sharers), "regions")
    total = _weight(evidence, split.total_weight)
    steps = [
        _pot_amount(evidence),
        step(
            "sum-of-weights",
            share.key,
            {"sharers": sharers},
            "sum(weight)",
            total.value,
            total.unit,
            share.basis,
            {"weight": Quantity(share.weight, "code")},
        ),
    ]
    cap = share.cap
    if cap is None:
        return steps
    units = split.total_weight
    notes = {"cap_applied": Quantity(cap.per_unit_kr * units < pot_kr, "truth")}
    if units:
        notes["pot_per_unit_kr"] = Quantity(_ratio(pot_kr, units), "kr/post")
        notes["pot_per_unit_decimal"] = Quantity(_half_up(pot_kr, units, 2), "kr/post")
    steps.append(
        step(
            "unit-cap",
            cap.key,
            {
                "pot_kr": Quantity(pot_kr, "kr"),
                "cap_per_unit_kr": Quantity(cap.per_unit_kr, "kr/post"),
                "sum_of_weights": total,
            },
            "min(pot_kr, cap_per_unit_kr * sum_of_weights)",
            split.amount_kr,
            "kr",
            cap.basis,
            notes,
        )
    )
    return steps


def _claims(evidence: PotEvidence, ladder: Ladder) -> TraceStep:
    pot_kr, claims_kr = evidence.pot.amount_kr, evidence.split.total_weight
    return step(
        "claims",
        evidence.pot.key,
        {
            "sum_of_claims_kr": Quantity(claims_kr, "kr"),
            "pot_kr": Quantity(pot_kr, "kr"),
        },
        "sum_of_claims_kr <= pot_kr",
        claims_kr <= pot_kr,
        "truth",
        ladder.basis,
        {
            "sharers": Quantity(len(evidence.sharers), "regions"),
            "oversubscribed": Quantity(evidence.oversubscribed, "truth"),
        },
    )


def _claim_paid(evidence: PotEvidence, place: int, ladder: Ladder) -> TraceStep:
    claim_kr = evidence.weights[place]
    inputs = {"claim_kr": Quantity(claim_kr, "kr")}
    return step("claim-paid", ladder.key, inputs, "claim_kr", claim_kr, "kr", ladder.basis)


def _share(evidence: PotEvidence, place: int) -> TraceStep:
    share, split = evidence.pot.share, evidence.split
    basis, key = share.basis, share.key
    if isinstance(share, Ladder):
        basis, key = share.oversubscribed, f"{share.key}.oversubscribed"
    weight, total = evidence.weights[place], split.total_weight
    inputs = {
        "amount_kr": Quantity(split.amount_kr, "kr"),
        "weight": _weight(evidence, weight),
        "sum_of_weights": _weight(evidence, total),
    }
    if not total:
        return step("share", key, inputs, "0", "0", "kr", basis)
    notes = {
        "weight_is": Quantity("claim" if isinstance(share, Ladder) else share.weight, "code"),
        "percent": Quantity(_half_up(100 * weight, total, 4), "number"),
        "share_decimal": Quantity(_cut(split.amount_kr * weight, total, 4), "kr"),
        "sharers": Quantity(len(evidence.sharers), "regions"),
    }
    exact = _ratio(split.amount_kr * weight, total)
    return step("share", key, inputs, "amount_kr * weight / sum_of_weights", exact, "kr", basis, notes)


def _whole_kronor(evidence: PotEvidence, place: int) -> TraceStep:
    split = evidence.split
    floor_kr, award_kr = split.floors_kr[place], split.awards_kr[place]
    total = split.total_weight or 1
    remainder = split.remainders[place]
    return step(
        "whole-kronor",
        "rounding",
        {
            "share_kr": Quantity(_ratio(floor_kr * total + remainder, total), "kr"),
            "extra_kr": Quantity(award_kr - floor_kr, "kr"),
        },
        "floor(share_kr) + extra_kr",
        award_kr,
        "kr",
        evidence.facts.rules.rounding_basis,
        {
            "floor_kr": Quantity(floor_kr, "kr"),
            "fraction": Quantity(_ratio(remainder, total), "kr"),
            "fraction_decimal": Quantity(_cut(remainder, total, 4), "kr"),
            "rank": Quantity(evidence.ranks[place], "number"),
            "sharers": Quantity(len(evidence.sharers), "regions"),
            "leftover_kr": Quantity(split.leftover_kr, "kr"),
            "sum_of_floors_kr": Quantity(evidence.floors_kr, "kr"),
        },
    )


def _not_eligible(evidence: PotEvidence, index: int) -> TraceStep:
    rules, pot, report = evidence.facts.rules, evidence.pot, evidence.facts.reports[index]
    reason = evidence.reasons[index]
    basis, key = pot.share.basis, pot.share.key
    if reason == NOT_REPORTED:
        basis, key = rules.missing_basis, "missing"
    else:
        for test in evidence.prepared.tests:
            value = evidence.facts.columns[test.rule.measure][index]
            if value is not None and not within(value, test.values):
                basis, key = test.rule.basis, test.rule.key
                break
    notes = {}
    needed = _needed(evidence, index)
    notes["can_be_met"] = Quantity(needed is not None, "truth")
    if needed is not None:
        notes["reported_needed"] = Quantity(needed, "posts")
        if report.reported is not None:
            notes["posts_more"] = Quantity(needed - report.reported, "posts")
    rungs = evidence.prepared.rungs
    if rungs is not None:
        first_at, first_kr = evidence.prepared.ladder_steps[0]
        notes["first_step_at"] = Quantity(first_at, UNITS[rungs.measure])
        notes["first_step_kr"] = Quantity(first_kr, "kr")
    return step("not-eligible", key, {"reason": Quantity(reason, "code")}, "0", 0, "kr", basis, notes)


def _needed(evidence: PotEvidence, index: int) -> int | None:
    """The fewest reported posts that make the region eligible; None where no report can."""
    facts, report = evidence.facts, evidence.facts.reports[index]
    ranges = []
    for measure, values in evidence.prepared.needs:
        if measure in NEEDS_REPORT:
            ranges.append(posts_giving(facts.rules, measure, values, report))
        elif not within(facts.columns[measure][index] or 0, values):
            return None
    return reported_needed(ranges)


def _weight(evidence: PotEvidence, value: int) -> Quantity:
    share = evidence.pot.share
    if isinstance(share, Ladder):
        return Quantity(value, "kr")
    if share.weight == "equal":
        return Quantity(value, "share")
    return Quantity(shown(evidence.facts.rules, share.weight, value), UNITS[share.weight])


def _half_up(numerator: int, denominator: int, places: int) -> str:
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    return rate_text(scaled, places)


def _cut(numerator: int, denominator: int, places: int) -> str:
    """Rounded down, so that the decimals never show a krona that the floor does not have."""
    return rate_text(numerator * 10**places // denominator, places)


def _ratio(numerator: int, denominator: int) -> str:
    """An exact fraction in its lowest terms; a whole number without a denominator."""
    common = gcd(numerator, denominator)
    lowest = denominator // common
    return f"{numerator // common}/{lowest}" if lowest > 1 else f"{numerator // common}"
