"""bin/run as a real process: what it refuses, and how it stops (running: browser/test_whole_system.py)."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import launch
from config.instance import CannotStart
from config.preparation import check_addresses
from tests.conftest import PROJECT, Launched, Stack, free_port


@pytest.fixture
def unstarted(tmp_path: Path) -> Iterator[Stack]:
    """A folder and a port of its own, on which nothing runs; ended whatever the test does."""
    one = Stack(tmp_path)
    yield one
    for launched in one.starts:
        launched.kill()


def test_asked_to_stop_while_it_starts_it_leaves_no_trace(unstarted: Stack) -> None:
    starting = unstarted.start()
    wait_for((unstarted.var / "environment").exists)
    assert unstarted.processes()
    assert starting.stop(how=signal.SIGINT) == 0
    assert unstarted.processes() == []
    assert not (unstarted.var / "environment").exists()
    assert "Traceback" not in starting.words()


def test_a_busy_port_is_one_line_that_says_what_to_do(unstarted: Stack, tmp_path: Path) -> None:
    port = unstarted.port
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    ) as other:
        try:
            wait_for(lambda: answers(port))
            refused = unstarted.start()
            assert refused.process.wait(30) == 2
        finally:
            other.kill()
    assert refused.words().count("\n") == 1
    assert f"port {port} is in use" in refused.words()
    assert f"--port {port + 1}" in refused.words()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "run", lambda **_options: 0)  # or an accepted port would start everything
    with pytest.raises(SystemExit) as refused:
        launch.main([f"--port={port}"])
    assert refused.value.code == 2
    assert "is not a port number" in capsys.readouterr().err


def test_reset_spares_a_folder_that_platsplan_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    log = tmp_path.with_name(f"{tmp_path.name}.log")
    refused = Launched(["--port", str(free_port()), "--reset"], {"PLATSPLAN_VAR": str(tmp_path)}, log=log)
    assert refused.process.wait(30) == 2
    assert "does not look like a folder of Platsplan" in refused.words()
    assert (tmp_path / "thesis.odt").read_text() == "years of work"


def test_reset_leaves_a_database_of_ones_own_alone(tmp_path: Path) -> None:
    environment = {"PLATSPLAN_VAR": str(tmp_path / "var"), "DATABASE_URL": os.environ["DATABASE_URL"]}
    refused = Launched(["--port", str(free_port()), "--reset"], environment, log=tmp_path / "log")
    assert refused.process.wait(30) == 2
    assert "DATABASE_URL names a database of your own" in refused.words()


@pytest.mark.parametrize("address", ["sqlite:///x", "nonsense", "postgres://someone@host:word/name"])
def test_an_address_of_no_postgresql_server_is_refused(address: str) -> None:
    with pytest.raises(CannotStart, match="DATABASE_URL is not an address such as postgres://"):
        check_addresses({"DATABASE_URL": address, "REDIS_URL": "redis://h/0"})


def test_what_is_refused_at_the_start_is_one_line(tmp_path: Path) -> None:
    environment = {
        "PLATSPLAN_VAR": str(tmp_path / "var"),
        "DATABASE_URL": "sqlite:///x",
        "REDIS_URL": "redis://h/0",
    }
    refused = Launched(["--port", str(free_port())], environment, log=tmp_path / "log")
    assert refused.process.wait(30) == 2
    assert refused.words().startswith("Platsplan: DATABASE_URL is not an address such as postgres://")
    assert refused.words().count("\n") == 1


def test_own_servers_that_do_not_answer_are_one_line(tmp_path: Path) -> None:
    nobody_there = f"postgres://someone:secret-word@127.0.0.1:{free_port()}/platsplan"
    environment = {"PLATSPLAN_VAR": str(tmp_path / "var"), "DATABASE_URL": nobody_there}
    refused = Launched(["--port", str(free_port())], environment, log=tmp_path / "log")
    assert refused.process.wait(30) == 2
    assert "the database of DATABASE_URL does not answer" in refused.words()
    assert refused.words().count("\n") == 1
    assert "secret-word" not in refused.words()


def test_temporary_servers_pass_the_status_on_and_end_even_when_killed(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    with_servers = [sys.executable, "-m", "config.embedded", "--"]
    ended = subprocess.run([*with_servers, "sh", "-c", "exit 7"], cwd=PROJECT, env=environment, check=False)
    assert ended.returncode == 7

    note = tmp_path / "addresses"
    program = subprocess.Popen(
        [*with_servers, "sh", "-c", f"echo $DATABASE_URL $REDIS_URL > '{note}'; exec sleep 60"],
        cwd=PROJECT,
        env=environment,
    )
    wait_for(lambda: note.exists() and note.read_text().endswith("\n"))
    ports = [int(url.rsplit(":", 1)[1].split("/")[0]) for url in note.read_text().split()]
    assert all(answers(port) for port in ports)
    program.kill()
    program.wait()
    if sys.platform == "linux":
        wait_for(lambda: not any(answers(port) for port in ports))


def answers(port: int) -> bool:
    """True when something listens at the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, *, seconds: float = 30) -> None:
    """Return when the condition holds; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
