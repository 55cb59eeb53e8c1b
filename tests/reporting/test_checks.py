"""What is wrong or surprising in what was typed."""

import pytest
from django.utils import translation

from reporting.checks import check_texts, parse_posts
from reporting.exchange.template import TEMPLATE_VERSIONS, template_rows

YEARS = (2022, 2023, 2024)
PLANS = {2022: 50, 2023: 52, 2024: 54}


@pytest.mark.parametrize(
    ("typed", "posts"),
    [
        ("60", 60),
        (" 60 ", 60),
        ("0", 0),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("0060", 60),
        ("-0", 0),
        ("+60", 60),
        ("0" * 5_000, 0),
        ("0" * 5_000 + "60", 60),
        ("9999", 9999),
        ("", None),
        ("–", None),
        ("-", None),
        ("—", None),
    ],
)
def test_posts_are_read_and_a_dash_or_nothing_is_missing(typed: str, posts: int | None) -> None:
    read = parse_posts(typed)
    assert read.problem is None
    assert read.posts == posts


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("-5", "negative"),
        ("−5", "negative"),
        ("-0000000001", "negative"),
        ("+-5", "whole number"),
        ("--5", "whole number"),
        ("12,5", "decimals"),
        ("12.0", "decimals"),
        ("10000", "9\u00a0999"),
        ("9" * 400, "9\u00a0999"),
        ("sixty", "whole number"),
        ("6O", "whole number"),
        ("٣", "whole number"),
        ("1e3", "whole number"),
        ("0x1f", "whole number"),
        ("=1+1", "whole number"),
    ],
)
def test_what_is_no_number_of_posts_says_why(typed: str, word: str) -> None:
    with translation.override("en"):
        read = parse_posts(typed)
        assert read.posts is None
        assert word in str(read.problem)


def found(*, submitting: bool = False, plans: dict[int, int] = PLANS, **texts: str) -> list[tuple[str, str]]:
    return [
        (finding.field, finding.code)
        for finding in check_texts(texts, years=YEARS, plans=plans, submitting=submitting)
    ]


@pytest.mark.parametrize(
    ("plan", "reported", "warned"),
    [
        (50, 59, False),  # 18 %
        (50, 60, True),  # 20 %
        (50, 41, False),
        (50, 40, True),
        (100, 109, False),
        (100, 110, True),  # ten posts, 10 %
        (100, 90, True),
        (16, 19, False),  # 18.75 %
        (16, 20, True),
        (10, 12, True),  # exactly 20 %
        (0, 0, False),
        (0, 1, True),
    ],
)
def test_a_warning_from_20_per_cent_or_ten_posts(plan: int, reported: int, warned: bool) -> None:
    assert (found(plans={2022: plan}, at_2022=str(reported)) == [("at_2022", "far-from-plan")]) is warned


def test_no_plan_no_warning() -> None:
    assert found(plans={}, at_2022="500") == []


def test_missing_at_figures_stop_submission_only() -> None:
    assert found() == []
    assert found(submitting=True) == [("at_2022", "missing"), ("at_2023", "missing"), ("at_2024", "missing")]
    assert found(submitting=True, at_2022="0", at_2023="–", at_2024="54") == [
        ("at_2022", "far-from-plan"),
        ("at_2023", "missing"),
    ]


def test_only_figures_that_may_be_missing_are_offered_a_dash() -> None:
    texts = {"at_2022": "sixty", "st_2022": "sixty", "gp_own_persons": "sixty"}
    with translation.override("en"):
        told = {
            finding.field: str(finding.title)
            for finding in check_texts(texts, years=YEARS, plans=PLANS, submitting=False)
        }
        allowed = {row.name: str(row.allowed) for row in template_rows(TEMPLATE_VERSIONS[2], years=YEARS)}
    for sentences in (told, allowed):
        assert "dash" not in sentences["at_2022"]
        assert "dash" in sentences["st_2022"]
        assert "dash" in sentences["gp_own_persons"]


def test_general_medicine_cannot_exceed_st() -> None:
    assert found(st_2023="98", gm_2023="98") == []
    assert found(st_2023="98", gm_2023="112") == [("gm_2023", "part-above-total")]
    assert found(gm_2023="112") == []  # the total is missing, so nothing can be said


def test_the_message_names_both_numbers() -> None:
    with translation.override("en"):
        [finding] = check_texts({"st_2023": "98", "gm_2023": "112"}, years=YEARS, plans={}, submitting=False)
        assert "112" in str(finding.title)
        assert "98" in str(finding.title)


def test_a_commented_warning_does_not_block() -> None:
    texts = {"at_2022": "60", "at_2023": "52", "at_2024": "54"}
    [warning] = check_texts(texts, years=YEARS, plans=PLANS, submitting=True)
    assert warning.blocks_submission
    [warning] = check_texts(
        texts | {"comment_at_2022": "New blocks."}, years=YEARS, plans=PLANS, submitting=True
    )
    assert not warning.blocks_submission
    [warning] = check_texts(texts | {"comment_at_2022": "  "}, years=YEARS, plans=PLANS, submitting=True)
    assert warning.blocks_submission


@pytest.mark.parametrize(("length", "codes"), [(600, []), (601, ["too-long"])])
def test_a_comment_has_room_for_600_characters(length: int, codes: list[str]) -> None:
    assert [code for _field, code in found(at_2022="50", comment_at_2022="x" * length)] == codes
