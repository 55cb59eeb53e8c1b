"""Every change is split to the krona, and nobody is blamed for what others did."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.attribution import Parts, Side, split_change
from allocation.engine import Report, RuleSet, compute, load_rules
from tests.engine.generated import CODES, report_lists, rule_sets

some = settings(max_examples=80, deadline=None)


@st.composite
def sides(draw: st.DrawFn) -> tuple[Side, Side]:
    """Two computations of the same regions: other rules, or other figures of some regions, or both."""
    rules = draw(rule_sets())
    before = draw(report_lists(least=1))
    after = [draw(st.one_of(st.just(part), changed(part))) for part in before]
    return Side(rules, before), Side(draw(st.one_of(st.just(rules), rule_sets())), after)


def changed(part: Report) -> st.SearchStrategy[Report]:
    return st.builds(
        replace,
        st.just(part),
        inhabitants=st.sampled_from([part.inhabitants, 1000, 250_000]),
        planned=st.sampled_from([part.planned, 12]),
        reported=st.sampled_from([part.reported, None, 0, 13, 40]),
    )


def amounts(side: Side) -> dict[tuple[str, str], int]:
    allocation = compute(side.rules, side.reports)
    return {(part.code, award.pot): award.amount_kr for part in allocation.regions for award in part.awards}


@some
@given(both=sides(), corrected=st.sets(st.sampled_from(CODES)))
def test_the_parts_sum_to_the_change_of_every_region_and_pot(
    both: tuple[Side, Side], corrected: set[str]
) -> None:
    before, after = map(amounts, both)
    split = split_change(*both, corrected=corrected)
    assert split.keys() == before.keys() | after.keys()
    for key, parts in split.items():
        assert parts.change_kr == after.get(key, 0) - before.get(key, 0)


@some
@given(both=sides(), corrected=st.sets(st.sampled_from(CODES)))
def test_a_region_with_the_same_figures_changes_by_others_and_rules_only(
    both: tuple[Side, Side], corrected: set[str]
) -> None:
    same = {old.code for old, new in zip(both[0].reports, both[1].reports, strict=True) if old == new}
    same_rules = both[0].rules == both[1].rules
    for (code, _pot), parts in split_change(*both, corrected=corrected).items():
        if code in same:
            assert (parts.data_kr, parts.correction_kr) == (0, 0)
        if code not in corrected:
            assert parts.correction_kr == 0
        if same_rules:
            assert parts.rule_kr == 0


def at_2022(**reported: int) -> Side:
    rules: RuleSet = load_rules("at-2022")
    figures = {"03": (400_000, 50, 50), "09": (61_000, 16, 18), "19": (280_000, 43, 48)}
    return Side(
        rules,
        [Report(code, *given[:2], reported.get(f"r{code}", given[2])) for code, given in figures.items()],
    )


@pytest.mark.parametrize(("corrected", "part"), [(set(), "data_kr"), ({"03"}, "correction_kr")])
def test_ten_more_in_uppsala_are_its_own_change_or_its_correction(corrected: set[str], part: str) -> None:
    split = split_change(at_2022(), at_2022(r03=60), corrected=corrected)
    assert split["03", "tydlig-forbattring"] == Parts(**{part: 10_500_000})
    assert all(parts == Parts() for (code, _pot), parts in split.items() if code != "03")


def test_what_gotland_gains_by_its_own_report_the_others_lose_by_others() -> None:
    split = split_change(at_2022(), at_2022(r09=20), corrected=set())
    assert split["09", "god"].data_kr > 0
    assert split["19", "god"].others_kr == -split["09", "god"].data_kr
    assert split["19", "god"].data_kr == 0


def test_other_regions_on_the_other_side_are_refused() -> None:
    before = at_2022()
    with pytest.raises(ValueError, match="same regions"):
        split_change(before, Side(before.rules, before.reports[:2]), corrected=())
