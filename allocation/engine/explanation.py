"""Writes a region's traces as plain English text: every formula, the numbers put in, and the result."""

import re
from collections.abc import Mapping
from typing import Any

from allocation.engine.results import Allocation, RegionResult
from allocation.engine.rules import PotRule, RuleSet
from allocation.engine.tracestep import Quantity, TraceStep

_NAME = re.compile(r"[a-z][a-z_]*")
# Beyond this many, listing the weights of all sharers would bury the rest.
_MOST_WEIGHTS = 40
_ANSWERS = {True: "yes", False: "no"}


def explain(rules: RuleSet, allocation: Allocation, code: str) -> str | None:
    """Explain what one region gets from every pot, step by step.

    The text is built from the traces alone, and the same traces give the same text.

    Returns:
        lines that end in a line feed; None where the allocation has no such region.
    """
    region = next((region for region in allocation.regions if region.code == code), None)
    if region is None:
        return None
    lines = [f"Region {code}: {_grouped(region.total_kr)} kr under {rules.title} ({rules.version})"]
    for place, pot in enumerate(rules.pots):
        lines += ["", *_pot_lines(rules, pot, allocation, region, place)]
    cited = {name for award in region.awards for step in award.trace for name in step.source}
    lines += ["", "Sources"]
    for source in rules.sources:
        if source.id in cited:
            lines.append(f"  {source.id}: {source.title}" + (f", {source.url}" if source.url else ""))
    return "\n".join(lines) + "\n"


def _pot_lines(
    rules: RuleSet, pot: PotRule, allocation: Allocation, region: RegionResult, place: int
) -> list[str]:
    award = region.awards[place]
    outcome = "takes part" if award.eligible else f"does not take part: {award.reason}"
    lines = [f"{pot.title} ({pot.id}): {_grouped(award.amount_kr)} kr, {outcome}"]
    for number, step in enumerate(award.trace, 1):
        weights = _weights(allocation, place) if step.operation == "sum(weight)" else []
        lines.append(f"  {number}. {_calculation(step, weights, rates=rules.rate_per)}")
        lines += [f"     {line}" for line in (*_beside(step), *_basis(step))]
    total = f"  {pot.id}: {_grouped(award.amount_kr)} kr"
    return [*lines, f"{total}, resting in part on assumptions" if award.assumed else total]


def _calculation(step: TraceStep, weights: list[Any], *, rates: int) -> str:
    """A step on one line: its rule, formula, numbers put in, result with its unit."""
    if step.result is None:
        return f"{step.rule}: {step.operation}, not known since nothing is reported"
    unit = f"per {_grouped(rates)} inhabitants" if step.unit == "rate" else step.unit
    result = _quantity(step.result, unit)
    if step.operation in step.inputs:
        return f"{step.rule}: {step.operation} = {result}"
    if step.rule == "not-eligible":
        return f"{step.rule}: {result}, because {step.inputs['reason'].value}"
    with_numbers = " + ".join(map(_number, weights)) or _put_in(step.operation, step.inputs)
    if with_numbers == step.operation:
        return f"{step.rule}: {step.operation} = {result}"
    if step.unit == "truth":
        return f"{step.rule}: {step.operation}, {with_numbers}: {result}"
    return f"{step.rule}: {step.operation} = {with_numbers} = {result}"


def _put_in(operation: str, inputs: Mapping[str, Quantity]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group()
        if name not in inputs:
            return name
        shown = _number(inputs[name].value)
        # A negative number inside a calculation would read as another calculation.
        alone = operation[match.start() - 1 : match.end() + 1] == f"({name})"
        return f"({shown})" if shown.startswith("-") and not alone else shown

    return _NAME.sub(value, operation)


def _weights(allocation: Allocation, place: int) -> list[Any]:
    """The weights of all who share a pot, read from their traces."""
    if allocation.pots[place].eligible_count > _MOST_WEIGHTS:
        return []
    return [
        step.inputs["weight"].value
        for region in allocation.regions
        if region.awards[place].eligible
        for step in region.awards[place].trace
        if step.rule == "share"
    ]


def _beside(step: TraceStep) -> list[str]:
    """What the notes add that a reader would ask for next."""
    notes = {name: part.value for name, part in step.notes.items()}
    if step.rule == "not-eligible":
        if not notes["can_be_met"]:
            return ["No number of reported posts would change this."]
        more = f", {_grouped(notes['posts_more'])} more than now" if "posts_more" in notes else ""
        return [f"The region takes part from {_grouped(notes['reported_needed'])} reported posts{more}."]
    if step.rule == "ladder-step" and "next_at" in notes:
        more = f", {_grouped(notes['posts_to_next'])} posts more" if "posts_to_next" in notes else ""
        return [f"The next step is at {notes['next_at']}{more}: {_grouped(notes['next_amount_kr'])} kr."]
    if step.rule == "share" and notes:
        return [f"That is {notes['percent']} percent, {notes['share_decimal']} kr with four decimals."]
    if step.rule == "whole-kronor":
        place = f"number {_grouped(notes['rank'])} of {_grouped(notes['sharers'])}"
        return [
            f"Rounding down left {_grouped(notes['leftover_kr'])} kr, one each to the largest fractions.",
            f"This fraction, {notes['fraction_decimal']}, is {place}.",
        ]
    return []


def _basis(step: TraceStep) -> list[str]:
    lines = [f"Source: {'; '.join(step.source)}"] if step.source else []
    if step.assumed:
        lines.append(f"Assumed: {step.why}")
    return lines


def _quantity(value: Any, unit: str) -> str:
    if unit == "truth":
        return _ANSWERS[value]
    if unit == "share":
        return _number(value)
    return f"{_number(value)} {unit}"


def _number(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f"{_number(at)}: {_number(amount_kr)} kr" for at, amount_kr in value) + "]"
    return _grouped(value) if isinstance(value, int) else str(value)


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", " ")
