"""A sweep on real workers, one killed in the middle: every combination is computed all the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from allocation import tasks
from allocation.admin.sweeppage import columns_of
from allocation.comparison import read_rules
from allocation.models import SweepRun, SweepState
from allocation.services.scenarios import base_of_reports, create_scenario
from allocation.services.sweeps import sweep_scenario
from allocation.sweeping import axes_of, figures_of
from allocation.variation import Axis, answers
from config.celery import WORKER_KEY
from reporting.reference import load_reference_data
from tests.conftest import PROJECT
from tests.factories import make_officer, make_round

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker of this test's own database, empty."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


def start_worker(broker: redis.Redis, log: Path) -> "subprocess.Popen[bytes]":
    """The product's own worker, two processes, on the test's database; ready when this returns."""
    broker.delete(WORKER_KEY)
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {"DATABASE_URL": urlunsplit(database), "DJANGO_SETTINGS_MODULE": "config.settings"}
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "config.processes", "worker"],
            cwd=PROJECT,
            env=os.environ | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    wait_for(lambda: bool(broker.exists(WORKER_KEY)))
    return worker


def children_of(worker: "subprocess.Popen[bytes]") -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()]


def kill(worker: "subprocess.Popen[bytes]") -> None:
    """End a worker and its processes at once, as a lack of memory or a power cut would."""
    if worker.poll() is None:
        children = children_of(worker)
        for pid in (worker.pid, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        worker.wait()


def wait_for(condition, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker's processes in /proc")
def test_a_sweep_is_finished_though_its_worker_is_killed_in_the_middle(
    broker: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_reference_data()
    officer, grant = make_officer(), make_round().grants.get()
    base = base_of_reports(grant, at=timezone.now())
    scenario = create_scenario(base=base, name="Killed", by=officer, at=timezone.now())
    axes = [
        Axis("reported:03", Decimal(1), Decimal(200), Decimal(1)),
        Axis("threshold", Decimal("10.00"), Decimal("10.99"), Decimal("0.01")),
    ]
    worker = start_worker(broker, tmp_path / "first.log")
    try:
        sweep = sweep_scenario(scenario_id=scenario.pk, axes=axes, by=officer, at=timezone.now())

        def done() -> int:
            sweep.refresh_from_db(fields=["done", "state"])
            return sweep.done

        wait_for(lambda: done() > 0)
        # First one of its two processes: the other goes on, and the chunk goes back to the broker.
        os.kill(children_of(worker)[0], signal.SIGKILL)
        before = done()
        wait_for(lambda: done() > before)
        kill(worker)
        assert (done() < sweep.total, sweep.state) == (True, SweepState.RUNNING)
        # Messages that the dead worker had taken come back after minutes; the sweeper does not wait for them.
        worker = start_worker(broker, tmp_path / "second.log")
        monkeypatch.setattr(tasks, "PATIENCE", timedelta(0))
        tasks.resend_silent_sweeps_task()
        wait_for(lambda: done() == sweep.total)
    finally:
        kill(worker)
    sweep.refresh_from_db()
    assert sweep.state == SweepState.DONE
    assert sum(chunk.size for chunk in sweep.chunks.exclude(results=None)) == sweep.total == 20_000
    expected = answers(read_rules(sweep.rules_text), figures_of(sweep), axes_of(sweep), start=0, count=300)
    columns = columns_of(SweepRun.objects.get())
    assert [kr for column in columns for kr in column[:300]] == expected
