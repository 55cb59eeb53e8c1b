"""A worker that is killed while it computes: another one takes the request over."""

import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from allocation import claims, tasks
from allocation.models import AllocationRun, RequestState
from tests.factories import make_round
from tests.workers import kill, start_worker, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker's processes in /proc")
def test_a_run_is_computed_though_its_worker_is_killed_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.flushdb()
    reporting_round = make_round()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as keeper:
        # While somebody else holds the round, a worker stays in the middle of what it has claimed.
        keeper.execute(
            "SELECT 1 FROM reporting_reportinground WHERE id = %s FOR NO KEY UPDATE", [reporting_round.pk]
        )
        worker = start_worker(broker, tmp_path / "first.log")
        try:
            # not by the service, which would wait for the round
            request = reporting_round.recomputations.create(reason="asked")
            tasks.recompute_task.delay(request.pk)

            def state() -> str:
                request.refresh_from_db()
                return request.state

            wait_for(lambda: state() == RequestState.RUNNING)
            assert request.worker
            kill(worker)
            keeper.rollback()
            assert state() == RequestState.RUNNING
            worker = start_worker(broker, tmp_path / "second.log")
            monkeypatch.setattr(claims, "SILENCE", timedelta(0))
            monkeypatch.setattr(tasks, "PATIENCE", timedelta(0))
            tasks.resend_waiting_recomputations_task()
            wait_for(lambda: state() == RequestState.DONE)
        finally:
            kill(worker)
            broker.flushdb()
            broker.close()
    assert (request.token, AllocationRun.objects.get().token) == (2, 2)
