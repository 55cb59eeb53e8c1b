"""The curve of kronor over posts is what the computation gives for each number of posts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.engine import Report, RuleSet, UnknownRegion, compute, load_rules, marginal
from tests.engine.factories import make_reports
from tests.engine.generated import report_lists, rule_sets

AT_2022 = load_rules("at-2022")


@settings(max_examples=100, deadline=None)
@given(rules=rule_sets(), reports=report_lists(least=1), data=st.data())
def test_each_point_is_what_compute_gives(rules: RuleSet, reports: list[Report], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(reports) - 1))
    report = reports[place]
    upto, below = data.draw(st.integers(0, 12)), data.draw(st.integers(0, 12))
    points = marginal(rules, reports, report.code, upto=upto, below=below)
    present = report.planned if report.reported is None else report.reported
    assert [point.posts for point in points] == list(range(max(0, present - below), present + upto + 1))
    for point in points:
        changed = [*reports[:place], replace(report, reported=point.posts), *reports[place + 1 :]]
        (region,) = [region for region in compute(rules, changed).regions if region.code == report.code]
        assert point.total_kr == region.total_kr
        assert point.pots_kr == tuple(award.amount_kr for award in region.awards)


def test_the_curve_of_uppsala_climbs_at_the_steps_of_the_ladder() -> None:
    points = marginal(AT_2022, make_reports(r03=58), "03", upto=8, below=1)
    assert [point.posts for point in points] == list(range(57, 67))
    assert [point.total_kr for point in points] == [0] * 3 + [10_500_000] * 5 + [15_750_000] * 2
    assert points[3].pots_kr == (0, 0, 10_500_000)


def test_a_region_that_has_not_reported_starts_from_its_plan() -> None:
    (point,) = marginal(AT_2022, make_reports(r09=None), "09", upto=0)
    assert (point.posts, point.total_kr) == (16, 9_893_199)


def test_the_others_reports_are_left_as_they_are() -> None:
    reports = make_reports(r01=None)
    kept = list(reports)
    marginal(AT_2022, reports, "09", upto=3)
    assert reports == kept


def test_a_region_without_a_report_row_and_a_negative_reach_are_refused() -> None:
    with pytest.raises(UnknownRegion, match="region '02', column code: there is no report of that region"):
        marginal(AT_2022, make_reports(), "02", upto=1)
    for reach in ({"upto": -1}, {"upto": 1, "below": -1}):
        with pytest.raises(ValueError, match="negative"):
            marginal(AT_2022, make_reports(), "01", **reach)
