"""Published figures and independently computed cases, matched to the krona."""

import json
from decimal import Decimal
from typing import Any

import pytest

from allocation.engine import Report, compute, load_rules
from tests.engine.factories import GOLDEN, amounts, award, make_reports, plans_2022, slow_rate

CASES: list[dict[str, Any]] = json.loads((GOLDEN / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_an_independent_reference_gives_the_same_kronor(case: dict[str, Any]) -> None:
    reports = [
        Report(
            row["code"],
            int(row["inhabitants"]),
            int(row["planned"]),
            int(row["reported"]) if row["reported"] else None,
        )
        for row in case["reports"]
    ]
    assert amounts(compute(load_rules(case["rules"]), reports)) == case["expected"]


def test_the_cases_cover_both_years_and_a_missing_report() -> None:
    assert {case["rules"] for case in CASES} == {"at-2022", "at-2024"}
    assert any(not row["reported"] for case in CASES for row in case["reports"])


def test_the_21_published_rates_come_back() -> None:
    regions = compute(load_rules("at-2022"), make_reports()).regions
    assert [str(region.planned_rate) for region in regions] == [row["published_rate"] for row in plans_2022()]
    assert [region.reported_rate for region in regions] == [region.planned_rate for region in regions]
    assert len(regions) == 21


def test_the_plan_is_1608_posts_and_the_national_rate_is_the_threshold() -> None:
    rows = plans_2022()
    posts = sum(int(row["planned"]) for row in rows)
    assert posts == 1608
    assert slow_rate(posts, sum(int(row["inhabitants"]) for row in rows)) == load_rules("at-2022").threshold


def test_seventeen_regions_share_god_when_all_report_their_plan() -> None:
    allocation = compute(load_rules("at-2022"), make_reports())
    god, more, improvement = allocation.pots
    assert god.eligible_count == 17
    assert (god.allocated_kr, god.unallocated_kr) == (124_000_000, 0)
    assert (more.allocated_kr, more.unallocated_kr) == (0, 164_000_000)
    assert (improvement.allocated_kr, improvement.unallocated_kr) == (0, 84_000_000)
    assert award(allocation, "09", "god").amount_kr == 9_893_199
    assert award(allocation, "19", "god").amount_kr == 5_756_996
    qualified = [region.planned_rate for region in allocation.regions if region.awards[0].eligible]
    assert sum(qualified) == Decimal("331.27")


def test_the_four_regions_below_the_threshold() -> None:
    allocation = compute(load_rules("at-2022"), make_reports())
    below = [region.code for region in allocation.regions if not region.awards[0].eligible]
    assert below == ["01", "03", "12", "14"]


def test_uppsala_with_sixty_posts_gets_the_first_step() -> None:
    found = award(compute(load_rules("at-2022"), make_reports(r03=60)), "03", "tydlig-forbattring")
    assert (found.eligible, found.amount_kr, found.reason) == (True, 10_500_000, "eligible")
