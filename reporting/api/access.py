"""Who may use the API: keys of regions, how often, and from where."""

import ipaddress
import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import Throttled
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from reporting import keys
from reporting.models import ApiToken
from reporting.services.tokens import note_use

REQUESTS_PER_MINUTE = 60
FAILURES_PER_MINUTE = 20


def _seconds() -> float:
    return time.time()


class PerMinute(BaseThrottle):
    """So many requests in each minute of the clock, for each key."""

    def __init__(self, limit: int, *, of: str) -> None:
        self.limit = limit
        self.of = of

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; False once the minute's are used up."""
        return self.allows(str(key_of(request).pk))

    def allows(self, who: str) -> bool:
        """Count one more for `who`; False once the minute's are used up."""
        counter = f"api:{self.of}:{who}:{int(_seconds() // 60)}"
        cache.add(counter, 0, timeout=120)
        try:
            return int(cache.incr(counter)) <= self.limit
        except ValueError:  # the minute's counter was cleared away meanwhile
            return True

    def wait(self) -> float:
        """Seconds until the next minute."""
        return 60 - _seconds() % 60

    def address(self, request: HttpRequest) -> str | None:
        """Where a request comes from, behind as many proxies as the settings say; None for no address."""
        try:
            return str(ipaddress.ip_address(self.get_ident(request) or ""))
        except ValueError:
            return None


_failures = PerMinute(FAILURES_PER_MINUTE, of="refused")


class Key(HttpBearer):
    """A region's key, in the header `Authorization: Bearer platsplan_…`. Sessions open nothing here."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The key, if it opens anything; its use is written down."""
        at = timezone.now()
        found = keys.key_for(token.strip(), at=at)
        address = _failures.address(request)
        if found is None:
            if not _failures.allows(address or "?"):
                raise Throttled(wait=int(_failures.wait()) + 1)
            return None
        note_use(found, at=at, address=address)
        return found


def key_of(request: HttpRequest) -> ApiToken:
    """The key of a request that was let in."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]  # set by ninja once the key is known
    return token
