"""What the worker writes of its own accord: reminders to regions that have not submitted or answered."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from reporting import selectors
from reporting.checking import checks_of
from reporting.fields import Text, field_named
from reporting.models import MailKind, MailRhythm, ReportingRound, ReviewEvent, State, Submission, swedish_day
from reporting.news import rhythms_of
from reporting.outbox import write_mail
from reporting.unsubscribing import UNSUBSCRIBE_MARK

REMINDER_DAYS = (14, 7, 1)
# The ombud answers for the region, and hears once more, alone, of what is missing.
ESCALATION_DAYS = (3, 0)
# Before the day by which the agency wants an answer about a report that it has returned.
ANSWER_DAYS = (3, 0)


def reminder_step(window: ReportingRound | Submission, *, at: datetime) -> int | None:
    """Which reminder holds at the moment `at`: 14, 7 or 1 days before the deadline, or None.

    It is the smallest of the steps that the days left have not passed, so a day on which
    nothing ran is caught up the day after. Days are days in Sweden.

    Args:
        window: the round, or a report, whose deadline may have been extended.
    """
    return _step(window, REMINDER_DAYS, at=at)


def escalation_step(window: ReportingRound | Submission, *, at: datetime) -> int | None:
    """Which mail to the ombud holds at the moment `at`: 3 days before the deadline, its last day, or None."""
    return _step(window, ESCALATION_DAYS, at=at)


def _step(window: ReportingRound | Submission, days: tuple[int, ...], *, at: datetime) -> int | None:
    if not window.is_open(at=at):
        return None
    days_left = window.days_left(at=at)
    return min((step for step in days if step >= days_left), default=None)


def write_reminders(*, at: datetime) -> list[int]:
    """Write the reminders that are due to regions that have not submitted.

    A region whose report nobody has started reminds everyone who serves it. Once there is a
    draft, those who can submit are reminded, and whoever saved the draft last. Who wants no such
    mail is left out, but never the ombud. The occasion carries the day of the deadline, so a
    deadline that is moved is reminded of anew.

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
    closes_on = swedish_day(submission.closes_at)
    signatories = {person.pk for person in selectors.signatories_of(submission.region_id)}
    concerned = signatories | ({saved.updated_by_id} if saved else set())
    ombud = selectors.ombud_of(submission.region_id)
    members = list(selectors.members_of(submission.region_id).order_by("email"))
    rhythms = rhythms_of(members)
    written: list[int] = []
    for person in members:
        if submission.state == State.DRAFT and person.pk not in concerned:
            continue
        declinable = person != ombud
        if declinable and rhythms[person.pk] == MailRhythm.NEVER:
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
                "unsubscribe_link": UNSUBSCRIBE_MARK,
            },
            language=person.language,
            declinable=declinable,
            reporting_round=reporting_round,
            region=submission.region,
        )
        if mail is not None:
            written.append(mail.pk)
    return written


def write_escalations(*, at: datetime) -> list[int]:
    """Write to the ombuds of regions that have not submitted in the last days, naming what is missing.

    A region without an ombud is reached through its representants. The mail names fields, and never
    what stands in them: the agency can read the outbox, and must not read drafts.

    Returns:
        ids of the mails that were written now; the caller has them sent.
    """
    written: list[int] = []
    for submission in selectors.awaited(at=at):
        step = escalation_step(submission, at=at)
        if step is not None:
            written += _escalate(submission, submission.reporting_round, step=step, at=at)
    return written


@transaction.atomic
def _escalate(
    submission: Submission, reporting_round: ReportingRound, *, step: int, at: datetime
) -> list[int]:
    ombud = selectors.ombud_of(submission.region_id)
    signatories = list(selectors.signatories_of(submission.region_id).order_by("email"))
    people = [ombud] if ombud else signatories
    closes_on = swedish_day(submission.closes_at)
    saved = selectors.draft_last_saved(submission)
    to_fill_in, to_comment = what_is_missing(submission)
    written: list[int] = []
    for person in people:
        mail = write_mail(
            MailKind.ESCALATION,
            recipient=person.email,
            occasion=f"{reporting_round.slug}/{submission.region_id}/{closes_on.isoformat()}/{step}",
            context={
                "reporting_round": reporting_round,
                "region": submission.region,
                "submission": submission,
                "days_left": submission.days_left(at=at),
                "saved": saved if submission.state == State.DRAFT else None,
                "to_fill_in": to_fill_in,
                "to_comment": to_comment,
                "is_ombud": person == ombud,
                "others": [
                    other for other in selectors.signatories_of(submission.region_id) if other != person
                ],
                "person": person,
            },
            language=person.language,
            reporting_round=reporting_round,
            region=submission.region,
        )
        if mail is not None:
            written.append(mail.pk)
    return written


def answer_step(submission: Submission, *, at: datetime) -> int | None:
    """Which reminder of the answer holds at the moment `at`: 3 days before its day, that day, or None."""
    if submission.state != State.RETURNED or submission.answer_by is None:
        return None
    days_left = (submission.answer_by - swedish_day(at)).days
    return None if days_left < 0 else min((step for step in ANSWER_DAYS if step >= days_left), default=None)


def write_answer_reminders(*, at: datetime) -> list[int]:
    """Write the reminders that are due to regions whose report is back with them for completion.

    They go to those who can submit, and to whoever saved the draft last. Who wants no such mail is
    left out, but never the ombud. The occasion is the return, so a new question is reminded of anew.

    Returns:
        ids of the mails that were written now; the caller has them sent.
    """
    written: list[int] = []
    until = swedish_day(at) + timedelta(days=max(ANSWER_DAYS))
    for submission in selectors.answers_awaited(until=until):
        step = answer_step(submission, at=at)
        question = selectors.open_question(submission)
        if step is not None and question is not None:
            written += _remind_of_answer(submission, question, step=step, at=at)
    return written


@transaction.atomic
def _remind_of_answer(submission: Submission, question: ReviewEvent, *, step: int, at: datetime) -> list[int]:
    saved = selectors.draft_last_saved(submission) if submission.has_newer_draft else None
    ombud = selectors.ombud_of(submission.region_id)
    signatories = {person.pk for person in selectors.signatories_of(submission.region_id)}
    concerned = signatories | ({saved.updated_by_id} if saved else set())
    members = list(selectors.members_of(submission.region_id).filter(pk__in=concerned).order_by("email"))
    rhythms = rhythms_of(members)
    answer_by = submission.answer_by or swedish_day(question.at)
    written: list[int] = []
    for person in members:
        declinable = person != ombud
        if declinable and rhythms[person.pk] == MailRhythm.NEVER:
            continue
        mail = write_mail(
            MailKind.ANSWER_REMINDER,
            recipient=person.email,
            occasion=f"{submission.reporting_round.slug}/{submission.region_id}/e-{question.pk}/{step}",
            context={
                "reporting_round": submission.reporting_round,
                "region": submission.region,
                "submission": submission,
                "question": question,
                "answer_by": answer_by,
                "days_left": (answer_by - swedish_day(at)).days,
                "saved": saved,
                "may_submit": person.pk in signatories,
                "person": person,
                "unsubscribe_link": UNSUBSCRIBE_MARK,
            },
            language=person.language,
            declinable=declinable,
            reporting_round=submission.reporting_round,
            region=submission.region,
        )
        if mail is not None:
            written.append(mail.pk)
    return written


def what_is_missing(submission: Submission) -> tuple[list[Text], list[Text]]:
    """The names of fields to fill in or correct, and of those that ask for a comment."""
    found = checks_of(submission).check(selectors.draft_texts(submission), submitting=True)
    blocking = [finding for finding in found if finding.blocks_submission]
    errors = dict.fromkeys(finding.field for finding in blocking if finding.level == "error")
    warnings = dict.fromkeys(finding.field for finding in blocking if finding.level != "error")
    return [_label(name) for name in errors], [_label(name) for name in warnings]


def _label(name: str) -> Text:
    field = field_named(name)
    return field.label if field else _("Contact")
