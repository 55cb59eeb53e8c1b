"""A part of a sweep that two workers want at once."""

import threading
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from allocation import sweeping
from allocation.models import SweepChunk
from tests.allocation.scenario_steps import make_run
from tests.allocation.test_sweeps import make_sweep
from tests.factories import make_officer, moment


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_another_worker_holds_is_left_to_it() -> None:
    sweep = make_sweep(make_run(), by=make_officer())
    chunk = sweep.chunks.all()[0]
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            SweepChunk.objects.select_for_update().get(pk=chunk.pk)
            held.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with patch.object(sweeping, "answers") as asked:
        sweeping.compute_chunk(chunk.pk, at=moment(26, 11))
        asked.assert_not_called()
    release.set()
    holder.join()
    sweeping.compute_chunk(chunk.pk, at=moment(26, 11))
    sweep.refresh_from_db()
    assert sweep.done == chunk.size
