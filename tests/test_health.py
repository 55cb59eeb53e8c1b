"""Is it up, and is it able to work."""

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client

from config.celery import BEAT_KEY, SIGN_OF_LIFE_SECONDS, WORKER_KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker():
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.delete(WORKER_KEY, BEAT_KEY)
    yield client
    client.delete(WORKER_KEY, BEAT_KEY)
    client.close()


def readyz() -> tuple[int, dict[str, str]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def test_it_is_ready_when_every_part_shows_life(broker: redis.Redis) -> None:
    for key in (WORKER_KEY, BEAT_KEY):
        broker.set(key, "1", ex=SIGN_OF_LIFE_SECONDS)
    parts = {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}
    assert readyz() == (200, {"status": "ok", **parts})


@pytest.mark.parametrize(("silent", "part"), [(WORKER_KEY, "worker"), (BEAT_KEY, "beat")])
def test_a_silent_part_is_named(broker: redis.Redis, silent: str, part: str) -> None:
    for key in {WORKER_KEY, BEAT_KEY} - {silent}:
        broker.set(key, "1", ex=SIGN_OF_LIFE_SECONDS)
    status, said = readyz()
    assert status == 503
    assert {name for name, state in said.items() if state not in ("ok", "unavailable")} == {part}


def test_a_broker_that_is_away_is_named(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, said = readyz()
    assert status == 503
    assert said["broker"] == "no answer"
    assert said["database"] == "ok"


def test_it_is_up_even_when_it_is_not_ready(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert Client().get("/healthz").json() == {"status": "ok"}
