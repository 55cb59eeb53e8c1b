"""The folder of one running Platsplan (var/): its lock, its secrets, and what a killed start left."""

import fcntl
import json
import os
import secrets
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from config.daemons import STOP_SECONDS
from config.processes import MARK

LOCK = "run.lock"
ENVIRONMENT = "environment"
SECRETS = "secrets.json"


class CannotStart(Exception):
    """Why bin/run does not start, in one sentence for the person at the terminal."""


class Instance:
    """The folder that holds everything one Platsplan stores, locked against a second start."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self._lock: Any = None

    def lock(self) -> None:
        """Make the folder when it is missing, and take it for this process until it ends.

        Raises:
            CannotStart: another start has it, or it cannot be written.
        """
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = (self.var / LOCK).open("a+")
        except OSError as error:
            raise CannotStart(f"cannot write to {self.var}: {error.strerror}.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            where = self._lock.read().strip() or "now starting"
            raise CannotStart(
                f"it runs already in {self.var} ({where}). "
                "Stop that one first, or use another folder: PLATSPLAN_VAR=/some/folder bin/run --port 8001."
            ) from None

    def say_where(self, text: str) -> None:
        """Leave word for a second start where this one is."""
        self._lock.truncate(0)
        self._lock.write(text)
        self._lock.flush()

    def wipe(self) -> None:
        """Empty the folder, lock excepted.

        Raises:
            CannotStart: the folder does not look like one that Platsplan made.
        """
        inside = [path for path in self.var.iterdir() if path.name != LOCK]
        if inside and not (self.var / SECRETS).exists():
            raise CannotStart(f"{self.var} does not look like a folder of Platsplan; empty it yourself.")
        # The mark goes last: after a wipe that was cut off, the next one still knows the folder.
        for path in sorted(inside, key=lambda path: path.name == SECRETS):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def secret(self, name: str, *, prefix: str = "") -> str:
        """A secret that is made once and then stays: in a file that only its owner reads."""
        path = self.var / SECRETS
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = prefix + secrets.token_urlsafe(48)
            _write_private(path, json.dumps(known, indent=1) + "\n")
        return known[name]

    def write_environment(self, variables: dict[str, str]) -> None:
        """Leave the settings for `manage.py` in a second terminal, readable by the owner only."""
        _write_private(
            self.var / ENVIRONMENT,
            "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())),
        )

    def remove_environment(self) -> None:
        """Take the settings away: the servers that they name are gone."""
        (self.var / ENVIRONMENT).unlink(missing_ok=True)

    def stop_leftovers(self, *, keep: Sequence[int] = ()) -> int:
        """End what a killed start left running (it would hold the port); how many processes.

        Args:
            keep: process ids to leave alone.
        """
        left = [
            process for process in psutil.process_iter() if process.pid not in keep and self._is_mine(process)
        ]
        for process in left:
            _quietly(process.terminate)
        _, stubborn = psutil.wait_procs(left, timeout=STOP_SECONDS / 2)
        for process in stubborn:
            _quietly(process.kill)
        psutil.wait_procs(stubborn, timeout=STOP_SECONDS)
        return len(left)

    def _is_mine(self, process: psutil.Process) -> bool:
        if process.pid == os.getpid():
            return False
        try:
            return process.environ().get(MARK) == str(self.var)
        except (psutil.Error, OSError):
            return False  # another user's, or gone


def _write_private(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)


def _quietly(action: Any) -> None:
    try:
        action()
    except psutil.Error:
        return
