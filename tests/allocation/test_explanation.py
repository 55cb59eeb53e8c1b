"""The sentences that explain an award, built from its stored trace."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from allocation.engine import Report, compute, load_rules
from allocation.explanation import Explanation, explain
from tests.engine.factories import make_reports

RULES = load_rules("at-2022")


def explained(
    code: str, pot: str, *, rules=RULES, language: str = "en", **reported: int | None
) -> Explanation:
    """Explain an award when every region reports its plan but for `r03=60` and the like."""
    changed = {name.removeprefix("r"): posts for name, posts in reported.items()}
    reports = [
        Report(report.code, report.inhabitants, report.planned, changed.get(report.code, report.reported))
        for report in make_reports()
    ]
    region = next(region for region in compute(rules, reports).regions if region.code == code)
    award = next(award for award in region.awards if award.pot == pot)
    # As it comes back from the database, which keeps no order among keys.
    stored = json.loads(json.dumps([step.as_json() for step in award.trace], sort_keys=True))
    rule = next(rule for rule in rules.pots if rule.id == pot)
    with translation.override(language):
        return explain(stored, pot=rule, rules=rules, eligible=award.eligible, reason=award.reason)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_proportional_award_can_be_followed_with_a_pocket_calculator() -> None:
    award = explained("19", "god")
    assert award.amount_kr == 5_756_996
    assert plain(award.figure) == "15.38"
    lines = {plain(line.label): plain(line.value) for line in award.lines}
    assert lines["The region's rate"] == "15.38"
    assert lines["Sum for 17 regions"] == "331.27"
    exact = 124_000_000 * Decimal("15.38") / Decimal("331.27")
    assert lines["of 124 000 000 kr"].replace(" ", "") == f"{exact:.2f}"


def test_the_rule_names_its_conditions_and_how_it_is_shared() -> None:
    who, how = map(plain, explained("19", "god").rule)
    assert who == (
        "124 000 000 kr goes to regions where the plan reaches at least 15.35 per 100 000 inhabitants "
        "and the report reaches at least 15.35 per 100 000 inhabitants."
    )
    assert how == "It is shared in proportion to the reported rate."
    assert "An extra post gives at most 2 000 000 kr." in plain(
        explained("09", "ytterligare-utokning").rule[1]
    )


def test_the_capped_award_shows_the_price_before_and_after() -> None:
    award = explained("09", "ytterligare-utokning", r09=17)
    assert award.amount_kr == 2_000_000
    labels = [plain(line.label) for line in award.lines]
    assert labels[0] == "164 000 000 kr / 1 extra post"
    assert "The highest amount per post applies" in labels


def test_the_ladder_says_how_far_it_is_to_the_next_step() -> None:
    award = explained("03", "tydlig-forbattring", r03=60)
    assert plain(award.change) == "5 posts more reach the next step, 15 750 000 kr."
    assert award.amount_kr == 10_500_000
    assert (
        explained("03", "tydlig-forbattring", r03=95).change == "The highest step of the ladder is reached."
    )


@pytest.mark.parametrize(
    ("posts", "change"),
    [
        (59, "1 post more reaches the first step, 10 500 000 kr."),
        (58, "2 posts more reach the first step, 10 500 000 kr."),
    ],
)
def test_who_gets_nothing_sees_what_would_change_it(posts: int, change: str) -> None:
    award = explained("03", "tydlig-forbattring", r03=posts)
    assert (award.amount_kr, award.eligible) == (0, False)
    assert plain(award.change) == change


def test_what_no_report_can_change_is_said() -> None:
    assert explained("03", "god").change == "No report can change that: the plan decides."


def test_a_region_that_has_not_reported_is_not_at_zero() -> None:
    award = explained("03", "tydlig-forbattring", r03=None)
    assert award.figure == "–"
    assert "not the same as 0" in award.figure_text
    assert plain(award.change) == "The region takes part from 60 reported posts."


def test_vastmanland_is_warned_that_one_post_decides() -> None:
    assert plain(explained("19", "god").margin) == (
        "With one post less in the plan, 42, the rate had been 15.02, below 15.35."
    )
    assert explained("09", "god").margin == ""


def test_rounding_is_explained() -> None:
    notes = {code: plain(explained(code, "god").note) for code in ("04", "19")}
    assert all(re.match(r"Rounded", note) for note in notes.values())
    assert "left" in notes["19"]


@pytest.mark.parametrize("rules", [RULES, load_rules("at-2024")], ids=lambda rules: rules.name)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_award_has_words_for_everything(rules, language: str) -> None:
    for report in make_reports():
        for pot in rules.pots:
            for posts in (None, 0, report.planned, report.planned + 3, report.planned + 70):
                award = explained(
                    report.code, pot.id, rules=rules, language=language, **{f"r{report.code}": posts}
                )
                assert award.rule
                assert award.lines
                assert award.note
                assert not re.search(
                    r"%\(|>=|_", " ".join((*award.rule, award.note, award.change, award.margin))
                )


def test_assumptions_are_named_in_the_readers_language() -> None:
    assert any(
        "No public text says how shares become whole kronor" in why
        for why in explained("19", "god").assumptions
    )
    swedish = explained("19", "god", language="sv").assumptions
    assert any("Ingen offentlig text säger hur andelar blir hela kronor" in why for why in swedish)


def test_a_region_that_gets_nothing_sees_that_the_figures_of_the_rule_are_assumed() -> None:
    ladder = " ".join(explained("09", "tydlig-forbattring").assumptions)
    assert "10 500 000 kr is half of an equal quarter of the pot" in ladder
    assert "42 000 000 kr is half of the pot" in ladder
    assert any("2 000 000 kr" in why for why in explained("03", "ytterligare-utokning").assumptions)
    assert any("The key itself is not public" in why for why in explained("03", "god").assumptions)


def test_one_post_is_written_in_the_singular() -> None:
    award = explained("03", "redovisat-antal", rules=load_rules("at-2024"), r03=None)
    assert award.change == "The region takes part from 1 reported post."
    assert "the number of reported posts is at least 1" in award.rule[0]


def test_a_claim_that_is_reduced_says_so_beside_the_ladder() -> None:
    more: dict[str, Any] = {f"r{report.code}": report.planned + 15 for report in make_reports()}
    award = explained("03", "ytterligare-utokning", rules=load_rules("at-2024"), **more)
    assert plain(award.reduced) == (
        "All claims together are 630 000 000 kr. The pot is 160 000 000 kr, so each is reduced in proportion."
    )
    assert award.amount_kr == pytest.approx(160_000_000 / 21, abs=1)
    assert explained("03", "ytterligare-utokning", rules=load_rules("at-2024"), r03=65).reduced == ""
