"""How often the open API may be asked, and how its answers are told from older ones."""

import hashlib
import ipaddress
from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publication.api.shapes import Page
from publication.opendata import open_data
from publication.opendata_records import OpenData
from publication.validators import with_validators
from reporting.api.access import PerMinute
from reporting.problems import FieldFault, Problem

REQUESTS_PER_MINUTE = 300

Answering = Callable[..., HttpResponse]


class PerNetwork(PerMinute):
    """So many requests a minute for each network: an address of IPv4, the first half of one of IPv6."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; False once the minute's are used up."""
        return self.allows(network_of(self.address(request)))


def network_of(address: str | None) -> str:
    """The network that an address belongs to; `?` for no address."""
    if address is None:
        return "?"
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def data_of(request: HttpRequest) -> OpenData:
    """Everything that is open at this moment, the same throughout the request."""
    data: OpenData = open_data(at=timezone.now())
    request.open_data = data  # type: ignore[attr-defined]  # for `conditional`
    return data


def conditional(view: Answering) -> Answering:
    """Give a good answer its ETag and Last-Modified, and answer 304 to whoever has it already."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        data: OpenData | None = getattr(request, "open_data", None)
        if response.status_code != 200 or data is None:
            return response
        return with_validators(request, response, of=data, etag=hashlib.sha256(response.content).hexdigest())

    return answer


def refuse_unknown(request: HttpRequest, known: Collection[str] = ()) -> None:
    """Refuse a filter that does not exist or stands twice: without it the answer would hold too much.

    Raises:
        Problem: names each.
    """
    unknown = [name for name in request.GET if name not in known]
    twice = [name for name in request.GET if name in known and len(request.GET.getlist(name)) > 1]
    faults = [(name, "unknown-parameter", _("There is no such parameter here.")) for name in unknown]
    faults += [(name, "given-twice", _("Give the parameter once.")) for name in twice]
    if faults:
        raise Problem(
            422,
            "invalid-parameters",
            _("The request does not have the form that is described."),
            errors=[FieldFault(name, _pointer(name), code, text) for name, code, text in faults],
        )


def part_of(request: HttpRequest, found: Sequence[Any], page: Page) -> dict[str, Any]:
    """The part of a list that is asked for, and where the next one is."""
    refuse_unknown(request, type(page).model_fields)
    end = page.offset + page.limit
    following = None
    if end < len(found):
        query = request.GET.copy()
        query["limit"], query["offset"] = str(page.limit), str(end)
        following = f"{request.path}?{query.urlencode()}"
    return {
        "items": list(found[page.offset : end]),
        "count": len(found),
        "limit": page.limit,
        "offset": page.offset,
        "next": following,
    }


def _pointer(name: str) -> str:
    return "/query/" + name.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
