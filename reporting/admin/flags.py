"""The flags of reports, for lists in bulk and as filters: read with the reports, however many these are."""

from collections import Counter
from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from reporting.flagging import LABELS, Text
from reporting.models import ReportFlag, Revision, Submission

# The codes of a report's open flags, as often as there are such flags.
OPEN_FLAGS = ArraySubquery(
    ReportFlag.objects.filter(submission=OuterRef("pk"), dismissed_at=None).order_by().values("code")
)


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


def counted(codes: Iterable[str]) -> list[tuple[Text, int]]:
    """Each flag's name and how many there are, in the order of `LABELS`."""
    counts = Counter(codes)
    unnamed = sorted(counts.keys() - LABELS.keys())
    return [(LABELS.get(code, code), counts[code]) for code in (*LABELS, *unnamed) if counts[code]]
