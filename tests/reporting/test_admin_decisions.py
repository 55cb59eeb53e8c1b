"""Decisions at the agency's desk, on one report and on several."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reporting.models import (
    EventKind,
    Mail,
    MailKind,
    ReviewEvent,
    Role,
    State,
    Submission,
)
from reporting.services.review import return_report
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)
from tests.reporting.desk import LIST, change, decide, make_decider, page, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("decision", "state"), [
    ("start", State.IN_REVIEW), ("approve", State.APPROVED), ("return", State.RETURNED),
])  # fmt: skip
def test_who_may_decide(decision: str, state: State) -> None:
    officer, decider, reporting_round = make_officer(), make_decider(), make_round()
    make_submission(reporting_round, by=make_region_member())
    report = report_of(reporting_round)
    assert decide(signed_in(decider), report, decision, message="Why 58?") == 403
    assert report_of(reporting_round).state == State.SUBMITTED
    assert decide(signed_in(officer), report, decision, message="Why 58?") == 302
    assert report_of(reporting_round).state == state
    assert ReviewEvent.objects.exclude(kind=EventKind.SUBMITTED).get().by == officer


@pytest.mark.parametrize(("permission", "decision"), [
    ("approve_submission", "approve"), ("return_submission", "return"), ("review_submission", "start"),
])  # fmt: skip
def test_each_decision_has_a_permission_of_its_own(permission: str, decision: str) -> None:
    officer, reporting_round = make_officer(), make_round()
    make_submission(reporting_round, by=make_region_member())
    group = officer.groups.get()
    group.permissions.remove(group.permissions.get(codename=permission))
    assert decide(signed_in(officer), report_of(reporting_round), decision, message="Why?") == 403
    text = page(signed_in(officer), change(report_of(reporting_round)))
    assert f'value="{decision}"' not in text
    assert 'name="decision"' in text


def test_an_unknown_decision_is_a_bad_request_and_an_unknown_report_is_not_found() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03"])
    assert decide(signed_in(officer), report_of(reporting_round), "pay") == 400
    address = reverse("admin:reporting_submission_decide", args=[999_999])
    assert signed_in(officer).post(address, {"decision": "approve"}).status_code == 404


def test_a_decision_needs_the_token_against_forgery() -> None:
    officer, reporting_round = make_officer(), make_round()
    make_submission(reporting_round, by=make_region_member())
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    assert decide(client, report_of(reporting_round), "approve") == 403
    assert report_of(reporting_round).state == State.SUBMITTED


def test_a_version_that_came_meanwhile_must_be_looked_at_and_what_was_typed_is_kept() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="51")
    client = signed_in(officer)
    address = reverse("admin:reporting_submission_decide", args=[report_of(reporting_round).pk])
    data = {"decision": "approve", "revision_number": "1", "message": "Looks <fine>", "answer_by": ""}
    text = client.post(address, data).content.decode()
    assert "has submitted version 2 meanwhile" in text
    assert "Looks &lt;fine&gt;" in text
    assert 'name="revision_number" value="2"' in text
    assert report_of(reporting_round).state == State.SUBMITTED


@pytest.mark.parametrize(("fields", "complaint"), [
    ({"message": " "}, "Write what the region should complete"),
    ({"message": "Why?", "answer_by": "2001-01-01"}, "That day has passed"),
    ({"message": "Why?", "answer_by": "soon"}, "Enter a valid date"),
    ({"message": "x" * 4001}, "at most 4000 characters"),
])  # fmt: skip
def test_a_return_that_cannot_go_through_says_why(fields: dict[str, str], complaint: str) -> None:
    officer, reporting_round = make_officer(), make_round()
    make_submission(reporting_round, by=make_region_member())
    address = reverse("admin:reporting_submission_decide", args=[report_of(reporting_round).pk])
    data = {"decision": "return", "revision_number": "1", "answer_by": "", **fields}
    assert complaint in signed_in(officer).post(address, data).content.decode()
    assert report_of(reporting_round).state == State.SUBMITTED
    assert not Mail.objects.filter(kind=MailKind.RETURNED).exists()


def test_a_return_carries_message_and_day_to_the_region() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud)
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    report = report_of(reporting_round)
    assert decide(signed_in(officer), report, "return", message="Why 58?", answer_by=day) == 302
    assert report_of(reporting_round).answer_by is not None
    assert "Why 58?" in Mail.objects.get(kind=MailKind.RETURNED, recipient=ombud.email).text
    text = page(signed_in(officer), change(report))
    assert "with the region for completion" in text
    assert 'name="decision"' not in text


def test_the_review_page_shows_plan_both_versions_and_the_change() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    make_submission(reporting_round, by=ombud, at_2022="58", comment_at_2022="Eight more.")
    return_report(
        submission_id=report_of(reporting_round).pk,
        revision_number=1,
        by=officer,
        at=moment(20),
        message="The annex says 60.",
    )
    make_submission(
        reporting_round, by=ombud, at=moment(21), at_2022="60", comment_at_2022="Sixty <holds>.", gm_2024="–"
    )
    text = page(signed_in(officer), change(report_of(reporting_round)))
    assert "Changes from version 1 to 2" in text
    assert '<del class="pp-diff-old">58</del>' in text
    assert '<ins class="pp-diff-new">60</ins>' in text
    assert "AT 2022 is 20 % above the plan" in text
    assert "50 in the plan, 60 in the report." in text
    assert "Sixty &lt;holds&gt;." in text
    assert "figure removed" in text
    assert "Missing: ST in general medicine 2024." in text
    assert "The annex says 60." in text
    assert f"/report/{reporting_round.slug}/03/versions/2/" in text
    assert report_of(reporting_round).case_number in text


def selected(reports: list[Submission], action: str, **fields: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [str(report.pk) for report in reports], **fields}


def test_several_are_approved_after_a_page_that_names_the_versions_and_each_outcome_is_told() -> None:
    officer, reporting_round = make_officer(), make_round()
    for code in ("03", "04", "05"):
        make_submission(reporting_round, code, by=make_region_member(code))
    reports = [report_of(reporting_round, code) for code in ("03", "04", "05", "06")]
    client = signed_in(officer)
    shown = client.post(LIST, selected(reports, "approve_selected", index="0")).content.decode()
    assert f'name="seen_{reports[0].pk}" value="1"' in shown
    assert "will be refused in this state" in shown
    assert not Submission.objects.filter(state=State.APPROVED).exists()

    make_submission(reporting_round, "05", by=make_region_member("05", role=Role.REPRESENTANT), at_2022="85")
    seen = {f"seen_{report.pk}": str(report.revision_count) for report in reports}
    answer = client.post(
        LIST, selected(reports, "approve_selected", confirmed="1", message="", **seen), follow=True
    ).content.decode()
    states = dict(Submission.objects.values_list("region_id", "state"))
    assert [states[code] for code in ("03", "04", "05", "06")] == [
        State.APPROVED,
        State.APPROVED,
        State.SUBMITTED,
        State.NOT_STARTED,
    ]
    assert "has submitted version 2 meanwhile" in answer
    assert "has not submitted anything yet" in answer
    assert answer.count("approved. The region gets a mail") == 2


def test_several_are_returned_with_one_message_which_is_required() -> None:
    officer, reporting_round = make_officer(), make_round()
    for code in ("03", "04"):
        make_submission(reporting_round, code, by=make_region_member(code))
    reports = [report_of(reporting_round, code) for code in ("03", "04")]
    seen = {f"seen_{report.pk}": "1" for report in reports}
    client = signed_in(officer)
    refused = client.post(LIST, selected(reports, "return_selected", confirmed="1", message="", **seen))
    assert "This field is required" in refused.content.decode()
    assert not Submission.objects.filter(state=State.RETURNED).exists()
    client.post(LIST, selected(reports, "return_selected", confirmed="1", message="Say more.", **seen))
    assert Submission.objects.filter(state=State.RETURNED).count() == 2
    assert Mail.objects.filter(kind=MailKind.RETURNED, text__contains="Say more.").count() == 2


def test_actions_are_only_for_those_who_may() -> None:
    reporting_round = make_round()
    make_submission(reporting_round, by=make_region_member())
    report = report_of(reporting_round)
    client = signed_in(make_decider())
    assert "approve_selected" not in page(client, LIST)
    data = selected([report], "approve_selected", confirmed="1", message="", **{f"seen_{report.pk}": "1"})
    client.post(LIST, data)
    assert report_of(reporting_round).state == State.SUBMITTED
