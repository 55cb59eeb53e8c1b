"""Runs whose bytes are kept: rule sets and reports of every kind, written out without chance.

A bundle of an earlier run must verify for ever, so the bytes of a run change only with the engine's version.
Then, and only then: python -m tests.engine.cases > tests/engine/golden/bundles.json
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from itertools import product

from allocation.engine import Report, RuleSet, bundle_of, canonical_bytes, compute, explain, load_rules
from tests.engine.factories import by_ladder, by_weight, make_reports, pot_text, rule_text, rules_of

Case = tuple[RuleSet, list[Report]]
COUNTED = ("reported", "increase", "reported-rate")
KNOWN = ("planned", "inhabitants", "planned-rate")
WEIGHTS = ("reported-rate", "planned-rate", "increase", "reported", "planned", "inhabitants", "equal")
BOUNDS = {
    "planned": "20",
    "reported": "20",
    "increase": "3",
    "inhabitants": "100_000",
    "planned-rate": "15.3",
    "reported-rate": "15.3",
}
STEPS: dict[str, list[tuple[str | int, int]]] = {
    "planned": [(0, 5), (16, 70_000), (20, 90_000)],
    "reported": [(1, 1), (18, 30_000), (20, 90_000), (31, 200_000)],
    "increase": [(1, 1000), (3, 40_000), (10, 500_000)],
    "inhabitants": [(90_000, 3), (100_000, 44_444), (150_000, 90_001)],
    "planned-rate": [("0.0", 7), ("15.3", 70_000), ("15.4", 90_000)],
    "reported-rate": [("0.1", 1), ("15.2", 50_000), ("15.3", 90_000), ("20.0", 100_000)],
}
UP = 'measure = "increase"\ncomparison = "at-least"\nvalue = 1'


def around(*, step: int = 1) -> list[Report]:
    """Regions one below, at and one above the borders above, some that fell back, some without a report."""
    figures = product((130_719, 130_720, 100_000, 99_999, 3), (19, 20, 21, 0), (-2, 0, 1, 2, 3, 4, 10, None))
    reports = []
    for number, (inhabitants, planned, more) in enumerate(figures):
        reported = None if more is None else max(0, planned + more)
        reports.append(Report(f"{number:03}", inhabitants, planned, reported))
    return reports[::step]


def one_condition(measure: str, comparison: str, bound: str) -> RuleSet:
    """Two equal shares with one condition, and one without."""
    body = f'measure = "{measure}"\ncomparison = "{comparison}"\n{bound}'
    pots = [pot_text("one", 10_001, by_weight("equal"), body), pot_text("all", 7, by_weight("equal"))]
    return rules_of(rule_text(*pots, total_kr=10_008, threshold="15.30"))


def all_weights(*, amount_kr: int, per_inhabitants: int, decimals: int) -> RuleSet:
    """One pot for each weight, those of the increase also with a cap that binds and one that does not."""
    pots = []
    for weight in WEIGHTS:
        tests = [UP] if weight == "increase" else []
        for number, cap_kr in enumerate((None, 17, amount_kr + 1) if tests else (None,)):
            pots.append(pot_text(f"{weight}-{number}", amount_kr, by_weight(weight, cap_kr=cap_kr), *tests))
    total_kr = amount_kr * len(pots) + 3
    return rules_of(
        rule_text(
            *pots,
            total_kr=total_kr,
            administration_kr=3,
            per_inhabitants=per_inhabitants,
            decimals=decimals,
        )
    )


def ladder(measure: str, amount_kr: int, *conditions: str) -> RuleSet:
    """One pot with a ladder."""
    pot = pot_text("climb", amount_kr, by_ladder(measure, *STEPS[measure]), *conditions)
    return rules_of(rule_text(pot, total_kr=amount_kr, decimals=1))


def shipped() -> Iterator[tuple[str, Case]]:
    """The shipped rule sets on reports of the 21 regions, and on invented ones."""
    plans = make_reports()
    reports = {
        "plans": plans,
        "mixed": make_reports(r03=58, r12=212, r19=48, r09=None, r01=301, r14=260, r04=0, r05=83),
        "all fifteen more": make_reports(**{f"r{part.code}": part.planned + 15 for part in plans}),
        "all more": make_reports(**{f"r{part.code}": part.planned + i for i, part in enumerate(plans, -3)}),
        "none reported": make_reports(**{f"r{part.code}": None for part in plans}),
        "one region": plans[:1],
        "no region": [],
        "invented": around(step=3),
        "large": [Report("A", 20_000_000, 3069, 3068), Report("B", 10**12, 10**12, 10**12)],
    }
    for name in ("at-2022", "at-2024"):
        for title, figures in reports.items():
            yield f"{name}: {title}", (load_rules(name), figures)


def cases() -> Iterator[tuple[str, Case]]:
    """Every case by its name."""
    yield from shipped()
    for amount_kr, per, decimals in [(1000, 100_000, 2), (10**9 + 7, 1000, 4), (0, 1, 0), (333, 10_000, 1)]:
        rules = all_weights(amount_kr=amount_kr, per_inhabitants=per, decimals=decimals)
        yield f"weights of {amount_kr} kr per {per}", (rules, around(step=11))
    for measure in STEPS:
        yield f"ladder of {measure}", (ladder(measure, 10**9), around(step=7))
        yield f"ladder of {measure}, oversubscribed", (ladder(measure, 100_001, UP), around(step=7))
    known = product(KNOWN, ("at-least", "above", "at-most", "below"))
    for measure, comparison in (*known, *product(COUNTED, ("at-least", "above"))):
        rules = one_condition(measure, comparison, f"value = {BOUNDS[measure]}")
        yield f"{measure} {comparison}", (rules, around(step=7))
        if measure.endswith("-rate"):
            rules = one_condition(measure, comparison, 'against = "threshold"')
            yield f"{measure} {comparison} the threshold", (rules, around(step=7))


def digest(case: Case) -> list[str]:
    """The hashes of a run's bundle and of all regions' explanations."""
    rules, reports = case
    allocation = compute(rules, reports)
    bundle = canonical_bytes(bundle_of(rules, reports, allocation, about={}))
    texts = "\n".join(str(explain(rules, allocation, report.code)) for report in reports[:12])
    return [hashlib.sha256(content).hexdigest()[:32] for content in (bundle, texts.encode())]


if __name__ == "__main__":
    kept = {name: digest(case) for name, case in cases()}
    sys.stdout.write(json.dumps(kept, indent=1) + "\n")
