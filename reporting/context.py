"""What every page needs to know about its visitor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from reporting import selectors


def platsplan(request: HttpRequest) -> dict[str, Any]:
    """Template context: `demo_mode` and, looked up only where used, `memberships`."""
    user = getattr(request, "user", None)
    return {
        "demo_mode": settings.PLATSPLAN_DEMO,
        "memberships": SimpleLazyObject(lambda: list(selectors.memberships_of(user)) if user else []),
    }
