"""A sweep on real workers, one killed in the middle: every combination is computed all the same."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from allocation import tasks
from allocation.admin.sweeppage import columns_of
from allocation.comparison import read_rules
from allocation.models import SweepRun, SweepState
from allocation.services.scenarios import base_of_reports, create_scenario
from allocation.services.sweeps import sweep_scenario
from allocation.sweeping import axes_of, figures_of
from allocation.variation import Axis, answers
from tests.factories import make_officer, make_round
from tests.workers import children_of, kill, start_worker, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker of this test's own database, empty."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker's processes in /proc")
def test_a_sweep_is_finished_though_its_worker_is_killed_in_the_middle(
    broker: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
