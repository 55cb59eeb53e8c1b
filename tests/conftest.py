"""Fixtures for every test: plain static files, Chromium, and the whole running system."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import pgtrigger
import psutil
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase, override_settings
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from config.processes import MARK
from config.sessions import SessionStore
from reporting.guards import let_rest
from reporting.reference import load_reference_data
from tests.environment import MIGRATED
from tests.signed import session_of

if TYPE_CHECKING:
    from reporting.models import User

PROJECT = Path(__file__).resolve().parent.parent
# The first is the same browser without what only a window needs; it takes less of the machine.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# Folders whose tests share servers.
TOGETHER = ("browser", "runtime")


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives one xdist worker all tests that share expensive servers, and spreads the others one by one.

    xdist's own groups do not work with pytest 9.2: their mark is lost on the way (pytest-xdist 3.8.0).
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Spread by folder, unless another way was asked for."""
    return ByFolder(config, log) if config.getvalue("dist") == "load" else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a browser skip the browser tests, before anything is started; in CI that is a failure."""
    if item.get_closest_marker("browser") is None or _browser_program():
        return
    reason = f"no Chromium: none of {', '.join(BROWSERS)} is on PATH, and PLATSPLAN_CHROMIUM is not set"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _browser_program() -> str | None:
    return os.environ.get("PLATSPLAN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the database that the others were copied from, when nobody copies any more."""
    if hasattr(session.config, "workerinput") or not os.environ.get("DATABASE_URL"):
        return  # an xdist worker: the other one may need it still
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(MIGRATED)))


@pytest.fixture(scope="session")
def migrated() -> str:
    """The name of a database made by the migrations, once in a run; whoever needs one copies it."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        # Whoever comes second waits here; the lock goes with the connection.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [MIGRATED])
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
            return MIGRATED
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(MIGRATED)))
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=PROJECT,
            env=os.environ | {"DATABASE_URL": database_url(MIGRATED)},
            check=True,
        )
    return MIGRATED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Make the test database as a copy; one that is kept from an earlier run is left alone."""
    if request.config.getvalue("create_db") or not request.config.getvalue("reuse_db"):
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = request.getfixturevalue("migrated")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """A test database may let triggers rest; no other may. Regions and roles are in it from the start."""
    with django_db_blocker.unblock():
        let_rest()
        load_reference_data()


def database_url(name: str) -> str:
    """The address of another database on the tests' server."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages in the language of the source, unless a test or a request asks for another."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests() -> Iterator[None]:
    """Static files by their plain names: the hashed ones exist only after collectstatic. Cheap passwords."""
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session", autouse=True)
def forced_sign_in_is_a_whole_one() -> Iterator[None]:
    """`force_login` skips the pages of signing in; it leaves what they leave, second factor included."""

    def force_login(client: Client, user: "User", backend: str | None = None) -> None:
        session = SessionStore()
        session.update(session_of(user, method={"method": "mfa", "type": "totp"}, backend=backend))
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)

    with mock.patch.object(Client, "force_login", force_login):
        yield


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied_between_tests() -> Iterator[None]:
    """After a test with real transactions Django empties every table, which triggers refuse to all others."""
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not in the stubs

    def emptying(case: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            empty(case)
        load_reference_data()

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", emptying):
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_browser_program(),
            args=["--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Chromium without windows; those that the test opens are closed, as many pages ask for news for ever."""
    yield chromium
    for window in chromium.contexts:
        window.close()


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    """A browser window with no cookies, at Swedish."""
    return browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900})


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()


class Launched:
    """One start of `config.launch`, as bin/run makes it."""

    def __init__(self, arguments: list[str], environment: dict[str, str], *, log: Path) -> None:
        self.log = log
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PLATSPLAN_", "PYTEST_", "DJANGO_"))
            and name not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
        }
        output: IO[bytes]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.launch", *arguments],
                cwd=PROJECT,
                env=inherited | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def words(self) -> str:
        """Everything it has printed."""
        return self.log.read_text(errors="replace")

    def wait_until_ready(self, port: int, *, seconds: float = 180) -> None:
        """Return when it has printed the ready line; fail when it ends or takes too long."""
        line = f"Platsplan is ready at http://127.0.0.1:{port}/\n"
        for _ in range(int(seconds * 10)):
            if line in self.words():
                return
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        self.kill()
        pytest.fail(f"Platsplan did not become ready:\n{self.words()}", pytrace=False)

    def stop(self, *, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)

    def kill(self) -> None:
        """End it without ceremony, if it runs still."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Stack:
    """The whole system as bin/run starts it, on servers and in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        # Too long for a Unix socket, with spaces, and closed to other users.
        self.var = folder / ("a long name with spaces " * 6).strip() / "var"
        self.mail_folder = self.var / "mail"
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self.starts: list[Launched] = []

    def start(self, port: int | None = None) -> "Launched":
        """Start it, at its own port unless told; what it then does is for the caller to see."""
        log = self._folder / f"{len(self.starts)}.log"
        arguments = ["--port", str(port or self.port)]
        self.starts.append(Launched(arguments, {"PLATSPLAN_VAR": str(self.var)}, log=log))
        return self.starts[-1]

    def running(self) -> "Launched":
        """The start that runs, ready; a new one where none does."""
        for launched in self.starts:
            if launched.process.poll() is None:
                return launched
        launched = self.start()
        launched.wait_until_ready(self.port)
        return launched

    def processes(self) -> list[psutil.Process]:
        """Everything that runs on its folder: by its mark, and the database server by its pid file."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.var):
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        with_pid = self.var / "postgres" / "postmaster.pid"
        if with_pid.exists():
            pid = int(with_pid.read_text().splitlines()[0])
            found += [psutil.Process(pid)] if psutil.pid_exists(pid) else []
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What manage.py needs to work with the running system, as it has left it in its folder."""
        kept = shlex.split((self.var / "environment").read_text())
        return dict(word.split("=", 1) for word in kept)

    @property
    def database_url(self) -> str:
        """The address of the running system's database."""
        return self.environment["DATABASE_URL"]

    def end(self) -> None:
        """Stop it as Ctrl-C would, if it runs; fail when that is not clean."""
        try:
            for launched in self.starts:
                if launched.process.poll() is None:
                    assert launched.stop() == 0, launched.words()
        finally:
            for launched in self.starts:
                launched.kill()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole system; it starts when the first test asks for it."""
    system = Stack(tmp_path_factory.mktemp("system"))
    yield system
    system.end()


@pytest.fixture
def stack(system: Stack) -> Stack:
    """The whole system with demonstration data, running: real servers, web, worker and beat."""
    system.running()
    return system


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
