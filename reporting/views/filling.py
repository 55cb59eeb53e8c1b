"""What the pages of a draft show, whole or in the parts that change when something is saved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reporting.checking import CheckedReport, checks_of
from reporting.fields import Page, field_named
from reporting.forms import DraftForm, FiguresForm, Sent
from reporting.indicator_form import IndicatorsForm
from reporting.indicators import answers_in, inhabitants_of, ratios_of
from reporting.models import DraftValue, Submission, User
from reporting.outcomes import outcomes_of
from reporting.prospect import Prospect, prospect_of
from reporting.services.checks import note_raised
from reporting.services.drafts import Merge, merge_draft

# page -> its form, and the template of the parts that are sent when a field has been saved in place
FORMS: dict[Page, type[DraftForm]] = {Page.POSTS: FiguresForm, Page.INDICATORS: IndicatorsForm}
PARTS: dict[Page, str] = {
    Page.POSTS: "reporting/_report_parts.html",
    Page.INDICATORS: "reporting/_indicator_parts.html",
}


def filling_context(
    submission: Submission,
    page: Page,
    *,
    values: Mapping[str, DraftValue],
    at: datetime,
    conflicts: Mapping[str, str] | None = None,
    sent: Sent | None = None,
    has_asked: bool = False,
    is_in_place: bool = False,
) -> dict[str, Any]:
    """The form with everything found in the draft.

    Args:
        values: field -> what stands in the draft.
        conflicts: field -> the text that could not be saved over somebody else's.
        sent: what the page sent, where it is shown again.
        has_asked: whether the region has asked to submit, so that missing figures are errors.
        is_in_place: whether only what changes on a page that is open is wanted.
    """
    years = submission.reporting_round.years
    checks = checks_of(submission)
    texts = {field: value.text for field, value in values.items()} | dict(conflicts or {})
    prospect = prospect_of(texts, checks, submission=submission, is_late=submission.has_closed(at=at))
    context = {
        "submission": submission,
        "form": FORMS[page](
            years=years,
            plans=checks.plans,
            values=values,
            findings=prospect.everything if has_asked else prospect.in_draft,
            conflicts=conflicts,
            sent=sent,
            is_in_place=is_in_place,
        ),
        "checks": checks,
        "prospect": prospect,
        "has_asked": has_asked,
        "stamp": stamp_of(submission),
        "saved": max(values.values(), key=lambda value: value.updated_at, default=None),
    }
    return context if page == Page.POSTS else context | _about_indicators(submission, texts, prospect, checks)


def _about_indicators(
    submission: Submission, texts: Mapping[str, str], prospect: Prospect, checks: CheckedReport
) -> dict[str, Any]:
    """What is computed from the indicators, and how many are left to see to."""
    answers = answers_in(texts, years=checks.years)
    population = inhabitants_of(submission.region_id)
    return {
        "answers": answers,
        "answered_count": sum(answer.is_answered for answer in answers.values()),
        "asked_count": len(answers),
        "open_count": sum(
            finding.blocks_submission for finding in prospect.in_draft if finding.page == Page.INDICATORS
        ),
        "population": population,
        "ratios": ratios_of(answers, inhabitants=population[0]) if population else (),
        "outcomes": outcomes_of(checks, answers),
    }


def save_page(submission: Submission, sent: Sent, *, by: User, at: datetime) -> tuple[Merge, Prospect]:
    """Save what a page sent, and look at the draft that came of it.

    Raises:
        DomainError: the report can no longer be changed; nothing is saved.
    """
    merge = merge_draft(
        submission_id=submission.pk,
        texts=sent.changed_texts() | _reused(submission, sent),
        versions=sent.versions(),
        by=by,
        at=at,
    )
    texts = {field: value.text for field, value in merge.values.items()}
    is_late = submission.has_closed(at=at)
    prospect = prospect_of(texts, checks_of(merge.submission), submission=merge.submission, is_late=is_late)
    note_raised(submission_id=submission.pk, findings=prospect.found, at=at)
    return merge, prospect


def _reused(submission: Submission, sent: Sent) -> dict[str, str]:
    """The comment of the previous round that is to be taken over, by the name of its field."""
    code, name = sent.reused or ("", "")
    field = field_named(name)
    reason = checks_of(submission).reasons.get((code, field.question.key)) if field else None
    return {field.comment_name: reason} if field and reason else {}


def unsaved_texts(form: DraftForm, sent: Sent | None) -> list[tuple[Any, str]]:
    """Labels and texts of what a page sent and could not be saved."""
    texts = sent.changed_texts() if sent else {}
    return [(form.fields[field].label, text) for field, text in texts.items()]


def stamp_of(submission: Submission) -> str:
    """What differs as soon as anybody has saved, submitted or answered: pages ask whether it has."""
    changed = submission.draft_changed_at or submission.submitted_at
    return f"{submission.state}:{submission.revision_count}:{changed.isoformat() if changed else ''}"
