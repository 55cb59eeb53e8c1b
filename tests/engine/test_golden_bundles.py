"""The bytes of a run, trace and explanation included, stay what they were when this version was published."""

import json

import pytest

from tests.engine.cases import cases, digest
from tests.engine.factories import GOLDEN

KEPT: dict[str, list[str]] = json.loads((GOLDEN / "bundles.json").read_text(encoding="utf-8"))
CASES = dict(cases())


@pytest.mark.parametrize("name", CASES)
def test_a_run_gives_the_bytes_that_it_gave_before(name: str) -> None:
    assert digest(CASES[name]) == KEPT[name]


def test_no_kept_run_is_left_out() -> None:
    assert list(CASES) == list(KEPT)
