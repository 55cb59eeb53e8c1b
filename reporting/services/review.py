"""Reviewing a report: start, approve, return for completion."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.errors import WrongState
from reporting.locks import lock_round
from reporting.models import EventKind, MailKind, ReviewEvent, Revision, State, Submission, User
from reporting.outbox import write_mail
from reporting.services.news import tell_of_review
from reporting.services.outbox import send_after_commit
from reporting.services.roles import must_have
from reporting.signals import figures_submitted

_WAITING_FOR_AGENCY = (State.SUBMITTED, State.IN_REVIEW)


def may_start(submission: Submission) -> bool:
    """Whether the report waits for somebody to begin reading."""
    return submission.state == State.SUBMITTED


def may_approve(submission: Submission) -> bool:
    """Whether the report is in a state that can be approved."""
    return submission.state in _WAITING_FOR_AGENCY


def may_return(submission: Submission) -> bool:
    """Whether the report is in a state that can be returned; a decision stands whatever comes of it."""
    return submission.state in (*_WAITING_FOR_AGENCY, State.APPROVED, State.DECIDED)


@transaction.atomic
def start_review(*, submission_id: int, by: User, at: datetime) -> Submission:
    """Show the region that someone is looking at its report. Doing it twice changes nothing.

    Raises:
        NotAllowed, WrongState: `by` may not review, or nothing waits for review.
    """
    submission, revision = _lock_for_review(submission_id, by=by, permission="review_submission")
    if submission.state == State.IN_REVIEW:
        return submission
    if not may_start(submission):
        raise WrongState(_("There is no submitted version that waits for review."))
    event = _move(submission, revision, State.IN_REVIEW, EventKind.REVIEW_STARTED, by=by, at=at)
    tell_of_review(event)
    return submission


@transaction.atomic
def approve_report(
    *, submission_id: int, revision_number: int, by: User, at: datetime, message: str = ""
) -> Submission:
    """Approve the version that was looked at. Its figures are locked; the region gets a mail.

    Args:
        revision_number: the version the officer has seen; a newer one must be looked at first.
        message: goes to the region with the mail; may be empty.

    Raises:
        NotAllowed, WrongState: `by` may not approve, or the version is not the one that waits.
    """
    submission, revision = _lock_for_review(submission_id, by=by, permission="approve_submission")
    _must_be_seen(submission, revision, revision_number)
    if not may_approve(submission):
        raise WrongState(_("Only a submitted report can be approved."))
    event = _move(submission, revision, State.APPROVED, EventKind.APPROVED, by=by, at=at, message=message)
    _tell_region(MailKind.APPROVED, submission, revision, event)
    figures_submitted.send(
        sender=Revision, reporting_round=submission.reporting_round, user=by, reason="approved"
    )
    return submission


@transaction.atomic
def return_report(
    *,
    submission_id: int,
    revision_number: int,
    by: User,
    at: datetime,
    message: str,
    answer_by: date | None = None,
) -> Submission:
    """Ask the region to complete its report. The submitted version counts until it is replaced.

    Args:
        message: what the region is asked to do; must not be empty.
        answer_by: the day by which the region should answer, in Sweden.

    Raises:
        NotAllowed, WrongState: `by` may not return, the version is not the newest, no message.
    """
    submission, revision = _lock_for_review(submission_id, by=by, permission="return_submission")
    _must_be_seen(submission, revision, revision_number)
    if not message.strip():
        raise WrongState(_("Write what the region should complete. The region sees the message."))
    if not may_return(submission):
        raise WrongState(_("The report is already with the region for completion."))
    submission.answer_by = answer_by
    was_decided = submission.state == State.DECIDED
    event = _move(
        submission,
        revision,
        State.RETURNED,
        EventKind.RETURNED,
        by=by,
        at=at,
        message=message,
        answer_by=answer_by,
    )
    _tell_region(MailKind.RETURNED, submission, revision, event, stands_decided=was_decided)
    figures_submitted.send(
        sender=Revision, reporting_round=submission.reporting_round, user=by, reason="returned"
    )
    return submission


def _lock_for_review(submission_id: int, *, by: User, permission: str) -> tuple[Submission, Revision]:
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    lock_round(round_id)
    must_have(by, f"reporting.{permission}")
    submission = Submission.objects.select_related("region", "reporting_round").get(pk=submission_id)
    revision = selectors.latest_revision(submission)
    if revision is None:
        raise WrongState(_("The region has not submitted anything yet."))
    return submission, revision


def _must_be_seen(submission: Submission, revision: Revision, revision_number: int) -> None:
    if revision.number != revision_number:
        raise WrongState(
            _("The region has submitted version %(number)d meanwhile. Look at it first.")
            % {"number": revision.number}
        )


def _move(
    submission: Submission,
    revision: Revision,
    state: State,
    kind: EventKind,
    *,
    by: User,
    at: datetime,
    message: str = "",
    answer_by: date | None = None,
) -> ReviewEvent:
    submission.state = state
    submission.changed_at = at
    submission.save(update_fields=["state", "changed_at", "answer_by"])
    return ReviewEvent.objects.create(
        submission=submission,
        revision=revision,
        kind=kind,
        by=by,
        by_name=by.name,
        at=at,
        message=message.strip(),
        answer_by=answer_by,
    )


def _tell_region(
    kind: MailKind,
    submission: Submission,
    revision: Revision,
    event: ReviewEvent,
    *,
    stands_decided: bool = False,
) -> None:
    """One mail to each person whom the report concerns: ombud, representants, and who submitted."""
    people = {person.pk: person for person in selectors.signatories_of(submission.region_id)}
    if revision.submitted_by.is_active:
        people[revision.submitted_by_id] = revision.submitted_by
    for person in people.values():
        send_after_commit(
            write_mail(
                kind,
                recipient=person.email,
                occasion=f"{submission.reporting_round.slug}/{submission.region_id}/{revision.number}/{event.pk}",
                context={
                    "revision": revision,
                    "submission": submission,
                    "event": event,
                    "person": person,
                    "stands_decided": stands_decided,
                },
                language=person.language,
                reporting_round=submission.reporting_round,
                region=submission.region,
            )
        )
