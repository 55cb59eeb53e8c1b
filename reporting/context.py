"""What every page needs to know about its visitor."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from reporting import selectors, threads
from reporting.models import Membership


def memberships_of_visitor(request: HttpRequest) -> list[Membership]:
    """The roles of whoever asks, read once for each request."""
    known: list[Membership] | None = getattr(request, "platsplan_memberships", None)
    if known is None:
        user = getattr(request, "user", None)
        known = list(selectors.memberships_of(user)) if user else []
        request.platsplan_memberships = known  # type: ignore[attr-defined]  # kept for one request
    return known


def unread_of_visitor(request: HttpRequest) -> Counter[int]:
    """Report's key -> unread entries in the regions of whoever asks, counted once for each request."""
    known: Counter[int] | None = getattr(request, "platsplan_unread", None)
    if known is None:
        user = getattr(request, "user", None)
        known = threads.unread_for_region(user) if user else Counter()
        request.platsplan_unread = known  # type: ignore[attr-defined]  # kept for one request
    return known


def platsplan(request: HttpRequest) -> dict[str, Any]:
    """Template context: `demo_mode`, `agency_name`, and, looked up only where used, the visitor's own."""
    return {
        "demo_mode": settings.PLATSPLAN_DEMO,
        "agency_name": settings.AGENCY_NAME,
        "own_report": SimpleLazyObject(
            lambda: selectors.report_to_fill_in(memberships_of_visitor(request), at=timezone.now())
        ),
        "memberships": SimpleLazyObject(lambda: memberships_of_visitor(request)),
        "unread_in_regions": SimpleLazyObject(lambda: unread_of_visitor(request).total()),
        "unread_at_agency": SimpleLazyObject(lambda: _unread_at_agency(request)),
    }


def _unread_at_agency(request: HttpRequest) -> int:
    known: int | None = getattr(request, "unread_at_agency", None)  # a list that counts has left it here
    user = getattr(request, "user", None)
    return threads.unread_for_agency(user).total() if known is None and user else known or 0
