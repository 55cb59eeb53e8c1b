"""What people type into a field for an amount, a rate or posts."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from allocation.admin.numberfields import NumberField
from allocation.wording import rule_problem_text, unit_text


def cleaned(typed: str, *, decimals: int = 0) -> object:
    with translation.override("en"):
        return NumberField(least=0, most=1_000_000_000_000, decimals=decimals).clean(typed)


@pytest.mark.parametrize("decimals", [0, 2])
@pytest.mark.parametrize("typed", ["9" * 29, "9" * 40, "1" + "0" * 39, "-" + "9" * 39])
def test_a_number_with_many_digits_is_answered_at_the_field(typed: str, decimals: int) -> None:
    with pytest.raises(ValidationError, match="Enter a number from 0 to"):
        cleaned(typed, decimals=decimals)


def test_numbers_are_read_as_people_write_them() -> None:
    assert cleaned("124 000 000") == 124_000_000
    assert cleaned("15,35", decimals=2) == Decimal("15.35")
    with pytest.raises(ValidationError, match="at most 2 decimals"):
        cleaned("0," + "1" * 37, decimals=2)
    with pytest.raises(ValidationError, match="whole number"):
        cleaned("1,5")


def test_a_refused_amount_is_written_with_its_thousands_apart() -> None:
    with translation.override("sv"):
        told = str(rule_problem_text("must be above the step before it, 10500000, not 1"))
    assert "10\u00a0500\u00a0000," in told


@pytest.mark.parametrize(("language", "one", "two"), [("en", "post", "posts"), ("sv", "tjänst", "tjänster")])
def test_one_post_is_one(language: str, one: str, two: str) -> None:
    with translation.override(language):
        assert (unit_text("posts", 1), unit_text("posts", Decimal(2))) == (one, two)
