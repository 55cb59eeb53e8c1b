"""Reminders: to whom, when, once."""

import io
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.utils import timezone

from reporting.models import (
    Mail,
    MailChoice,
    MailKind,
    MailRhythm,
    ReportingRound,
    Role,
    State,
    Submission,
    User,
)
from reporting.notices import reminder_step, write_answer_reminders, write_reminders
from reporting.services.drafts import save_draft
from reporting.services.review import return_report
from reporting.tasks import send_mail_task, send_reminders_task
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db


def recipients() -> list[str]:
    return sorted(Mail.objects.filter(kind=MailKind.REMINDER).values_list("recipient", flat=True))


def one_region(**fields: Any) -> ReportingRound:
    """A round in which only Uppsala reports; its ombud is ombud@example.com. Closes 1 October 2022 23:59."""
    make_region_member("03", email="ombud@example.com")
    return make_round(codes=["03"], grant=False, slug="2022-2024", **fields)


@pytest.mark.parametrize(
    ("on", "step"),
    [
        pytest.param(date(2022, 9, 16), None, id="fifteen days left"),
        pytest.param(date(2022, 9, 17), 14, id="fourteen"),
        pytest.param(date(2022, 9, 18), 14, id="thirteen: the missed one is caught up"),
        pytest.param(date(2022, 9, 23), 14, id="eight"),
        pytest.param(date(2022, 9, 24), 7, id="seven"),
        pytest.param(date(2022, 9, 29), 7, id="two"),
        pytest.param(date(2022, 9, 30), 1, id="one"),
        pytest.param(date(2022, 10, 1), 1, id="the day itself"),
        pytest.param(date(2022, 10, 2), None, id="too late"),
        pytest.param(date(2022, 8, 31), None, id="not open yet"),
    ],
)
def test_the_step_follows_the_days_left_in_sweden(on: date, step: int | None) -> None:
    reporting_round = one_region()
    for hour in (0, 7, 23):
        at = moment(on.day, hour, month=on.month)
        assert reminder_step(reporting_round, at=at) == step


def test_a_round_that_opens_late_reminds_nobody_before_it_opens() -> None:
    one_region(opens_at=moment(26, 0))
    assert write_reminders(at=moment(25, 7)) == []
    assert len(write_reminders(at=moment(26, 7))) == 1


def test_a_reminder_says_how_long_is_left_and_where_the_report_stands() -> None:
    reporting_round = one_region()
    write_reminders(at=moment(17, 7))
    mail = Mail.objects.get(kind=MailKind.REMINDER)
    assert mail.subject == "Region Uppsala: 14 days left to submit the report"
    assert mail.occasion == "2022-2024/03/2022-10-01/14"
    assert "before 1 October 2022 at 23:59, in 14 days" in mail.text
    assert "State: not started" in mail.text
    assert "/report/2022-2024/03/" in mail.text

    typist = make_region_member("03", Role.SAMORDNARE, name="Karim Haddad")
    make_draft(reporting_round, by=typist, at=moment(20, 9, 30), at_2022="4711")
    write_reminders(at=moment(30, 7))
    last = Mail.objects.filter(kind=MailKind.REMINDER, recipient=typist.email).get()
    assert last.subject == "Region Uppsala: 1 day left to submit the report"
    assert "draft, last saved 20 September 2022 09:30 by Karim Haddad" in last.text
    assert "4711" not in last.text + last.html


def test_each_step_reminds_once_however_often_it_runs() -> None:
    one_region()
    counts = [len(write_reminders(at=moment(day, 7))) for day in (16, 17, 17, 18, 23, 24, 25, 30, 30)]
    counts.append(len(write_reminders(at=moment(1, 7, month=10))))
    assert counts == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0]


def test_a_missed_day_is_caught_up() -> None:
    one_region()
    assert len(write_reminders(at=moment(25, 7))) == 1  # nothing ran on the 17th or the 24th
    assert Mail.objects.get().occasion.endswith("/7")


def test_a_moved_deadline_is_reminded_of_anew() -> None:
    reporting_round = one_region()
    assert len(write_reminders(at=moment(30, 7))) == 1
    reporting_round.closes_at += timedelta(days=7)
    reporting_round.save()
    assert len(write_reminders(at=moment(1, 7, month=10))) == 1


def test_everyone_is_reminded_while_nothing_has_been_started() -> None:
    one_region()
    make_region_member("03", Role.REPRESENTANT, email="representant@example.com")
    make_region_member("03", Role.SAMORDNARE, email="samordnare@example.com")
    make_region_member("03", Role.REPRESENTANT, email="gone@example.com", is_active=False)
    make_region_member("09", email="elsewhere@example.com")
    write_reminders(at=moment(17, 7))
    assert recipients() == ["ombud@example.com", "representant@example.com", "samordnare@example.com"]


def test_a_draft_reminds_those_who_can_submit_and_whoever_saved_it_last() -> None:
    reporting_round = one_region()
    make_region_member("03", Role.REPRESENTANT, email="representant@example.com")
    make_region_member("03", Role.SAMORDNARE, email="idle@example.com")
    busy = make_region_member("03", Role.SAMORDNARE, email="busy@example.com")
    make_draft(reporting_round, by=busy, at=moment(10))
    write_reminders(at=moment(17, 7))
    assert recipients() == ["busy@example.com", "ombud@example.com", "representant@example.com"]


def test_whoever_can_only_fill_in_is_not_asked_to_submit() -> None:
    one_region()
    make_region_member("03", Role.SAMORDNARE, email="samordnare@example.com")
    write_reminders(at=moment(17, 7))
    asked = {
        mail.recipient: "The ombud or a representant then submits." in mail.text
        for mail in Mail.objects.all()
    }
    assert asked == {"ombud@example.com": False, "samordnare@example.com": True}


def test_a_region_that_has_submitted_is_left_alone() -> None:
    reporting_round = make_round(codes=["03", "09"], grant=False)
    make_submission(reporting_round, "03", by=make_region_member("03", email="done@example.com"))
    make_region_member("09", email="late@example.com")
    write_reminders(at=moment(24, 7))
    assert recipients() == ["late@example.com"]
    assert report_of(reporting_round, "03").state == State.SUBMITTED


def test_the_task_sends_what_it_wrote_and_nothing_the_second_time() -> None:
    now = timezone.now()
    one_region(opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=5))
    with patch.object(send_mail_task, "delay") as delay:
        send_reminders_task()
        send_reminders_task()
    delay.assert_called_once_with(Mail.objects.get().pk)


def test_the_command_tells_whom_it_reminds() -> None:
    now = timezone.now()
    one_region(opens_at=now - timedelta(days=30), closes_at=now + timedelta(days=5))
    said = []
    for _attempt in range(2):
        out = io.StringIO()
        call_command("send_reminders", stdout=out)
        said.append(out.getvalue())
    assert said[0].startswith("ombud@example.com: Region Uppsala: ")
    assert "Queued: 1." in said[0]
    assert said[1] == "No reminder is due that has not been written already.\n"


def test_the_command_without_an_open_round_says_so() -> None:
    out = io.StringIO()
    call_command("send_reminders", stdout=out)
    assert out.getvalue() == "No round is open, so nobody is reminded.\n"


def returned(*, answer_by: date = date(2022, 9, 23)) -> Submission:
    """Uppsala's report, submitted by its ombud and returned on 12 September."""
    reporting_round = one_region()
    ombud = User.objects.get(email="ombud@example.com")
    revision = make_submission(reporting_round, by=ombud, at=moment(10))
    return_report(
        submission_id=revision.submission_id,
        revision_number=1,
        by=make_officer(name="Elin Officer"),
        at=moment(12),
        message="Which figure holds?",
        answer_by=answer_by,
    )
    return report_of(reporting_round)


def answer_mails() -> list[Mail]:
    return list(Mail.objects.filter(kind=MailKind.ANSWER_REMINDER).order_by("pk"))


def test_a_returned_report_is_reminded_of_three_days_before_its_day_and_on_it_once_each() -> None:
    returned()
    days = (19, 20, 20, 21, 23, 23, 24)
    assert [len(write_answer_reminders(at=moment(day, 7))) for day in days] == [0, 1, 0, 0, 1, 0, 0]
    first, last = answer_mails()
    assert (first.recipient, first.declinable) == ("ombud@example.com", False)
    assert first.subject == "Region Uppsala: 3 days left to complete the report"
    assert last.subject == "Region Uppsala: the report must be completed today"
    assert "Answer by: 23 September 2022, in 3 days" in first.text
    assert "State: returned, nothing changed since" in first.text
    assert "Which figure holds?" in first.text
    assert "Which figure holds?" in first.html


def test_whoever_saved_the_draft_is_reminded_too_unless_they_want_no_mail_and_figures_stay_out() -> None:
    report = returned()
    typist = make_region_member("03", Role.SAMORDNARE, name="Karim Haddad")
    silent = make_region_member("03", Role.REPRESENTANT)
    MailChoice.objects.create(user=silent, rhythm=MailRhythm.NEVER)
    make_region_member("03", Role.SAMORDNARE)
    save_draft(submission_id=report.pk, texts={"at_2022": "4711"}, by=typist, at=moment(19))
    write_answer_reminders(at=moment(21, 7))
    assert {mail.recipient for mail in answer_mails()} == {"ombud@example.com", typist.email}
    for mail in answer_mails():
        assert "draft, last saved 19 September 2022 10:00 by Karim Haddad" in " ".join(mail.text.split())
        assert "4711" not in mail.text + mail.html


def test_an_answer_stops_its_reminders_and_a_new_question_starts_them_anew() -> None:
    report = returned()
    ombud = User.objects.get(email="ombud@example.com")
    make_submission(report.reporting_round, by=ombud, at=moment(19), st_2022="150")
    assert write_answer_reminders(at=moment(21, 7)) == []
    return_report(
        submission_id=report.pk,
        revision_number=2,
        by=make_officer(),
        at=moment(20),
        message="And 2023?",
        answer_by=date(2022, 9, 23),
    )
    assert len(write_answer_reminders(at=moment(21, 7))) == 1
