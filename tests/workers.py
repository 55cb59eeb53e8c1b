"""The product's own worker as a process of its own, to be killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
from django.db import connection

from config.celery import WORKER_KEY
from tests.conftest import PROJECT


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
