"""The agency's desk: reports, rounds, mails and regions, and who may do what there."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reporting.admin.flags import flagged
from reporting.flagging import LABELS
from reporting.models import (
    Baseline,
    Mail,
    PostType,
    Region,
    Role,
    State,
    Submission,
)
from reporting.services.review import return_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)
from tests.reporting.desk import LIST, change, decide, make_admin, page, signed_in

pytestmark = pytest.mark.django_db


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


def test_flags_look_at_the_newest_version_and_none_means_none() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03", "04"])
    make_submission(reporting_round, by=ombud, at_2022="70", comment_at_2022="Many.", gm_2022="")
    client = signed_in(make_officer())
    for key in ("far-from-plan", "missing-st"):
        assert flagged(Submission.objects.all(), key).count() == 1
        assert "Uppsala" in page(client, f"{LIST}?flag={key}")
    assert flagged(Submission.objects.all(), "late").count() == 0
    make_submission(reporting_round, by=ombud, at=moment(20))
    for key in set(LABELS) - {"changed-much"}:  # 70 in the version before
        assert flagged(Submission.objects.all(), key).count() == 0, key
    assert flagged(Submission.objects.all(), "changed-much").count() == 1
    assert flagged(Submission.objects.all(), "none").count() == 0  # the other has not submitted


def test_what_came_after_the_deadline_is_flagged() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud)
    return_report(
        submission_id=report_of(reporting_round).pk, revision_number=1, by=officer, at=moment(20), message="?"
    )
    make_submission(reporting_round, by=ombud, at=reporting_round.closes_at + timedelta(days=2))
    assert flagged(Submission.objects.all(), "late").count() == 1
    shown = page(signed_in(officer), change(report_of(reporting_round)))
    assert "Submitted after the region’s deadline" in shown


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
    assert many.pop("") <= 20  # the start page shows something of most tables
    assert max(many.values()) <= 12
    for path in many:
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
    assert max(counts) <= 28


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


# What nobody is paid by: what was tried, and when the status report is sent.
TRIALS = ("scenario", "sweeprun", "reportschedule")


def test_nothing_official_can_be_deleted_and_immutable_things_not_added_or_changed() -> None:
    request = type("Request", (), {"user": make_admin()})()
    for model, admin in site._registry.items():
        if model._meta.app_label in ("reporting", "allocation") and model._meta.model_name not in TRIALS:
            assert not admin.has_delete_permission(request), model
    for name in ("submission", "mail", "allocationrun", "recomputation"):
        [admin] = [admin for model, admin in site._registry.items() if model._meta.model_name == name]
        assert not admin.has_add_permission(request)
        assert not admin.has_change_permission(request)


def test_a_form_that_asks_for_rows_of_what_is_only_shown_breaks_nothing() -> None:
    client, address = signed_in(make_admin()), "/admin/reporting/region/03/change/"
    counts = re.findall(r'name="([^"]+-TOTAL_FORMS)" value="\d+"', page(client, address))
    assert len(counts) > 2
    none_stored = {name.replace("TOTAL", "INITIAL"): "0" for name in counts}
    tampered = dict.fromkeys(counts, "1") | none_stored
    assert client.post(address, {**tampered, "name": ""}).status_code == 200
