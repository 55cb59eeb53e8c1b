"""What a start does before it serves: database up to date, demonstration loaded, static files collected."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import django
import redis
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from config.daemons import ServerTrouble, ends_with_parent, last_line, stop_process
from config.instance import CannotStart
from config.static_files import is_collected, note_collected

PROJECT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRESQL = 15


def prepare(var: Path, *, demo: bool) -> None:
    """Bring database and static files up to date; the settings are in the environment.

    Raises:
        CannotStart: a setting is wrong, a server does not answer, or a command refuses.
        ServerTrouble: the static files cannot be collected.
    """
    check_addresses(os.environ)
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from None
    try:
        check_servers()
        with _static_files_collected(var):
            for command in ("migrate", "load_reference_data", *(["seed_demo"] if demo else [])):
                call_command(command, verbosity=0, stdout=io.StringIO())
    except CommandError as error:
        raise CannotStart(str(error)) from None
    finally:
        connections.close_all()


def check_addresses(environment: Mapping[str, str]) -> None:
    """Raise CannotStart when DATABASE_URL or REDIS_URL is no address of its kind."""
    for name, schemes in (("DATABASE_URL", ("postgres", "postgresql")), ("REDIS_URL", ("redis", "rediss"))):
        try:
            address = urlsplit(environment[name])
            usable = address.scheme in schemes and address.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise CannotStart(
                f"{name} is not an address such as {schemes[0]}://user:password@host:port/name. "
                "Characters such as @ : / in a password are written percent-encoded."
            )


def check_servers() -> None:
    """Raise CannotStart when the database or the broker does not answer, or is too old."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CannotStart(f"the database of DATABASE_URL does not answer: {_first_line(error)}.") from None
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
    if version < OLDEST_POSTGRESQL:
        raise CannotStart(
            f"the database of DATABASE_URL is PostgreSQL {version}; {OLDEST_POSTGRESQL} or later is needed."
        )
    broker = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5)
    try:
        broker.ping()
    except redis.RedisError as error:
        raise CannotStart(f"the broker of REDIS_URL does not answer: {_first_line(error)}.") from None
    finally:
        broker.close()


def demonstration_accounts() -> str:
    """The accounts of the demonstration, as the terminal shows them."""
    known = apps.get_model("reporting", "Region").objects.order_by("code").values_list("code", "name")
    regions = "\n".join(f"    {code}  {name}" for code, name in known)
    connections.close_all()
    return f"""
Demonstration accounts, password platsplan-demo:
  handlaggare@platsplan.example       case officer at the agency
  beslutsfattare@platsplan.example    decides at the agency
  admin@platsplan.example             administers everything
  ombud-CC@, representant-CC@ and samordnare-CC@platsplan.example, CC a county code, as in ombud-03:
{regions}
"""


@contextlib.contextmanager
def _static_files_collected(var: Path) -> Iterator[None]:
    """Collect what changed, on the second core while the body runs: it needs no server."""
    note, log = var / "static.collected", var / "log" / "static.log"
    if is_collected(note):
        yield
        return
    with log.open("wb") as output:
        collecting = subprocess.Popen(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=ends_with_parent(signal.SIGTERM),
        )
    try:
        yield
        if collecting.wait() != 0:
            raise ServerTrouble(f"the static files cannot be collected: {last_line(log)} ({log}).")
        note_collected(note)
    finally:
        stop_process(collecting, first=signal.SIGTERM, then=signal.SIGKILL)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
