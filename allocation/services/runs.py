"""Asking for a recomputation."""

from django.db import transaction
from django.utils.translation import gettext as _

from allocation.errors import RunFailed
from allocation.models import Cause, Recomputation, RequestState
from allocation.tasks import recompute_task
from reporting.errors import NotAllowed
from reporting.locks import lock_round
from reporting.models import ReportingRound, User

# The reason of a request that nothing but somebody's wish led to.
ASKED = Cause.ASKED


def may_ask_for_recomputation(person: User) -> bool:
    """Whether the person may have a round computed again although nothing has changed."""
    return person.is_staff and person.has_perm("allocation.request_recomputation")


@transaction.atomic
def request_recomputation(
    *, reporting_round: ReportingRound, reason: str, requested_by: User | None = None
) -> Recomputation:
    """Ask for every grant of a round to be computed again, in the background.

    The request is a row in the caller's transaction, so it exists exactly if the change
    that asked for it does. The worker answers all waiting requests of a round at once.

    Whoever submits, approves or adds a grant has it recomputed thereby, whatever else they may do;
    a person who merely asks needs the permission for it, whichever door they use.

    Args:
        reason: what changed: "submitted", "approved", "returned", "grant"; or "asked".
        requested_by: whose change or wish it was; None when it is done on the server itself.

    Raises:
        NotAllowed: nothing has changed, and `requested_by` may not ask.
    """
    if reason == ASKED and requested_by is not None and not may_ask_for_recomputation(requested_by):
        raise NotAllowed(_("Your role does not include this action."))
    lock_round(reporting_round.pk)
    request = Recomputation.objects.create(
        reporting_round=reporting_round, reason=reason, requested_by=requested_by
    )
    _send(request)
    return request


@transaction.atomic
def restart_recomputation(*, recomputation_id: int, by: User) -> Recomputation:
    """Start a stuck or waiting request now; ask anew where one has failed.

    Raises:
        NotAllowed: the person may not ask for recomputations.
        RunFailed: a worker is at it, or it has been answered.
    """
    if not may_ask_for_recomputation(by):
        raise NotAllowed(_("Your role does not include this action."))
    request = Recomputation.objects.select_related("reporting_round").get(pk=recomputation_id)
    if request.state == RequestState.FAILED:
        return request_recomputation(reporting_round=request.reporting_round, reason=ASKED, requested_by=by)
    if request.state == RequestState.RUNNING:
        raise RunFailed(
            _("A worker is computing it now. If the worker falls silent, it starts again by itself.")
        )
    if request.state == RequestState.DONE:
        raise RunFailed(_("It is done already. Ask for a new recomputation on the round or the run."))
    _send(request)
    return request


def _send(request: Recomputation) -> None:
    # Robust: a broker that is down must not undo what was saved; the sweeper sends it later.
    transaction.on_commit(lambda: recompute_task.delay(request.pk), robust=True)
