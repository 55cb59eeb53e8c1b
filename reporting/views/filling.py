"""What the pages of a draft show, whole or in the parts that change when something is saved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reporting.checking import checks_of
from reporting.fields import Page
from reporting.forms import DraftForm, FiguresForm, Sent
from reporting.models import DraftValue, Submission
from reporting.prospect import prospect_of

# page -> its form, and the template of the parts that are sent when a field has been saved in place
FORMS: dict[Page, type[DraftForm]] = {Page.POSTS: FiguresForm}
PARTS: dict[Page, str] = {Page.POSTS: "reporting/_report_parts.html"}


def filling_context(
    submission: Submission,
    page: Page,
    *,
    values: Mapping[str, DraftValue],
    at: datetime,
    conflicts: Mapping[str, str] | None = None,
    sent: Sent | None = None,
    has_asked: bool = False,
) -> dict[str, Any]:
    """The form with everything found in the draft.

    Args:
        values: field -> what stands in the draft.
        conflicts: field -> the text that could not be saved over somebody else's.
        sent: what the page sent, where it is shown again.
        has_asked: whether the region has asked to submit, so that missing figures are errors.
    """
    years = submission.reporting_round.years
    checks = checks_of(submission)
    texts = {field: value.text for field, value in values.items()} | dict(conflicts or {})
    prospect = prospect_of(texts, checks, is_late=submission.reporting_round.has_closed(at=at))
    return {
        "submission": submission,
        "form": FORMS[page](
            years=years,
            plans=checks.plans,
            values=values,
            findings=prospect.everything if has_asked else prospect.in_draft,
            conflicts=conflicts,
            sent=sent,
        ),
        "prospect": prospect,
        "has_asked": has_asked,
        "stamp": stamp_of(submission),
        "saved": max(values.values(), key=lambda value: value.updated_at, default=None),
    }


def stamp_of(submission: Submission) -> str:
    """What differs as soon as anybody has saved, submitted or answered: pages ask whether it has."""
    changed = submission.draft_changed_at or submission.submitted_at
    return f"{submission.state}:{submission.revision_count}:{changed.isoformat() if changed else ''}"
