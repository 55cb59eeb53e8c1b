"""The settings under which tests run, set before Django reads any (a pytest plugin, see pyproject.toml)."""

import atexit
import gc
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

# What somebody's shell holds must not change what a test finds.
for name in (
    "AGENCY_EMAIL",
    "AGENCY_PHONE",
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "LOG_LEVEL",
    "PLATSPLAN_BASE_URL",
    "REGISTRAR_EMAIL",
):
    os.environ.pop(name, None)
# Looking for garbage among all that Django holds takes a twentieth of a run; it need not be so often.
gc.set_threshold(200_000, 20, 100)
# Playwright keeps an event loop in the tests' own thread, beside which Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["PLATSPLAN_DEMO"] = "0"
os.environ["PASSWORD_RESET_LEAST_SECONDS"] = "0"
os.environ["AGENCY_NAME"] = "Myndigheten för prov"
os.environ["SECRET_KEY"] = "a-key-for-tests-only-that-signs-nothing-anyone-keeps"

_folder = tempfile.mkdtemp(prefix="platsplan-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["PLATSPLAN_VAR"] = _folder
(Path(_folder) / "static").mkdir()


# Each xdist worker has a numbered database of its own on the tests' Redis server.
_server = urlsplit(os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["REDIS_URL"] = urlunsplit(_server._replace(path=f"/{_worker}"))

# The database that all others of one run are copied from: named here, before xdist starts its workers.
MIGRATED = os.environ.setdefault("PLATSPLAN_TEST_MIGRATED", f"migrated_{secrets.token_hex(6)}")


def pytest_unconfigure() -> None:
    """Remove the tests' folder: xdist ends its workers without Python's own farewell."""
    shutil.rmtree(_folder, ignore_errors=True)
