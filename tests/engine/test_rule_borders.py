"""The outermost numbers that a rule set may hold: accepted at the border, refused one beyond."""

import pytest

from allocation.engine import RuleSetInvalid
from tests.engine.factories import by_ladder, by_weight, pot_text, rule_text, rules_of

MOST = 10**12
UP = 'measure = "increase"\ncomparison = "at-least"\nvalue = 1'


def text(
    *,
    condition: tuple[str, object] | None = None,
    step: tuple[str, object, int] | None = None,
    cap_kr: int | None = None,
    amount_kr: int = 9,
    administration_kr: int = 0,
    per_inhabitants: int = 100_000,
    decimals: int = 2,
    threshold: str = "15.35",
) -> str:
    """A rule set with one pot, in which one number is at a border."""
    tests = [UP] if cap_kr is not None else []
    if condition is not None:
        measure, value = condition
        tests.append(f'measure = "{measure}"\ncomparison = "at-least"\nvalue = {value}')
    share = by_weight("equal" if cap_kr is None else "increase", cap_kr=cap_kr)
    if step is not None:
        measure, at, step_kr = step
        share = by_ladder(measure, (at, step_kr))
    return rule_text(
        pot_text("one", amount_kr, share, *tests),
        total_kr=amount_kr + administration_kr,
        administration_kr=administration_kr,
        per_inhabitants=per_inhabitants,
        decimals=decimals,
        threshold=threshold,
    )


@pytest.mark.parametrize(
    ("inside", "beyond", "key"),
    [
        ({"amount_kr": 0}, {"amount_kr": -1, "administration_kr": 1}, "pot.1.amount_kr"),
        ({"amount_kr": MOST}, {"amount_kr": MOST + 1}, "total.amount_kr"),
        ({"administration_kr": 0}, {"administration_kr": -1}, "administration.amount_kr"),
        ({"per_inhabitants": 1}, {"per_inhabitants": 0}, "rate.per_inhabitants"),
        ({"per_inhabitants": 10**6}, {"per_inhabitants": 10**6 + 1}, "rate.per_inhabitants"),
        ({"decimals": 0, "threshold": "15"}, {"decimals": -1}, "rate.decimals"),
        ({"decimals": 4}, {"decimals": 5}, "rate.decimals"),
        ({"threshold": "0.00"}, {"threshold": "-0.01"}, "threshold.rate"),
        ({"threshold": "1000000.00"}, {"threshold": "1000000.01"}, "threshold.rate"),
        ({"threshold": "15.35"}, {"threshold": "15.351"}, "threshold.rate"),
        ({"condition": ("reported", 0)}, {"condition": ("reported", -1)}, "pot.1.condition.1.value"),
        ({"condition": ("planned", MOST)}, {"condition": ("planned", MOST + 1)}, "pot.1.condition.1.value"),
        (
            {"condition": ("increase", -MOST)},
            {"condition": ("increase", -MOST - 1)},
            "pot.1.condition.1.value",
        ),
        (
            {"condition": ("planned-rate", "1000000.0")},
            {"condition": ("planned-rate", "1000000.1")},
            "pot.1.condition.1.value",
        ),
        ({"cap_kr": 1}, {"cap_kr": 0}, "pot.1.share.cap.per_unit_kr"),
        ({"cap_kr": MOST}, {"cap_kr": MOST + 1}, "pot.1.share.cap.per_unit_kr"),
        ({"step": ("increase", 1, 5)}, {"step": ("increase", 0, 5)}, "pot.1.share.step.1.at"),
        ({"step": ("reported", 1, 5)}, {"step": ("reported", 0, 5)}, "pot.1.share.step.1.at"),
        ({"step": ("planned", 0, 5)}, {"step": ("planned", -1, 5)}, "pot.1.share.step.1.at"),
        ({"step": ("inhabitants", MOST, 5)}, {"step": ("inhabitants", MOST + 1, 5)}, "pot.1.share.step.1.at"),
        ({"step": ("increase", 1, 1)}, {"step": ("increase", 1, 0)}, "pot.1.share.step.1.amount_kr"),
        (
            {"step": ("increase", 1, MOST)},
            {"step": ("increase", 1, MOST + 1)},
            "pot.1.share.step.1.amount_kr",
        ),
    ],
)
def test_a_number_at_the_border_is_accepted_and_one_beyond_is_not(
    inside: dict[str, object], beyond: dict[str, object], key: str
) -> None:
    assert rules_of(text(**inside)).name == "test-2030"  # type: ignore[arg-type]
    with pytest.raises(RuleSetInvalid) as caught:
        rules_of(text(**beyond))  # type: ignore[arg-type]
    assert caught.value.key == key


@pytest.mark.parametrize(("year", "accepted"), [(1999, False), (2000, True), (2100, True), (2101, False)])
def test_a_grant_year_is_of_this_century(year: int, accepted: bool) -> None:
    changed = text().replace("year = 2030", f"year = {year}")
    if accepted:
        assert rules_of(changed).year == year
    else:
        with pytest.raises(RuleSetInvalid, match=rf"year: must be from 2000 to 2100, not {year}"):
            rules_of(changed)


@pytest.mark.parametrize(("comparison", "value"), [("at-least", 1), ("above", 0)])
def test_a_pot_by_increase_needs_a_condition_that_keeps_the_increase_positive(
    comparison: str, value: int
) -> None:
    for lower, allowed in ((value, True), (value - 1, False)):
        condition = f'measure = "increase"\ncomparison = "{comparison}"\nvalue = {lower}'
        written = rule_text(pot_text("one", 9, by_weight("increase"), condition), total_kr=9)
        if allowed:
            assert rules_of(written).pots[0].amount_kr == 9
        else:
            with pytest.raises(RuleSetInvalid, match="needs a condition that the increase is at least 1"):
                rules_of(written)


def test_the_final_report_comes_after_the_report() -> None:
    for day, accepted in (("2030-10-01", False), ("2030-10-02", True)):
        changed = text().replace("report_by = 2030-10-01", f"report_by = 2030-10-01\nfinal_report_by = {day}")
        if accepted:
            assert str(rules_of(changed).final_report_by) == day
        else:
            with pytest.raises(RuleSetInvalid, match="final_report_by: must be later than report_by"):
                rules_of(changed)
