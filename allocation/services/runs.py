"""Asking for a recomputation."""

from django.db import transaction

from allocation.models import Recomputation
from allocation.tasks import recompute_task
from reporting.locks import lock_round
from reporting.models import ReportingRound, User


@transaction.atomic
def request_recomputation(
    *, reporting_round: ReportingRound, reason: str, requested_by: User | None = None
) -> Recomputation:
    """Ask for every grant of a round to be computed again, in the background.

    The request is a row in the caller's transaction, so it exists exactly if the change
    that asked for it does. The worker answers all waiting requests of a round at once.

    Args:
        reason: what changed: "submitted", "approved", "returned", "asked".
    """
    lock_round(reporting_round.pk)
    request = Recomputation.objects.create(
        reporting_round=reporting_round, reason=reason, requested_by=requested_by
    )
    # Robust: a broker that is down must not undo what was saved; the sweeper sends it later.
    transaction.on_commit(lambda: recompute_task.delay(request.pk), robust=True)
    return request
