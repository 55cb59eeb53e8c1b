"""What the two embedded servers have in common: how they are started, awaited and stopped."""

import ctypes
import importlib.util
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

READY_SECONDS = 60.0
STOP_SECONDS = 20.0
START_TRIES = 5
ON_LINUX = sys.platform == "linux"


class ServerTrouble(Exception):
    """A server that cannot be had, in one sentence for the person who started it."""


def free_port() -> int:
    """A TCP port at 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ends_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For subprocess' `preexec_fn`: Linux sends the child this signal when its parent dies, even killed."""
    if not ON_LINUX:
        return None
    set_parent_death_signal = 1
    control = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: control(set_parent_death_signal, int(number), 0, 0, 0)


def stop_process(process: subprocess.Popen[bytes], *, first: signal.Signals, then: signal.Signals) -> None:
    """Ask a server to stop; after 20 seconds, with the second signal, tell it."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(then)
            process.wait()


def last_line(log: Path) -> str:
    """The last words of a program that failed, for the person who started it."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it left no message"


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it.

    Raises:
        ServerTrouble: it is not installed.
    """
    specification = importlib.util.find_spec(name)
    if specification is None or specification.origin is None:
        raise ServerTrouble(
            f"the package {name} is not installed. Install it, or name your own servers with DATABASE_URL "
            "and REDIS_URL."
        )
    return Path(specification.origin).parent.resolve()
