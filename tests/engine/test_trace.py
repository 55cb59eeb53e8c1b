"""The trace carries everything that the page "Why this amount?" says."""

import pytest

from allocation.engine import Report, compute, load_rules
from tests.engine.factories import (
    ASSUMED,
    award,
    by_ladder,
    by_weight,
    make_reports,
    pot_text,
    rule_text,
    rules_of,
    step,
)

AT_2022 = load_rules("at-2022")
AT_2024 = load_rules("at-2024")


def test_the_steps_of_a_proportional_award_lead_from_the_figure_to_the_krona() -> None:
    allocation = compute(AT_2022, make_reports(r19=48))
    found = award(allocation, "19", "god")
    assert [part.rule for part in found.trace] == [
        "reported", "planned", "inhabitants", "planned-rate", "reported-rate", "condition", "condition",
        "pot-amount", "sum-of-weights", "share", "whole-kronor",
    ]  # fmt: skip
    share, whole = step(found, "share"), step(found, "whole-kronor")
    assert share.inputs["weight"].value == "17.17"
    assert share.inputs["sum_of_weights"].value == "333.06"
    assert share.result == "106454000000/16653"
    assert share.notes["percent"].value == "5.1552"
    assert share.notes["share_decimal"].value.startswith(f"{whole.notes['floor_kr'].value}.")
    assert whole.notes["fraction_decimal"].value.startswith("0.")
    assert 1 <= whole.notes["rank"].value <= whole.notes["sharers"].value == 17
    gets_one = whole.notes["rank"].value <= whole.notes["leftover_kr"].value
    assert whole.inputs["extra_kr"].value == gets_one
    assert whole.notes["sum_of_floors_kr"].value + whole.notes["leftover_kr"].value == 124_000_000


def test_as_many_regions_get_an_extra_krona_as_kronor_were_left_and_they_rank_first() -> None:
    allocation = compute(AT_2022, make_reports())
    wholes = [
        step(region.awards[0], "whole-kronor") for region in allocation.regions if region.awards[0].eligible
    ]
    left = wholes[0].notes["leftover_kr"].value
    assert left > 0
    assert sorted(part.notes["rank"].value for part in wholes) == list(range(1, 18))
    assert {part.notes["rank"].value for part in wholes if part.inputs["extra_kr"].value} == set(
        range(1, left + 1)
    )


def test_the_small_margin_of_vastmanland_can_be_told() -> None:
    found = award(compute(AT_2022, make_reports()), "19", "god")
    planned = next(part for part in found.trace if part.key == "pot.1.condition.1")
    assert planned.result is True
    assert planned.notes["margin"].value == "0.03"
    assert planned.notes["counted"].value == "planned"
    assert planned.notes["border_posts"].value == 43
    assert (planned.notes["beyond_posts"].value, planned.notes["beyond_value"].value) == (42, "15.02")


@pytest.mark.parametrize(
    ("extra", "to_share_kr", "applied", "price"),
    [
        (5, 10_000_000, True, "32800000.00"),
        (82, 164_000_000, False, "2000000.00"),
        (90, 164_000_000, False, "1822222.22"),
    ],
)
def test_the_price_per_post_before_the_cap_and_the_cap(
    extra: int, to_share_kr: int, applied: bool, price: str
) -> None:
    cap = step(
        award(compute(AT_2022, make_reports(r19=43 + extra)), "19", "ytterligare-utokning"), "unit-cap"
    )
    assert cap.result == to_share_kr
    assert cap.notes["cap_applied"].value is applied
    assert cap.notes["pot_per_unit_decimal"].value == price
    assert (cap.inputs["cap_per_unit_kr"].value, cap.inputs["cap_per_unit_kr"].unit) == (2_000_000, "kr/post")
    assert cap.notes["pot_per_unit_decimal"].unit == "kr/post"
    assert cap.assumed
    assert cap.why_sv


def test_two_posts_more_reach_the_first_step() -> None:
    found = award(compute(AT_2022, make_reports(r03=58)), "03", "tydlig-forbattring")
    last = found.trace[-1]
    assert last.rule == "not-eligible"
    assert last.inputs["reason"].value == "increase-below-minimum"
    assert (last.notes["reported_needed"].value, last.notes["posts_more"].value) == (60, 2)
    assert (last.notes["first_step_at"].value, last.notes["first_step_kr"].value) == (10, 10_500_000)


def test_a_missing_report_still_tells_what_would_reach_the_pot() -> None:
    found = award(compute(AT_2022, make_reports(r03=None)), "03", "tydlig-forbattring")
    last = found.trace[-1]
    assert last.inputs["reason"].value == "not-reported"
    assert last.notes["reported_needed"].value == 60
    assert "posts_more" not in last.notes
    increase = step(found, "increase")
    assert (increase.inputs["reported"].value, increase.result) == (None, None)
    planned, wanted = [part for part in found.trace if part.rule == "condition"]
    assert (planned.result, wanted.result) == (True, None)


def test_what_no_report_can_change_says_so() -> None:
    last = award(compute(AT_2022, make_reports()), "19", "tydlig-forbattring").trace[-1]
    assert last.inputs["reason"].value == "planned-rate-at-or-above-threshold"
    assert last.notes["can_be_met"].value is False
    assert "reported_needed" not in last.notes


def test_the_ladder_step_reached_and_the_next_one() -> None:
    ladder = step(
        award(compute(AT_2022, make_reports(r12=196 + 16)), "12", "tydlig-forbattring"), "ladder-step"
    )
    assert ladder.result == 15_750_000
    notes = {name: quantity.value for name, quantity in ladder.notes.items()}
    assert notes == {
        "step": 2,
        "step_count": 5,
        "step_at": 15,
        "next_at": 20,
        "next_amount_kr": 21_000_000,
        "posts_to_next": 4,
    }
    top = step(award(compute(AT_2022, make_reports(r12=196 + 40)), "12", "tydlig-forbattring"), "ladder-step")
    assert "next_at" not in top.notes


def test_claims_that_fit_are_paid_as_they_are_and_rest_on_nothing_assumed_in_2024() -> None:
    found = award(compute(AT_2024, make_reports(r09=18)), "09", "ytterligare-utokning")
    assert not found.assumed
    assert [part.rule for part in found.trace][-3:] == ["pot-amount", "claims", "claim-paid"]
    assert step(found, "claims").result is True


def test_claims_that_exceed_the_pot_are_reduced_and_that_is_assumed() -> None:
    extra = {f"r{report.code}": report.planned + 15 for report in make_reports()}
    found = award(compute(AT_2024, make_reports(**extra)), "09", "ytterligare-utokning")
    claims = step(found, "claims")
    assert claims.result is False
    assert claims.inputs["sum_of_claims_kr"].value == 21 * 30_000_000
    assert claims.notes["oversubscribed"].value is True
    assert step(found, "share").assumed
    assert found.assumed
    assert found.amount_kr in (7_619_047, 7_619_048)


def test_the_pot_says_what_was_left_and_what_stays_unallocated() -> None:
    pot = compute(AT_2022, make_reports(r09=17)).pots[1]
    assert [part.rule for part in pot.trace] == [
        "pot-amount", "sum-of-weights", "unit-cap", "leftover-kronor", "unallocated",
    ]  # fmt: skip
    assert pot.trace[1].inputs["sharers"].value == 1
    assert pot.trace[-1].result == 162_000_000


def test_a_step_as_json_has_its_keys_in_a_fixed_order() -> None:
    first = award(compute(AT_2022, [Report("09", 60_537, 16, 16)]), "09", "god").trace[3].as_json()
    assert first == {
        "rule": "planned-rate",
        "key": "rate",
        "inputs": {
            "planned": {"value": 16, "unit": "posts"},
            "per_inhabitants": {"value": 100_000, "unit": "persons"},
            "inhabitants": {"value": 60_537, "unit": "persons"},
            "decimals": {"value": 2, "unit": "number"},
        },
        "operation": "half_up(planned * per_inhabitants / inhabitants, decimals)",
        "result": "26.43",
        "unit": "rate",
        "source": ["LT 2022"],
        "assumed": True,
        "why": AT_2022.rate_basis.why,
        "why_sv": AT_2022.rate_basis.why_sv,
        "notes": {},
    }
    assert list(first) == [
        "rule", "key", "inputs", "operation", "result", "unit", "source", "assumed", "why", "why_sv", "notes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pot", "border", "beyond", "beyond_value"),
    [("god", 3069, 3068, "15.34"), ("tydlig-forbattring", 3068, 3069, "15.35")],
)
def test_the_border_in_posts_counts_a_half_as_rounded_up(
    pot: str, border: int, beyond: int, beyond_value: str
) -> None:
    # 3069 posts are 15.345 per 100 000, which rounds up to the threshold.
    found = award(compute(AT_2022, [Report("01", 20_000_000, 3000, 3069)]), "01", pot)
    notes = next(part for part in found.trace if part.rule == "condition").notes
    assert notes["border_posts"].value == border
    assert (notes["beyond_posts"].value, notes["beyond_value"].value) == (beyond, beyond_value)


def test_the_posts_needed_count_a_half_as_rounded_up() -> None:
    last = award(compute(AT_2022, [Report("01", 20_000_000, 3069, 3000)]), "01", "god").trace[-1]
    assert (last.notes["reported_needed"].value, last.notes["posts_more"].value) == (3069, 69)


def test_only_those_who_reach_an_assumed_step_of_a_ladder_rest_on_an_assumption() -> None:
    text = rule_text(pot_text("climb", 90, by_ladder("increase", (1, 10), (5, 20))), total_kr=90)
    second = "at = 5\namount_kr = 20\n"
    rules = rules_of(text.replace(f'{second}source = ["paper"]', second + ASSUMED))
    reports = [Report(code, 1000, 1, posts) for code, posts in (("A", 2), ("B", 6), ("C", 1), ("D", None))]
    awards = [region.awards[0] for region in compute(rules, reports).regions]
    assert [found.assumed for found in awards] == [False, True, False, False]
    assert [any(part.assumed for part in found.trace) for found in awards] == [False, True, False, False]


UP = 'measure = "increase"\ncomparison = "at-least"\nvalue = 1'
PLANNED = 'measure = "planned"\ncomparison = "above"\nvalue = 0'
BELOW = 'measure = "planned-rate"\ncomparison = "below"\nagainst = "threshold"'
CITED = 'source = ["paper"]'
ALL_KINDS = rule_text(
    pot_text("climb", 90, by_ladder("increase", (1, 10), (5, 20)), PLANNED),
    pot_text("tight", 15, by_ladder("reported", (1, 10), (7, 20))),
    pot_text("more", 100, by_weight("increase", cap_kr=3), UP),
    pot_text("rates", 100, by_weight("reported-rate"), BELOW),
    pot_text("people", 7, by_weight("inhabitants")),
    total_kr=312,
    threshold="500.00",
).replace(ASSUMED, CITED)  # fmt: skip


def test_an_award_is_marked_as_assumed_exactly_where_a_step_of_its_trace_is() -> None:
    # Every number and choice of a rule set is assumed in turn, and nothing else.
    reports = [
        Report("A", 1000, 1, 2),
        Report("B", 1000, 1, 9),
        Report("C", 1000, 6, 6),
        Report("D", 9, 0, None),
    ]
    parts = ALL_KINDS.split(CITED)
    seen: set[tuple[str, bool]] = set()
    for place in range(1, len(parts)):
        text = CITED.join(parts[:place]) + ASSUMED + CITED.join(parts[place:])
        for region in compute(rules_of(text), reports).regions:
            for found in region.awards:
                assert found.assumed is any(part.assumed for part in found.trace), (place, found)
                seen.update((part.rule, part.assumed) for part in found.trace)
    assert {rule for rule, _ in seen} == {rule for rule, assumed in seen if assumed}


def test_conditions_with_the_same_number_keep_their_own_borders() -> None:
    tests = [
        f'measure = "{measure}"\ncomparison = "at-least"\nvalue = 10'
        for measure in ("reported", "increase", "planned", "reported-rate")
    ]
    rules = rules_of(rule_text(pot_text("one", 7, by_weight("equal"), *tests), total_kr=7))
    (found,) = compute(rules, [Report("A", 1_000_000, 30, 35)]).regions[0].awards
    notes = [part.notes for part in found.trace if part.rule == "condition"]
    assert [note["border_posts"].value for note in notes] == [10, 40, 10, 100]
    assert [note["beyond_value"].value for note in notes] == [9, 9, 9, "9.90"]
    assert [note["margin"].value for note in notes] == [25, -5, 20, "-6.50"]


def test_claims_that_fill_the_pot_exactly_fit() -> None:
    rules = rules_of(rule_text(pot_text("one", 20, by_ladder("increase", (1, 10))), total_kr=20))
    allocation = compute(rules, [Report(code, 1000, 1, 2) for code in "AB"])
    claims = step(allocation.regions[0].awards[0], "claims")
    assert (claims.result, claims.notes["oversubscribed"].value) == (True, False)
    assert [region.total_kr for region in allocation.regions] == [10, 10]


def test_a_border_at_no_posts_has_none_below_it() -> None:
    condition = 'measure = "planned"\ncomparison = "at-least"\nvalue = 0'
    rules = rules_of(rule_text(pot_text("one", 7, by_weight("equal"), condition), total_kr=7))
    notes = step(compute(rules, [Report("A", 1000, 4, 4)]).regions[0].awards[0], "condition").notes
    assert {name: part.value for name, part in notes.items()} == {
        "margin": 4,
        "counted": "planned",
        "border_posts": 0,
    }


def test_where_every_weight_is_nought_nobody_earns_and_the_share_is_written_as_nought() -> None:
    rules = rules_of(rule_text(pot_text("one", 7, by_weight("reported")), total_kr=7))
    allocation = compute(rules, [Report(code, 1000, 0, 0) for code in "AB"])
    found = step(allocation.regions[0].awards[0], "share")
    assert (found.unit, found.rule) == ("kr", "share")
    share = found.as_json()
    assert {name: share[name] for name in ("key", "operation", "result", "source")} == {
        "key": "pot.1.share", "operation": "0", "result": "0", "source": ["paper"],
    }  # fmt: skip
    assert {name: part["value"] for name, part in share["inputs"].items()} == {
        "amount_kr": 7, "weight": 0, "sum_of_weights": 0,
    }  # fmt: skip
    assert [region.total_kr for region in allocation.regions] == [0, 0]
