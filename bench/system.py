"""The whole system as bin/run starts it, in a folder and on a port of its own, for measurements."""

import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 600


@dataclass(frozen=True, slots=True)
class System:
    """A running system: its first process, its port, and the environment in which manage.py works with it."""

    process: int
    port: int
    var: Path
    environment: dict[str, str]

    def web_processes(self) -> list[Path]:
        """The folders under /proc of gunicorn and its workers; empty where the machine has none."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                is_ours = f"PLATSPLAN_VAR={self.var}\0".encode() in (folder / "environ").read_bytes()
                if is_ours and b"gunicorn" in (folder / "cmdline").read_bytes():
                    found.append(folder)
            except OSError:
                continue  # it has ended meanwhile
        return found

    def put_ahead(self) -> None:
        """Have the system and whoever measures it interrupt all other work (SCHED_RR). Needs root."""
        for pid in (os.getpid(), *_with_descendants(self.process)):
            for thread in Path(f"/proc/{pid}/task").glob("[0-9]*"):
                os.sched_setscheduler(int(thread.name), os.SCHED_RR, os.sched_param(1))


def _with_descendants(process: int) -> set[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents[int(folder.name)] = int(words[1])
    found = {process}
    while following := {one for one, parent in parents.items() if parent in found} - found:
        found |= following
    return found


def worked_ms(processes: list[Path]) -> float:
    """Milliseconds of processor that these processes have used so far, all their threads together.

    Read from the scheduler, whose clock is finer than the hundredths that a process is told of.
    """
    nanoseconds = 0
    for folder in processes:
        for thread in (folder / "task").glob("[0-9]*"):
            nanoseconds += int((thread / "schedstat").read_text().split()[0])
    return nanoseconds / 1_000_000


@contextmanager
def running_system() -> Iterator[System]:
    """Start everything with the demonstration's data, and stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="platsplan-bench-") as folder:
        log, var = Path(folder) / "log", Path(folder) / "var"
        base = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
        }
        with log.open("wb") as output:
            running = subprocess.Popen(
                [sys.executable, "-m", "config.launch", "--port", str(port)],
                env=base | {"PLATSPLAN_VAR": str(var)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            deadline = time.monotonic() + START_SECONDS
            while "is ready at" not in log.read_text(errors="replace"):
                if running.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(log.read_text(errors="replace"))
                time.sleep(0.1)
            words = shlex.split((var / "environment").read_text())
            yield System(running.pid, port, var, base | dict(word.split("=", 1) for word in words))
        finally:
            running.terminate()
            running.wait(60)
