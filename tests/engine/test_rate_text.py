"""The text of a rate is what the decimal module writes."""

from hypothesis import given
from hypothesis import strategies as st

from allocation.engine.measures import as_rate, rate_text


@given(scaled=st.integers(-(10**9), 10**9) | st.integers(-120, 120), decimals=st.integers(0, 4))
def test_the_text_of_a_rate_has_all_its_decimals(scaled: int, decimals: int) -> None:
    assert rate_text(scaled, decimals) == f"{as_rate(scaled, decimals):f}"
