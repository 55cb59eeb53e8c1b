"""The settings under which tests run, set before Django reads any (a pytest plugin, see pyproject.toml)."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

# What somebody's shell holds must not change what a test finds.
for name in (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "LOG_LEVEL",
    "PLATSPLAN_BASE_URL",
):
    os.environ.pop(name, None)
os.environ["PLATSPLAN_DEMO"] = "0"
os.environ["SECRET_KEY"] = "a-key-for-tests-only-that-signs-nothing-anyone-keeps"

_folder = tempfile.TemporaryDirectory(prefix="platsplan-tests-", ignore_cleanup_errors=True)
os.environ["PLATSPLAN_VAR"] = _folder.name
(Path(_folder.name) / "static").mkdir()


def redis_url(database: int) -> str:
    """The address of one numbered database on the tests' Redis server."""
    parts = urlsplit(os.environ.get("PLATSPLAN_TEST_REDIS_URL") or "redis://127.0.0.1:6379/0")
    return urlunsplit(parts._replace(path=f"/{database}"))


# Number 0 is for the tests that start the whole system; each xdist worker has one of its own.
os.environ.setdefault("PLATSPLAN_TEST_REDIS_URL", os.environ.get("REDIS_URL", ""))
os.environ["REDIS_URL"] = redis_url(1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the tests' folder."""
    _folder.cleanup()
