"""How often a session is written."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.factories import make_region_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_region_member(), backend="reporting.accounts.InvitedBackend")
    return client


def end_of_session() -> timedelta:
    """How long from now the session ends."""
    return Session.objects.get().expire_date - timezone.now()


def set_end(minutes_used: float) -> None:
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.update(expire_date=timezone.now() + age - timedelta(minutes=minutes_used))


@pytest.mark.parametrize(("minutes_used", "is_moved"), [(0.5, False), (2, True)])
def test_work_moves_the_end_of_the_session_at_most_once_a_minute(client, minutes_used, is_moved) -> None:
    set_end(minutes_used)
    client.get("/report/")
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert (age - end_of_session() < timedelta(seconds=20)) is is_moved


def test_what_is_put_into_a_session_is_written_at_once_however_deep(client) -> None:
    set_end(0)
    for places in (["here"], ["here", "there"]):
        session = client.session
        session.setdefault("places", []).append(places[-1])
        session.save()
        assert client.session["places"] == places
