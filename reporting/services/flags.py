"""The flags of a report: made anew from its figures, and dismissed by an officer."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.checking import CheckedReport, checks_of
from reporting.errors import WrongState
from reporting.fields import Cell, cells_of
from reporting.flagging import FlagBasis, Raised, flags_in_version
from reporting.locks import lock_round, lock_round_of
from reporting.models import (
    DISMISSAL_MAX,
    Figure,
    PostType,
    ReportFlag,
    ReportingRound,
    Revision,
    Submission,
    User,
)
from reporting.services.roles import must_have


def refresh_flags(submission: Submission, *, checks: CheckedReport, at: datetime) -> None:
    """Make the flags of the newest version what its figures give. Doing it again changes nothing.

    Called in the transaction that changed the figures, under the round's lock. A flag that still
    says the same keeps its dismissal; one whose numbers have changed is open again.

    Args:
        submission: with region and round.
        checks: what its checks rest on.
    """
    revisions = list(Revision.objects.filter(submission=submission).order_by("-number")[:2])
    if not revisions:
        return
    wanted = {
        (flag.code, flag.subject): flag for flag in flags_in_version(_basis(submission, revisions, checks))
    }
    known = {(flag.code, flag.subject): flag for flag in ReportFlag.objects.filter(submission=submission)}
    gone = [flag.pk for key, flag in known.items() if key not in wanted]
    if gone:
        ReportFlag.objects.filter(pk__in=gone).delete()
    new = [_row(raised, submission, revisions[0], at) for key, raised in wanted.items() if key not in known]
    if new:
        ReportFlag.objects.bulk_create(new)
    for key, flag in known.items():
        if key in wanted:
            _update(flag, wanted[key], revisions[0], at)


@transaction.atomic
def refresh_flags_of_round(*, reporting_round: ReportingRound, at: datetime) -> int:
    """Make the flags of every report in a round anew, as when a plan or a rule has changed.

    Returns:
        how many reports were looked at.
    """
    lock_round(reporting_round.pk)
    submitted = Submission.objects.select_related("region", "reporting_round").filter(
        reporting_round=reporting_round, revision_count__gt=0
    )
    for submission in submitted:
        refresh_flags(submission, checks=checks_of(submission), at=at)
    return len(submitted)


@transaction.atomic
def dismiss_flag(*, flag_id: int, reason: str, by: User, at: datetime) -> ReportFlag:
    """Put a flag aside, with the reason. It stays so until its numbers change.

    Raises:
        NotAllowed, WrongState: `by` may not, it is dismissed or gone already, or there is no reason.
    """
    must_have(by, "reporting.dismiss_flag")
    found = ReportFlag.objects.filter(pk=flag_id).first()
    if found is not None:
        lock_round_of(found.submission_id)
    flag = ReportFlag.objects.filter(pk=flag_id).first()
    if flag is None:
        raise WrongState(_("The flag is gone: the figures have changed. Look at the report again."))
    if not flag.is_open:
        raise WrongState(_("%(name)s has dismissed the flag already.") % {"name": flag.dismissed_by_name})
    reason = reason.strip()
    if not reason:
        raise WrongState(_("Write why the flag can be put aside. The reason is kept."))
    if len(reason) > DISMISSAL_MAX:
        raise WrongState(
            _("The reason is too long: at most %(limit)d characters.") % {"limit": DISMISSAL_MAX}
        )
    flag.dismissed_at, flag.dismissed_by, flag.dismissed_by_name = at, by, by.name
    flag.dismissal = reason
    flag.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_by_name", "dismissal"])
    return flag


def _update(flag: ReportFlag, raised: Raised, revision: Revision, at: datetime) -> None:
    if flag.data == dict(raised.data) and flag.severity == raised.severity:
        return
    flag.data, flag.severity = dict(raised.data), raised.severity
    flag.revision, flag.raised_at = revision, at
    flag.dismissed_at, flag.dismissed_by, flag.dismissed_by_name, flag.dismissal = None, None, "", ""
    flag.save()


def _row(raised: Raised, submission: Submission, revision: Revision, at: datetime) -> ReportFlag:
    return ReportFlag(
        submission=submission,
        revision=revision,
        code=raised.code,
        subject=raised.subject,
        severity=raised.severity,
        data=dict(raised.data),
        raised_at=at,
    )


def _basis(submission: Submission, revisions: list[Revision], checks: CheckedReport) -> FlagBasis:
    years = submission.reporting_round.years
    stored = list(Figure.objects.filter(revision__in=revisions))
    now, before = (
        _posts(figure for figure in stored if figure.revision_id == revision_id)
        for revision_id in (revisions[0].pk, revisions[1].pk if len(revisions) > 1 else None)
    )
    earlier = {
        cell: int(checks.earlier[cell.field]) for cell in cells_of(years) if cell.field in checks.earlier
    }
    return FlagBasis(
        reporting_round=submission.reporting_round,
        years=years,
        now=now,
        before=before,
        earlier=earlier,
        plans={year: plan.planned_posts for year, plan in checks.plans.items()},
        inhabitants=checks.inhabitants,
        is_late=revisions[0].submitted_at >= submission.closes_at,
    )


def _posts(figures: Iterable[Figure]) -> dict[Cell, int | None]:
    return {Cell(PostType(figure.post_type), figure.year): figure.posts for figure in figures}
