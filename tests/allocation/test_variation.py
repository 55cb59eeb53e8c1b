"""Edits and variations of rules: written, read anew and varied, they say the same."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.engine import (
    Report,
    RuleSet,
    RuleSetInvalid,
    available_rules,
    compute,
    load_rules,
    parse_rules,
)
from allocation.ruleedit import PotEdit, RuleEdit, changes, edit_of, scenario_rules
from allocation.ruletext import rule_text
from allocation.variation import (
    Axis,
    NoSuchParameter,
    Parameter,
    RangeUnusable,
    answers,
    combinations,
    make_axis,
    parameters,
    values_at,
    vary,
)
from tests.engine.generated import rule_sets

AT_2022 = load_rules("at-2022")
REPORTS = (
    Report("01", 2_440_027, 260, 282),
    Report("03", 395_000, 50, 60),
    Report("05", 470_000, 84, 92),
    Report("06", 368_000, 78, None),
)
LADDER = "tydlig-forbattring"


def known(rules: RuleSet = AT_2022) -> dict[str, Parameter]:
    return parameters(rules, REPORTS)


def axis(key: str, start: str, stop: str, step: str = "1") -> Axis:
    return make_axis(known()[key], start=Decimal(start), stop=Decimal(stop), step=Decimal(step))


def varied(*changes: tuple[str, str]) -> tuple[RuleSet, list[Report]] | None:
    case = vary(AT_2022, REPORTS, [(known()[key], Decimal(value)) for key, value in changes])
    return None if case is None else (case[0], list(case[1]))


@pytest.mark.parametrize("name", available_rules())
def test_a_shipped_rule_set_is_written_and_read_as_the_same(name: str) -> None:
    rules = load_rules(name)
    again = parse_rules(rule_text(rules), origin=rules.origin)
    assert replace(again, text=rules.text, sha256=rules.sha256) == rules


@settings(max_examples=40, deadline=None)
@given(rules=rule_sets())
def test_any_rule_set_is_written_and_read_as_the_same(rules: RuleSet) -> None:
    again = parse_rules(rule_text(rules), origin=rules.origin)
    assert replace(again, text=rules.text, sha256=rules.sha256) == rules


@settings(max_examples=40, deadline=None)
@given(rules=rule_sets())
def test_a_scenario_without_an_edit_gives_what_its_base_gives(rules: RuleSet) -> None:
    own = scenario_rules(rules, edit_of(rules))
    assert changes(rules, own) == ()
    for before, after in zip(compute(rules, REPORTS).regions, compute(own, REPORTS).regions, strict=True):
        assert after.total_kr == before.total_kr
        assert [award.assumed for award in after.awards] == [award.assumed for award in before.awards]


def test_texts_with_quotes_and_controls_survive() -> None:
    rules = replace(AT_2022, title='A "quoted" \\ title with åäö')
    assert parse_rules(rule_text(rules), origin="x").title == rules.title


def test_what_an_edit_changes_is_assumed_and_what_it_leaves_keeps_its_standing() -> None:
    edit = edit_of(AT_2022)
    god, more, ladder = edit.pots
    steps = (*ladder.steps[:2], (22, 21_000_000))
    rules = scenario_rules(
        AT_2022, replace(edit, pots=(replace(god, amount_kr=1), more, replace(ladder, steps=steps)))
    )
    pot, untouched, third = rules.pots
    assert pot.basis.assumed
    assert "124000000" in pot.basis.why
    assert "124000000" in pot.basis.why_sv
    assert untouched.basis == AT_2022.pots[1].basis
    assert untouched.share.basis == AT_2022.pots[1].share.basis
    bases = [step.basis for step in third.share.steps]  # type: ignore[union-attr]  # a ladder
    assert bases[:2] == [step.basis for step in AT_2022.pots[2].share.steps][:2]  # type: ignore[union-attr]  # a ladder
    assert bases[2].why == "Added in a scenario."
    assert rules.total_kr == 3_000_000 + 1 + 164_000_000 + 84_000_000


@pytest.mark.parametrize(
    ("pot", "edit", "key"),
    [
        (2, PotEdit(84_000_000, (10,), steps=((10, 5), (10, 6))), "pot.3.share.step.2.at"),
        (2, PotEdit(84_000_000, (10,), steps=((10, 6), (11, 6))), "pot.3.share.step.2.amount_kr"),
        (2, PotEdit(84_000_000, (10,), steps=()), "pot.3.share.step"),
        (0, PotEdit(1, (), weight="equal", cap_kr=1), "pot.1.share.cap.unit"),
        (1, PotEdit(1, (0,), weight="increase"), "pot.2.share.weight"),
        (0, PotEdit(-1, (), weight="equal"), "pot.1.amount_kr"),
    ],
)
def test_an_edit_that_contradicts_itself_is_refused_by_the_reader_at_its_key(
    pot: int, edit: PotEdit, key: str
) -> None:
    present = edit_of(AT_2022)
    pots = (*present.pots[:pot], edit, *present.pots[pot + 1 :])
    with pytest.raises(RuleSetInvalid) as caught:
        scenario_rules(AT_2022, RuleEdit(present.threshold, present.population_reference, pots))
    assert caught.value.key == key


def test_a_range_counts_its_values_and_ends_at_or_before_its_stop() -> None:
    one = axis("threshold", "15.00", "15.35", "0.10")
    assert [str(value) for value in one.values()] == ["15.00", "15.10", "15.20", "15.30"]
    two = axis(f"start:{LADDER}", "5", "20")
    assert combinations([one, two]) == 64
    ends = [(Decimal("15.00"), Decimal(5)), (Decimal("15.00"), Decimal(6))]
    ends += [(Decimal("15.10"), Decimal(5)), (Decimal("15.30"), Decimal(20))]
    assert [values_at([one, two], index) for index in (0, 1, 16, 63)] == ends
    assert Axis.read(two.as_json()) == two


@pytest.mark.parametrize(
    ("key", "start", "stop", "step", "field"),
    [
        ("threshold", "15.355", "16", "1", "start"),
        ("threshold", "15", "14", "1", "stop"),
        ("threshold", "15", "16", "0", "step"),
        ("threshold", "15", "16", "-1", "step"),
        ("threshold", "15", "16", "0.001", "step"),
        (f"start:{LADDER}", "0", "5", "1", "start"),
        ("reported:03", "0.5", "5", "1", "start"),
        ("amount:god", "0", "1000000000001", "1", "stop"),
        ("bound:ytterligare-utokning:3", "0", "5", "1", "start"),
    ],
)
def test_a_range_that_cannot_be_is_refused_at_its_field(
    key: str, start: str, stop: str, step: str, field: str
) -> None:
    with pytest.raises(RangeUnusable) as caught:
        axis(key, start, stop, step)
    assert caught.value.field == field


# One or two changes for every kind of parameter, valid and not.
CASES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("threshold", "12.60"),),
    (("amount:god", "1000"),),
    (("cap:ytterligare-utokning", "100"),),
    (("bound:tydlig-forbattring:2", "12"),),
    ((f"start:{LADDER}", "5"),),
    ((f"start:{LADDER}", "20"), (f"per-post:{LADDER}", "700000")),
    ((f"step-at:{LADDER}:1", "14"),),
    ((f"step-at:{LADDER}:1", "15"),),
    ((f"step-amount:{LADDER}:2", "10500000"),),
    ((f"step-amount:{LADDER}:2", "20999999"),),
    (("reported:03", "75"), ("planned:01", "200")),
    (("reported:06", "80"), ("threshold", "20.00")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " & ".join("=".join(change) for change in case))
def test_varied_values_give_what_the_same_rules_written_and_read_give(
    case: tuple[tuple[str, str], ...],
) -> None:
    found = varied(*case)
    if found is None:
        # The reader refuses it too.
        rules = AT_2022
        for key, value in case:
            kind, pot_id, number = key.split(":")
            pot = next(pot for pot in rules.pots if pot.id == pot_id)
            steps = [(step.at, step.amount_kr) for step in pot.share.steps]  # type: ignore[union-attr]  # a ladder
            at, amount_kr = steps[int(number) - 1]
            steps[int(number) - 1] = (int(value), amount_kr) if kind == "step-at" else (at, int(value))
            edit = edit_of(rules)
            pots = tuple(
                replace(part, steps=tuple(steps)) if rule.id == pot_id else part
                for rule, part in zip(rules.pots, edit.pots, strict=True)
            )
            with pytest.raises(RuleSetInvalid):
                scenario_rules(rules, replace(edit, pots=pots))
        return
    rules, reports = found
    total = rules.administration_kr + sum(pot.amount_kr for pot in rules.pots)
    read = parse_rules(rule_text(replace(rules, total_kr=total)), origin="x")
    assert [region.total_kr for region in compute(rules, reports).regions] == [
        region.total_kr for region in compute(read, reports).regions
    ]
    assert [award.reason for region in compute(rules, reports).regions for award in region.awards] == [
        award.reason for region in compute(read, reports).regions for award in region.awards
    ]


def test_a_minimum_that_equals_the_first_step_moves_along_with_it() -> None:
    found = varied((f"start:{LADDER}", "5"))
    assert found is not None
    pot = found[0].pots[2]
    assert [step.at for step in pot.share.steps] == [5, 10, 15, 25, 35]  # type: ignore[union-attr]  # a ladder
    assert pot.conditions[1].bound == 5
    uppsala = compute(*found).regions[1]
    assert uppsala.total_kr == 15_750_000


def test_the_order_of_two_parameters_makes_no_difference() -> None:
    first, second = (f"start:{LADDER}", "5"), (f"per-post:{LADDER}", "1000000")
    assert varied(first, second) == varied(second, first)
    found = varied(first, second)
    assert found is not None
    assert [step.amount_kr for step in found[0].pots[2].share.steps][:2] == [5_000_000, 10_000_000]  # type: ignore[union-attr]  # a ladder


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 30), count=st.integers(1, 40))
def test_chunks_put_together_are_the_whole(start: int, count: int) -> None:
    axes = [axis(f"step-at:{LADDER}:2", "8", "16"), axis("reported:03", "55", "62")]
    total = combinations(axes)
    whole = answers(AT_2022, REPORTS, axes, start=0, count=total)
    size = min(count, total - start)
    part = answers(AT_2022, REPORTS, axes, start=start, count=size)
    for region in range(len(REPORTS)):
        assert part[region * size : (region + 1) * size] == whole[region * total :][start : start + size]


def test_a_ladder_that_would_not_rise_has_no_answer_and_the_others_have() -> None:
    found = answers(AT_2022, REPORTS, [axis(f"step-at:{LADDER}:2", "10", "12")], start=0, count=3)
    assert found[:3] == [None, 21_000_000, 21_000_000]


def test_a_parameter_that_the_rules_lack_is_named() -> None:
    with pytest.raises(NoSuchParameter, match="amount:silver"):
        answers(
            AT_2022, REPORTS, [Axis("amount:silver", Decimal(1), Decimal(2), Decimal(1))], start=0, count=1
        )
    assert "threshold" not in parameters(load_rules("at-2024"), REPORTS)
