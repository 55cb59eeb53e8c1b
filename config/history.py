"""Who, from where and on which page: what the history keeps beside every row that a request changes."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from pghistory.middleware import HistoryMiddleware

# Whoever holds these may act for somebody: a link's own text never stands in the history.
SECRETS = frozenset({"token", "key", "uidb36"})


class RequestHistoryMiddleware(HistoryMiddleware):
    """The user, the page and the network address of the request that changes a row."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """What is kept of a request."""
        return {
            **super().get_context(request),
            "url": _page(request),
            "from": _address(request),
        }


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:
        return ""  # a socket without an address


def _page(request: HttpRequest) -> str:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    return f"/{match.route}" if SECRETS & match.kwargs.keys() else request.path
