"""The status report: what it says about a round, to whom it goes, and how often."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.utils import timezone

from allocation import runner
from allocation.engine import EngineError
from allocation.models import Recomputation, RequestState, RoundGrant
from allocation.services.decisions import decide
from allocation.services.runs import request_recomputation
from allocation.services.status_reports import NobodyToTell, send_status_report
from allocation.status_reports import StatusReport, rounds_to_report, status_report
from reporting.errors import NotAllowed
from reporting.models import Mail, MailKind, ReportingRound, State, User
from reporting.notices import write_reminders
from reporting.services.extensions import grant_extension
from reporting.services.review import approve_report, return_report
from reporting.tasks import send_mail_task
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_proposal
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
__all__ = ["letters_as_data"]
Capture = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


def a_round(**fields: Any) -> ReportingRound:
    """A round of all 21 regions: Uppsala submitted, Gotland approved, Skåne returned, Gävleborg a draft."""
    officer = make_officer(email="officer@example.com")
    reporting_round = make_round(slug="2022-2024", name="AT/ST 2022-2024", **fields)
    for code in ("03", "09", "12"):
        make_submission(reporting_round, code, by=make_region_member(code), at=moment(15))
    make_draft(reporting_round, "21", by=make_region_member("21"), at=moment(16), at_2022="6543")
    gotland, skane = report_of(reporting_round, "09"), report_of(reporting_round, "12")
    approve_report(submission_id=gotland.pk, revision_number=1, by=officer, at=moment(16))
    return_report(
        submission_id=skane.pk,
        revision_number=1,
        by=officer,
        at=moment(16),
        message="Check 2022.",
        answer_by=date(2022, 9, 21),
    )
    return reporting_round


def compute(reporting_round: ReportingRound, *, at: datetime | None = None) -> None:
    request = request_recomputation(reporting_round=reporting_round, reason="asked")
    runner.recompute(request.pk, at=at or moment(18))


def group_sizes(report: StatusReport) -> dict[str, int]:
    return {group.state: len(group.rows) for group in report.groups}


def only_mail() -> Mail:
    return Mail.objects.get(kind=MailKind.STATUS_REPORT)


def test_every_region_is_counted_once() -> None:
    report = status_report(a_round(), at=moment())
    assert group_sizes(report) == {
        State.NOT_STARTED: 17,
        State.DRAFT: 1,
        State.RETURNED: 1,
        State.SUBMITTED: 1,
        State.APPROVED: 1,
    }
    assert {tally.key: tally.count for tally in report.tallies} == {
        "approved": 1,
        "agency": 1,
        "region": 2,
        "not_started": 17,
    }
    assert sum(tally.share_pct for tally in report.tallies) == 100
    assert (report.approved_count, report.region_count, report.days_left) == (1, 21, 12)


def test_a_region_without_a_report_counts_as_not_started() -> None:
    report = status_report(make_round(codes=["03"]), at=moment())
    assert group_sizes(report) == {State.NOT_STARTED: 21}


def test_the_pots_reconcile_and_are_preliminary() -> None:
    reporting_round = a_round()
    compute(reporting_round)
    [grant] = status_report(reporting_round, at=moment()).grants
    assert [(pot.title, pot.amount_kr, pot.allocated_kr) for pot in grant.pots] == [
        ("God", 124_000_000, 124_000_000),
        ("Ytterligare utökning", 164_000_000, 0),
        ("Tydlig förbättring", 84_000_000, 0),
    ]
    assert all(pot.allocated_kr + pot.unallocated_kr == pot.amount_kr for pot in grant.pots)
    assert sum(pot.allocated_kr for pot in grant.pots) == grant.run.allocated_kr
    assert (grant.counted, grant.returned_count, grant.missing_count) == (3, 1, 18)
    assert grant.assumed

    send_status_report(reporting_round=reporting_round, by=None, at=moment())
    mail = only_mail()
    for form in (mail.text, mail.html):
        assert "124\u00a0000\u00a0000" in form
        assert "248\u00a0000\u00a0000" in form
        assert "Assumption" in form
        assert "Nothing is decided." in " ".join(form.split())
        assert "preliminary allocation" in form.lower()


@pytest.mark.usefixtures("letters_as_data")
def test_after_the_decision_nothing_is_called_preliminary_and_no_deadline_is_left() -> None:
    decision = decide(decision_id=make_proposal(make_officer()).pk, by=make_decider(), at=AFTER)
    reporting_round = decision.round_grant.reporting_round
    mail = Mail.objects.filter(kind=MailKind.STATUS_REPORT).latest("pk")
    for form in (mail.text, mail.html):
        assert "decided allocation" in form.lower()
        assert "preliminary allocation" not in form.lower()
        assert "decided in part" not in form.lower()
    report = status_report(reporting_round, at=AFTER)
    assert not report.is_over  # one region of 21 has reported
    tallies = tuple(replace(tally, count=21 * (tally.key == "decided")) for tally in report.tallies)
    over = render_to_string("email/_next_deadline.html", {"report": replace(report, tallies=tallies)})
    assert "Every report is decided." in over
    assert "deadline" not in over
    [grant] = report.grants
    partly = replace(report, grants=(grant, replace(grant, decision=None)))
    heading = render_to_string("email/_allocation_standing.html", {"report": partly})
    assert "Allocation, decided in part" in heading


def test_the_mail_tells_who_has_done_what() -> None:
    reporting_round = a_round()
    send_status_report(reporting_round=reporting_round, by=None, at=moment())
    mail = only_mail()
    assert mail.subject == "AT/ST 2022-2024, 19 September 2022: 1 of 21 reports are approved or decided"
    assert "Next deadline: 1 October 2022 23:59, in 12 days." in mail.text
    assert "Skåne is to answer by 21 September." in mail.text
    assert "Nothing has been computed yet." in mail.text
    rows = [line.split() for line in mail.text.splitlines()]
    assert ["Gotland", "Done", "16", "Sep"] in rows
    assert ["Uppsala", "The", "agency", "15", "Sep"] in rows
    assert ["Skåne", "The", "region,", "by", "21", "Sep", "16", "Sep"] in rows
    assert ["Kalmar", "län", "Nobody", "can", "submit", "–"] in rows
    assert "6543" not in mail.text + mail.html
    assert len(mail.html.encode()) < 100_000


@pytest.mark.parametrize(
    ("day", "late", "soon"),
    [(17, 0, 0), (18, 0, 1), (21, 0, 1), (22, 1, 0)],
)
def test_answers_need_attention_three_days_before_and_ever_after(day: int, late: int, soon: int) -> None:
    attention = status_report(a_round(), at=moment(day)).attention
    assert (len(attention.late), len(attention.soon)) == (late, soon)


def test_regions_that_were_reminded_today_are_said_to_be() -> None:
    now = timezone.now()
    reporting_round = make_round(
        codes=["03"], opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=7)
    )
    make_region_member("03")
    write_reminders(at=now)
    rows = {row.name: row for group in status_report(reporting_round, at=now).groups for row in group.rows}
    assert rows["Uppsala"].reminded_today
    assert not rows["Gotland"].reminded_today


def test_after_the_deadline_those_who_never_submitted_are_named() -> None:
    report = status_report(a_round(), at=moment(2, month=10))
    assert report.attention.not_started == ()
    assert len(report.attention.never_submitted) == 18
    assert "Gävleborg" in report.attention.never_submitted


def follow_rules(name: str) -> None:
    """Have the grant follow other rules, which nobody can do in the product."""
    with pgtrigger.ignore("allocation.RoundGrant:another_grant_is_another_row"):
        RoundGrant.objects.update(rules_name=name)


def test_more_time_is_told_as_long_as_it_lasts_and_keeps_the_round_in_the_report() -> None:
    reporting_round = a_round()
    until = moment(20, 12, month=10)
    grant_extension(
        submission_id=report_of(reporting_round, "21").pk,
        closes_at=until,
        reason="The system was down.",
        by=User.objects.get(email="officer@example.com"),
        at=moment(30),
    )
    after = moment(3, month=10)
    report = status_report(reporting_round, at=after)
    assert [row.name for row in report.attention.extended] == ["Gävleborg"]
    assert "Gävleborg" not in report.attention.never_submitted
    assert len(report.attention.never_submitted) == 17
    send_status_report(reporting_round=reporting_round, by=None, at=after)
    mail = only_mail()
    for form in (mail.text, mail.html):
        assert "Gävleborg has more time, until 20 October 12:00." in " ".join(form.split())
    ended = status_report(reporting_round, at=until)
    assert ended.attention.extended == ()
    assert "Gävleborg" in ended.attention.never_submitted


def test_a_round_that_waits_for_an_extended_region_alone_is_still_reported() -> None:
    reporting_round = make_round(codes=["03"])
    much_later = moment(1, month=12)
    assert rounds_to_report(at=much_later) == []
    grant_extension(
        submission_id=report_of(reporting_round).pk,
        closes_at=moment(5, month=12),
        reason="The system was down.",
        by=make_officer(),
        at=moment(30),
    )
    assert rounds_to_report(at=much_later) == [reporting_round]


def test_a_failed_recomputation_needs_attention_until_one_succeeds() -> None:
    reporting_round = a_round()
    compute(reporting_round)
    follow_rules("at-1999")
    request = request_recomputation(reporting_round=reporting_round, reason="asked")
    with pytest.raises(EngineError, match="at-1999"):
        runner.recompute(request.pk, at=moment(19))
    report = status_report(reporting_round, at=moment())
    assert report.attention.failed == Recomputation.objects.get(pk=request.pk)
    assert len(report.grants) == 1  # the amounts from before still stand
    send_status_report(reporting_round=reporting_round, by=None, at=moment())
    assert "The last recomputation failed" in only_mail().text
    assert "at-1999" in only_mail().text

    follow_rules("at-2022")
    compute(reporting_round, at=moment(20))
    assert status_report(reporting_round, at=moment()).attention.failed is None


def test_a_waiting_recomputation_is_told() -> None:
    reporting_round = a_round()
    assert Recomputation.objects.filter(state=RequestState.REQUESTED).exists()
    send_status_report(reporting_round=reporting_round, by=None, at=moment())
    assert "A recomputation is waiting" in only_mail().text
    compute(reporting_round)
    assert not status_report(reporting_round, at=moment()).is_waiting


def test_synthetic_rounds_are_marked() -> None:
    reporting_round = a_round(is_demo=True)
    send_status_report(reporting_round=reporting_round, by=None, at=moment())
    assert only_mail().text.startswith("EXAMPLE DATA.")
    assert "Example data" in only_mail().html


def test_the_report_goes_to_those_whose_role_includes_it() -> None:
    reporting_round = a_round()
    make_user(email="decides@example.com", is_staff=True, groups=["Beslutsfattare"])
    make_user(email="left@example.com", is_staff=True, groups=["Handläggare"], is_active=False)
    make_user(email="outside@example.com", groups=["Handläggare"])
    make_user(email="root@example.com", is_staff=True, is_superuser=True)
    mails = send_status_report(reporting_round=reporting_round, by=None, at=moment())
    assert sorted(mail.recipient for mail in mails) == ["decides@example.com", "officer@example.com"]


def test_each_request_sends_a_report_of_its_own() -> None:
    reporting_round = a_round()
    for second in (0, 0, 1):
        send_status_report(reporting_round=reporting_round, by=None, at=moment() + timedelta(seconds=second))
    occasions = Mail.objects.filter(kind=MailKind.STATUS_REPORT).values_list("occasion", flat=True)
    assert sorted(occasions) == ["2022-2024/2022-09-19T10:00:00", "2022-2024/2022-09-19T10:00:01"]


def test_only_whose_role_includes_it_can_ask_for_the_report(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    reporting_round = a_round()
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    for person in (decider, make_region_member("14")):
        with pytest.raises(NotAllowed):
            send_status_report(reporting_round=reporting_round, by=person, at=moment())
    with (
        patch.object(send_mail_task, "delay") as delay,
        django_capture_on_commit_callbacks(execute=True),
    ):
        mails = send_status_report(reporting_round=reporting_round, by=make_officer(), at=moment())
    assert {call.args[0] for call in delay.call_args_list} == {mail.pk for mail in mails}
    assert len(mails) == 3


def test_without_a_recipient_nothing_is_written() -> None:
    with pytest.raises(NobodyToTell):
        send_status_report(reporting_round=make_round(), by=None, at=moment())


def test_rounds_are_reported_while_something_can_move() -> None:
    reporting_round = a_round()
    assert rounds_to_report(at=moment(31, month=8)) == []  # not open yet
    assert rounds_to_report(at=moment()) == [reporting_round]
    much_later = moment(1, month=12)
    assert rounds_to_report(at=much_later) == [reporting_round]  # Uppsala waits, Skåne is to answer
    officer = make_officer()
    uppsala, skane = report_of(reporting_round, "03"), report_of(reporting_round, "12")
    approve_report(submission_id=uppsala.pk, revision_number=1, by=officer, at=moment(20))
    make_submission(
        reporting_round, "12", by=skane.region.memberships.get().user, at=moment(21), gm_2022="39"
    )
    approve_report(submission_id=skane.pk, revision_number=2, by=officer, at=moment(22))
    assert rounds_to_report(at=moment(5, month=10)) == [reporting_round]  # a week after the deadline
    assert rounds_to_report(at=much_later) == []


def test_the_command_prints_to_whom() -> None:
    a_round()
    out = io.StringIO()
    call_command("send_status_report", "--round", "2022-2024", stdout=out)
    assert out.getvalue() == "2022-2024: queued to officer@example.com\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "No round is open", id="no round at all"),
        pytest.param(["--round", "1999"], "There is no round '1999'. Rounds: none.", id="unknown"),
    ],
)
def test_the_command_without_a_round_says_so(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("send_status_report", *arguments)


def test_the_command_without_a_recipient_says_so() -> None:
    reporting_round = make_round()
    with pytest.raises(CommandError):
        call_command("send_status_report", "--round", reporting_round.slug)
    assert not Mail.objects.filter(kind=MailKind.STATUS_REPORT).exists()
