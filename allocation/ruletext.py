"""Writes a rule set as the TOML text that the engine's reader takes: so a scenario keeps it."""

import json
from collections.abc import Iterator
from decimal import Decimal

from allocation.engine import Basis, Condition, Ladder, PotRule, RuleSet


def rule_text(rules: RuleSet) -> str:
    """A rule set as TOML; `parse_rules` reads the same rules from it, or says what is wrong with them.

    Nothing is judged here, so that a rule set that was changed by hand can be written and then refused
    with the reader's own reasons. Comments of the file it once was are not kept.
    """
    return "\n".join(_lines(rules)) + "\n"


def _lines(rules: RuleSet) -> Iterator[str]:
    yield "schema = 1"
    yield f"name = {_quoted(rules.name)}"
    yield f"version = {_quoted(rules.version)}"
    yield f"year = {rules.year}"
    yield f"title = {_quoted(rules.title)}"
    for source in rules.sources:
        yield f"\n[sources.{_quoted(source.id)}]"
        yield f"title = {_quoted(source.title)}"
        yield f"title_sv = {_quoted(source.title_sv)}"
        if source.url:
            yield f"url = {_quoted(source.url)}"
    yield from _table("total", rules.total_basis, f"amount_kr = {rules.total_kr}")
    yield from _table("administration", rules.administration_basis, f"amount_kr = {rules.administration_kr}")
    yield from _table(
        "rate",
        rules.rate_basis,
        f"per_inhabitants = {rules.rate_per}",
        f"decimals = {rules.rate_decimals}",
        'rounding = "half-up"',
    )
    if rules.threshold is not None and rules.threshold_basis is not None:
        yield from _table("threshold", rules.threshold_basis, f"rate = {_number(rules.threshold)}")
    yield from _table(
        "population", rules.population_basis, f"reference = {_quoted(rules.population_reference)}"
    )
    yield from _table("baseline", rules.baseline_basis, f"plan = {_quoted(rules.baseline)}")
    days = [f"report_by = {rules.report_by.isoformat()}"]
    if rules.final_report_by is not None:
        days.append(f"final_report_by = {rules.final_report_by.isoformat()}")
    yield from _table("reporting", rules.reporting_basis, *days)
    yield from _table("missing", rules.missing_basis, 'treatment = "not-eligible"')
    yield from _table(
        "rounding", rules.rounding_basis, 'method = "largest-remainder"', 'ties = "lowest-code-first"'
    )
    for pot in rules.pots:
        yield from _pot(pot)


def _pot(pot: PotRule) -> Iterator[str]:
    yield "\n[[pot]]"
    yield f"id = {_quoted(pot.id)}"
    yield f"title = {_quoted(pot.title)}"
    yield f"amount_kr = {pot.amount_kr}"
    yield from _basis(pot.basis)
    for condition in pot.conditions:
        yield from _condition(condition)
    if isinstance(pot.share, Ladder):
        yield from _ladder(pot.share)
        return
    yield from _table(
        "pot.share", pot.share.basis, 'method = "proportional"', f'weight = "{pot.share.weight}"'
    )
    if pot.share.cap is not None:
        yield from _table(
            "pot.share.cap",
            pot.share.cap.basis,
            f"per_unit_kr = {pot.share.cap.per_unit_kr}",
            'unit = "increase"',
        )


def _condition(condition: Condition) -> Iterator[str]:
    yield "\n[[pot.condition]]"
    yield f'measure = "{condition.measure}"'
    yield f'comparison = "{condition.comparison}"'
    if condition.against == "threshold":
        yield 'against = "threshold"'
    else:
        yield f"value = {_number(condition.bound)}"
    yield from _basis(condition.basis)


def _ladder(ladder: Ladder) -> Iterator[str]:
    yield from _table("pot.share", ladder.basis, 'method = "ladder"', f'measure = "{ladder.measure}"')
    for step in ladder.steps:
        yield "\n[[pot.share.step]]"
        yield f"at = {_number(step.at)}"
        yield f"amount_kr = {step.amount_kr}"
        yield from _basis(step.basis)
    yield from _table("pot.share.oversubscribed", ladder.oversubscribed, 'method = "proportional-to-claims"')


def _table(name: str, basis: Basis, *lines: str) -> Iterator[str]:
    yield f"\n[{name}]"
    yield from lines
    yield from _basis(basis)


def _basis(basis: Basis) -> Iterator[str]:
    if basis.source:
        yield f"source = [{', '.join(map(_quoted, basis.source))}]"
    if basis.assumed:
        yield "assumed = true"
        yield f"why = {_quoted(basis.why)}"
        yield f"why_sv = {_quoted(basis.why_sv)}"


def _quoted(text: str) -> str:
    # TOML forbids one character in a text that JSON allows.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: int | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
