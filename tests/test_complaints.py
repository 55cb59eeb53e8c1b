"""That every complaint in the table of complaints has tests, and that they are there."""

import re
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "docs" / "complaints.md"


def test_every_complaint_has_a_test_that_exists() -> None:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(lines) == 41
    for line in lines:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", line)
        assert named, line
        for file, test in named:
            source = (Path(__file__).parent / file).read_text(encoding="utf-8")
            assert f"def {test}(" in source, (file, test)
