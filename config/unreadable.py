"""Requests that no part could read: refused before any of them trips over one."""

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from config.problems import is_api, problem_response
from reporting.problems import Problem

Handler = Callable[[HttpRequest], HttpResponse]


class UnreadableRequestMiddleware:
    """Answer 400 to what a browser never sends.

    The page is rendered here, because Django's own way to a 400 reads the form once more.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_nul(request) or not _is_utf8(request):
            if is_api(request):
                return problem_response(Problem(400, "unreadable", _("The request could not be read.")))
            return HttpResponseBadRequest(render_to_string("400.html"))
        return self.get_response(request)


def _has_nul(request: HttpRequest) -> bool:
    """Whether the address holds the one character that the database cannot be asked about."""
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _is_utf8(request: HttpRequest) -> bool:
    """Whether the form says that it is UTF-8, or nothing at all."""
    charset = (request.content_params or {}).get("charset")
    if charset is None:
        return True
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False
