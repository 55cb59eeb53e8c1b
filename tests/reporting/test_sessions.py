"""What sessions leave behind is removed at night, and nothing that is in use."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.celery import app
from reporting.tasks import remove_old_sessions_task
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_sessions_that_are_over_go_with_their_address_and_device_and_others_stay() -> None:
    person = make_user(password="a long enough password")
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post("/accounts/login/", {"login": person.email, "password": "a long enough password"})
    old, new = (browser.session.session_key for browser in browsers)
    Session.objects.filter(pk=old).update(expire_date=timezone.now() - timedelta(minutes=1))
    remove_old_sessions_task()
    assert list(Session.objects.values_list("pk", flat=True)) == [new]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [new]
    assert browsers[1].get("/accounts/").status_code == 200


def test_counters_that_count_no_longer_go_and_others_stay() -> None:
    cache.set("over", 1, timeout=-1)
    cache.set("over-soon", 1, timeout=60)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cache_entry VALUES ('x', 'x', %s)", [timezone.now() - timedelta(minutes=1)]
        )
        remove_old_sessions_task()
        cursor.execute("SELECT count(*) FROM cache_entry WHERE cache_key IN ('x', ':1:over-soon')")
        assert cursor.fetchone() == (1,)
    assert cache.get("over-soon") == 1


def test_the_night_has_a_time_for_it() -> None:
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert remove_old_sessions_task.name in planned
    assert planned <= set(app.tasks)


def test_many_counters_do_not_push_out_the_one_that_counts_wrong_passwords() -> None:
    person = make_user(password="a long enough password")
    browser = Client()

    def try_a_password(password: str) -> None:
        browser.post("/accounts/login/", {"login": person.email, "password": password})

    for number in range(5):
        try_a_password(f"wrong {number}")
    with connection.cursor() as cursor:  # what a network of machines makes in five minutes
        cursor.execute(
            "INSERT INTO cache_entry SELECT 'zz' || n, 'x', %s FROM generate_series(1, 2000) n",
            [timezone.now() + timedelta(minutes=5)],
        )
    cache.set("one-more", 1)
    try_a_password("a long enough password")
    assert browser.get("/accounts/").status_code == 302
