"""Web, worker and beat under one process manager (honcho): `python -m config.processes`."""

import os
import shlex
import signal
import sys
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from celery.signals import worker_process_init
from honcho.manager import Manager
from honcho.printer import Printer

from config.celery import app

MARK = "PLATSPLAN_RUN"


def commands(*, python: str, port: str, var: str) -> dict[str, str]:
    """Process name -> shell command. `exec`, so that each signal reaches the program and not a shell."""
    return {
        "web": _shell(
            *(python, "-m", "gunicorn", "config.wsgi:application", f"--bind=127.0.0.1:{port}"),
            # Two cores; threads, because a request mostly waits for the database.
            *("--preload", "--workers=2", "--worker-class=gthread", "--threads=4"),
            *("--graceful-timeout=4", "--no-control-socket", "--log-level=warning"),
        ),
        "worker": _shell(
            *(python, "-m", "config.processes", "worker"),
        ),
        "beat": _shell(
            *(python, "-m", "celery", "--app=config.celery", "--quiet", "beat"),
            *(f"--schedule={var}/beat-schedule", "--pidfile=", "--loglevel=warning"),
        ),
    }


def _shell(*words: str) -> str:
    return f"exec {shlex.join(words)}"


class Console(Printer):  # type: ignore[misc]  # honcho has no types
    """Prints what the processes say, and remembers which of them ended first."""

    first_to_end = ""
    _terminal_gone = False

    def write(self, message: Any) -> None:
        """Print one line, unless it is honcho's own about signals, or the terminal has gone."""
        if message.name == "system":
            name, _, what = message.data.partition(" ")
            if what.startswith("stopped") and not self.first_to_end:
                self.first_to_end = f"{name} {what}".strip()
        elif not self._terminal_gone:
            self._print(message)

    def _print(self, message: Any) -> None:
        try:
            super().write(message)
        except OSError:
            # Nobody reads any more (the terminal was closed). Stopping must go on all the same.
            self._terminal_gone = True


def work() -> None:
    """Be the worker, without Celery's warning about root: in a container a demonstration often runs so."""
    # honcho signals a whole group; only the worker itself may hear it, so that its children end their tasks.
    worker_process_init.connect(_leave_group)
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # One worker alone has no neighbours to greet, and waits a second for their answer.
    alone = ["--without-mingle", "--without-gossip"]
    app.worker_main(["--quiet", "worker", "--concurrency=2", "--loglevel=warning", *alone])


def _leave_group(**_news: Any) -> None:
    os.setpgrp()


def manage() -> int:
    """Run the three processes until one ends or a signal comes.

    Returns:
        0 after a signal, 1 when a process ended by itself.
    """
    console = Console(sys.stdout)
    manager = Manager(console)
    port, var = os.environ["PLATSPLAN_PORT"], os.environ["PLATSPLAN_VAR"]
    for name, command in commands(python=sys.executable, port=port, var=var).items():
        manager.add_process(name, command)
    manager.loop()
    if manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        return 0
    sys.stderr.write(f"Platsplan: a process ended by itself: {console.first_to_end}. Stopping the others.\n")
    return 1


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        work()
    else:
        sys.exit(manage())
