"""Dividing kronor, writing rates, changing one report, and the posts that give a measure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.engine import Report, compute, load_rules
from allocation.engine.kronor import split
from allocation.engine.measures import (
    Range,
    as_rate,
    measure_all,
    posts_giving,
    rate_text,
    with_reported,
)
from tests.engine.factories import by_weight, make_reports, pot_text, rule_text, rules_of

AT_2022 = load_rules("at-2022")
REPORTS = tuple(make_reports(r09=None))


@given(scaled=st.integers(-(10**9), 10**9) | st.integers(-120, 120), decimals=st.integers(0, 4))
def test_the_text_of_a_rate_has_all_its_decimals(scaled: int, decimals: int) -> None:
    assert rate_text(scaled, decimals) == f"{as_rate(scaled, decimals):f}"


@given(place=st.integers(0, 20), posts=st.integers(0, 500))
def test_one_report_changed_is_the_same_as_measuring_all_anew(place: int, posts: int) -> None:
    changed = replace(REPORTS[place], reported=posts)
    anew = measure_all(AT_2022, (*REPORTS[:place], changed, *REPORTS[place + 1 :]))
    assert with_reported(measure_all(AT_2022, REPORTS), place, posts) == anew


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("reported", Range(10, 12)),
        ("planned", Range(10, 12)),
        ("increase", Range(60, 62)),
        ("planned-rate", Range(40, 49)),
    ],
)
def test_the_posts_that_give_a_measure(measure: str, expected: Range) -> None:
    report = Report("03", 395_570, 50, None)
    values = Range(1000, 1249) if measure == "planned-rate" else Range(10, 12)
    assert posts_giving(AT_2022, measure, values, report) == expected  # type: ignore[arg-type]


def test_the_posts_that_give_a_rate_stay_exact_where_floats_would_not() -> None:
    report = Report("03", 999_999_999_989, 1, None)
    low, high = posts_giving(AT_2022, "planned-rate", Range(10**8 + 1, 10**8 + 1), report)
    assert (type(low), type(high)) == (int, int)
    assert low == -(-999_999_999_989 * (2 * (10**8 + 1) - 1) // 20_000_000)
    assert high == -(-999_999_999_989 * (2 * (10**8 + 1) + 1) // 20_000_000) - 1


@pytest.mark.parametrize(("amount_kr", "weights"), [(-1, [1]), (-1, []), (1, [1, -1]), (-1, [-1])])
def test_a_negative_amount_or_weight_is_not_divided(amount_kr: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^the amount and the weights must not be negative$"):
        split(amount_kr, weights)


def test_where_nothing_is_asked_a_report_of_no_posts_is_enough() -> None:
    rules = rules_of(rule_text(pot_text("all", 100, by_weight("equal")), total_kr=100))
    last = compute(rules, [Report("01", 1000, 1, None)]).regions[0].awards[0].trace[-1]
    assert (last.rule, last.notes["reported_needed"].value) == ("not-eligible", 0)
    assert compute(rules, [Report("01", 1000, 1, 0)]).regions[0].total_kr == 100


def test_the_largest_rate_and_a_fallen_increase_can_be_bounds() -> None:
    fallen = 'measure = "increase"\ncomparison = "at-least"\nvalue = -5'
    highest = 'measure = "planned-rate"\ncomparison = "at-most"\nvalue = 1_000_000'
    rules = rules_of(rule_text(pot_text("all", 7, by_weight("equal"), fallen, highest), total_kr=7))
    reports = [Report("01", 1000, 10, 5), Report("02", 1000, 10, 4)]
    assert [region.total_kr for region in compute(rules, reports).regions] == [7, 0]


def test_no_posts_are_a_rate_of_nought_and_no_report_is_no_rate() -> None:
    region = compute(load_rules("at-2022"), [Report("01", 100_000, 0, 0), Report("02", 100_000, 0, None)])
    assert [str(part.planned_rate) for part in region.regions] == ["0.00", "0.00"]
    assert [str(part.reported_rate) for part in region.regions] == ["0.00", "None"]
    assert [part.increase for part in region.regions] == [0, None]
