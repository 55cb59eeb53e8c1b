"""Figures that cannot be used are refused; the hash of the reports is anybody's to compute."""

import hashlib
import pickle
from typing import Any

import pytest

from allocation.engine import (
    BundleUnusable,
    DuplicateRegion,
    EngineError,
    InvalidReport,
    Report,
    compute,
    load_rules,
)
from allocation.engine.kronor import split
from allocation.engine.reports import clip

FROM_0, FROM_1 = (f"must be from {least} to 1000000000000" for least in (0, 1))


@pytest.mark.parametrize(
    ("figures", "column"),
    [
        (("", 1, 1, 1), "code"),
        ((1, 1, 1, 1), "code"),
        (("0 1", 1, 1, 1), "code"),
        (("01\n", 1, 1, 1), "code"),
        (("x" * 33, 1, 1, 1), "code"),
        (("01", 0, 1, 1), "inhabitants"),
        (("01", -5, 1, 1), "inhabitants"),
        (("01", None, 1, 1), "inhabitants"),
        (("01", True, 1, 1), "inhabitants"),
        (("01", 1000.0, 1, 1), "inhabitants"),
        (("01", 10**12 + 1, 1, 1), "inhabitants"),
        (("01", 1000, -1, 1), "planned"),
        (("01", 1000, None, 1), "planned"),
        (("01", 1000, "4", 1), "planned"),
        (("01", 1000, 1, -1), "reported"),
        (("01", 1000, 1, False), "reported"),
        (("01", 1000, 1, 1.5), "reported"),
        (("01", 1000, 1, 10**5000), "reported"),
    ],
)
def test_a_figure_of_the_wrong_kind_is_refused_with_its_column(figures: tuple[Any, ...], column: str) -> None:
    with pytest.raises(InvalidReport) as caught:
        Report(*figures)
    assert caught.value.column == column
    assert caught.value.row.startswith("region ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("figures", [("01", 1, 0, 0), ("01", 10**12, 10**12, 10**12), ("å" * 32, 1, 0, None)])
def test_the_outermost_figures_are_accepted_and_computed(figures: tuple[Any, ...]) -> None:
    (region,) = compute(load_rules("at-2022"), [Report(*figures)]).regions
    assert region.code == figures[0]


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        (
            ("0 1", 1, 1, 1),
            "region '0 1', column code: must be 1 to 32 visible characters without spaces, not '0 1'",
        ),
        (("01", 0, 1, 1), f"region 01, column inhabitants: {FROM_1}, not 0"),
        (("01", 1, -1, 1), f"region 01, column planned: {FROM_0}, not -1"),
        (("01", 1, "4", 1), "region 01, column planned: must be a whole number, not '4'"),
        (("01", 1, 1, 1.5), "region 01, column reported: must be a whole number, not 1.5"),
        (("01", 1, 1, 10**40 - 1), f"region 01, column reported: {FROM_0}, not {'9' * 40}"),
        (("01", 1, 1, 10**40), f"region 01, column reported: {FROM_0}, not a number of more than 40 digits"),
    ],
)
def test_the_error_says_what_is_wrong_and_where(figures: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidReport) as caught:
        Report(*figures)
    assert str(caught.value) == message


def test_what_was_read_is_shown_whole_up_to_forty_characters() -> None:
    assert clip("x" * 38) == "'" + "x" * 38 + "'"
    assert clip("x" * 39) == "'" + "x" * 36 + "..."


def test_a_region_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DuplicateRegion, match="region 03, column code: the region occurs more than once"):
        compute(load_rules("at-2022"), [Report("03", 1, 1, 1), Report("01", 1, 1, 1), Report("03", 2, 2, 2)])


def test_the_hash_is_that_of_plain_json_in_code_order() -> None:
    reports = [Report("03", 395570, 50, None), Report("01", 2436739, 260, 260)]
    expected = hashlib.sha256(b'[["01",2436739,260,260],["03",395570,50,null]]').hexdigest()
    assert compute(load_rules("at-2022"), reports).inputs_sha256 == expected
    assert compute(load_rules("at-2024"), reversed(reports)).inputs_sha256 == expected


def test_missing_and_zero_have_different_hashes() -> None:
    rules = load_rules("at-2022")
    missing, zero = Report("01", 10, 1, None), Report("01", 10, 1, 0)
    assert compute(rules, [missing]).inputs_sha256 != compute(rules, [zero]).inputs_sha256


def test_results_survive_the_way_between_processes() -> None:
    allocation = compute(load_rules("at-2022"), [Report("09", 60_537, 16, 17)])
    copy = pickle.loads(pickle.dumps(allocation))  # noqa: S301  # our own bytes
    assert copy == allocation
    assert copy.regions[0].awards[0].trace == allocation.regions[0].awards[0].trace
    error = pickle.loads(pickle.dumps(DuplicateRegion("row 3", "code", "twice")))  # noqa: S301  # our own bytes
    assert isinstance(error, EngineError)
    assert str(error) == "row 3, column code: twice"
    refusal = pickle.loads(pickle.dumps(BundleUnusable("rules", "must be an object")))  # noqa: S301  # our own bytes
    assert (str(refusal), refusal.path, refusal.reason) == (
        "rules: must be an object",
        "rules",
        "must be an object",
    )


def test_results_are_shown_briefly() -> None:
    allocation = compute(load_rules("at-2022"), [Report("09", 60_537, 16, 17)])
    assert repr(allocation.pots[0]) == "PotResult(god: 124000000 of 124000000 kr)"
    assert repr(allocation.regions[0].awards[1]) == (
        "AwardResult(ytterligare-utokning: 2000000 kr, eligible)"
    )


@pytest.mark.parametrize(("amount_kr", "weights"), [(-1, [1]), (1, [1, -1])])
def test_nothing_negative_is_shared(amount_kr: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        split(amount_kr, weights)
