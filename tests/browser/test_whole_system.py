"""The running system: what it shows, a second start, all of it killed, and the death of one part."""

import stat
import urllib.request

import psutil
import pytest

from tests.conftest import Stack, free_port


def named(processes: list[psutil.Process], words: str) -> psutil.Process:
    """The oldest process whose command line holds these words."""
    return min(
        (process for process in processes if words in " ".join(process.cmdline())),
        key=lambda process: process.create_time(),
    )


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz", "/readyz"])
def test_it_answers(stack: Stack, path: str) -> None:
    with urllib.request.urlopen(f"{stack.base_url}{path}", timeout=10) as answer:
        assert answer.status == 200


def test_it_says_how_to_sign_in_and_keeps_its_secrets(stack: Stack) -> None:
    words = stack.running().words()
    assert "ombud-CC@" in words
    assert "platsplan-demo" in words
    for private in ("secrets.json", "environment"):
        assert stat.S_IMODE((stack.var / private).stat().st_mode) == 0o600
    password = stack.database_url.split("platsplan:")[1].split("@")[0]
    assert not any(password in " ".join(process.cmdline()) for process in stack.processes())


def test_a_second_start_on_the_same_folder_is_one_line(stack: Stack) -> None:
    second = stack.start(free_port())
    assert second.process.wait(30) == 2
    assert second.words().count("\n") == 1
    assert f"{stack.base_url}/" in second.words()


def test_it_starts_again_though_everything_was_killed_and_ends_when_a_part_does(stack: Stack) -> None:
    # The launcher first, so that it stops nothing in an orderly way; then whatever is left.
    left = stack.processes()
    stack.running().kill()
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    assert (stack.var / "environment").exists()

    again = stack.running()
    named(stack.processes(), "beat-schedule").kill()
    assert again.process.wait(60) == 1
    assert "a process ended by itself: beat" in again.words()
    assert stack.processes() == []
