"""Every threshold, step and cap: one short of it, exactly at it, one over it."""

from decimal import Decimal

import pytest

from allocation.engine import Report, compute, load_rules, rate
from tests.engine.factories import (
    amounts,
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


# 10 000 000 inhabitants make one post a hundredth of the rate.
@pytest.mark.parametrize(
    ("planned", "reported", "reason"),
    [
        (1534, 1535, "planned-rate-below-threshold"),
        (1535, 1535, "eligible"),
        (1536, 1536, "eligible"),
        (1535, 1534, "reported-rate-below-threshold"),
        (1536, 1535, "eligible"),
        (1535, 1536, "eligible"),
    ],
)
def test_god_begins_at_the_threshold(planned: int, reported: int, reason: str) -> None:
    found = award(compute(AT_2022, [Report("01", 10_000_000, planned, reported)]), "01", "god")
    assert found.reason == reason
    assert found.eligible == (reason == "eligible")
    assert found.amount_kr == (124_000_000 if found.eligible else 0)


@pytest.mark.parametrize(
    ("planned", "reason"),
    [
        (1534, "eligible"),
        (1535, "planned-rate-at-or-above-threshold"),
        (1536, "planned-rate-at-or-above-threshold"),
    ],
)
def test_tydlig_forbattring_ends_at_the_threshold(planned: int, reason: str) -> None:
    reports = [Report("01", 10_000_000, planned, planned + 10)]
    assert award(compute(AT_2022, reports), "01", "tydlig-forbattring").reason == reason


def test_the_rounded_rate_decides_not_the_exact_one() -> None:
    # 15.345 exactly, which is half a hundredth below the threshold, rounds up to it.
    assert rate(AT_2022, posts=3069, inhabitants=20_000_000) == Decimal("15.35")
    found = award(compute(AT_2022, [Report("01", 20_000_000, 3069, 3069)]), "01", "god")
    assert found.eligible
    just_below = Report("01", 20_000_001, 3069, 3069)
    assert not award(compute(AT_2022, [just_below]), "01", "god").eligible


@pytest.mark.parametrize(
    ("extra", "amount_kr", "reason"),
    [
        (-1, 0, "reported-rate-below-threshold"),
        (0, 0, "increase-below-minimum"),
        (1, 2_000_000, "eligible"),
        (2, 4_000_000, "eligible"),
    ],
)
def test_further_expansion_begins_at_one_extra_post(extra: int, amount_kr: int, reason: str) -> None:
    reports = make_reports(r19=43 + extra)
    found = award(compute(AT_2022, reports), "19", "ytterligare-utokning")
    assert (found.amount_kr, found.reason) == (amount_kr, reason)


@pytest.mark.parametrize(
    ("planned", "reported", "reason"),
    [
        (1533, 1534, "planned-rate-below-threshold"),
        (1534, 1535, "planned-rate-below-threshold"),
        (1535, 1536, "eligible"),
        (1536, 1537, "eligible"),
        (1535, 1534, "reported-rate-below-threshold"),
        (1535, 1535, "increase-below-minimum"),
    ],
)
def test_further_expansion_has_the_threshold_of_god(planned: int, reported: int, reason: str) -> None:
    found = award(
        compute(AT_2022, [Report("01", 10_000_000, planned, reported)]), "01", "ytterligare-utokning"
    )
    assert (found.reason, found.amount_kr) == (reason, 2_000_000 if reason == "eligible" else 0)


@pytest.mark.parametrize(
    ("increases", "allocated_kr", "first_kr"),
    [
        # Five of 30 000 000 leave 10 000 000: one of 7 500 000 fits, and one of 3 000 000 more does not.
        ((15, 15, 15, 15, 15, 5), 157_500_000, 30_000_000),
        ((10,) * 8, 160_000_000, 20_000_000),
        ((15, 15, 15, 15, 15, 5, 2), 160_000_000, 29_906_542),
    ],
    ids=["room left", "exactly full", "too many"],
)
def test_the_claims_of_2024_against_their_pot(
    increases: tuple[int, ...], allocated_kr: int, first_kr: int
) -> None:
    reports = [
        Report(f"{number:02}", 100_000, 20, 20 + increase) for number, increase in enumerate(increases)
    ]
    allocation = compute(AT_2024, reports)
    assert allocation.pots[1].allocated_kr == allocated_kr
    assert award(allocation, "00", "ytterligare-utokning").amount_kr == first_kr


@pytest.mark.parametrize(
    ("extra", "amount_kr"),
    [
        (-1, 0), (0, 0), (9, 0), (10, 10_500_000), (11, 10_500_000),
        (14, 10_500_000), (15, 15_750_000), (16, 15_750_000),
        (19, 15_750_000), (20, 21_000_000), (21, 21_000_000),
        (29, 21_000_000), (30, 31_500_000), (31, 31_500_000),
        (39, 31_500_000), (40, 42_000_000), (41, 42_000_000), (500, 42_000_000),
    ],
)  # fmt: skip
def test_the_ladder_of_2022(extra: int, amount_kr: int) -> None:
    found = award(compute(AT_2022, make_reports(r14=244 + extra)), "14", "tydlig-forbattring")
    assert found.amount_kr == amount_kr
    assert found.reason == ("eligible" if amount_kr else "increase-below-minimum")


@pytest.mark.parametrize(
    ("extra", "amount_kr"),
    [
        (-5, 0), (0, 0), (1, 0), (2, 3_000_000), (3, 4_500_000), (4, 4_500_000),
        (5, 7_500_000), (6, 7_500_000), (7, 10_500_000), (8, 10_500_000), (9, 10_500_000),
        (10, 20_000_000), (11, 20_000_000), (14, 20_000_000), (15, 30_000_000), (16, 30_000_000),
    ],
)  # fmt: skip
def test_the_ladder_of_2024(extra: int, amount_kr: int) -> None:
    found = award(compute(AT_2024, make_reports(r14=244 + extra)), "14", "ytterligare-utokning")
    assert found.amount_kr == amount_kr


@pytest.mark.parametrize(
    ("reported", "reason"), [(0, "reported-below-minimum"), (1, "eligible"), (2, "eligible")]
)
def test_one_reported_post_is_enough_in_2024(reported: int, reason: str) -> None:
    found = award(compute(AT_2024, make_reports(r09=reported)), "09", "redovisat-antal")
    assert found.reason == reason
    assert (found.amount_kr > 0) == (reason == "eligible")


@pytest.mark.parametrize(
    ("extra", "allocated_kr"),
    [(81, 162_000_000), (82, 164_000_000), (83, 164_000_000)],
    ids=["the cap binds", "the cap just fills the pot", "the pot binds"],
)
def test_the_cap_per_post_against_the_pot(extra: int, allocated_kr: int) -> None:
    pot = compute(AT_2022, make_reports(r09=16 + extra)).pots[1]
    assert (pot.allocated_kr, pot.unallocated_kr) == (allocated_kr, 164_000_000 - allocated_kr)


@pytest.mark.parametrize(
    ("pot_kr", "allocated_kr", "oversubscribed"),
    [(19_999_999, 19_999_999, True), (20_000_000, 20_000_000, False), (20_000_001, 20_000_000, False)],
    ids=["one krona short", "exactly full", "one krona over"],
)
def test_claims_against_the_pot(pot_kr: int, allocated_kr: int, oversubscribed: bool) -> None:
    share = by_ladder("increase", (2, 10_000_000))
    rules = rules_of(rule_text(pot_text("ladder", pot_kr, share), total_kr=pot_kr))
    allocation = compute(
        rules, [Report("01", 1000, 1, 3), Report("03", 1000, 1, 3), Report("04", 1000, 1, 2)]
    )
    assert allocation.pots[0].allocated_kr == allocated_kr
    rule_names = [step.rule for step in award(allocation, "03", "ladder").trace]
    assert ("whole-kronor" in rule_names) == oversubscribed
    assert ("claim-paid" in rule_names) == (not oversubscribed)
    assert award(allocation, "03", "ladder").amount_kr == 10_000_000 - oversubscribed
    assert award(allocation, "03", "ladder").assumed == oversubscribed
    assert award(allocation, "04", "ladder").reason == "increase-below-first-step"


def test_a_missing_report_is_eligible_for_nothing_and_says_so() -> None:
    for rules in (AT_2022, AT_2024):
        allocation = compute(rules, make_reports(r09=None, r03=None))
        for code in ("03", "09"):
            (region,) = [region for region in allocation.regions if region.code == code]
            assert {found.reason for found in region.awards} == {"not-reported"}
            assert (region.reported_rate, region.increase, region.total_kr) == (None, None, 0)


def test_zero_posts_are_a_report() -> None:
    (region,) = compute(AT_2022, [Report("09", 60_537, 16, 0)]).regions
    assert (region.reported_rate, region.increase) == (Decimal("0.00"), -16)
    assert region.awards[0].reason == "reported-rate-below-threshold"


def test_equal_fractions_give_the_krona_to_the_lower_code() -> None:
    rules = rules_of(rule_text(pot_text("even", 11, by_weight("equal")), total_kr=11))
    reports = [Report(code, 1000, 1, 1) for code in ("14", "03", "25", "01")]
    allocation = compute(rules, reports)
    assert [region.total_kr for region in allocation.regions] == [3, 3, 3, 2]


def test_sharers_whose_weights_are_all_zero_leave_the_pot_unallocated() -> None:
    rules = rules_of(rule_text(pot_text("posts", 500, by_weight("reported")), total_kr=500))
    allocation = compute(rules, [Report("01", 1000, 1, 0), Report("03", 1000, 1, 0)])
    assert (allocation.pots[0].allocated_kr, allocation.pots[0].unallocated_kr) == (0, 500)
    assert award(allocation, "01", "posts").trace[-1].result == 0


def test_no_regions_leave_every_pot_unallocated() -> None:
    allocation = compute(AT_2022, [])
    assert allocation.regions == ()
    assert [pot.unallocated_kr for pot in allocation.pots] == [pot.amount_kr for pot in allocation.pots]


@pytest.mark.parametrize(("comparison", "least"), [("at-least", 0), ("above", -1)])
def test_a_bound_of_nothing_is_met_by_no_increase_and_equal_shares_weigh_one(
    comparison: str, least: int
) -> None:
    unchanged = f'measure = "increase"\ncomparison = "{comparison}"\nvalue = {least}'
    rules = rules_of(rule_text(pot_text("all", 7, by_weight("equal"), unchanged), total_kr=7))
    allocation = compute(rules, [Report("01", 1000, 10, 10), Report("02", 1000, 10, 9)])
    assert amounts(allocation) == {"01": {"all": 7}, "02": {"all": 0}}
    share = step(allocation.regions[0].awards[0], "share")
    assert (share.inputs["weight"].value, share.inputs["sum_of_weights"].value) == (1, 1)
