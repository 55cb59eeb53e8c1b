"""That every complaint in the table of complaints has tests, and that they are there."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "docs" / "complaints.md"


def test_every_complaint_has_a_test_that_exists() -> None:
    sources = [path.read_text(encoding="utf-8") for path in HERE.rglob("test_*.py")]
    there = set(re.findall(r"^def (test_\w+)\(", "\n".join(sources), re.MULTILINE))
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(lines) == 41
    for line in lines:
        named = set(re.findall(r"`(test_\w+)`", line))
        assert named, line
        assert named <= there, named - there
