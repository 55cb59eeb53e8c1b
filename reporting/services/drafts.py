"""Filling in a region's report."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.errors import NotAllowed, ReportLocked, RoundNotOpen
from reporting.fields import text_fields
from reporting.locks import lock_round
from reporting.models import DraftValue, Membership, State, Submission, User


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
    submission, _membership = lock_for_change(submission_id, by=by, at=at)
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


def lock_for_change(submission_id: int, *, by: User, at: datetime) -> tuple[Submission, Membership]:
    """The report under its round's lock, and the role in which `by` may change it.

    Raises:
        NotAllowed: `by` does not serve the region.
        RoundNotOpen, ReportLocked: the report can no longer be changed.
    """
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
