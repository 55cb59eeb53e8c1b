"""Flags: what raises them, how they are put aside, and when they are open again."""

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from allocation import flagrefresh
from reporting.checking import checks_of
from reporting.errors import NotAllowed, WrongState
from reporting.models import Baseline, ReportFlag
from reporting.services.flags import dismiss_flag, refresh_flags, refresh_flags_of_round
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)
from tests.reporting.desk import codes_of

pytestmark = pytest.mark.django_db


def test_a_submission_raises_its_flags_with_the_numbers_they_rest_on() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, at_2022="40", comment_at_2022="Fewer.", gm_2022="")
    flags = {flag.code: flag for flag in ReportFlag.objects.all()}
    assert {"far-from-plan", "below-plan", "missing-st"} <= set(flags)
    assert flags["below-plan"].data == {"planned": 50, "reported": 40}
    assert flags["missing-st"].data == {"figures": ["gm_2022"]}


@pytest.mark.parametrize(
    ("posts", "sides"),
    [
        pytest.param("58", set(), id="two short of the step at ten more than planned"),
        pytest.param("59", {"under"}, id="one short"),
        pytest.param("60", {"over"}, id="exactly at the step"),
        pytest.param("61", set(), id="one over"),
    ],
)
def test_a_report_within_one_post_of_a_step_is_flagged(posts: str, sides: set[str]) -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, at_2022=posts, comment_at_2022="More.")
    found = ReportFlag.objects.filter(code="near-limit", data__kind="step")
    assert {flag.data["side"] for flag in found} == sides


@pytest.mark.parametrize(
    ("code", "posts", "limits"),
    [
        pytest.param(
            "03", "60", {("10", "over")}, id="planned below the threshold: only the ladder is its own"
        ),
        pytest.param(
            "04", "69", set(), id="planned above it: one post fewer than a step of a ladder it is not in"
        ),
        pytest.param("04", "47", {("15,35", "over")}, id="planned above it, and reported just above it"),
    ],
)
def test_a_limit_of_a_pot_that_the_plan_shuts_the_region_out_of_is_no_limit(
    code: str, posts: str, limits: set[tuple[str, str]]
) -> None:
    ombud, reporting_round = make_region_member(code=code), make_round(codes=[code])
    make_submission(reporting_round, code, by=ombud, at_2022=posts, comment_at_2022="As decided.")
    found = ReportFlag.objects.filter(code="near-limit", data__grant="AT 2022")
    assert {(flag.data["bound"], flag.data["side"]) for flag in found} == limits


def test_a_large_change_since_the_version_before_is_flagged() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud)
    make_submission(reporting_round, by=ombud, at=moment(20), st_2023="60")
    flag = ReportFlag.objects.get(code="changed-much")
    assert (flag.subject, flag.data) == ("st_2023", {"before": 120, "now": 60})


def test_flags_made_anew_are_the_same_rows_and_keep_their_dismissal() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, gm_2022="")
    flag = ReportFlag.objects.get(code="missing-st")
    dismiss_flag(flag_id=flag.pk, reason="Known.", by=officer, at=moment(20))
    before = list(ReportFlag.objects.order_by("pk").values())
    refresh_flags_of_round(reporting_round=reporting_round, at=moment(21))
    assert list(ReportFlag.objects.order_by("pk").values()) == before
    assert "missing-st" not in codes_of(report_of(reporting_round))


def test_a_dismissed_flag_is_open_again_when_its_numbers_change() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, at_2022="40", comment_at_2022="Fewer.")
    flag = ReportFlag.objects.get(code="below-plan")
    dismiss_flag(flag_id=flag.pk, reason="Known.", by=officer, at=moment(20))
    Baseline.objects.filter(region_id="03", year=2022).update(planned_posts=45)
    report = report_of(reporting_round)
    refresh_flags(report, checks=checks_of(report), at=moment(21))
    flag.refresh_from_db()
    assert flag.is_open
    assert flag.data["planned"] == 45
    # Raised, dismissed, open again.
    assert flag.history.count() == 3  # type: ignore[attr-defined]  # django-pghistory adds it


def test_a_flag_is_not_dismissed_without_a_reason_or_a_right() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, gm_2022="")
    flag = ReportFlag.objects.get(code="missing-st")
    with pytest.raises(WrongState):
        dismiss_flag(flag_id=flag.pk, reason=" ", by=make_officer(), at=moment(20))
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    with pytest.raises(NotAllowed):
        dismiss_flag(flag_id=flag.pk, reason="So.", by=decider, at=moment(20))
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFlag.objects.filter(pk=flag.pk).update(dismissed_at=moment(20))


def test_flags_are_made_anew_when_a_plan_changes_and_only_then() -> None:
    reporting_round = make_round(codes=["03"])
    make_submission(reporting_round, by=make_region_member())
    report = report_of(reporting_round)
    cache.delete(flagrefresh.KEY)
    assert flagrefresh.refresh_changed_flags(at=timezone.now()) == 1
    assert (flagrefresh.refresh_changed_flags(at=timezone.now()), codes_of(report)) == (0, set())
    Baseline.objects.filter(region_id="03", year=2022, post_type="AT").update(planned_posts=90)
    assert flagrefresh.refresh_changed_flags(at=timezone.now()) == 1
    assert {"far-from-plan", "below-plan"} <= codes_of(report)
