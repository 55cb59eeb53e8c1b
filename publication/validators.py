"""Telling an open answer from an older one: ETag, Last-Modified and 304."""

from datetime import datetime, timedelta
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date


class Versioned(Protocol):
    """What has been read at one version of everything that is open."""

    @property
    def version(self) -> str:
        """The version, from `open_version`."""

    @property
    def read_at(self) -> datetime:
        """The moment before the version was asked for that was then read."""


def with_validators(
    request: HttpRequest, response: HttpResponse, *, of: Versioned, etag: str
) -> HttpResponse:
    """The answer with what tells it from an older one, or 304 for whoever has it already."""
    since = shown_since(of.read_at)
    response["ETag"] = f'W/"{etag[:32]}"'
    response["Last-Modified"] = http_date(min(since, timezone.now()).timestamp())
    response["Cache-Control"] = "public, no-cache"
    answer = get_conditional_response(
        request, etag=response["ETag"], last_modified=int(since.timestamp()), response=response
    )
    return response if answer is None else answer


def shown_since(read_at: datetime) -> datetime:
    """The first whole second, as HTTP tells time, in which nothing but this version was shown.

    The second in which it was read does not count: it may have shown the version before as well.

    Args:
        read_at: the moment before the version was asked for that was then read.
    """
    whole = read_at.replace(microsecond=0)
    return whole if whole == read_at else whole + timedelta(seconds=1)
