"""The prose about the rules says what the rule sets say: numbers, sources, assumptions, steps."""

import re

import pytest

from allocation.engine import Ladder, Proportional, compute, load_rules
from tests.engine.factories import ROOT, make_reports
from tests.engine.test_rulefile import bases

FOLDER = ROOT / "docs" / "rules"
NAMES = ["at-2022", "at-2024"]


def prose(name: str) -> str:
    """A document, its line breaks inside paragraphs taken out."""
    return " ".join((FOLDER / f"{name}.md").read_text(encoding="utf-8").split())


def kronor(amount_kr: int) -> str:
    """An amount as the documents write it."""
    return f"{amount_kr:,} kr".replace(",", " ")


@pytest.mark.parametrize("name", NAMES)
def test_every_assumption_is_marked_and_every_mark_is_an_assumption(name: str) -> None:
    text = prose(name)
    reasons = {basis.why for basis in bases(load_rules(name)) if basis.assumed}
    assert reasons
    for why in reasons:
        assert f"**Assumed:** {why}" in text
    marked = text.count("**Assumed:**")
    assert marked == len([basis for basis in bases(load_rules(name)) if basis.assumed])


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_rule_set_stands_in_the_prose(name: str) -> None:
    rules, text = load_rules(name), prose(name)
    expected = [kronor(rules.total_kr), kronor(rules.administration_kr), f"`{rules.version}`"]
    expected += [f"Reports by {rules.report_by}", f"final report {rules.final_report_by}"]
    expected += [
        f"per {rules.rate_per:,} inhabitants".replace(",", " "),
        f"to {rules.rate_decimals} decimals",
    ]
    expected += [f"`{rules.population_reference}`", f"planned for {rules.year}"]
    expected += [f"The threshold is {rules.threshold} " if rules.threshold else "There is no threshold"]
    expected += [f"| {source.id} | {source.title} |" for source in rules.sources]
    for pot in rules.pots:
        expected += [f"## {pot.title}", kronor(pot.amount_kr)]
        expected += [f"at least {part.bound} post" for part in pot.conditions if part.against == "value"]
        if isinstance(pot.share, Ladder):
            expected += [f"| {step.at} | {kronor(step.amount_kr)} |" for step in pot.share.steps]
        elif pot.share.cap is not None:
            expected += [f"at most {kronor(pot.share.cap.per_unit_kr)}"]
    for part in expected:
        assert part in text, part


@pytest.mark.parametrize("name", NAMES)
def test_no_other_kronor_stand_in_the_prose(name: str) -> None:
    rules = load_rules(name)
    known = {rules.total_kr, rules.administration_kr, *(pot.amount_kr for pot in rules.pots)}
    for pot in rules.pots:
        if isinstance(pot.share, Ladder):
            known |= {step.amount_kr for step in pot.share.steps}
        elif isinstance(pot.share, Proportional) and pot.share.cap is not None:
            known.add(pot.share.cap.per_unit_kr)
    text = re.sub(r"\*\*Assumed:\*\* [^|]*?(?=\||\*\*|##|$)", "", prose(name))
    found = {int(match.replace(" ", "")) for match in re.findall(r"([0-9]{1,3}(?: [0-9]{3})*) kr\b", text)}
    assert len(found) > 5
    assert found <= known


def test_every_rule_in_a_trace_has_a_heading() -> None:
    headings = set(
        re.findall(r"^### (\S+)$", (FOLDER / "steps.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    more = {f"r{report.code}": report.planned + 15 for report in make_reports()}
    used = set()
    for name in NAMES:
        for reported in ({}, more, {**more, "r03": None, "r09": 0}):
            allocation = compute(load_rules(name), make_reports(**reported))
            used |= {step.rule for pot in allocation.pots for step in pot.trace}
            for region in allocation.regions:
                used |= {step.rule for award in region.awards for step in award.trace}
    assert used == headings
