"""Builds the explanation of an award and of a pot from the numbers of the calculation."""

from fractions import Fraction
from typing import Any

from allocation.engine.evidence import ELIGIBLE, NOT_REPORTED, PotEvidence, fact_basis, fact_rules
from allocation.engine.measures import (
    Range,
    as_rate,
    condition_range,
    met_by,
    posts_giving,
    rate_scaled,
    reported_needed,
    scaled_bound,
)
from allocation.engine.rules import (
    NEEDS_REPORT,
    RATES,
    UNITS,
    Basis,
    Condition,
    Ladder,
    Measure,
    Proportional,
)
from allocation.engine.tracestep import Quantity, TraceStep

_SIGNS = {"at-least": ">=", "above": ">", "at-most": "<=", "below": "<"}
_GIVEN_KEYS: dict[Measure, str] = {
    "reported": "reporting",
    "planned": "baseline",
    "inhabitants": "population",
    "increase": "baseline",
    "planned-rate": "rate",
    "reported-rate": "rate",
}


def award_trace(evidence: PotEvidence, index: int) -> tuple[TraceStep, ...]:
    """The ordered steps from a region's figures to its award; the last result is the award.

    Args:
        index: the region's place in code order.
    """
    steps = [_fact(evidence, index, measure) for measure in fact_rules(evidence.measures)]
    steps += [_condition(evidence, index, part) for part in evidence.pot.conditions]
    share = evidence.pot.share
    if evidence.reasons[index] != ELIGIBLE:
        if evidence.reasons[index].endswith("-below-first-step") and isinstance(share, Ladder):
            steps.append(_ladder_step(evidence, index, share, reached=-1))
        steps.append(_not_eligible(evidence, index))
    elif isinstance(share, Ladder):
        place = evidence.places[index]
        steps.append(_ladder_step(evidence, index, share, reached=evidence.reached[place]))
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
        _step(
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
        _step(
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


def _step(
    rule: str,
    key: str,
    inputs: dict[str, Quantity],
    operation: str,
    result: Any,
    unit: str,
    basis: Basis,
    notes: dict[str, Quantity] | None = None,
) -> TraceStep:
    return TraceStep(
        rule,
        key,
        inputs,
        operation,
        result,
        unit,
        basis.source,
        basis.assumed,
        basis.why,
        basis.why_sv,
        notes or {},
    )


def _fact(evidence: PotEvidence, index: int, measure: Measure) -> TraceStep:
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    planned = Quantity(report.planned, "posts")
    reported = Quantity(report.reported, "posts")
    inhabitants = Quantity(report.inhabitants, "persons")
    match measure:
        case "reported":
            inputs, operation = {"reported": reported}, "reported"
        case "planned":
            inputs, operation = {"planned": planned}, "planned"
        case "inhabitants":
            inputs, operation = {"inhabitants": inhabitants}, "inhabitants"
        case "increase":
            inputs = {"reported": reported, "planned": planned}
            operation = "reported - planned"
        case "planned-rate" | "reported-rate":
            posts = "planned" if measure == "planned-rate" else "reported"
            inputs = {
                posts: planned if measure == "planned-rate" else reported,
                "per_inhabitants": Quantity(rules.rate_per, "persons"),
                "inhabitants": inhabitants,
                "decimals": Quantity(rules.rate_decimals, "number"),
            }
            operation = f"half_up({posts} * per_inhabitants / inhabitants, decimals)"
    return _step(
        measure,
        _GIVEN_KEYS[measure],
        inputs,
        operation,
        _shown(evidence, measure, evidence.facts.columns[measure][index]),
        UNITS[measure],
        fact_basis(rules, measure),
    )


def _condition(evidence: PotEvidence, index: int, condition: Condition) -> TraceStep:
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure = condition.measure
    value = evidence.facts.columns[measure][index]
    bound = scaled_bound(rules, measure, condition.bound)
    name, limit = measure.replace("-", "_"), condition.reason.rsplit("-", 1)[1]
    unit = UNITS[measure]
    notes: dict[str, Quantity] = {}
    met = None
    values = met_by(condition.comparison, bound)
    if value is not None:
        met = _within(value, values)
        notes["margin"] = Quantity(_shown(evidence, measure, value - bound), unit)
    if measure != "inhabitants":
        posts = posts_giving(rules, measure, values, report)
        counted = "reported" if measure in NEEDS_REPORT else "planned"
        border, beyond = (posts.high, 1) if posts.low is None else (posts.low, -1)
        if border is not None and border >= 0:
            notes["counted"] = Quantity(counted, "code")
            notes["border_posts"] = Quantity(border, "posts")
            if border + beyond >= 0:
                past = border + beyond
                notes["beyond_posts"] = Quantity(past, "posts")
                notes["beyond_value"] = Quantity(
                    _shown(evidence, measure, _at_posts(evidence, index, measure, past)), unit
                )
    return _step(
        "condition",
        condition.key,
        {
            name: Quantity(_shown(evidence, measure, value), unit),
            limit: Quantity(_shown(evidence, measure, bound), unit),
        },
        f"{name} {_SIGNS[condition.comparison]} {limit}",
        met,
        "truth",
        condition.basis,
        notes,
    )


def _ladder_step(evidence: PotEvidence, index: int, ladder: Ladder, *, reached: int) -> TraceStep:
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure = ladder.measure
    name, unit = measure.replace("-", "_"), UNITS[measure]
    borders = [scaled_bound(rules, measure, step.at) for step in ladder.steps]
    shown = [_shown(evidence, measure, border) for border in borders]
    notes = {"step": Quantity(reached + 1, "number"), "step_count": Quantity(len(borders), "number")}
    if reached >= 0:
        notes["step_at"] = Quantity(shown[reached], unit)
    if reached + 1 < len(borders):
        notes["next_at"] = Quantity(shown[reached + 1], unit)
        notes["next_amount_kr"] = Quantity(ladder.steps[reached + 1].amount_kr, "kr")
        if measure in NEEDS_REPORT and report.reported is not None:
            needed = posts_giving(rules, measure, Range(borders[reached + 1], None), report).low
            notes["posts_to_next"] = Quantity((needed or 0) - report.reported, "posts")
    return _step(
        "ladder-step",
        ladder.key if reached < 0 else ladder.steps[reached].key,
        {
            name: Quantity(_shown(evidence, measure, evidence.facts.columns[measure][index]), unit),
            "steps": Quantity(
                [[at, step.amount_kr] for at, step in zip(shown, ladder.steps, strict=True)], "steps"
            ),
        },
        f"highest_step({name}, steps)",
        ladder.steps[reached].amount_kr if reached >= 0 else 0,
        "kr",
        ladder.basis if reached < 0 else _both(ladder.basis, ladder.steps[reached].basis),
        notes,
    )


def _pot_amount(evidence: PotEvidence) -> TraceStep:
    pot = evidence.pot
    pot_kr = Quantity(pot.amount_kr, "kr")
    return _step("pot-amount", pot.key, {"pot_kr": pot_kr}, "pot_kr", pot.amount_kr, "kr", pot.basis)


def _to_share(evidence: PotEvidence, share: Proportional) -> list[TraceStep]:
    """What there is to share, and the sum of what it is shared by."""
    pot_kr, split = evidence.pot.amount_kr, evidence.split
    sharers = Quantity(len(evidence.sharers), "regions")
    total = _weight(evidence, split.total_weight)
    steps = [
        _pot_amount(evidence),
        _step(
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
        notes["pot_per_unit_kr"] = Quantity(str(Fraction(pot_kr, units)), "kr/post")
        notes["pot_per_unit_decimal"] = Quantity(_half_up(pot_kr, units, 2), "kr/post")
    steps.append(
        _step(
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
    return _step(
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
    return _step("claim-paid", ladder.key, inputs, "claim_kr", claim_kr, "kr", ladder.basis)


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
        return _step("share", key, inputs, "0", "0", "kr", basis)
    notes = {
        "weight_is": Quantity("claim" if isinstance(share, Ladder) else share.weight, "code"),
        "percent": Quantity(_half_up(100 * weight, total, 4), "number"),
        "share_decimal": Quantity(_cut(split.amount_kr * weight, total, 4), "kr"),
        "sharers": Quantity(len(evidence.sharers), "regions"),
    }
    exact = str(Fraction(split.amount_kr * weight, total))
    return _step("share", key, inputs, "amount_kr * weight / sum_of_weights", exact, "kr", basis, notes)


def _whole_kronor(evidence: PotEvidence, place: int) -> TraceStep:
    split = evidence.split
    floor_kr, award_kr = split.floors_kr[place], split.awards_kr[place]
    total = split.total_weight or 1
    remainder = split.remainders[place]
    return _step(
        "whole-kronor",
        "rounding",
        {
            "share_kr": Quantity(str(Fraction(floor_kr * total + remainder, total)), "kr"),
            "extra_kr": Quantity(award_kr - floor_kr, "kr"),
        },
        "floor(share_kr) + extra_kr",
        award_kr,
        "kr",
        evidence.facts.rules.rounding_basis,
        {
            "floor_kr": Quantity(floor_kr, "kr"),
            "fraction": Quantity(str(Fraction(remainder, total)), "kr"),
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
        for part in pot.conditions:
            value = evidence.facts.columns[part.measure][index]
            if value is not None and not _within(value, condition_range(rules, part)):
                basis, key = part.basis, part.key
                break
    notes = {}
    needed = _needed(evidence, index)
    notes["can_be_met"] = Quantity(needed is not None, "truth")
    if needed is not None:
        notes["reported_needed"] = Quantity(needed, "posts")
        if report.reported is not None:
            notes["posts_more"] = Quantity(needed - report.reported, "posts")
    if isinstance(pot.share, Ladder):
        first = pot.share.steps[0]
        border = scaled_bound(rules, pot.share.measure, first.at)
        notes["first_step_at"] = Quantity(
            _shown(evidence, pot.share.measure, border), UNITS[pot.share.measure]
        )
        notes["first_step_kr"] = Quantity(first.amount_kr, "kr")
    return _step("not-eligible", key, {"reason": Quantity(reason, "code")}, "0", 0, "kr", basis, notes)


def _needed(evidence: PotEvidence, index: int) -> int | None:
    """The fewest reported posts that make the region eligible; None where no report can."""
    facts, pot, report = evidence.facts, evidence.pot, evidence.facts.reports[index]
    tests = [(part.measure, condition_range(facts.rules, part)) for part in pot.conditions]
    if isinstance(pot.share, Ladder):
        measure = pot.share.measure
        tests.append((measure, Range(scaled_bound(facts.rules, measure, pot.share.steps[0].at), None)))
    ranges = []
    for measure, values in tests:
        if measure in NEEDS_REPORT:
            ranges.append(posts_giving(facts.rules, measure, values, report))
        elif not _within(facts.columns[measure][index] or 0, values):
            return None
    return reported_needed(ranges)


def _at_posts(evidence: PotEvidence, index: int, measure: Measure, posts: int) -> int:
    report = evidence.facts.reports[index]
    if measure in RATES:
        return rate_scaled(evidence.facts.rules, posts=posts, inhabitants=report.inhabitants)
    return posts - report.planned if measure == "increase" else posts


def _within(value: int, values: Range) -> bool:
    return not (
        (values.low is not None and value < values.low) or (values.high is not None and value > values.high)
    )


def _shown(evidence: PotEvidence, measure: Measure, value: int | None) -> int | str | None:
    """A measure as the trace shows it: a rate as text with its decimals, else the whole number."""
    if value is None or measure not in RATES:
        return value
    return f"{as_rate(value, evidence.facts.rules.rate_decimals):f}"


def _weight(evidence: PotEvidence, value: int) -> Quantity:
    share = evidence.pot.share
    if isinstance(share, Ladder):
        return Quantity(value, "kr")
    if share.weight == "equal":
        return Quantity(value, "share")
    return Quantity(_shown(evidence, share.weight, value), UNITS[share.weight])


def _both(first: Basis, second: Basis) -> Basis:
    source = (*first.source, *(part for part in second.source if part not in first.source))
    return Basis(
        source=source,
        assumed=first.assumed or second.assumed,
        why=" ".join(part for part in (first.why, second.why) if part),
        why_sv=" ".join(part for part in (first.why_sv, second.why_sv) if part),
    )


def _half_up(numerator: int, denominator: int, places: int) -> str:
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    return f"{as_rate(scaled, places):f}"


def _cut(numerator: int, denominator: int, places: int) -> str:
    """Rounded down, so that the decimals never show a krona that the floor does not have."""
    return f"{as_rate(numerator * 10**places // denominator, places):f}"
