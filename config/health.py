"""Is it up, and is it able to work: /healthz and /readyz, answered before hosts, sessions and sign-in."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.celery import BEAT_KEY, WORKER_KEY

Handler = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answer /healthz and /readyz without a session, an account or a host name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            parts = readiness()
            ready = all(state == "ok" for state in parts.values())
            return JsonResponse(
                {"status": "ok" if ready else "unavailable", **parts}, status=200 if ready else 503
            )
        return self.get_response(request)


def readiness() -> dict[str, str]:
    """The state of each part: "ok" or what is missing. Keys: database, broker, worker, beat."""
    return {"database": _database(), **_broker()}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "no answer"
    return "ok"


def _broker() -> dict[str, str]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        worker, beat = client.mget([WORKER_KEY, BEAT_KEY])
    except redis.RedisError:
        return {"broker": "no answer", "worker": "unknown", "beat": "unknown"}
    finally:
        client.close()
    return {
        "broker": "ok",
        "worker": "ok" if worker else "no sign of life",
        "beat": "ok" if beat else "no sign of life",
    }
