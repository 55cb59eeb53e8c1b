"""What the worker writes of its own accord: reminders to regions that have not submitted."""

from datetime import datetime

from django.db import transaction

from reporting import selectors
from reporting.models import STOCKHOLM, MailKind, ReportingRound, State, Submission
from reporting.outbox import write_mail

REMINDER_DAYS = (14, 7, 1)


def reminder_step(window: ReportingRound | Submission, *, at: datetime) -> int | None:
    """Which reminder holds at the moment `at`: 14, 7 or 1 days before the deadline, or None.

    It is the smallest of the steps that the days left have not passed, so a day on which
    nothing ran is caught up the day after. Days are days in Sweden.

    Args:
        window: the round, or a report, whose deadline may have been extended.
    """
    if not window.is_open(at=at):
        return None
    days_left = window.days_left(at=at)
    return min((step for step in REMINDER_DAYS if step >= days_left), default=None)


def write_reminders(*, at: datetime) -> list[int]:
    """Write the reminders that are due to regions that have not submitted.

    A region whose report nobody has started reminds everyone who serves it. Once there is a
    draft, those who can submit are reminded, and whoever saved the draft last. The occasion
    carries the day of the deadline, so a deadline that is moved is reminded of anew.

    Returns:
        ids of the mails that were written now; the caller has them sent.
    """
    written: list[int] = []
    for submission in selectors.awaited(at=at):
        step = reminder_step(submission, at=at)
        if step is not None:
            written += _remind(submission, submission.reporting_round, step=step, at=at)
    return written


@transaction.atomic
def _remind(submission: Submission, reporting_round: ReportingRound, *, step: int, at: datetime) -> list[int]:
    saved = selectors.draft_last_saved(submission)
    closes_on = submission.closes_at.astimezone(STOCKHOLM).date()
    signatories = {person.pk for person in selectors.signatories_of(submission.region_id)}
    concerned = signatories | ({saved.updated_by_id} if saved else set())
    written: list[int] = []
    for person in selectors.members_of(submission.region_id).order_by("email"):
        if submission.state == State.DRAFT and person.pk not in concerned:
            continue
        mail = write_mail(
            MailKind.REMINDER,
            recipient=person.email,
            occasion=f"{reporting_round.slug}/{submission.region_id}/{closes_on.isoformat()}/{step}",
            context={
                "reporting_round": reporting_round,
                "region": submission.region,
                "submission": submission,
                "days_left": submission.days_left(at=at),
                "saved": saved if submission.state == State.DRAFT else None,
                "may_submit": person.pk in signatories,
                "person": person,
            },
            language=person.language,
            reporting_round=reporting_round,
            region=submission.region,
        )
        if mail is not None:
            written.append(mail.pk)
    return written
