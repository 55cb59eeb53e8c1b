"""Filling in and submitting a region's report."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.checks import Cell, cells_of, check_texts, parse_posts, text_fields
from reporting.errors import DraftChanged, NotAllowed, ReportIncomplete, ReportLocked, RoundNotOpen
from reporting.locks import lock_round
from reporting.models import (
    DraftValue,
    EventKind,
    Figure,
    MailKind,
    Membership,
    ReportingRound,
    ReviewEvent,
    Revision,
    State,
    Submission,
    User,
    content_sha256,
)
from reporting.outbox import write_mail
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
def save_draft(*, submission_id: int, texts: Mapping[str, str], by: User, at: datetime) -> Submission:
    """Save what was typed, valid or not. Never changes what has been submitted.

    Args:
        texts: field -> text as typed, only the fields that were changed.
        at: the moment of saving; decides whether the report may still be changed.

    Raises:
        NotAllowed: `by` does not serve the region.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
    """
    submission, _membership = _lock_for_change(submission_id, by=by, at=at)
    known = set(text_fields(submission.reporting_round.years))
    stored = {value.field: value for value in submission.draft_values.all()}
    changed = False
    for field, typed in texts.items():
        text = typed.replace("\x00", "")  # the one character that the database cannot hold
        value = stored.get(field)
        if field not in known or text == (value.text if value else ""):
            continue
        changed = True
        if value is None:
            DraftValue.objects.create(
                submission=submission, field=field, text=text, updated_by=by, updated_at=at
            )
        else:
            value.text, value.updated_by, value.updated_at = text, by, at
            value.version += 1
            value.save(update_fields=["text", "updated_by", "updated_at", "version"])
    if changed:
        submission.draft_changed_at = submission.changed_at = at
        if submission.state == State.NOT_STARTED:
            submission.state = State.DRAFT
        submission.save(update_fields=["draft_changed_at", "changed_at", "state"])
    return submission


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
    submission, membership = _lock_for_change(submission_id, by=by, at=at)
    if not membership.may_submit:
        raise NotAllowed(_("Only the ombud or a representant can submit. What you typed is saved."))
    reporting_round, region = submission.reporting_round, submission.region
    texts = selectors.draft_texts(submission)
    if seen_sha256 is not None and seen_sha256 != content_sha256(texts):
        raise DraftChanged(
            _("Somebody has changed the figures since you opened this page. Read them through again.")
        )
    plans = {
        year: plan.planned_posts
        for year, plan in selectors.plans_of(region.code, reporting_round.years).items()
    }
    found = check_texts(texts, years=reporting_round.years, plans=plans, submitting=True)
    blocking = tuple(finding for finding in found if finding.blocks_submission)
    if blocking:
        raise ReportIncomplete(blocking)

    figures = {cell: parse_posts(texts.get(cell.field, "")).posts for cell in cells_of(reporting_round.years)}
    warned = {finding.field for finding in found}
    comments = {
        cell: texts.get(cell.comment_field, "").strip() if cell.field in warned else "" for cell in figures
    }
    contact = {name: texts.get(name, "").strip() for name in ("contact_name", "contact_phone")}
    sha256 = _content_sha256(submission, figures, comments, contact)
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


def _lock_for_change(submission_id: int, *, by: User, at: datetime) -> tuple[Submission, Membership]:
    """The report under its round's lock, and the role in which `by` may change it."""
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    reporting_round = lock_round(round_id)
    submission = Submission.objects.select_related("region", "reporting_round").get(pk=submission_id)
    membership = Membership.objects.filter(user=by, region=submission.region_id).first()
    if membership is None or not by.is_active:
        raise NotAllowed(_("You have no role in this region."))
    if submission.is_locked:
        raise ReportLocked(
            _("The agency has approved the report, so it is locked. Ask for it to be returned.")
        )
    if not submission.may_be_changed(at=at):
        if at < reporting_round.opens_at:
            raise RoundNotOpen(_("The round is not open yet."))
        raise RoundNotOpen(
            _("The time for reporting is over. Ask the agency to return the report if it must change.")
        )
    return submission, membership


def _content_sha256(
    submission: Submission,
    figures: Mapping[Cell, int | None],
    comments: Mapping[Cell, str],
    contact: Mapping[str, str],
) -> str:
    return content_sha256(
        {
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
