"""Answering with an open page: kept ready for those without an account, drawn anew for the others."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date
from django.utils.translation import get_language

from publication.selectors import OpenFigures, open_figures, open_version

Context = dict[str, Any]

# A visitor who brings no other cookie is nobody in particular, and gets the page that everybody gets.
_OF_NOBODY = {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
_VARY = ["Accept-Language", "Cookie", "Accept-Encoding", "HX-Request", "HX-Target"]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page as it is sent, as it is and compressed, with what tells it from an older one."""

    body: bytes
    compressed: bytes
    content_type: str
    etag: str
    at: datetime


def figures_now() -> OpenFigures:
    """Everything that is public at this moment."""
    return open_figures(open_version())


def open_page(
    request: HttpRequest, template: str, *, figures: OpenFigures, query: str, build: Callable[[], Context]
) -> HttpResponse:
    """Answer with an open page.

    The page is kept for its version of the figures, language, address and template, so that a publication
    leaves it behind at once. It holds nothing of whoever asks: no name, no token, no words of the request
    but `query`.

    Args:
        query: the address's query as the page understands it; what else was asked does not reach the page.
        build: makes the template's context; called only where the page is not at hand.
    """
    here = f"{request.path}?{query}" if query else request.path
    if set(request.COOKIES) - _OF_NOBODY:
        response = HttpResponse(_drawn(request, template, build, here))
        patch_vary_headers(response, _VARY)
        return response
    key = _key(figures.version, str(get_language()), template, here)
    kept: _Kept | None = caches["pages"].get(key)
    if kept is None:
        kept = _keep(_drawn(request, template, build, here).encode(), "text/html; charset=utf-8")
        caches["pages"].set(key, kept, timeout=None)
    return _answer(request, kept)


def _drawn(request: HttpRequest, template: str, build: Callable[[], Context], here: str) -> str:
    return render_to_string(template, build() | {"here": here}, request)


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _keep(body: bytes, content_type: str) -> _Kept:
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    # The page's own second, since a Last-Modified has no finer.
    return _Kept(body, gzip.compress(body, 6, mtime=0), content_type, etag, timezone.now())


def _answer(request: HttpRequest, kept: _Kept) -> HttpResponse:
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(kept.compressed if compressed else kept.body, content_type=kept.content_type)
    if compressed:
        response["Content-Encoding"] = "gzip"
    modified = http_date(kept.at.timestamp())
    response["ETag"] = kept.etag
    response["Last-Modified"] = modified
    response["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, _VARY)
    answer = get_conditional_response(
        request, etag=kept.etag, last_modified=parse_http_date(modified), response=response
    )
    return answer if isinstance(answer, HttpResponse) else response
