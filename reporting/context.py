"""What every page needs to know about its visitor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from reporting import selectors, threads


def platsplan(request: HttpRequest) -> dict[str, Any]:
    """Template context: `demo_mode`; looked up only where used, what the visitor serves and has not read."""
    user = getattr(request, "user", None)
    return {
        "demo_mode": settings.PLATSPLAN_DEMO,
        "memberships": SimpleLazyObject(lambda: list(selectors.memberships_of(user)) if user else []),
        "unread_in_regions": SimpleLazyObject(lambda: threads.unread_for_region(user).total() if user else 0),
        "unread_at_agency": SimpleLazyObject(lambda: _unread_at_agency(request)),
    }


def _unread_at_agency(request: HttpRequest) -> int:
    known: int | None = getattr(request, "unread_at_agency", None)  # a list that counts has left it here
    user = getattr(request, "user", None)
    return threads.unread_for_agency(user).total() if known is None and user else known or 0
