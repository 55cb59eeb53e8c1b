"""Answering with what is open: kept ready for those without an account, drawn anew for the others."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from publication.keeping import Kept, kept_or_made, key_of
from publication.published import OpenFigures
from publication.selectors import open_figures, open_version
from publication.validators import Versioned, with_validators

Context = dict[str, Any]

# What a page says of its visitor it takes from these alone, and whoever has neither is nobody in particular.
# Other cookies, such as those of another site of the agency's domain, change nothing on it.
_OF_SOMEBODY = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)
_VARY = ["Accept-Language", "Cookie", "Accept-Encoding", "HX-Request", "HX-Target"]


def figures_now() -> OpenFigures:
    """Everything that is public at this moment."""
    at = timezone.now()
    return open_figures(open_version(), at=at)


def open_page(
    request: HttpRequest, template: str, *, of: Versioned, query: str, build: Callable[[], Context]
) -> HttpResponse:
    """Answer with an open page.

    The page is kept for its version of the figures, language, address and template, so that a publication
    leaves it behind at once. It holds nothing of whoever asks: no name, no token, no words of the request
    but `query`.

    Args:
        of: what the page is made from, of the version that was asked in this request.
        query: the address's query as the page understands it; what else was asked does not reach the page.
        build: makes the template's context; called only where the page is not at hand.
    """
    here = f"{request.path}?{query}" if query else request.path
    if not _is_nobody(request):
        response = HttpResponse(_drawn(request, template, build, here))
        patch_vary_headers(response, _VARY)
        return response
    kept = kept_or_made(
        key_of("page", of.version, str(get_language()), template, here),
        lambda: _drawn(request, template, build, here).encode(),
    )
    response = HttpResponse(content_type="text/html; charset=utf-8")
    patch_vary_headers(response, _VARY)
    return _filled(request, response, kept, of=of, etag=kept.sha256)


def open_file(
    request: HttpRequest,
    make: Callable[[], bytes],
    *,
    of: Versioned,
    content_type: str,
    headers: Mapping[str, str],
    query: str = "",
    is_packed: bool = False,
) -> HttpResponse:
    """Answer with a file that is the same for everybody, kept for its version and address.

    Args:
        make: gives the file; called only where it is not at hand.
        of: what it is made from, of the version that was asked in this request.
        query: the address's query as the file understands it; what else was asked makes no other file.
        is_packed: the kind of file is compressed already.
    """
    kept = kept_or_made(key_of("file", of.version, request.path, query), make, pack=not is_packed)
    response = HttpResponse(content_type=content_type, headers=dict(headers))
    if not is_packed:
        patch_vary_headers(response, ["Accept-Encoding"])
    return _filled(request, response, kept, of=of, etag=kept.sha256)


def _is_nobody(request: HttpRequest) -> bool:
    """Whether a page for this visitor would hold nothing of their own."""
    return not _OF_SOMEBODY & request.COOKIES.keys() and not request.user.is_authenticated


def _drawn(request: HttpRequest, template: str, build: Callable[[], Context], here: str) -> str:
    return render_to_string(template, build() | {"here": here}, request)


def _filled(
    request: HttpRequest, response: HttpResponse, kept: Kept, *, of: Versioned, etag: str
) -> HttpResponse:
    answer = with_validators(request, response, of=of, etag=etag)
    if answer.status_code != HTTPStatus.OK:
        return answer
    if kept.is_packed and _takes_gzip(request):
        response.content = kept.packed
        response["Content-Encoding"] = "gzip"
    else:
        response.content = kept.body
    return response


def _takes_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("Accept-Encoding", "").split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "gzip":
            return not _REFUSED.fullmatch(weight)
    return False
