"""PostgreSQL and Valkey for one command: `python -m config.embedded -- COMMAND…`."""

import argparse
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from config.daemons import ServerTrouble, ends_with_parent
from config.postgres import Postgres
from config.valkey import Valkey


@contextlib.contextmanager
def temporary_servers(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Servers in a temporary folder, for tests and checks; those that `environment` names stay in use.

    Yields:
        DATABASE_URL and REDIS_URL.
    """
    with tempfile.TemporaryDirectory(prefix="platsplan-") as folder, contextlib.ExitStack() as stack:
        place = Path(folder)
        postgres: Postgres | None = None
        valkey: Valkey | None = None
        if not environment.get("DATABASE_URL"):
            password = secrets.token_urlsafe(24)
            postgres = Postgres(
                place / "postgres", password=password, log=place / "postgres.log", durable=False
            )
            stack.callback(postgres.stop)
            postgres.start()
        if not environment.get("REDIS_URL"):
            valkey = Valkey(password=secrets.token_urlsafe(24), log=place / "valkey.log", databases=64)
            stack.callback(valkey.stop)
            valkey.start()
        for server in (postgres, valkey):
            if server is not None:
                server.wait_until_ready()
        yield {
            "DATABASE_URL": postgres.url() if postgres else environment["DATABASE_URL"],
            "REDIS_URL": valkey.url() if valkey else environment["REDIS_URL"],
        }


def run_with_servers(command: list[str]) -> int:
    """Run a command with temporary servers named in its environment; the command's exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda signum, _frame: sys.exit(128 + signum))
    with temporary_servers(os.environ) as addresses:
        child = subprocess.Popen(
            command, env=os.environ | addresses, preexec_fn=ends_with_parent(signal.SIGTERM)
        )
        while True:
            try:
                status = child.wait()
            except KeyboardInterrupt:
                continue  # the command had the same Ctrl-C and ends in its own way
            except SystemExit:
                child.terminate()
                child.wait()
                raise
            return 128 - status if status < 0 else status


def main(arguments: list[str] | None = None, *, errors: IO[str] = sys.stderr) -> int:
    """`python -m config.embedded -- COMMAND…`: run a command with temporary servers."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=main.__doc__)
    parser.add_argument("command", nargs="+", help="program and arguments, after --")
    try:
        return run_with_servers(parser.parse_args(arguments).command)
    except ServerTrouble as trouble:
        errors.write(f"Platsplan: {trouble}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
