"""Closing a round's reports when the agency has decided on a grant that rests on them."""

from datetime import datetime

from reporting.models import EventKind, ReportingRound, ReviewEvent, Revision, State, Submission, User


def close_reports(reporting_round: ReportingRound, *, by: User, at: datetime, message: str) -> int:
    """Mark every report of a round that has a version as decided. The caller holds the round's lock.

    What was never submitted stays as it is: there is nothing that was decided on. A draft that was
    typed since stays too, and waits in case the agency returns the report.

    Args:
        message: stands with the event in each report's thread.

    Returns:
        how many reports were closed now.
    """
    reports = list(
        Submission.objects.filter(reporting_round=reporting_round, revision_count__gt=0)
        .exclude(state=State.DECIDED)
        .only("pk", "revision_count")
    )
    newest = {
        (revision.submission_id, revision.number): revision
        for revision in Revision.objects.filter(submission__in=reports).only("submission_id", "number")
    }
    Submission.objects.filter(pk__in=[report.pk for report in reports]).update(
        state=State.DECIDED, changed_at=at, answer_by=None
    )
    ReviewEvent.objects.bulk_create(
        ReviewEvent(
            submission=report,
            revision=newest[report.pk, report.revision_count],
            kind=EventKind.DECIDED,
            by=by,
            by_name=by.name,
            at=at,
            message=message,
        )
        for report in reports
    )
    return len(reports)
