"""The steps of an explanation that concern one region: its figures, conditions and ladder step."""

from typing import Any

from allocation.engine.evidence import PotEvidence, fact_basis
from allocation.engine.measures import Range, as_rate, met_by, posts_giving, rate_scaled, scaled_bound
from allocation.engine.rules import NEEDS_REPORT, RATES, UNITS, Basis, Condition, Ladder, Measure
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
    return step(
        measure,
        _GIVEN_KEYS[measure],
        inputs,
        operation,
        shown(evidence, measure, evidence.facts.columns[measure][index]),
        UNITS[measure],
        fact_basis(rules, measure),
    )


def condition(evidence: PotEvidence, index: int, rule: Condition) -> TraceStep:
    """One condition of the pot for one region, and how far the region is from its border."""
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure = rule.measure
    value = evidence.facts.columns[measure][index]
    bound = scaled_bound(rules, measure, rule.bound)
    name, limit = measure.replace("-", "_"), rule.reason.rsplit("-", 1)[1]
    unit = UNITS[measure]
    notes: dict[str, Quantity] = {}
    met = None
    values = met_by(rule.comparison, bound)
    if value is not None:
        met = within(value, values)
        notes["margin"] = Quantity(shown(evidence, measure, value - bound), unit)
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
                    shown(evidence, measure, _at_posts(evidence, index, measure, past)), unit
                )
    return step(
        "condition",
        rule.key,
        {
            name: Quantity(shown(evidence, measure, value), unit),
            limit: Quantity(shown(evidence, measure, bound), unit),
        },
        f"{name} {_SIGNS[rule.comparison]} {limit}",
        met,
        "truth",
        rule.basis,
        notes,
    )


def ladder_step(evidence: PotEvidence, index: int, ladder: Ladder, *, reached: int) -> TraceStep:
    """The highest step that a region reaches; `reached` is -1 below the first step."""
    rules, report = evidence.facts.rules, evidence.facts.reports[index]
    measure = ladder.measure
    name, unit = measure.replace("-", "_"), UNITS[measure]
    borders = [scaled_bound(rules, measure, rung.at) for rung in ladder.steps]
    shown_at = [shown(evidence, measure, border) for border in borders]
    notes = {"step": Quantity(reached + 1, "number"), "step_count": Quantity(len(borders), "number")}
    if reached >= 0:
        notes["step_at"] = Quantity(shown_at[reached], unit)
    if reached + 1 < len(borders):
        notes["next_at"] = Quantity(shown_at[reached + 1], unit)
        notes["next_amount_kr"] = Quantity(ladder.steps[reached + 1].amount_kr, "kr")
        if measure in NEEDS_REPORT and report.reported is not None:
            needed = posts_giving(rules, measure, Range(borders[reached + 1], None), report).low
            notes["posts_to_next"] = Quantity((needed or 0) - report.reported, "posts")
    return step(
        "ladder-step",
        ladder.key if reached < 0 else ladder.steps[reached].key,
        {
            name: Quantity(shown(evidence, measure, evidence.facts.columns[measure][index]), unit),
            "steps": Quantity(
                [[at, rung.amount_kr] for at, rung in zip(shown_at, ladder.steps, strict=True)], "steps"
            ),
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


def shown(evidence: PotEvidence, measure: Measure, value: int | None) -> int | str | None:
    """A measure as the trace shows it: a rate as text with its decimals, else the whole number."""
    if value is None or measure not in RATES:
        return value
    return f"{as_rate(value, evidence.facts.rules.rate_decimals):f}"


def both(first: Basis, second: Basis) -> Basis:
    source = (*first.source, *(part for part in second.source if part not in first.source))
    return Basis(
        source=source,
        assumed=first.assumed or second.assumed,
        why=" ".join(part for part in (first.why, second.why) if part),
        why_sv=" ".join(part for part in (first.why_sv, second.why_sv) if part),
    )
