"""More time for one region: granting it, and taking it back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.checking import checks_of
from reporting.errors import WrongState
from reporting.locks import lock_round
from reporting.models import EventKind, Extension, MailKind, ReviewEvent, Submission, User
from reporting.outbox import write_mail
from reporting.services.flags import refresh_flags
from reporting.services.outbox import send_after_commit
from reporting.services.roles import must_have

REASON_MAX = 1_000


@transaction.atomic
def grant_extension(
    *, submission_id: int, closes_at: datetime, reason: str, by: User, at: datetime
) -> Extension:
    """Let a region report until a moment of its own. The newest extension of a report holds.

    Args:
        closes_at: the region's own closing moment, which itself is too late.
        reason: why; the region reads it.

    Raises:
        NotAllowed: `by` may not extend.
        WrongState: the report is approved, the moment has passed or gives no more time than the
            round, or the reason is missing or too long.
    """
    submission = _lock_for_extension(submission_id, by=by)
    if submission.is_locked:
        raise WrongState(_("The report is approved or decided. Return it for completion instead."))
    if closes_at <= at:
        raise WrongState(_("That moment has passed. Choose a later one."))
    if closes_at <= submission.reporting_round.closes_at:
        raise WrongState(_("The round closes later than that. An extension gives more time than the round."))
    if closes_at == submission.extended_until:
        raise WrongState(_("The region already has until then."))
    return _store(submission, closes_at, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_extension(*, submission_id: int, reason: str, by: User, at: datetime) -> Extension:
    """Take an extension back: the round's own deadline holds again.

    Raises:
        NotAllowed: `by` may not extend.
        WrongState: there is no extension, or the reason is missing or too long.
    """
    submission = _lock_for_extension(submission_id, by=by)
    if submission.extended_until is None:
        raise WrongState(_("There is no extension to withdraw."))
    return _store(submission, None, reason=reason, by=by, at=at)


def _lock_for_extension(submission_id: int, *, by: User) -> Submission:
    round_id = Submission.objects.values_list("reporting_round_id", flat=True).get(pk=submission_id)
    lock_round(round_id)
    must_have(by, "reporting.extend_submission")
    return Submission.objects.select_related("region", "reporting_round").get(pk=submission_id)


def _store(
    submission: Submission, closes_at: datetime | None, *, reason: str, by: User, at: datetime
) -> Extension:
    reason = reason.strip()
    if not reason:
        raise WrongState(_("Write the reason. The region reads it, and it is kept."))
    if len(reason) > REASON_MAX:
        raise WrongState(_("The reason is too long: at most %(limit)d characters.") % {"limit": REASON_MAX})
    extension = Extension.objects.create(
        submission=submission, closes_at=closes_at, reason=reason, by=by, by_name=by.name, at=at
    )
    submission.refresh_from_db(fields=["extended_until"])  # moved by the database
    submission.changed_at = at
    submission.save(update_fields=["changed_at"])
    # What was late may be in time now, and the reverse.
    refresh_flags(submission, checks=checks_of(submission), at=at)
    ReviewEvent.objects.create(
        submission=submission,
        revision=selectors.latest_revision(submission),
        kind=EventKind.EXTENDED if closes_at else EventKind.EXTENSION_WITHDRAWN,
        by=by,
        by_name=by.name,
        at=at,
        message=reason,
        closes_at=closes_at,
    )
    for person in selectors.signatories_of(submission.region_id):
        send_after_commit(
            write_mail(
                MailKind.EXTENSION,
                recipient=person.email,
                occasion=f"{submission.reporting_round.slug}/{submission.region_id}/{extension.pk}",
                context={"submission": submission, "extension": extension, "person": person},
                language=person.language,
                reporting_round=submission.reporting_round,
                region=submission.region,
            )
        )
    return extension
