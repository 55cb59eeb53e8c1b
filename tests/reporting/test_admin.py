"""The agency's desk: reports, rounds, mails and regions, and who may do what there."""

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from allocation.models import Recomputation, RoundGrant
from reporting.admin.flags import flagged, flags_of
from reporting.flags import FLAGS
from reporting.models import (
    Baseline,
    EventKind,
    Mail,
    MailKind,
    PostType,
    Region,
    ReportingRound,
    ReviewEvent,
    Revision,
    Role,
    State,
    Submission,
    User,
)
from reporting.reference import load_reference_data
from reporting.services.review import approve_report, return_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/reporting/submission/"


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference_data()


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def make_decider() -> User:
    return make_user(is_staff=True, groups=["Beslutsfattare"])


def make_admin() -> User:
    return make_user(is_staff=True, is_superuser=True)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def change(report: Submission) -> str:
    return reverse("admin:reporting_submission_change", args=[report.pk])


def decide(client: Client, report: Submission, decision: str, *, seen: int = 1, **fields: str) -> int:
    address = reverse("admin:reporting_submission_decide", args=[report.pk])
    data = {"decision": decision, "revision_number": str(seen), "message": "", "answer_by": "", **fields}
    return client.post(address, data).status_code


# Who comes in at all


@pytest.mark.parametrize("path", ["", "reporting/submission/", "reporting/user/", "reporting/mail/"])
def test_outsiders_are_sent_away(path: str) -> None:
    address = f"/admin/{path}"
    assert Client().get(address, follow=True).redirect_chain[-1] == (f"/accounts/login/?next={address}", 302)
    member = signed_in(make_region_member()).get(address, follow=True)
    assert member.redirect_chain[-1] == ("/report/", 302)


def test_a_form_from_somebody_without_access_is_refused_and_changes_nothing() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    report = report_of(reporting_round)
    assert decide(signed_in(ombud), report, "approve") == 403
    assert decide(Client(), report, "approve") == 302
    assert report_of(reporting_round).state == State.SUBMITTED


# Decisions on one report


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


# The review page


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


def test_a_draft_is_never_shown_to_the_agency() -> None:
    officer, reporting_round = make_officer(), make_round()
    make_draft(reporting_round, by=make_region_member(), at_2022="4711", contact_name="Secret Person")
    client = signed_in(officer)
    text = page(client, LIST) + page(client, change(report_of(reporting_round)))
    assert "Nothing submitted yet" in text
    assert "4711" not in text
    assert "Secret Person" not in text
    assert client.get(f"{LIST}?draft_values__text=4711").status_code in (302, 400)


def test_a_report_is_changed_by_nobody_not_even_an_administrator() -> None:
    reporting_round = make_round()
    make_submission(reporting_round, by=make_region_member())
    report = report_of(reporting_round)
    client = signed_in(make_admin())
    assert client.post(change(report), {"state": "approved"}).status_code == 405
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get(f"{LIST}{report.pk}/delete/").status_code == 403
    assert report_of(reporting_round).state == State.SUBMITTED


# Several reports at once


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


# Flags


def test_the_filter_and_the_column_find_the_same_figures_far_from_the_plan() -> None:
    reporting_round = make_round()
    codes = list(Region.objects.values_list("code", flat=True))
    for code, posts in zip(codes, (0, 1, 2, 40, 41, 49, 50, 51, 55, 59, 60, 61), strict=False):
        person = make_region_member(code)
        make_submission(reporting_round, code, by=person, at_2022=str(posts), comment_at_2022="Because.")
    for plan in (0, 1, 2, 43, 50, 51, 260):
        Baseline.objects.filter(year=2022).update(planned_posts=plan)
        by_column = {
            revision.submission_id
            for revision in Revision.objects.all()
            for flag in flags_of(
                revision,
                figures=list(revision.figures.all()),
                submission=revision.submission,
                plans={2022: plan},
            )
            if flag.key == "far-from-plan"
        }
        by_filter = flagged(Submission.objects.all(), "far-from-plan").values_list("pk", flat=True)
        assert set(by_filter) == by_column, plan
        assert by_column, plan


def test_flags_look_at_the_newest_version_and_none_means_none() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03", "04"])
    make_submission(reporting_round, by=ombud, at_2022="70", comment_at_2022="Many.", gm_2022="")
    client = signed_in(make_officer())
    for key in ("far-from-plan", "missing-st"):
        assert flagged(Submission.objects.all(), key).count() == 1
        assert "Uppsala" in page(client, f"{LIST}?flag={key}")
    assert flagged(Submission.objects.all(), "late").count() == 0
    make_submission(reporting_round, by=ombud, at=moment(20))
    for key in FLAGS:
        assert flagged(Submission.objects.all(), key).count() == 0
    assert flagged(Submission.objects.all(), "none").count() == 1  # the other has not submitted


def test_what_came_after_the_deadline_is_flagged() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud)
    return_report(
        submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=moment(20), message="?"
    )
    make_submission(reporting_round, by=ombud, at=reporting_round.closes_at + timedelta(days=2))
    assert flagged(Submission.objects.all(), "late").count() == 1
    assert "Submitted after the deadline" in page(signed_in(officer), change(report_of(reporting_round)))


# Queries


LISTS = (
    "reporting/submission/",
    "reporting/submission/?flag=none",
    "reporting/submission/?flag=far-from-plan&state__exact=submitted",
    "reporting/user/",
    "reporting/mail/",
    "reporting/reportinground/",
    "reporting/region/",
    "reporting/populationreference/",
    "allocation/recomputation/",
    "allocation/allocationrun/",
    "",
)


def test_lists_take_the_same_few_queries_however_many_rows() -> None:
    client = signed_in(make_officer())
    members = {region.code: make_region_member(region.code) for region in Region.objects.all()}

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, f"/admin/{path}")
        return len(captured)

    def fill() -> None:
        reporting_round = make_round(opens_at=moment(1), closes_at=timezone.now() + timedelta(days=9))
        for code, person in members.items():
            make_submission(reporting_round, code, by=person)

    fill()
    page(client, "/admin/")
    few = {path: queries(path) for path in LISTS}
    fill()
    for code in members:
        make_region_member(code, role=Role.REPRESENTANT)
    many = {path: queries(path) for path in LISTS}
    assert max(many.values()) <= 15
    for path in LISTS:
        # the filter by round takes one query once there is more than one round to choose from
        assert many[path] <= few[path] + 1, path


def test_the_review_page_takes_a_fixed_number_of_queries() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    client = signed_in(officer)
    counts = []
    for number in range(4):
        make_submission(reporting_round, by=ombud, at=moment(19 + number), at_2022=str(50 + number))
        with CaptureQueriesContext(connection) as captured:
            page(client, change(report_of(reporting_round)))
        counts.append(len(captured))
    assert counts[3] == counts[1]
    assert max(counts) <= 20


# Rounds


def round_form(**fields: str) -> dict[str, str]:
    return {
        "name": "AT/ST 2023-2025",
        "slug": "2023-2025",
        "first_year": "2023",
        "last_year": "2025",
        "opens_at": "2023-09-01T08:00",
        "closes_at": "2023-10-01T23:59",
        "grants-TOTAL_FORMS": "1",
        "grants-INITIAL_FORMS": "0",
        "grants-0-rules_name": "",
        **fields,
    }


def test_a_new_round_has_a_report_for_every_region_and_times_are_swedish() -> None:
    client = signed_in(make_admin())
    answer = client.post("/admin/reporting/reportinground/add/", round_form())
    assert answer.status_code == 302, answer.content.decode()
    reporting_round = ReportingRound.objects.get()
    assert reporting_round.submissions.count() == 21
    assert reporting_round.closes_at == moment(1, 23, 59, month=10, year=2023)
    assert reporting_round.closes_at.utcoffset() == timedelta(0)
    assert reporting_round.closes_at.hour == 21  # summer time
    text = page(client, f"/admin/reporting/reportinground/{reporting_round.pk}/change/")
    assert 'value="2023-10-01T23:59"' in text


@pytest.mark.parametrize(("fields", "complaint"), [
    ({"closes_at": "2023-09-01T08:00"}, "The round must close after it opens."),
    ({"last_year": "2022"}, "round_years_in_order"),
    ({"opens_at": "0001-01-01T00:00"}, "greater than or equal"),
    ({"closes_at": "9999-12-31T23:59"}, "less than or equal"),
    ({"closes_at": "2023-10-29T02:30"}, "may be ambiguous"),
    ({"opens_at": "2023-03-26T02:30"}, "may not exist"),
    ({"last_year": "2040"}, "A round covers at most ten years."),
    ({"grants-0-rules_name": "at-2022"}, "which the round does not ask for"),
    ({"grants-0-rules_name": "at-1999"}, "Select a valid choice"),
])  # fmt: skip
def test_a_round_that_contradicts_itself_is_refused(fields: dict[str, str], complaint: str) -> None:
    answer = signed_in(make_admin()).post("/admin/reporting/reportinground/add/", round_form(**fields))
    assert answer.status_code == 200
    assert complaint in answer.content.decode()
    assert not ReportingRound.objects.exists()


def test_a_grant_takes_year_and_title_from_its_rules_and_is_computed() -> None:
    admin = make_admin()
    fields = {"first_year": "2022", "last_year": "2024", "grants-0-rules_name": "at-2022"}
    answer = signed_in(admin).post("/admin/reporting/reportinground/add/", round_form(**fields))
    assert answer.status_code == 302
    grant = RoundGrant.objects.get()
    assert (grant.rules_name, grant.year, grant.title) == ("at-2022", 2022, "AT 2022")
    assert Recomputation.objects.get().requested_by == admin


def test_address_and_years_are_fixed_once_a_region_has_begun() -> None:
    reporting_round, client = make_round(grant=False), signed_in(make_admin())
    address = f"/admin/reporting/reportinground/{reporting_round.pk}/change/"
    assert 'name="first_year"' in page(client, address)
    make_draft(reporting_round, by=make_region_member(), at_2022="1")
    assert 'name="first_year"' not in page(client, address)
    client.post(address, round_form(**{"grants-TOTAL_FORMS": "0", "closes_at": "2023-10-02T23:59"}))
    reporting_round.refresh_from_db()
    assert (reporting_round.first_year, reporting_round.name) == (2022, "AT/ST 2023-2025")
    assert reporting_round.slug != "2023-2025"


@pytest.mark.parametrize("make", [make_officer, make_decider])
def test_only_administrators_change_rounds(make: object) -> None:
    client, reporting_round = signed_in(make()), make_round()  # type: ignore[operator]
    assert client.post("/admin/reporting/reportinground/add/", round_form()).status_code == 403
    address = f"/admin/reporting/reportinground/{reporting_round.pk}/change/"
    assert client.post(address, round_form()).status_code == 403
    assert ReportingRound.objects.get().name == reporting_round.name


# Mails and reference figures


def test_mails_show_state_text_and_error_and_are_changed_by_nobody() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    make_submission(reporting_round, by=ombud)
    mail = Mail.objects.get()
    client = signed_in(make_admin())
    assert "Waiting" in page(client, "/admin/reporting/mail/?state=waiting")
    Mail.objects.update(last_error="SMTPException: <refused>", attempts=1)
    assert mail.subject not in page(client, "/admin/reporting/mail/?state=waiting")
    assert "SMTPException: &lt;refused&gt;" in page(client, "/admin/reporting/mail/?state=failed")
    address = f"/admin/reporting/mail/{mail.pk}/change/"
    assert "pp-letter" in page(client, address)
    assert client.post(address, {"subject": "Other"}).status_code == 403
    assert client.get(f"/admin/reporting/mail/{mail.pk}/delete/").status_code == 403


def test_regions_show_their_figures_with_standing_and_source() -> None:
    text = page(signed_in(make_officer()), "/admin/reporting/region/03/change/")
    for words in ("395", "Reconstructed", "Official", "Published", "Läkartidningen, februari 2022", "12.64"):
        assert words in text
    assert Baseline.objects.get(region="03", post_type=PostType.AT).planned_posts == 50
    assert signed_in(make_officer()).post("/admin/reporting/region/03/change/", {}).status_code == 403


def test_every_action_that_is_named_exists() -> None:
    for admin in site._registry.values():
        for action in admin.actions or ():
            assert callable(action) or callable(getattr(admin, action, None)), (admin, action)


# What nobody is paid by.
TRIALS = ("scenario", "sweeprun")


def test_nothing_official_can_be_deleted_and_immutable_things_not_added_or_changed() -> None:
    request = type("Request", (), {"user": make_admin()})()
    for model, admin in site._registry.items():
        if model._meta.app_label in ("reporting", "allocation") and model._meta.model_name not in TRIALS:
            assert not admin.has_delete_permission(request), model
    for name in ("submission", "mail", "populationreference", "allocationrun", "recomputation"):
        [admin] = [admin for model, admin in site._registry.items() if model._meta.model_name == name]
        assert not admin.has_add_permission(request)
        assert not admin.has_change_permission(request)


def test_the_start_page_tells_how_the_round_stands() -> None:
    ombud, officer = make_region_member(), make_officer()
    reporting_round = make_round(opens_at=moment(1), closes_at=timezone.now() + timedelta(days=9, minutes=1))
    make_submission(reporting_round, by=ombud)
    text = page(signed_in(officer), "/admin/")
    assert "Waits for the agency" in text
    assert "of 21 reports" in text
    approve_report(
        submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=timezone.now()
    )
    assert "A recomputation has been asked for" in page(signed_in(make_decider()), "/admin/")
