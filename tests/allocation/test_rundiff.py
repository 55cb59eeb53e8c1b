"""Two runs compared, from real reports."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from allocation import runner
from allocation.diffwords import difference_sentence
from allocation.models import OPEN_STATES, AllocationRun, Recomputation
from allocation.rundiff import difference_of
from reporting.models import ReportingRound
from reporting.services.review import approve_report, return_report
from tests.factories import make_officer, make_region_member, make_round, make_submission, moment, report_of

pytestmark = pytest.mark.django_db


def run_of(reporting_round: ReportingRound) -> AllocationRun:
    for request in Recomputation.objects.filter(state__in=OPEN_STATES):
        runner.recompute(request.pk, at=moment(25))
    run = reporting_round.grants.get().current_run
    assert run is not None
    return run


def two_runs() -> tuple[AllocationRun, AllocationRun]:
    reporting_round, ombud = make_round(), make_region_member("09")
    make_submission(reporting_round, "09", by=ombud)
    make_submission(reporting_round, "19", by=make_region_member("19"))
    before = run_of(reporting_round)
    make_submission(reporting_round, "09", by=ombud, at_2022="18", comment_at_2022="More.")
    return before, run_of(reporting_round)


def test_the_region_that_reported_has_its_own_part_and_the_others_have_theirs() -> None:
    before, after = two_runs()
    difference = difference_of(before, after)
    rows = {row.region.code: row for row in difference.rows}
    assert rows["09"].parts.data_kr > 0
    assert rows["19"].parts.data_kr == 0
    assert rows["19"].parts.others_kr < 0
    assert difference.total.change_kr == after.allocated_kr - before.allocated_kr
    assert len(difference.rows) == 21


def test_the_page_and_both_files_tell_the_same_sum(client: Client, django_assert_max_num_queries) -> None:
    before, after = two_runs()
    client.force_login(make_officer())
    arguments = [before.pk, after.pk]
    with django_assert_max_num_queries(24):
        page = client.get(reverse("admin:allocation_allocationrun_compare", args=arguments))
    assert page.status_code == 200
    told = json.loads(
        client.get(reverse("admin:allocation_allocationrun_compare_json", args=arguments)).content
    )
    change = after.allocated_kr - before.allocated_kr
    assert told["total"]["change_kr"] == change == sum(row["change_kr"] for row in told["rows"])
    lines = client.get(reverse("admin:allocation_allocationrun_compare_csv", args=arguments)).content.decode()
    header, *rows = (line.split(";") for line in lines.strip().splitlines())
    assert sum(int(row[header.index("change_kr")]) for row in rows) == change
    chosen = client.get(reverse("admin:allocation_allocationrun_choose"), {"old": before.pk, "new": after.pk})
    assert chosen.headers["Location"].endswith(f"/compare/{before.pk}/{after.pk}/")


def test_a_version_after_an_approval_is_a_correction() -> None:
    reporting_round, officer, ombud = make_round(), make_officer(), make_region_member("09")
    make_submission(reporting_round, "09", by=ombud)
    report: dict[str, Any] = {
        "submission_id": report_of(reporting_round, "09").pk,
        "revision_number": 1,
        "by": officer,
    }
    approve_report(**report, at=moment(20))
    before = run_of(reporting_round)
    return_report(**report, at=moment(21), message="Check.", answer_by=moment(28).date())
    make_submission(reporting_round, "09", by=ombud, at=moment(22), at_2022="18", comment_at_2022="More.")
    rows = {row.region.code: row for row in difference_of(before, run_of(reporting_round)).rows}
    assert rows["09"].is_corrected
    assert rows["09"].parts.data_kr == 0
    assert rows["09"].parts.correction_kr == rows["09"].parts.change_kr > 0


def test_each_region_gets_a_sentence_with_its_causes() -> None:
    before, after = two_runs()
    rows = {row.region.code: row for row in difference_of(before, after).rows}
    own = difference_sentence(rows["09"])
    assert "more: +" in own
    assert "own new figures (reported 18 instead of 16)" in own
    assert "by the figures of other regions" in difference_sentence(rows["19"])
    assert "Neither figures nor rules" in difference_sentence(rows["01"])


def test_a_region_that_had_not_reported_is_said_to_have_had_nothing() -> None:
    reporting_round = make_round()
    make_submission(reporting_round, "19", by=make_region_member("19"))
    before = run_of(reporting_round)
    make_submission(reporting_round, "09", by=make_region_member("09"))
    [row] = [row for row in difference_of(before, run_of(reporting_round)).rows if row.region.code == "09"]
    assert "reported 16 instead of nothing" in difference_sentence(row)


def test_two_marked_runs_lead_to_their_comparison_and_one_does_not(client: Client) -> None:
    before, after = two_runs()
    client.force_login(make_officer())
    address = reverse("admin:allocation_allocationrun_changelist")
    marked = {"action": "compare_two", "_selected_action": [after.pk, before.pk]}
    assert client.post(address, marked).headers["Location"].endswith(f"/compare/{before.pk}/{after.pk}/")
    alone = client.post(address, {**marked, "_selected_action": [after.pk]})
    assert alone.headers["Location"].endswith(address)
