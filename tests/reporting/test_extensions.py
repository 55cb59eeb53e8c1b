"""More time for one region: granted by the agency, kept by the database, said on every page."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from reporting.errors import NotAllowed, RoundNotOpen, WrongState
from reporting.models import EventKind, Extension, Mail, MailKind, ReviewEvent, Role, State, Submission, User
from reporting.notices import write_escalations, write_reminders
from reporting.selectors import current_round
from reporting.services.extensions import grant_extension, withdraw_extension
from reporting.services.review import approve_report
from reporting.services.submissions import submit_report
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

LATER = moment(10, 12, month=10)


def granted(
    report: Submission, *, by: User | None = None, until: datetime = LATER, at: datetime | None = None
):
    return grant_extension(
        submission_id=report.pk, closes_at=until, reason="The system was down.", by=by or make_officer(),
        at=at or moment(30),
    )  # fmt: skip


def client_of(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def test_an_extended_region_submits_until_its_own_moment_and_no_other_region_does() -> None:
    person, other, reporting_round = make_region_member(), make_region_member("09"), make_round()
    report = make_draft(reporting_round, by=person)
    waiting = make_draft(reporting_round, "09", by=other)
    granted(report)
    last = LATER - timedelta(microseconds=1)
    with pytest.raises(RoundNotOpen):
        submit_report(submission_id=report.pk, by=person, at=LATER, attested_in="sv")
    with pytest.raises(RoundNotOpen):
        submit_report(submission_id=waiting.pk, by=other, at=last, attested_in="sv")
    assert submit_report(submission_id=report.pk, by=person, at=last, attested_in="sv").number == 1


def test_an_extension_is_an_event_and_a_mail_to_those_who_may_submit() -> None:
    ombud, representant = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    make_region_member(role=Role.SAMORDNARE)
    report = report_of(make_round(codes=["03"]))
    officer = make_officer(name="Elin")
    extension = granted(report, by=officer)
    event = ReviewEvent.objects.get()
    assert (event.kind, event.revision, event.closes_at, event.message, event.by_name) == (
        EventKind.EXTENDED, None, LATER, "The system was down.", "Elin",
    )  # fmt: skip
    mails = Mail.objects.filter(kind=MailKind.EXTENSION)
    assert {mail.recipient for mail in mails} == {ombud.email, representant.email}
    for form in (mails[0].text, mails[0].html):
        assert "10 October 2022 12:00" in form
        assert "The system was down." in form
    assert (extension.by_name, report_of(report.reporting_round).extended_until) == ("Elin", LATER)


def test_the_newest_extension_holds_and_a_withdrawn_one_gives_the_rounds_deadline_back() -> None:
    reporting_round, officer = make_round(codes=["03"]), make_officer()
    report = report_of(reporting_round)
    granted(report, by=officer)
    granted(report, by=officer, until=moment(5, month=10))
    assert report_of(reporting_round).closes_at == moment(5, month=10)
    withdraw_extension(submission_id=report.pk, reason="Granted by mistake.", by=officer, at=moment(30, 11))
    fresh = report_of(reporting_round)
    assert (fresh.extended_until, fresh.closes_at) == (None, reporting_round.closes_at)
    assert Extension.objects.count() == 3
    with pytest.raises(WrongState):
        withdraw_extension(submission_id=report.pk, reason="Again.", by=officer, at=moment(30, 12))


def test_a_round_that_closes_later_than_the_extension_wins() -> None:
    reporting_round = make_round(codes=["03"])
    granted(report_of(reporting_round))
    reporting_round.closes_at = moment(20, month=10)
    reporting_round.save()
    report = report_of(reporting_round)
    assert (report.closes_at, report.is_extended) == (moment(20, month=10), False)


@pytest.mark.parametrize(
    ("until", "at", "reason"),
    [
        pytest.param(moment(1, 23, 59, month=10), moment(30), "Because.", id="the round's own moment"),
        pytest.param(LATER, LATER, "Because.", id="a moment that is now"),
        pytest.param(LATER, moment(30), "  ", id="no reason"),
        pytest.param(LATER, moment(30), "x" * 1001, id="too long a reason"),
    ],
)
def test_an_extension_needs_a_later_moment_and_a_reason(until: datetime, at: datetime, reason: str) -> None:
    report = report_of(make_round(codes=["03"]))
    with pytest.raises(WrongState):
        grant_extension(submission_id=report.pk, closes_at=until, reason=reason, by=make_officer(), at=at)
    assert not Extension.objects.exists()


def test_only_who_has_the_right_extends_and_never_an_approved_report() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    revision = make_submission(reporting_round, by=ombud)
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    for person in (ombud, decider):
        with pytest.raises(NotAllowed):
            granted(revision.submission, by=person)
    approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    with pytest.raises(WrongState):
        granted(revision.submission, by=officer)


def test_the_database_refuses_a_deadline_that_nobody_has_granted() -> None:
    report = report_of(make_round(codes=["03"]))
    for change in (LATER, moment(9, month=11)):
        with pytest.raises(DatabaseError, match="has no extension until"), transaction.atomic():
            Submission.objects.filter(pk=report.pk).update(extended_until=change)
    granted(report)
    with pytest.raises(DatabaseError, match="has no extension until"), transaction.atomic():
        Submission.objects.filter(pk=report.pk).update(extended_until=None)
    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
        Extension.objects.update(reason="x")
    with pytest.raises(DatabaseError, match="event_names_its_version"), transaction.atomic():
        ReviewEvent.objects.create(
            submission=report, kind=EventKind.APPROVED, by=make_officer(), by_name="x", at=moment()
        )


def test_reminders_follow_the_regions_own_deadline() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    granted(report_of(reporting_round))
    assert len(write_reminders(at=moment(9, 7, month=10))) == 1
    assert "before 10 October 2022 at 12:00" in " ".join(
        Mail.objects.get(kind=MailKind.REMINDER, recipient=ombud.email).text.split()
    )
    assert write_reminders(at=LATER) == []


def test_an_extension_keeps_a_closed_round_on_the_regions_start_page() -> None:
    old, new = (
        make_round(codes=["03", "09"]),
        make_round(opens_at=moment(2, month=10), closes_at=moment(2, month=12)),
    )
    granted(report_of(old))
    at = moment(5, month=10)
    assert current_round(at=at, region_code="03") == old
    assert current_round(at=at, region_code="09") == new
    assert current_round(at=LATER, region_code="03") == new
    assert current_round(at=at) == new


def open_and_extended() -> tuple[Submission, User]:
    now = timezone.now()
    reporting_round = make_round(
        codes=["03"], opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=1)
    )
    report = report_of(reporting_round)
    granted(report, until=now + timedelta(days=5), at=now)
    return report_of(reporting_round), make_region_member()


def test_the_regions_pages_say_the_extended_moment_and_let_it_submit() -> None:
    report, person = open_and_extended()
    make_draft(report.reporting_round, by=person, at=timezone.now())
    client = client_of(person)
    moment_in_words = timezone.localtime(report.closes_at).strftime("%B %Y at %H:%M")
    for address in ("/report/", report.get_absolute_url(), f"{report.get_absolute_url()}submit/"):
        text = client.get(address).content.decode()
        assert "Reporting is closed" not in text, address
        assert moment_in_words in text, address
        assert "The agency has given you more time" in text, address
    assert "The system was down." in client.get("/report/").content.decode()


def test_the_desk_extends_one_report_or_several_and_shows_what_was_decided() -> None:
    make_region_member()
    reporting_round, client = make_round(codes=["03", "09"]), client_of(make_officer())
    reporting_round.closes_at = timezone.now() + timedelta(days=1)
    reporting_round.save()
    report, other = report_of(reporting_round), report_of(reporting_round, "09")
    until = timezone.localtime(timezone.now() + timedelta(days=9)).replace(second=0, microsecond=0)
    form = {"closes_at": f"{until:%Y-%m-%dT%H:%M}", "reason": "Illness."}
    address = f"/admin/reporting/submission/{report.pk}/extend/"
    assert "Nothing was changed" in client.post(address, {**form, "reason": ""}).content.decode()
    assert client.post(address, form)["Location"].endswith(f"/submission/{report.pk}/change/")
    assert report_of(reporting_round).extended_until == until
    page = client.get(f"/admin/reporting/submission/{report.pk}/change/").content.decode()
    assert "More time until" in page
    several = {"action": "extend_selected", "_selected_action": [report.pk, other.pk]}
    assert 'name="confirmed"' in client.post("/admin/reporting/submission/", several).content.decode()
    done = client.post("/admin/reporting/submission/", {**several, **form, "confirmed": "1"}, follow=True)
    assert "The region already has until then." in done.content.decode()
    assert report_of(reporting_round, "09").extended_until == until
    assert client.post(address, {"withdraw": "1", "reason": "Mistake."}).status_code == 302
    text = client.get(address).content.decode()
    assert "Mistake." in text
    assert "Illness." in text
    assert report_of(reporting_round).extended_until is None


def test_who_may_not_extend_sees_no_way_there() -> None:
    report = report_of(make_round(codes=["03"]))
    client = client_of(make_user(is_staff=True, groups=["Beslutsfattare"]))
    assert "/extend/" not in client.get(f"/admin/reporting/submission/{report.pk}/change/").content.decode()
    assert client.get(f"/admin/reporting/submission/{report.pk}/extend/").status_code == 403
    assert report.state == State.NOT_STARTED


def test_the_ombud_of_an_extended_region_hears_before_its_own_deadline_and_not_before_the_rounds() -> None:
    make_region_member("03", email="ombud@example.com")
    make_region_member("09")
    reporting_round = make_round(codes=["03", "09"], grant=False, slug="2022-2024")
    granted(report_of(reporting_round), at=moment(27))
    assert [len(write_escalations(at=moment(28, 7))), len(write_escalations(at=moment(1, 7, month=10)))] == [
        1,
        1,
    ]  # Gotland, which has no more time
    days = (6, 7, 8, 10, 11)
    assert [len(write_escalations(at=moment(day, 7, month=10))) for day in days] == [0, 1, 0, 1, 0]
    mails = Mail.objects.filter(kind=MailKind.ESCALATION, region="03").order_by("pk")
    assert {mail.recipient for mail in mails} == {"ombud@example.com"}
    assert "10 October 2022 at 12:00, in 3 days" in " ".join(mails[0].text.split())
