"""Opening and submitting reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.checking import checks_of
from reporting.checks import parse_figure, parse_posts, warnings_of
from reporting.errors import DraftChanged, NotAllowed, ReportIncomplete
from reporting.fields import CONTACT_FIELDS, Cell, Field, Page, cells_of, fields_of
from reporting.locks import lock_round
from reporting.models import (
    EventKind,
    Figure,
    Indicator,
    MailKind,
    ReportingRound,
    ReviewEvent,
    Revision,
    State,
    Submission,
    User,
    content_sha256,
)
from reporting.outbox import write_mail
from reporting.services.checks import keep_findings
from reporting.services.drafts import lock_for_change
from reporting.services.outbox import send_after_commit
from reporting.signals import figures_submitted


def open_reports(*, reporting_round: ReportingRound, region_codes: list[str]) -> None:
    """Give every region a report in the round, not started. Reports that exist stay as they are."""
    with transaction.atomic():
        lock_round(reporting_round.pk)
        Submission.objects.bulk_create(
            [Submission(reporting_round=reporting_round, region_id=code) for code in region_codes],
            ignore_conflicts=True,
        )


@transaction.atomic
def submit_report(*, submission_id: int, by: User, at: datetime, seen_sha256: str | None = None) -> Revision:
    """Make the draft into a numbered version that never changes, with receipt and recomputation.

    Submitting the same content again while it waits for the agency gives the same version
    back, so a double click, or fifty, makes one version, one receipt and one mail.

    Args:
        at: the moment of submission; decides whether the round is open.
        seen_sha256: `content_sha256` of the draft's texts as `by` has read them through; a draft that
            a colleague has changed since must be read again. None where nobody has read it.

    Raises:
        NotAllowed: `by` may not submit for the region.
        DraftChanged: the draft is not the one that was read through.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
        ReportIncomplete: there are errors or uncommented warnings.
    """
    submission, membership = lock_for_change(submission_id, by=by, at=at)
    if not membership.may_submit:
        raise NotAllowed(_("Only the ombud or a representant can submit. What you typed is saved."))
    reporting_round, region = submission.reporting_round, submission.region
    texts = selectors.draft_texts(submission)
    if seen_sha256 is not None and seen_sha256 != content_sha256(texts):
        raise DraftChanged(
            _("Somebody has changed the figures since you opened this page. Read them through again.")
        )
    checks = checks_of(submission)
    found = checks.check_with_shadows(texts, submitting=True)
    blocking = tuple(finding for finding in found if finding.blocks_submission)
    if blocking:
        raise ReportIncomplete(blocking)

    figures = {cell: parse_posts(texts.get(cell.field, "")).posts for cell in cells_of(reporting_round.years)}
    warned = {finding.field for finding in warnings_of(found)}
    comments = {
        cell: texts.get(cell.comment_field, "").strip() if cell.field in warned else "" for cell in figures
    }
    indicators = _answers(texts, years=reporting_round.years)
    contact = {name: texts.get(name, "").strip() for name in CONTACT_FIELDS}
    sha256 = _content_sha256(submission, figures, comments, indicators, contact)
    latest = selectors.latest_revision(submission)
    if latest and latest.sha256 == sha256 and submission.state in (State.SUBMITTED, State.IN_REVIEW):
        if submission.draft_changed_at is not None:  # typed and undone: nothing new
            submission.draft_changed_at = None
            submission.save(update_fields=["draft_changed_at"])
        return latest

    revision = Revision(
        submission=submission,
        number=submission.revision_count + 1,
        submitted_at=at,
        submitted_by=by,
        submitted_by_name=by.name,
        submitted_by_role=membership.role,
        sha256=sha256,
        **contact,
    )
    revision.full_clean()
    revision.save()
    Figure.objects.bulk_create(
        Figure(
            revision=revision,
            year=cell.year,
            post_type=cell.post_type,
            posts=posts,
            comment=comments[cell],
        )
        for cell, posts in figures.items()
    )
    Indicator.objects.bulk_create(
        Indicator(revision=revision, key=field.question.key, year=field.year, value=value, comment=comment)
        for field, (value, comment) in indicators.items()
    )
    keep_findings(revision=revision, findings=found)
    submission.state = State.SUBMITTED
    submission.revision_count = revision.number
    submission.submitted_at = submission.changed_at = at
    submission.draft_changed_at = None
    submission.answer_by = None
    submission.save()
    ReviewEvent.objects.create(
        submission=submission, revision=revision, kind=EventKind.SUBMITTED, by=by, by_name=by.name, at=at
    )
    ombud = selectors.ombud_of(region.code)
    send_after_commit(
        write_mail(
            MailKind.RECEIPT,
            recipient=by.email,
            copy_to=ombud.email if ombud else "",
            occasion=f"{reporting_round.slug}/{region.code}/{revision.number}",
            context={
                "revision": revision,
                "submission": submission,
                "figures": list(revision.figures.order_by("post_type", "year")),
                "warnings": [figure for figure in revision.figures.all() if figure.comment],
                "person": by,
            },
            language=by.language,
            reporting_round=reporting_round,
            region=region,
        )
    )
    figures_submitted.send(sender=Revision, reporting_round=reporting_round, user=by, reason="submitted")
    return revision


def _answers(texts: Mapping[str, str], *, years: Sequence[int]) -> dict[Field, tuple[Decimal | None, str]]:
    """Indicator -> (value, comment), for those that are answered; missing is None with its reason."""
    answers = {}
    for field in fields_of(years, page=Page.INDICATORS):
        typed = texts.get(field.name, "").strip()
        if typed:
            value = parse_figure(typed, unit=field.question.unit).value
            answers[field] = value, texts.get(field.comment_name, "").strip()
    return answers


def _content_sha256(
    submission: Submission,
    figures: Mapping[Cell, int | None],
    comments: Mapping[Cell, str],
    indicators: Mapping[Field, tuple[Decimal | None, str]],
    contact: Mapping[str, str],
) -> str:
    answers = [
        {
            "indicator": field.question.key,
            "year": field.year,
            "value": None if value is None else str(value),
            "comment": comment,
        }
        for field, (value, comment) in indicators.items()
    ]
    # Without indicators the content is that of the versions submitted before they were asked for.
    return content_sha256(
        ({"indicators": answers} if answers else {})
        | {
            "round": submission.reporting_round.slug,
            "region": submission.region_id,
            "figures": [
                {
                    "posts_of": str(cell.post_type),
                    "year": cell.year,
                    "posts": posts,
                    "comment": comments[cell],
                }
                for cell, posts in figures.items()
            ],
            **contact,
        }
    )
