"""The draft as a file meets it: what stands there, who put it there, and what stood there before."""

from collections.abc import Mapping
from datetime import datetime

from django.apps import apps

from reporting.exchange.excel_template import Filling
from reporting.models import DraftValue, Submission
from reporting.selectors import plans_of


def texts_at(submission: Submission, versions: Mapping[str, int]) -> dict[str, str]:
    """Field -> its text at a version of the past; fields whose history is gone are left out.

    Args:
        versions: field -> the version asked for.
    """
    # Every version of a value, kept by the database's history.
    history = apps.get_model("reporting", "DraftValueEvent")
    events = history.objects.filter(submission=submission, field__in=list(versions))
    return {
        event["field"]: event["text"]
        for event in events.order_by("pgh_id").values("field", "version", "text")
        if versions[event["field"]] == event["version"]
    }


def filling_of(submission: Submission, *, at: datetime, address: str) -> Filling:
    """What a template of the report is filled with at the moment `at`.

    Args:
        address: where the file is read in again.
    """
    values = DraftValue.objects.filter(submission=submission)
    plans = plans_of(submission.region_id, submission.reporting_round.years)
    return Filling(
        submission=submission,
        texts={value.field: value.text for value in values},
        versions={value.field: value.version for value in values},
        plans={year: plan.planned_posts for year, plan in plans.items()},
        at=at,
        address=address,
    )
