"""Who is at a request to recompute: claims, silence, and what a stale worker may not write."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from allocation import claims, runner
from allocation.desk import glance
from allocation.errors import RunFailed
from allocation.models import SILENCE, AllocationRun, Recomputation, RequestState
from allocation.services.runs import request_recomputation, restart_recomputation
from allocation.tasks import recompute_task, resend_waiting_recomputations_task
from reporting.errors import NotAllowed
from tests.factories import make_officer, make_round, make_user, moment

pytestmark = pytest.mark.django_db


def make_request() -> Recomputation:
    return request_recomputation(reporting_round=make_round(), reason="asked")


def fall_silent(request: Recomputation) -> None:
    claims.mark_silent(at=moment() + SILENCE + timedelta(seconds=1))
    request.refresh_from_db()


def test_of_two_deliveries_one_worker_gets_the_request() -> None:
    request = make_request()
    first = claims.take(request.pk, worker="a", at=moment())
    assert claims.take(request.pk, worker="b", at=moment()) is None
    request.refresh_from_db()
    assert first is not None
    assert (request.state, request.worker, request.token, request.attempts) == ("running", "a", 1, 1)


def test_a_worker_that_gives_signs_of_life_is_not_stuck() -> None:
    request = make_request()
    claims.take(request.pk, worker="a", at=moment())
    assert claims.mark_silent(at=moment() + SILENCE) == []
    assert claims.mark_silent(at=moment() + SILENCE + timedelta(seconds=1)) == [request.pk]


def test_silence_is_seen_though_no_worker_is_left_to_mark_it() -> None:
    request = make_request()
    claims.take(request.pk, worker="a", at=moment())
    desk = Client(HTTP_ACCEPT_LANGUAGE="en")
    desk.force_login(make_officer())
    pages = [
        reverse("admin:allocation_recomputation_changelist"),
        reverse("admin:allocation_recomputation_change", args=[request.pk]),
    ]
    for address in pages:
        assert ">Stuck<" in desk.get(address).content.decode(), address
    start = glance(at=moment() + SILENCE + timedelta(seconds=1), reader_id=0)
    assert start is not None
    assert start.stuck == request
    in_time = glance(at=moment() + SILENCE, reader_id=0)
    assert in_time is not None
    assert in_time.stuck is None


def test_the_sweeper_marks_what_is_silent_and_sends_it_again() -> None:
    request = make_request()
    claims.take(request.pk, worker="a", at=moment())
    with patch.object(recompute_task, "delay") as delay:
        resend_waiting_recomputations_task()
    delay.assert_called_once_with(request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.STUCK
    assert "a" in request.error
    runner.recompute(request.pk, at=moment(), worker="b")
    request.refresh_from_db()
    assert (request.state, request.worker, request.token, request.error) == ("done", "b", 2, "")


def test_a_request_whose_workers_all_fall_silent_is_given_up() -> None:
    request = make_request()
    for _ in range(claims.MOST_ATTEMPTS):
        assert request.state != RequestState.FAILED
        with patch("allocation.runner.compute", side_effect=MemoryError), pytest.raises(MemoryError):
            runner.recompute(request.pk, at=moment())
        fall_silent(request)
    assert request.state == RequestState.FAILED
    assert str(claims.MOST_ATTEMPTS) in request.error


def test_a_worker_that_wakes_after_another_took_over_writes_nothing() -> None:
    request = make_request()
    compute_round = runner.compute_round

    def paused(*args, **kwargs):
        result = compute_round(*args, **kwargs)
        assert AllocationRun.objects.count() == 1
        fall_silent(request)
        assert claims.take(request.pk, worker="b", at=moment()) is not None
        return result

    with patch.object(runner, "compute_round", side_effect=paused):
        runner.recompute(request.pk, at=moment(), worker="a")
    assert not AllocationRun.objects.exists()
    assert request.reporting_round.grants.get().current_run is None


def test_a_failure_of_a_stale_worker_leaves_the_other_one_alone() -> None:
    request = make_request()

    def paused(*args, **kwargs):
        fall_silent(request)
        claims.take(request.pk, worker="b", at=moment())
        raise RunFailed("too late")

    with patch.object(runner, "_recompute", side_effect=paused), pytest.raises(RunFailed):
        runner.recompute(request.pk, at=moment(), worker="a")
    request.refresh_from_db()
    assert (request.state, request.worker, request.error) == ("running", "b", "")


def test_the_database_refuses_a_run_of_a_claim_that_was_taken_over() -> None:
    request = make_request()
    stale = claims.take(request.pk, worker="a", at=moment())
    fall_silent(request)
    claims.take(request.pk, worker="b", at=moment())
    runner.compute_round(request.reporting_round, at=moment(), claim=stale)
    with pytest.raises(DatabaseError, match="has been taken over"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "change",
    [
        "token = token + 1",
        "token = 0",
        "state = 'requested'",
        "state = 'stuck', token = token + 1",
    ],
)
def test_raw_sql_cannot_forge_a_claim(change: str) -> None:
    claims.take(make_request().pk, worker="a", at=moment())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE allocation_recomputation SET {change}")


def test_a_running_request_has_a_worker_and_a_greater_token() -> None:
    make_request()
    for change in ("state = 'running'", "state = 'running', token = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE allocation_recomputation SET {change}")


def test_restarting_sends_what_is_stuck_asks_anew_where_it_failed_and_needs_the_permission(
    django_capture_on_commit_callbacks,
) -> None:
    officer, request = make_officer(), make_request()
    with pytest.raises(NotAllowed):
        restart_recomputation(recomputation_id=request.pk, by=make_user(is_staff=True))
    claims.take(request.pk, worker="a", at=moment())
    with pytest.raises(RunFailed):
        restart_recomputation(recomputation_id=request.pk, by=officer)
    fall_silent(request)
    with patch.object(recompute_task, "delay") as delay, django_capture_on_commit_callbacks(execute=True):
        assert restart_recomputation(recomputation_id=request.pk, by=officer) == request
    delay.assert_called_once_with(request.pk)
    Recomputation.objects.update(state=RequestState.FAILED)
    assert restart_recomputation(recomputation_id=request.pk, by=officer) != request


def test_the_page_shows_the_silent_worker_and_a_button(client: Client) -> None:
    request = make_request()
    claims.take(request.pk, worker="machine-7", at=moment())
    fall_silent(request)
    client.force_login(make_officer())
    page = client.get(reverse("admin:allocation_recomputation_change", args=[request.pk])).content.decode()
    assert "machine-7" in page
    assert reverse("admin:allocation_recomputation_restart", args=[request.pk]) in page
    answer = client.post(reverse("admin:allocation_recomputation_restart", args=[request.pk]))
    assert answer.status_code == 302
