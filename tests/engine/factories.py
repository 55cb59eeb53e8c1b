"""Reports, rule sets and pocket calculators for the engine's tests."""

import csv
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from allocation.engine import Allocation, AwardResult, Report, RuleSet, TraceStep, parse_rules

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).resolve().parents[2]


def plans_2022() -> list[dict[str, str]]:
    """The 21 regions: code, inhabitants, planned posts and published rate."""
    with (GOLDEN / "plans-2022.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_reports(**reported: int | None) -> list[Report]:
    """The 21 regions reporting their plan for 2022, but for `r03=60` and the like."""
    reports = []
    for row in plans_2022():
        planned = int(row["planned"])
        posts = reported.get(f"r{row['code']}", planned)
        reports.append(Report(row["code"], int(row["inhabitants"]), planned, posts))
    return reports


def award(allocation: Allocation, code: str, pot: str) -> AwardResult:
    """One region's award from one pot."""
    (region,) = [region for region in allocation.regions if region.code == code]
    (found,) = [award for award in region.awards if award.pot == pot]
    return found


def amounts(allocation: Allocation) -> dict[str, dict[str, int]]:
    """Region code -> pot -> kronor."""
    return {
        region.code: {award.pot: award.amount_kr for award in region.awards} for region in allocation.regions
    }


def step(found: AwardResult, rule: str) -> TraceStep:
    """The only step of its rule in an award's trace."""
    (only,) = [step for step in found.trace if step.rule == rule]
    return only


ASSUMED = 'assumed = true\nwhy = "A test."\nwhy_sv = "Ett test."'

HEAD = """
schema = 1
name = "test-2030"
version = "test-2030.1"
year = 2030
title = "Test 2030"

[sources.paper]
title = "A paper"
title_sv = "Ett papper"

[total]
amount_kr = {total_kr}
source = ["paper"]

[administration]
amount_kr = {administration_kr}
source = ["paper"]

[rate]
per_inhabitants = {per_inhabitants}
decimals = {decimals}
rounding = "half-up"
source = ["paper"]

{threshold}

[population]
reference = "population-2030"
source = ["paper"]

[baseline]
plan = "plan-2029"
source = ["paper"]

[reporting]
report_by = 2030-10-01
source = ["paper"]

[missing]
treatment = "not-eligible"
source = ["paper"]

[rounding]
method = "largest-remainder"
ties = "lowest-code-first"
source = ["paper"]
"""


def rule_text(
    *pots: str,
    total_kr: int,
    administration_kr: int = 0,
    per_inhabitants: int = 100_000,
    decimals: int = 2,
    threshold: str | None = None,
) -> str:
    """The text of a rule set with these pots."""
    head = HEAD.format(
        total_kr=total_kr,
        administration_kr=administration_kr,
        per_inhabitants=per_inhabitants,
        decimals=decimals,
        threshold="" if threshold is None else f'[threshold]\nrate = {threshold}\nsource = ["paper"]',
    )
    return "\n".join([head, *pots])


def pot_text(pot_id: str, amount_kr: int, share: str, *conditions: str) -> str:
    """The text of one pot; `share` is the body of its share table, and what follows that table."""
    tests = "\n".join(f'[[pot.condition]]\n{body}\nsource = ["paper"]' for body in conditions)
    return (
        f'[[pot]]\nid = "{pot_id}"\ntitle = "{pot_id}"\namount_kr = {amount_kr}\nsource = ["paper"]\n'
        f"{tests}\n[pot.share]\n{share}\n"
    )


def by_weight(weight: str, *, cap_kr: int | None = None) -> str:
    """A proportional share."""
    body = f'method = "proportional"\nweight = "{weight}"\nsource = ["paper"]'
    if cap_kr is not None:
        body += f'\n[pot.share.cap]\nper_unit_kr = {cap_kr}\nunit = "increase"\nsource = ["paper"]'
    return body


def by_ladder(measure: str, *steps: tuple[Any, int]) -> str:
    """A ladder with its steps."""
    rungs = "\n".join(
        f'[[pot.share.step]]\nat = {at}\namount_kr = {amount_kr}\nsource = ["paper"]'
        for at, amount_kr in steps
    )
    return (
        f'method = "ladder"\nmeasure = "{measure}"\nsource = ["paper"]\n{rungs}\n'
        f'[pot.share.oversubscribed]\nmethod = "proportional-to-claims"\n{ASSUMED}'
    )


def rules_of(text: str) -> RuleSet:
    """A rule set from its text."""
    return parse_rules(text, origin="test.toml")


def recalculate(found: TraceStep) -> object:
    """Do a step's operation anew from its inputs alone, as a reader with a pocket calculator would."""
    names = {name: _number(quantity.value) for name, quantity in found.inputs.items()}
    tools = {"half_up": _half_up, "floor": math.floor, "min": min, "highest_step": _highest_step}
    return eval(found.operation, {"__builtins__": {}}, {**tools, **names})  # noqa: S307


def as_number(value: object) -> object:
    """A trace's value as an exact number, where it is one."""
    return _number(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list):
        return [[_number(part) for part in pair] for pair in value]
    try:
        return Fraction(value)
    except ValueError:
        return value


def _half_up(value: Fraction, decimals: Fraction) -> Fraction:
    scale = 10 ** int(decimals)
    return Fraction(math.floor(value * scale + Fraction(1, 2)), scale)


def _highest_step(value: Fraction, steps: list[list[Fraction]]) -> Fraction:
    return max([pair[1] for pair in steps if pair[0] <= value], default=Fraction(0))


def slow_rate(posts: int, inhabitants: int) -> Decimal:
    """The two-decimal rate by another road: Decimal division and quantize."""
    return (Decimal(posts) * 100_000 / Decimal(inhabitants)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
