"""The flags of reports, for lists in bulk and as filters: rows, read by one query however many reports."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from reporting.flagging import LABELS
from reporting.models import ReportFlag, Revision, Submission


def is_late(revision: Revision, submission: Submission) -> bool:
    """Whether the version came after the region's deadline, as it may when the report had been returned."""
    return revision.submitted_at >= submission.closes_at


def flagged(submissions: QuerySet[Submission], key: str) -> QuerySet[Submission]:
    """The reports with an open flag `key`; "any" has one of any kind, "none" has been submitted without."""
    open_flags = ReportFlag.objects.filter(submission=OuterRef("pk"), dismissed_at=None)
    if key == "none":
        return submissions.filter(~Exists(open_flags), revision_count__gt=0)
    if key == "any":
        return submissions.filter(Exists(open_flags))
    return submissions.filter(Exists(open_flags.filter(code=key))) if key in LABELS else submissions


def open_flags_of(reports: Iterable[Submission]) -> dict[int, list[tuple[str, int]]]:
    """Report's key -> (flag's code, how many), in the order of `LABELS`. One query."""
    order = {code: place for place, code in enumerate(LABELS)}
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = ReportFlag.objects.filter(submission__in=[report.pk for report in reports], dismissed_at=None)
    for submission_id, code in rows.order_by().values_list("submission_id", "code"):
        found[submission_id][code] += 1
    return {
        pk: sorted(counts.items(), key=lambda count: order.get(count[0], len(order)))
        for pk, counts in found.items()
    }
