"""New figures lead to a new computation."""

from typing import Any

from django.dispatch import receiver

from allocation.services.runs import request_recomputation
from reporting.models import ReportingRound, User
from reporting.signals import figures_submitted


@receiver(figures_submitted, dispatch_uid="allocation.recompute")
def recompute_when_figures_change(
    *, reporting_round: ReportingRound, user: User, reason: str, **kwargs: Any
) -> None:
    """Ask for a recomputation in the transaction that changed the figures."""
    if reporting_round.grants.exists():
        request_recomputation(reporting_round=reporting_round, reason=reason, requested_by=user)
