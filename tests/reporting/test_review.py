"""Reviewing: approve and return."""

from datetime import date

import pytest

from allocation.models import Recomputation
from reporting.errors import NotAllowed, WrongState
from reporting.models import EventKind, Mail, MailKind, Role, State
from reporting.services.review import approve_report, return_report, start_review
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db


def test_approval_locks_tells_the_region_and_asks_for_a_recomputation() -> None:
    ombud, person = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    make_region_member(role=Role.SAMORDNARE)
    officer, reporting_round = make_officer(), make_round()
    revision = make_submission(reporting_round, by=person)
    approve_report(
        submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20), message="Fine."
    )
    assert report_of(reporting_round).state == State.APPROVED
    assert set(Mail.objects.filter(kind=MailKind.APPROVED).values_list("recipient", flat=True)) == {
        ombud.email,
        person.email,
    }
    assert list(Recomputation.objects.order_by("pk").values_list("reason", flat=True)) == [
        "submitted",
        "approved",
    ]


def test_a_return_reaches_the_region_with_its_message_and_date() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    return_report(
        submission_id=revision.submission_id,
        revision_number=1,
        by=officer,
        at=moment(20),
        message="You report 58, the annex says 60.",
        answer_by=date(2022, 9, 23),
    )
    report = report_of(reporting_round)
    assert (report.state, report.answer_by) == (State.RETURNED, date(2022, 9, 23))
    assert report.events.earliest("-at", "-pk").kind == EventKind.RETURNED
    mail = Mail.objects.get(kind=MailKind.RETURNED)
    assert "You report 58, the annex says 60." in mail.text
    assert mail.recipient == ombud.email


@pytest.mark.parametrize("message", ["", "   \n"])
def test_a_return_needs_a_message(message: str) -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    with pytest.raises(WrongState):
        return_report(
            submission_id=revision.submission_id,
            revision_number=1,
            by=officer,
            at=moment(20),
            message=message,
        )
    assert report_of(reporting_round).state == State.SUBMITTED


def test_a_version_that_was_not_looked_at_is_neither_approved_nor_returned() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    make_submission(reporting_round, by=ombud, at=moment(20), at_2022="51")
    with pytest.raises(WrongState, match="2"):
        approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(21))
    with pytest.raises(WrongState, match="2"):
        return_report(
            submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(21), message="?"
        )
    assert report_of(reporting_round).state == State.SUBMITTED


def test_nothing_submitted_nothing_to_review() -> None:
    officer, reporting_round = make_officer(), make_round()
    with pytest.raises(WrongState):
        start_review(submission_id=report_of(reporting_round).pk, by=officer, at=moment())


def test_approving_twice_is_refused_and_mails_once() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    with pytest.raises(WrongState):
        approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    assert Mail.objects.filter(kind=MailKind.APPROVED).count() == 1


def test_review_needs_the_permission_not_only_the_staff_mark() -> None:
    ombud, reporting_round = make_region_member(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    for somebody in (ombud, make_user(is_staff=True), make_user(is_staff=True, groups=["Beslutsfattare"])):
        with pytest.raises(NotAllowed):
            approve_report(
                submission_id=revision.submission_id, revision_number=1, by=somebody, at=moment(20)
            )
        with pytest.raises(NotAllowed):
            return_report(
                submission_id=revision.submission_id,
                revision_number=1,
                by=somebody,
                at=moment(20),
                message="x",
            )


def test_a_new_version_while_in_review_waits_for_review_again() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round()
    revision = make_submission(reporting_round, by=ombud)
    start_review(submission_id=revision.submission_id, by=officer, at=moment(20))
    assert report_of(reporting_round).state == State.IN_REVIEW
    make_submission(reporting_round, by=ombud, at=moment(21), at_2022="51")
    assert report_of(reporting_round).state == State.SUBMITTED
