"""Runs the engine's commands in a bare interpreter."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.engine.factories import ROOT, make_reports

HEADER = "code,inhabitants,planned,reported\n"
GOOD = HEADER + "03,395570,50,60\n09,60537,16,17\n01,2436739,260,\n"
Done = subprocess.CompletedProcess[bytes]


def run(*arguments: str, stdin: bytes = b"", python: str = sys.executable, **environment: str) -> Done:
    """Run a command in a bare interpreter: -S leaves site-packages out."""
    return subprocess.run(
        [python, "-S", "-W", "error", "-m", "allocation.engine", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), **environment},
    )


def as_csv(**reported: int | None) -> str:
    """The 21 regions reporting their plan but for `r03=60` and the like, as a file."""
    rows = [
        f"{part.code},{part.inhabitants},{part.planned},{'' if part.reported is None else part.reported}"
        for part in make_reports(**reported)
    ]
    return HEADER + "\n".join(rows) + "\n"


def interpreter(version: str) -> str | None:
    """Another Python of this machine, by its version such as 3.12; None where there is none."""
    found = shutil.which(f"python{version}")
    if found is not None:
        works = subprocess.run([found, "-c", "import hashlib"], capture_output=True, check=False)
        if works.returncode == 0:
            return found
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(kept[-1]) if kept else None
