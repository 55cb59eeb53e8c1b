"""The steps of an explanation that concern one region: its figures, conditions and ladder step."""

from typing import Any

from allocation.engine.evidence import PotEvidence
from allocation.engine.measures import Facts, Range, posts_giving, rate_scaled, shown
from allocation.engine.prepared import Test, Wording, fact_basis
from allocation.engine.rules import NEEDS_REPORT, RATES, UNITS, Basis, Ladder, Measure
from allocation.engine.tracestep import Quantity, TraceStep

_GIVEN_KEYS: dict[Measure, str] = {
    "reported": "reporting",
    "planned": "baseline",
    "inhabitants": "population",
    "increase": "baseline",
    "planned-rate": "rate",
    "reported-rate": "rate",
}


def step(
    rule: str,
    key: str,
    inputs: dict[str, Quantity],
    operation: str,
    result: Any,
    unit: str,
    basis: Basis,
    notes: dict[str, Quantity] | None = None,
) -> TraceStep:
    """A step that rests on a basis."""
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


def fact(evidence: PotEvidence, index: int, measure: Measure) -> TraceStep:
    """A figure or measure of one region."""
    steps = evidence.facts.steps
    kept = steps.get((measure, index))
    if kept is None:
        kept = steps[(measure, index)] = _fact(evidence.facts, index, measure)
    return kept


def _fact(facts: Facts, index: int, measure: Measure) -> TraceStep:
    rules, report = facts.rules, facts.reports[index]
    match measure:
        case "reported":
            inputs, operation = {"reported": Quantity(report.reported, "posts")}, "reported"
        case "planned":
            inputs, operation = {"planned": Quantity(report.planned, "posts")}, "planned"
        case "inhabitants":
            inputs, operation = {"inhabitants": Quantity(report.inhabitants, "persons")}, "inhabitants"
        case "increase":
            inputs = {
                "reported": Quantity(report.reported, "posts"),
                "planned": Quantity(report.planned, "posts"),
            }
            operation = "reported - planned"
        case "planned-rate" | "reported-rate":
            posts = "planned" if measure == "planned-rate" else "reported"
            inputs = {
                posts: Quantity(report.planned if measure == "planned-rate" else report.reported, "posts"),
                "per_inhabitants": Quantity(rules.rate_per, "persons"),
                "inhabitants": Quantity(report.inhabitants, "persons"),
                "decimals": Quantity(rules.rate_decimals, "number"),
            }
            operation = f"half_up({posts} * per_inhabitants / inhabitants, decimals)"
    value = facts.columns[measure][index]
    return step(
        measure,
        _GIVEN_KEYS[measure],
        inputs,
        operation,
        None if value is None else shown(rules, measure, value),
        UNITS[measure],
        fact_basis(rules, measure),
    )


def condition(evidence: PotEvidence, index: int, test: Test, wording: Wording) -> TraceStep:
    """One condition of the pot for one region, and how far the region is from its border."""
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure, unit = test.rule.measure, wording.unit
    value = evidence.facts.columns[measure][index]
    notes: dict[str, Quantity] = {}
    met, value_shown = None, None
    if value is not None:
        met, value_shown = within(value, test.values), shown(rules, measure, value)
        notes["margin"] = Quantity(shown(rules, measure, value - test.bound), unit)
    if wording.counted:
        posts = posts_giving(rules, measure, test.values, report)
        border, beyond = (posts.high, 1) if posts.low is None else (posts.low, -1)
        if border is not None and border >= 0:
            notes["counted"] = Quantity(wording.counted, "code")
            notes["border_posts"] = Quantity(border, "posts")
            past = border + beyond
            if past >= 0:
                notes["beyond_posts"] = Quantity(past, "posts")
                beyond_value = _at_posts(evidence, index, measure, past)
                notes["beyond_value"] = Quantity(shown(rules, measure, beyond_value), unit)
    limit, bound_shown = wording.limit
    return step(
        "condition",
        test.rule.key,
        {wording.name: Quantity(value_shown, unit), limit: bound_shown},
        wording.operation,
        met,
        "truth",
        test.rule.basis,
        notes,
    )


def ladder_step(evidence: PotEvidence, index: int, ladder: Ladder, *, reached: int) -> TraceStep:
    """The highest step that a region reaches; `reached` is -1 below the first step."""
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure, unit = ladder.measure, UNITS[ladder.measure]
    name = measure.replace("-", "_")
    rungs = evidence.prepared.rungs
    assert rungs is not None
    borders, steps = rungs.borders, evidence.prepared.ladder_steps
    value = evidence.facts.columns[measure][index]
    notes = {"step": Quantity(reached + 1, "number"), "step_count": Quantity(len(borders), "number")}
    if reached >= 0:
        notes["step_at"] = Quantity(steps[reached][0], unit)
    if reached + 1 < len(borders):
        notes["next_at"] = Quantity(steps[reached + 1][0], unit)
        notes["next_amount_kr"] = Quantity(ladder.steps[reached + 1].amount_kr, "kr")
        if measure in NEEDS_REPORT and report.reported is not None:
            needed = posts_giving(rules, measure, Range(borders[reached + 1], None), report).low
            notes["posts_to_next"] = Quantity((needed or 0) - report.reported, "posts")
    return step(
        "ladder-step",
        ladder.key if reached < 0 else ladder.steps[reached].key,
        {
            name: Quantity(None if value is None else shown(rules, measure, value), unit),
            "steps": evidence.ladder_steps,
        },
        f"highest_step({name}, steps)",
        ladder.steps[reached].amount_kr if reached >= 0 else 0,
        "kr",
        ladder.basis if reached < 0 else both(ladder.basis, ladder.steps[reached].basis),
        notes,
    )


def _at_posts(evidence: PotEvidence, index: int, measure: Measure, posts: int) -> int:
    report = evidence.facts.reports[index]
    if measure in RATES:
        return rate_scaled(evidence.facts.rules, posts=posts, inhabitants=report.inhabitants)
    return posts - report.planned if measure == "increase" else posts


def within(value: int, values: Range) -> bool:
    """Whether a value lies in a range."""
    return not (
        (values.low is not None and value < values.low) or (values.high is not None and value > values.high)
    )


def both(first: Basis, second: Basis) -> Basis:
    """What rests on two rules: each source once, assumed if either is, the reasons one after the other."""
    source = (*first.source, *(part for part in second.source if part not in first.source))
    return Basis(
        source=source,
        assumed=first.assumed or second.assumed,
        why=" ".join(part for part in (first.why, second.why) if part),
        why_sv=" ".join(part for part in (first.why_sv, second.why_sv) if part),
    )
