"""Filling in a region's report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.errors import DomainError, DraftConflict, NotAllowed, ReportLocked, RoundNotOpen
from reporting.fields import text_fields
from reporting.locks import lock_round_of
from reporting.models import TEXT_MAX, DraftValue, Membership, State, Submission, User


class TextTooLong(DomainError):
    """A text is too long even to be kept."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What came of saving texts in a draft that others may have changed meanwhile.

    Attributes:
        membership: the role in which it was saved.
        before: field -> the text that stood in the draft.
        values: field -> what stands in the draft now.
        conflicts: field -> the text that was not saved, because somebody has changed the field since.
    """

    submission: Submission
    membership: Membership
    before: Mapping[str, str]
    values: Mapping[str, DraftValue]
    conflicts: Mapping[str, str]


@transaction.atomic
def save_draft(
    *,
    submission_id: int,
    texts: Mapping[str, str],
    by: User,
    at: datetime,
    versions: Mapping[str, int] | None = None,
    via: str = "",
) -> Submission:
    """Save what was typed, valid or not: every text, or none. Never changes what has been submitted.

    Args:
        texts: field -> text as typed, only the fields that were changed; unknown fields are left out.
        at: the moment of saving; decides whether the report may still be changed.
        versions: field -> the version that the texts were typed on, 0 (or left out) where the field was
            empty and had never been filled in. None saves whatever others have changed meanwhile.
        via: the region's system that fills the texts in on `by`'s responsibility; empty where `by` does.

    Raises:
        NotAllowed: `by` does not serve the region.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
        DraftConflict: somebody has changed a field since; nothing is saved.
    """
    merge = merge_draft(submission_id=submission_id, texts=texts, versions=versions, by=by, at=at, via=via)
    if merge.conflicts:
        raise DraftConflict(tuple(merge.conflicts))
    return merge.submission


@transaction.atomic
def merge_draft(
    *,
    submission_id: int,
    texts: Mapping[str, str],
    versions: Mapping[str, int] | None,
    by: User,
    at: datetime,
    via: str = "",
) -> Merge:
    """Save the texts in fields that nobody has changed since, and tell which ones somebody has.

    A text that stands in the field already is no conflict, whoever put it there: so a request may be
    repeated when its answer was lost.

    Args, Raises: as `save_draft`, except that a conflict is told in the result.
        TextTooLong: a text is longer than `TEXT_MAX`.
    """
    longest = max(map(len, texts.values()), default=0)
    if longest > TEXT_MAX:
        raise TextTooLong(
            _("A text has %(count)d characters, and a draft keeps at most %(limit)d. Nothing was saved.")
            % {"count": longest, "limit": TEXT_MAX}
        )
    submission, membership = lock_for_change(submission_id, by=by, at=at)
    known = set(text_fields(submission.reporting_round.years))
    values = selectors.draft_values(submission)
    before = {field: value.text for field, value in values.items()}
    changed: list[DraftValue] = []
    conflicts: dict[str, str] = {}
    for field, typed in texts.items():
        text, value = plain_text(typed), values.get(field)
        if field not in known or text == (value.text if value else ""):
            continue
        version = value.version if value else 0
        if versions is not None and versions.get(field, 0) != version:
            conflicts[field] = text
            continue
        values[field] = DraftValue(
            submission=submission,
            field=field,
            text=text,
            version=version + 1,
            updated_by=by,
            updated_at=at,
            via=via,
        )
        changed.append(values[field])
    if changed:
        _store(submission, changed, at=at)
    return Merge(submission, membership, before, values, conflicts)


def _store(submission: Submission, changed: list[DraftValue], *, at: datetime) -> None:
    DraftValue.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["submission", "field"],
        update_fields=["text", "version", "updated_by", "updated_at", "via"],
    )
    submission.draft_changed_at = submission.changed_at = at
    if submission.state == State.NOT_STARTED:
        submission.state = State.DRAFT
    submission.save(update_fields=["draft_changed_at", "changed_at", "state"])


def plain_text(typed: str) -> str:
    """A text as it is stored: one kind of line break, and without the character that the database refuses."""
    return typed.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def lock_for_change(submission_id: int, *, by: User, at: datetime) -> tuple[Submission, Membership]:
    """The report under its round's lock, and the role in which `by` may change it.

    Raises:
        NotAllowed: `by` does not serve the region.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
    """
    reporting_round = lock_round_of(submission_id)
    # Read after the lock is held, or it might be as it stood before somebody else's change.
    roles = Membership.objects.filter(user=by, region=OuterRef("region")).values("role")
    submission = (
        Submission.objects.select_related("region").annotate(role=Subquery(roles)).get(pk=submission_id)
    )
    submission.reporting_round = reporting_round
    if submission.role is None or not by.is_active:
        raise NotAllowed(_("You have no role in this region."))
    membership = Membership(user=by, region=submission.region, role=submission.role)
    if submission.state == State.DECIDED:
        raise ReportLocked(
            _(
                "The agency has decided on the grant, so the report is locked. If a figure is wrong, write "
                "to the agency, which can return the report. The decision stands until there is a new one."
            )
        )
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
