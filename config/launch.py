"""What bin/run runs: servers, database, demonstration data, then web, worker and beat until Ctrl-C."""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import TypeAlias

import redis
from django.conf import settings

from config.celery import BEAT_KEY, WORKER_KEY
from config.daemons import ServerTrouble, ends_with_parent, stop_process
from config.instance import CannotStart, Instance
from config.postgres import Postgres
from config.preparation import demonstration_accounts, prepare
from config.processes import MARK
from config.valkey import Valkey

PROJECT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90.0
# What manage.py needs in a second terminal to work with the same servers.
SHARED_VARIABLES = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PLATSPLAN_DEMO",
    "PLATSPLAN_BASE_URL",
    "PLATSPLAN_VAR",
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Server: TypeAlias = Postgres | Valkey
Process: TypeAlias = "subprocess.Popen[bytes] | None"


class StopAsked(BaseException):
    """Ctrl-C or a signal: not an error, and not to be caught on the way out."""


def main(arguments: list[str] | None = None) -> int:
    """Run Platsplan until it is asked to stop.

    Returns:
        The exit status: 0 asked to stop, 1 something ended or failed, 2 it cannot start as asked.
    """
    options = _parser().parse_args(arguments)
    for number in STOP_SIGNALS:
        signal.signal(number, _ask_to_stop)
    try:
        return run(port=options.port, reset=options.reset)
    except StopAsked:
        return 0
    except CannotStart as trouble:
        sys.stderr.write(f"Platsplan: {trouble}\n")
        return 2
    except ServerTrouble as trouble:
        sys.stderr.write(f"Platsplan: {trouble}\n")
        return 1


def run(*, port: int, reset: bool) -> int:
    """Start everything, stay until something ends, stop everything; the exit status."""
    started_at = time.monotonic()
    var = Path(os.environ.get("PLATSPLAN_VAR") or PROJECT / "var").resolve()
    instance = Instance(var)
    instance.lock()
    left = instance.stop_leftovers()
    if left:
        say(f"Ended {left} processes of an earlier start that had been killed.")
    check_port(port)
    if reset:
        if os.environ.get("DATABASE_URL"):
            raise CannotStart(
                "--reset empties var/ only, and DATABASE_URL names a database of your own. "
                "Empty that yourself, or unset DATABASE_URL."
            )
        instance.wipe()
    address = f"http://127.0.0.1:{port}"
    instance.say_where(f"{address}/, process {os.getpid()}")
    demo = _complete_environment(instance, address=address, port=port)
    with contextlib.ExitStack() as stack:
        try:
            servers = _start_servers(instance, stack)
            for server in servers:
                server.wait_until_ready()
                os.environ[server.variable] = server.url()
            instance.write_environment(
                {name: os.environ[name] for name in SHARED_VARIABLES if name in os.environ}
            )
            prepare(var, demo=demo)
            watched = {type(server).__name__: server.process for server in servers}
            watched["The process manager"] = _start_processes(instance, stack, keep=list(watched.values()))
            _wait_until_ready(f"{address}/readyz", watched)
            if demo:
                say(demonstration_accounts())
            say(f"Ready after {time.monotonic() - started_at:.1f} seconds. Ctrl-C stops it.")
            say(f"Platsplan is ready at {address}/")
            return _stay(watched)
        finally:
            # From here on the way down is walked to its end, however often Ctrl-C is pressed.
            _ignore_signals()


def check_port(port: int) -> None:
    """Raise CannotStart when another program listens at the port, or it may not be used."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"port {port} is for root only. Choose another: bin/run --port 8001.") from None
        except OSError:
            other = port + 1 if port < 65535 else 8001
            raise CannotStart(
                f"port {port} is in use. Stop the program that uses it, or choose another: "
                f"bin/run --port {other}."
            ) from None


def say(text: str) -> None:
    """Print to the terminal; a terminal that has gone is no reason to fail."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/run", description="Run Platsplan with demonstration data.")
    parser.add_argument("--port", type=_port, default=8000, help="serve at this port instead of 8000")
    parser.add_argument("--reset", action="store_true", help="empty var/ and start anew")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number between 1 and 65535")
    return int(text)


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    _ignore_signals()
    raise StopAsked


def _ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _complete_environment(instance: Instance, *, address: str, port: int) -> bool:
    """Complete the environment that every process of this start inherits; is it a demonstration."""
    demo = os.environ.setdefault("PLATSPLAN_DEMO", "1") == "1"
    os.environ["PLATSPLAN_VAR"] = str(instance.var)
    os.environ["PLATSPLAN_PORT"] = str(port)
    os.environ.setdefault("PLATSPLAN_BASE_URL", address)
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = instance.secret(
            "demonstration key" if demo else "key", prefix="demo-" if demo else ""
        )
    os.environ[MARK] = str(instance.var)
    # Where setproctitle is installed, it would write over the mark.
    os.environ["SPT_NOENV"] = "1"
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return demo


def _start_servers(instance: Instance, stack: contextlib.ExitStack) -> list[Server]:
    stack.callback(instance.remove_environment)
    logs = instance.var / "log"
    logs.mkdir(exist_ok=True)
    servers: list[Server] = []
    if not os.environ.get("DATABASE_URL"):
        password = instance.secret("database password")
        postgres = Postgres(
            instance.var / "postgres", password=password, log=logs / "postgres.log", durable=True
        )
        stack.callback(postgres.stop)
        postgres.start()
        servers.append(postgres)
    if not os.environ.get("REDIS_URL"):
        valkey = Valkey(password=instance.secret("broker password"), log=logs / "valkey.log")
        stack.callback(valkey.stop)
        valkey.start()
        servers.append(valkey)
    return servers


def _start_processes(instance: Instance, stack: contextlib.ExitStack, *, keep: list[Process]) -> Process:
    # Whatever a process manager that was killed has left; the servers end later, in their own way.
    stack.callback(instance.stop_leftovers, keep=[process.pid for process in keep if process is not None])
    processes = subprocess.Popen(
        [sys.executable, "-m", "config.processes"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )
    stack.callback(stop_process, processes, first=signal.SIGTERM, then=signal.SIGKILL)
    return processes


def _wait_until_ready(url: str, watched: dict[str, Process]) -> None:
    answer = "no answer"
    deadline = time.monotonic() + READY_SECONDS
    with contextlib.closing(redis.Redis.from_url(settings.REDIS_URL)) as broker:
        # Asking /readyz before these two live would fill the terminal with its refusals.
        while time.monotonic() < deadline and None in broker.mget([WORKER_KEY, BEAT_KEY]):
            _fail_when_one_ended(watched)
            time.sleep(0.1)
    while time.monotonic() < deadline:
        _fail_when_one_ended(watched)
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except urllib.error.HTTPError as error:
            parts = json.loads(error.read() or b"{}")
            answer = ", ".join(f"{part}: {state}" for part, state in parts.items())
        except OSError:
            pass
        time.sleep(0.2)
    raise ServerTrouble(f"not ready after {READY_SECONDS:.0f} seconds ({answer}).")


def _fail_when_one_ended(watched: dict[str, Process]) -> None:
    if _ended(watched):
        raise ServerTrouble(f"{_ended(watched)} before all was ready.")


def _stay(watched: dict[str, Process]) -> int:
    while not _ended(watched):
        time.sleep(0.5)
    sys.stderr.write(f"Platsplan: {_ended(watched)}. Stopping everything.\n")
    return 1


def _ended(watched: dict[str, Process]) -> str:
    """Which of the processes ended, as part of a sentence; "" while all run."""
    for name, process in watched.items():
        if process is not None and process.poll() is not None:
            return f"{name} ended (status {process.returncode})"
    return ""


if __name__ == "__main__":
    sys.exit(main())
