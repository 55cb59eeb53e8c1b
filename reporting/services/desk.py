"""The desk's own bookkeeping: who has a report, who has seen it, and approving what has no flags."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.errors import DomainError, WrongState
from reporting.locks import lock_round
from reporting.models import Assignment, DeskView, ReportFlag, Submission, User
from reporting.services.review import approve_report
from reporting.services.roles import must_have


@transaction.atomic
def assign_report(*, submission_id: int, officer_id: int | None, by: User, at: datetime) -> Assignment:
    """Give a report to somebody who reviews, or put it back to nobody. Who did it when is kept.

    Args:
        officer_id: who gets it; None for nobody.

    Raises:
        NotAllowed: `by` may not assign.
        WrongState: the person does not review reports at the agency.
    """
    must_have(by, "reporting.assign_report")
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    lock_round(round_id)
    officer = User.objects.filter(pk=officer_id).first() if officer_id is not None else None
    reviews = officer is not None and officer.is_active and officer.is_staff
    if officer_id is not None and not (
        reviews and officer and officer.has_perm("reporting.review_submission")
    ):
        raise WrongState(_("That person does not review reports at the agency."))
    known = Assignment.objects.filter(submission_id=submission_id).first()
    if known is not None and known.officer_id == officer_id:
        return known
    assignment = known or Assignment(submission_id=submission_id)
    assignment.officer, assignment.by, assignment.by_name, assignment.at = officer, by, by.name, at
    assignment.save()
    return assignment


def mark_seen(*, submission_ids: Iterable[int], by: User, at: datetime) -> None:
    """Remember that an officer has seen reports as they are at the moment `at`. One statement."""
    DeskView.objects.bulk_create(
        [DeskView(submission_id=pk, user=by, seen_at=at) for pk in sorted(submission_ids)],
        update_conflicts=True,
        unique_fields=["submission", "user"],
        update_fields=["seen_at"],
    )


def approve_unflagged(
    *, seen: Mapping[int, int], by: User, at: datetime
) -> tuple[list[Submission], list[tuple[int, str]]]:
    """Approve those of the reports that have no open flag, each in a transaction of its own.

    Args:
        seen: report's key -> the version that the officer was shown.

    Returns:
        the approved reports, and (report's key, why not) for the others.

    Raises:
        NotAllowed: `by` may not approve in bulk.
    """
    must_have(by, "reporting.approve_unflagged")
    must_have(by, "reporting.approve_submission")
    approved: list[Submission] = []
    refused: list[tuple[int, str]] = []
    for submission_id, number in seen.items():
        try:
            approved.append(_approve_clean(submission_id, number, by=by, at=at))
        except DomainError as error:
            refused.append((submission_id, str(error)))
    return approved, refused


@transaction.atomic
def _approve_clean(submission_id: int, number: int, *, by: User, at: datetime) -> Submission:
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    lock_round(round_id)
    # Under the lock: a version that came meanwhile has brought its flags.
    if ReportFlag.objects.filter(submission_id=submission_id, dismissed_at=None).exists():
        raise WrongState(_("The report has a flag that nobody has dismissed."))
    return approve_report(submission_id=submission_id, revision_number=number, by=by, at=at)
