"""The shell scripts: their language, and their one-line answers on machines that lack something."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import PROJECT

SCRIPTS = ("run", "test", "check", "translations", "environment.sh")
NOT_POSIX = re.compile(
    r"\[\[|\bfunction \w|<<<|\$'|\blocal \b|\bdeclare \b|==|&>|\w+\+=|\$\{\w+\[|\$RANDOM|pipefail"
)
TOOLS = (
    "basename",
    "cat",
    "cksum",
    "cut",
    "dirname",
    "grep",
    "kill",
    "mkdir",
    "mktemp",
    "rm",
    "sh",
    "sleep",
    "tail",
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_posix_shell(script: str) -> None:
    path = PROJECT / "bin" / script
    subprocess.run(["sh", "-n", path], check=True)
    if shutil.which("dash"):
        subprocess.run(["dash", "-n", path], check=True)
    code = re.sub(r"<<'(\w+)'.*?^\1$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    lines = [line for line in code.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in lines if NOT_POSIX.search(re.sub(r"'[^']*'", "''", line))] == []


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A checkout without .venv on a machine with a shell's tools and nothing else; programs go in tools/."""
    shutil.copytree(PROJECT / "bin", tmp_path / "bin")
    shutil.copy(PROJECT / "requirements.txt", tmp_path)
    (tmp_path / "tools").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (tmp_path / "tools" / tool).symlink_to(found)
    return tmp_path


def add_program(machine: Path, name: str, text: str) -> None:
    """Put a shell script on the machine's PATH."""
    program = machine / "tools" / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def run(machine: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run bin/run there."""
    bare = {"PATH": str(machine / "tools"), "TMPDIR": os.environ.get("TMPDIR", "/tmp"), **environment}
    return subprocess.run(
        ["sh", "bin/run", *arguments],
        cwd=machine,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_python_one_line_says_which_is_needed(bare_machine: Path) -> None:
    answer = run(bare_machine)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "needs Python 3.11 or later" in answer.stderr


def test_python_without_venv_gives_one_line_with_the_package_to_install(bare_machine: Path) -> None:
    add_program(
        bare_machine,
        "python3",
        'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; *version_info*) exit 0 ;; esac',
    )
    answer = run(bare_machine)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "python3.12-venv" in answer.stderr


def test_an_old_python_is_passed_over(bare_machine: Path) -> None:
    add_program(bare_machine, "python3", "exit 1")
    assert "needs Python 3.11 or later" in run(bare_machine).stderr


PRETEND_VENV = """
case "$*" in
    *' venv '*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    '-') {platform} ;;
    *' pip install '*) echo 'ERROR: Could not find a version' >&2; exit 1 ;;
esac
"""


def test_packages_that_cannot_be_fetched_give_one_line_with_the_reason(bare_machine: Path) -> None:
    (bare_machine / "tools" / "cp").symlink_to(shutil.which("cp") or "")
    add_program(bare_machine, "python3", PRETEND_VENV.format(platform=":"))
    answer = run(bare_machine)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "is the package index within reach" in answer.stderr
    assert "Could not find a version" in answer.stderr


def test_a_platform_without_embedded_servers_gives_one_line_with_the_way_out(bare_machine: Path) -> None:
    (bare_machine / "tools" / "cp").symlink_to(shutil.which("cp") or "")
    add_program(bare_machine, "python3", PRETEND_VENV.format(platform="echo 'Linux on riscv64'"))
    answer = run(bare_machine)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "Linux on riscv64" in answer.stderr
    assert "DATABASE_URL" in answer.stderr


def test_help_needs_no_python(bare_machine: Path) -> None:
    answer = run(bare_machine, "--help")
    assert answer.returncode == 0
    assert "--reset" in answer.stdout


def test_an_installation_that_died_does_not_block_the_next(bare_machine: Path) -> None:
    (bare_machine / ".venv.lock").mkdir()
    dead = subprocess.Popen(["true"])
    dead.wait()
    (bare_machine / ".venv.lock" / "pid").write_text(f"{dead.pid}\n")
    assert "needs Python 3.11 or later" in run(bare_machine).stderr
    assert not (bare_machine / ".venv.lock").exists()
