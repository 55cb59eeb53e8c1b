"""What holds for every rule set and every set of reports."""

import json
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.engine import AwardResult, Ladder, Report, RuleSet, compute
from allocation.engine.kronor import split
from tests.engine.factories import as_number, recalculate
from tests.engine.generated import reference, report_lists, rule_sets

thorough = settings(max_examples=150, deadline=None)


@thorough
@given(rules=rule_sets(), reports=report_lists())
def test_the_engine_agrees_with_a_slow_reference_in_fractions(rules: RuleSet, reports: list[Report]) -> None:
    result = compute(rules, reports)
    computed = {region.code: [award.amount_kr for award in region.awards] for region in result.regions}
    assert computed == reference(rules, reports)


@thorough
@given(rules=rule_sets(), reports=report_lists())
def test_every_pot_reconciles_and_nobody_ineligible_is_paid(rules: RuleSet, reports: list[Report]) -> None:
    result = compute(rules, reports)
    totals_kr = [sum(award.amount_kr for award in region.awards) for region in result.regions]
    assert [region.total_kr for region in result.regions] == totals_kr
    assert result.allocated_kr == sum(totals_kr)
    for place, pot in enumerate(result.pots):
        awards = [region.awards[place] for region in result.regions]
        assert sum(award.amount_kr for award in awards) == pot.allocated_kr
        assert pot.allocated_kr + pot.unallocated_kr == pot.amount_kr == rules.pots[place].amount_kr
        assert pot.unallocated_kr >= 0
        assert pot.eligible_count == sum(award.eligible for award in awards)
        for award in awards:
            assert award.amount_kr >= 0
            assert award.eligible == (award.reason == "eligible")
            assert award.eligible or award.amount_kr == 0
    for region, report in zip(result.regions, sorted(reports, key=lambda part: part.code), strict=True):
        assert region.total_kr == sum(award.amount_kr for award in region.awards)
        assert (report.reported is None) == all(award.reason == "not-reported" for award in region.awards)


@thorough
@given(rules=rule_sets(), reports=report_lists(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_reports_changes_nothing(
    rules: RuleSet, reports: list[Report], random: Random
) -> None:
    shuffled = list(reports)
    random.shuffle(shuffled)
    first, second = compute(rules, reports), compute(rules, iter(shuffled))
    assert json.dumps(first.as_json()) == json.dumps(second.as_json())
    for one, other in zip(first.regions, second.regions, strict=True):
        assert [award.trace for award in one.awards] == [award.trace for award in other.awards]


@thorough
@given(rules=rule_sets(), reports=report_lists(least=1), data=st.data())
def test_one_more_post_never_lowers_a_region_nor_raises_another_in_a_proportional_pot(
    rules: RuleSet, reports: list[Report], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(reports) - 1))
    grown = replace(reports[place], reported=(reports[place].reported or 0) + 1)
    before = compute(rules, reports)
    after = compute(rules, [*reports[:place], grown, *reports[place + 1 :]])
    for old, new in zip(before.regions, after.regions, strict=True):
        if old.code == grown.code:
            assert new.total_kr >= old.total_kr - len(rules.pots)
        else:
            for pot, was, now in zip(rules.pots, old.awards, new.awards, strict=True):
                if not isinstance(pot.share, Ladder):
                    assert now.amount_kr <= was.amount_kr + 1


@thorough
@given(rules=rule_sets(), reports=report_lists())
def test_a_pocket_calculator_reaches_every_amount_from_the_trace(
    rules: RuleSet, reports: list[Report]
) -> None:
    result = compute(rules, reports)
    cited = {source.id for source in rules.sources}
    for region in result.regions:
        for award in region.awards:
            for step in award.trace:
                assert step.assumed or step.source
                assert set(step.source) <= cited
                assert (step.why != "") == step.assumed == (step.why_sv != "")
                json.dumps(step.as_json(), allow_nan=False)
                if None in [quantity.value for quantity in step.inputs.values()]:
                    assert step.result is None
                elif step.operation != "sum(weight)":
                    assert recalculate(step) == as_number(step.result), step
            assert award.trace[-1].result == award.amount_kr
            assert award.trace[-1].unit == "kr"
            assert award.assumed == any(step.assumed for step in award.trace)
    for place, pot in enumerate(result.pots):
        for step in pot.trace:
            if step.operation != "sum(weight)":
                assert recalculate(step) == as_number(step.result), step
            else:
                weights: list[Any] = [
                    as_number(part.inputs["weight"].value)
                    for region in result.regions
                    for part in region.awards[place].trace
                    if part.rule == "share"
                ]
                assert sum(weights) == as_number(step.result)
        assert pot.trace[-1].result == pot.unallocated_kr


@thorough
@given(rules=rule_sets(), reports=report_lists(least=1), data=st.data())
def test_what_the_trace_says_would_change_it_does(
    rules: RuleSet, reports: list[Report], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(reports) - 1))
    code = reports[place].code

    def awards_with(reported: int) -> tuple[AwardResult, ...]:
        changed = replace(reports[place], reported=reported)
        result = compute(rules, [*reports[:place], changed, *reports[place + 1 :]])
        return next(region for region in result.regions if region.code == code).awards

    (region,) = [region for region in compute(rules, reports).regions if region.code == code]
    for number, award in enumerate(region.awards):
        last = award.trace[-1]
        if last.rule == "not-eligible":
            if last.notes["can_be_met"].value:
                needed = last.notes["reported_needed"].value
                assert awards_with(needed)[number].eligible
                assert needed == 0 or not awards_with(needed - 1)[number].eligible
            else:
                assert not awards_with(100_000)[number].eligible
        for step in award.trace:
            if step.rule == "ladder-step" and "posts_to_next" in step.notes:
                reported = reports[place].reported + step.notes["posts_to_next"].value
                (climbed,) = [
                    part for part in awards_with(reported)[number].trace if part.rule == "ladder-step"
                ]
                # Where one post is worth much of a rate, it may pass a step and reach the one after it.
                assert climbed.result >= step.notes["next_amount_kr"].value
                assert climbed.notes["step"].value > step.notes["step"].value
                if "increase" in step.inputs or "reported" in step.inputs:
                    assert climbed.notes["step"].value == step.notes["step"].value + 1


@thorough
@given(
    amount_kr=st.integers(0, 10**12),
    weights=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 10**9)), max_size=30),
)
def test_no_krona_is_lost_or_made(amount_kr: int, weights: list[int]) -> None:
    result = split(amount_kr, weights)
    total = sum(weights)
    assert sum(result.awards_kr) == (amount_kr if total else 0)
    for award_kr, weight in zip(result.awards_kr, weights, strict=True):
        assert abs(award_kr * total - amount_kr * weight * bool(total)) < max(total, 1)
    for one in range(len(weights)):
        for other in range(one + 1, len(weights)):
            if weights[one] == weights[other]:
                assert 0 <= result.awards_kr[one] - result.awards_kr[other] <= 1
