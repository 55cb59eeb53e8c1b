"""News: who hears of what, how often, once; and the way out of mail that nobody has to have."""

import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reporting import mailer
from reporting.digests import period_of, write_digests
from reporting.models import (
    Mail,
    MailChoice,
    MailKind,
    MailRhythm,
    Membership,
    Message,
    News,
    Role,
    Side,
    Submission,
    User,
)
from reporting.notices import write_escalations, write_reminders
from reporting.services.messages import Upload, mark_read, post_message
from reporting.services.news import choose_mail
from reporting.services.review import start_review
from reporting.unsubscribing import UNSUBSCRIBE_MARK, person_of, unsubscribe_link
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
from tests.files import pdf
from tests.reporting.smtp import smtp_server

pytestmark = pytest.mark.django_db


def chooser(rhythm: MailRhythm, role: Role = Role.REPRESENTANT, **fields: Any) -> User:
    person = make_region_member("03", role, **fields)
    choose_mail(user_id=person.pk, rhythm=rhythm)
    return person


def write(report: Submission, by: User, at: datetime, body: str = "SECRET words") -> Message:
    side = Side.AGENCY if by.is_staff else Side.REGION
    return post_message(submission_id=report.pk, side=side, body=body, by=by, at=at)


def mailed(kind: MailKind) -> list[str]:
    return list(Mail.objects.filter(kind=kind).order_by("recipient").values_list("recipient", flat=True))


def test_a_message_is_told_to_everyone_on_the_other_side_and_the_mail_holds_none_of_it() -> None:
    report, officer = report_of(make_round()), make_officer(name="Elin Sandström")
    ombud = make_region_member("03", email="ombud@example.com")
    make_region_member("03", Role.SAMORDNARE, email="samordnare@example.com")
    make_region_member("09", email="elsewhere@example.com")
    file = Upload(name="a.pdf", content=io.BytesIO(pdf()), size=len(pdf()))
    post_message(
        submission_id=report.pk,
        side=Side.AGENCY,
        body="SECRET words",
        by=officer,
        at=moment(),
        uploads=[file],
    )
    assert mailed(MailKind.NEWS) == ["ombud@example.com", "samordnare@example.com"]
    mail = Mail.objects.get(recipient=ombud.email)
    assert mail.subject == "Region Uppsala: new message about the report"
    assert "Elin Sandström at the agency has written a message. 1 file is attached." in " ".join(
        mail.text.split()
    )
    assert f"/report/{report.reporting_round.slug}/03/messages/" in mail.text
    assert "SECRET" not in mail.text + mail.html
    assert mail.declinable
    assert News.objects.get(user=ombud).told_in == mail


def test_a_region_reaches_the_officers_who_know_the_report_else_everyone_who_reviews() -> None:
    ombud = make_region_member("03")
    report = report_of(make_round())
    elin, karin = make_officer(email="elin@example.com"), make_officer(email="karin@example.com")
    make_user(is_staff=True, groups=["Beslutsfattare"])
    make_officer(is_active=False)
    write(report, ombud, moment(10))
    assert mailed(MailKind.NEWS) == ["elin@example.com", "karin@example.com"]
    write(report, karin, moment(11))
    write(report, ombud, moment(12))
    assert mailed(MailKind.NEWS).count(karin.email) == 2
    assert mailed(MailKind.NEWS).count(elin.email) == 1
    mail = Mail.objects.filter(recipient=karin.email).latest("pk")
    assert f"/admin/reporting/submission/{report.pk}/change/" in mail.text


def test_colleagues_hear_of_a_submission_and_signatories_of_the_review() -> None:
    reporting_round, officer = make_round(), make_officer()
    ombud = make_region_member("03", email="ombud@example.com")
    representant = make_region_member("03", Role.REPRESENTANT, email="representant@example.com")
    make_region_member("03", Role.SAMORDNARE, email="samordnare@example.com")
    make_submission(reporting_round, by=representant)
    # the ombud has a copy of the receipt
    assert mailed(MailKind.NEWS) == ["samordnare@example.com"]
    start_review(submission_id=report_of(reporting_round).pk, by=officer, at=moment(20))
    start_review(submission_id=report_of(reporting_round).pk, by=officer, at=moment(20))
    assert mailed(MailKind.NEWS) == [ombud.email, representant.email, "samordnare@example.com"]


def test_a_daily_digest_gathers_whole_days_and_goes_once() -> None:
    reporting_round, officer = make_round(), make_officer(name="Elin")
    daily = chooser(MailRhythm.DAILY, email="daily@example.com")
    report = report_of(reporting_round)
    write(report, officer, moment(19, 9))
    write(report, officer, moment(19, 23, 59))
    write(report, officer, moment(20, 0))
    assert mailed(MailKind.NEWS) == []
    assert write_digests(at=moment(19, 12)) == []
    written = [len(write_digests(at=moment(20, hour))) for hour in (7, 8, 8)]
    assert written == [1, 0, 0]
    mail = Mail.objects.get(kind=MailKind.DIGEST)
    assert (mail.recipient, mail.occasion) == (daily.email, "daily/2022-09-20")
    assert mail.subject == "2 events in Platsplan"
    assert mail.text.count("Elin at the agency has written a message.") == 2
    assert "SECRET" not in mail.text + mail.html
    assert News.objects.filter(told_in=mail).count() == 2
    assert len(write_digests(at=moment(21, 7))) == 1
    assert write_digests(at=moment(22, 7)) == []


def test_a_weekly_digest_covers_the_week_until_sunday_and_a_missed_monday_is_caught_up() -> None:
    report, officer = report_of(make_round()), make_officer()
    chooser(MailRhythm.WEEKLY)
    for day in (14, 18, 19):  # Wednesday, Sunday, Monday
        write(report, officer, moment(day, 9))
    assert write_digests(at=moment(18, 20)) == []
    assert len(write_digests(at=moment(20, 7))) == 1  # nothing ran on Monday
    mail = Mail.objects.get(kind=MailKind.DIGEST)
    assert (mail.occasion, mail.news.count()) == ("weekly/2022-W38", 2)
    assert write_digests(at=moment(23, 7)) == []
    assert len(write_digests(at=moment(26, 7))) == 1


@pytest.mark.parametrize(
    ("at", "rhythm", "occasion", "until"),
    [
        (moment(30, 23, 59, month=10), MailRhythm.DAILY, "daily/2022-10-30", moment(30, 0, month=10)),
        (moment(31, 0, month=10), MailRhythm.WEEKLY, "weekly/2022-W44", moment(31, 0, month=10)),
        (moment(1, 7, month=1, year=2023), MailRhythm.WEEKLY, "weekly/2022-W52", moment(26, 0, month=12)),
    ],
)
def test_periods_are_days_and_weeks_in_sweden(
    at: datetime, rhythm: MailRhythm, occasion: str, until: datetime
) -> None:
    assert (period_of(rhythm, at=at).occasion, period_of(rhythm, at=at).until) == (occasion, until)


def test_what_was_read_meanwhile_is_left_out_and_what_is_no_longer_theirs_too() -> None:
    report, officer = report_of(make_round()), make_officer()
    reader, leaver = chooser(MailRhythm.DAILY), chooser(MailRhythm.DAILY)
    message = write(report, officer, moment(19, 9))
    mark_read(
        submission_id=report.pk, side=Side.REGION, by=reader, at=moment(19, 10),
        last_message=message.pk, last_event=0,
    )  # fmt: skip
    Membership.objects.filter(user=leaver).delete()
    assert write_digests(at=moment(20, 7)) == []
    assert not News.objects.filter(user=reader).exists()


def test_a_digest_tells_who_filled_in_the_draft_and_no_figures() -> None:
    reporting_round, typist = make_round(), make_region_member("03", Role.SAMORDNARE, name="Karim Haddad")
    daily = chooser(MailRhythm.DAILY)
    choose_mail(user_id=typist.pk, rhythm=MailRhythm.DAILY)
    make_draft(reporting_round, by=typist, at=moment(19, 14), at_2022="4711")
    assert len(write_digests(at=moment(20, 7))) == 1
    mail = Mail.objects.get(kind=MailKind.DIGEST)
    assert mail.recipient == daily.email
    assert "Karim Haddad has filled in the draft." in mail.text
    assert "4711" not in mail.text + mail.html


def test_a_change_of_rhythm_loses_nothing_and_never_drops_what_waits() -> None:
    report, officer = report_of(make_round()), make_officer()
    person = chooser(MailRhythm.WEEKLY)
    write(report, officer, moment(19, 9))
    choose_mail(user_id=person.pk, rhythm=MailRhythm.EACH)
    write(report, officer, moment(19, 10))
    assert mailed(MailKind.NEWS) == [person.email]
    assert len(write_digests(at=moment(20, 7))) == 1
    assert not News.objects.filter(told_in=None).exists()
    choose_mail(user_id=person.pk, rhythm=MailRhythm.DAILY)
    write(report, officer, moment(20, 10))
    choose_mail(user_id=person.pk, rhythm=MailRhythm.NEVER)
    write(report, officer, moment(20, 11))
    choose_mail(user_id=person.pk, rhythm=MailRhythm.DAILY)
    assert write_digests(at=moment(21, 7)) == []
    kept: Any = MailChoice.objects.get()
    rhythms = kept.history.order_by("pgh_id").values_list("rhythm", flat=True)
    assert list(rhythms) == ["weekly", "each", "daily", "never", "daily"]


def test_told_news_is_never_told_again() -> None:
    report, officer = report_of(make_round()), make_officer()
    make_region_member("03")
    write(report, officer, moment(19, 9))
    with pytest.raises(ProgrammingError), transaction.atomic():
        News.objects.update(told_in=None)
    with pytest.raises(ProgrammingError), transaction.atomic():
        News.objects.all().delete()


def test_never_stops_news_and_reminders_but_not_what_must_come() -> None:
    reporting_round, officer = make_round(codes=["03"], grant=False), make_officer()
    ombud = chooser(MailRhythm.NEVER, Role.OMBUD, email="ombud@example.com")
    chooser(MailRhythm.NEVER, email="representant@example.com")
    make_region_member("03", Role.SAMORDNARE, email="samordnare@example.com")
    write_reminders(at=moment(17, 7))
    assert mailed(MailKind.REMINDER) == ["ombud@example.com", "samordnare@example.com"]
    declinable = dict(Mail.objects.values_list("recipient", "declinable"))
    assert declinable == {"ombud@example.com": False, "samordnare@example.com": True}
    write(report_of(reporting_round), officer, moment(18))
    assert mailed(MailKind.NEWS) == ["samordnare@example.com"]
    make_submission(reporting_round, by=ombud, at=moment(19))
    assert mailed(MailKind.RECEIPT) == ["ombud@example.com"]


def test_the_ombud_hears_alone_in_the_last_days_of_what_is_missing_and_never_of_figures() -> None:
    reporting_round = make_round(codes=["03"], grant=False, slug="2022-2024")
    make_region_member("03", email="ombud@example.com")
    typist = make_region_member("03", Role.REPRESENTANT, name="Karim Haddad")
    make_draft(reporting_round, by=typist, at=moment(20), at_2022="4711", at_2023="abc")
    counts = [len(write_escalations(at=moment(day, 7))) for day in (27, 28, 28, 29, 30)]
    counts.append(len(write_escalations(at=moment(1, 7, month=10))))
    counts.append(len(write_escalations(at=moment(2, 7, month=10))))
    assert counts == [0, 1, 0, 0, 0, 1, 0]
    first, last = Mail.objects.filter(kind=MailKind.ESCALATION).order_by("pk")
    assert (first.recipient, first.declinable) == ("ombud@example.com", False)
    assert first.subject == "Region Uppsala: 3 days left, the report is not submitted"
    assert last.subject == "Region Uppsala: last day, the report is not submitted"
    assert "To fill in or correct:\n- AT 2023\n- AT 2024\n" in first.text
    assert "Needs a comment:\n- AT 2022\n" in first.text
    assert "Karim Haddad can submit too." in " ".join(first.text.split())
    for words in ("4711", "abc"):
        assert words not in first.text + first.html


def test_a_region_without_an_ombud_is_reached_through_its_representants() -> None:
    make_round(codes=["03", "09"], grant=False)
    make_region_member("03", Role.REPRESENTANT, email="representant@example.com")
    make_region_member("03", Role.SAMORDNARE)
    assert len(write_escalations(at=moment(28, 7))) == 1
    assert "has no ombud at the moment" in " ".join(Mail.objects.get().text.split())


@pytest.mark.django_db(transaction=True)
def test_the_mail_offers_one_click_to_stop_and_the_click_works(settings: Settings) -> None:
    report, officer = report_of(make_round()), make_officer()
    ombud = make_region_member("03")
    write(report, officer, moment())
    row = Mail.objects.get()
    assert UNSUBSCRIBE_MARK in row.text
    link = unsubscribe_link(ombud)
    assert link not in row.text + row.html
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(row.pk, at=timezone.now())
    [letter] = postbox.accepted
    assert letter["List-Unsubscribe"].strip() == f"<{link}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in letter.iter_parts():
        assert link in part.get_content()
    path = link.removeprefix(settings.PLATSPLAN_BASE_URL)
    program = Client(enforce_csrf_checks=True)
    assert program.get(path).status_code == 200
    assert not MailChoice.objects.exists()
    for _twice in range(2):
        answer = program.post(
            path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200
    assert MailChoice.objects.get(user=ombud).rhythm == MailRhythm.NEVER
    write(report, officer, moment(20))
    assert Mail.objects.count() == 1


def test_what_must_come_offers_no_way_out(settings: Settings) -> None:
    make_submission(make_round(), by=make_region_member("03"))
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(Mail.objects.get().pk, at=timezone.now())
    assert postbox.accepted[0]["List-Unsubscribe"] is None


@pytest.mark.parametrize("token", ["1", "1.x", ".", "x.y", "1.AAAA"])
def test_a_made_up_address_stops_nobodys_mail(token: str) -> None:
    assert Client().post(f"/accounts/mail/unsubscribe/{token}/").status_code == 404


def test_a_link_is_for_one_person() -> None:
    first, second = make_user(), make_user()
    token = unsubscribe_link(first).rstrip("/").rpartition("/")[2]
    assert person_of(token) == first
    assert person_of(token.replace(str(first.pk), str(second.pk), 1)) is None


def test_each_person_chooses_on_a_page() -> None:
    person = make_region_member("03")
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    page = client.get("/accounts/mail/").content.decode()
    assert re.search(r'value="each"[^>]*checked', page)
    assert client.post("/accounts/mail/", {"rhythm": "weekly"}).status_code == 302
    assert MailChoice.objects.get(user=person).rhythm == MailRhythm.WEEKLY
    refused = client.post("/accounts/mail/", {"rhythm": "hourly"})
    assert refused.status_code == 200
    assert MailChoice.objects.get(user=person).rhythm == MailRhythm.WEEKLY


def test_digests_cost_the_same_however_much_has_gathered(django_assert_max_num_queries: Any) -> None:
    report, officer = report_of(make_round()), make_officer()
    chooser(MailRhythm.DAILY)
    for minute in range(12):
        write(report, officer, moment(19, 9, minute))
    with django_assert_max_num_queries(20):
        write_digests(at=moment(20, 7))
