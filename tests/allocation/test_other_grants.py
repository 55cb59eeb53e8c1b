"""The words of a grant that is added by its file alone: other keys, conditions and ladders."""

import json

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from allocation.engine import Report, compute, parse_rules
from allocation.explanation import Explanation, explain
from allocation.preview import open_ladder
from publication.method import method_of
from tests.engine.factories import by_ladder, by_weight, pot_text, rule_text

RULES = parse_rules(
    rule_text(
        pot_text("posts", 700, by_weight("planned"), 'measure = "reported"\ncomparison = "above"\nvalue = 9'),
        pot_text(
            "small",
            300,
            by_weight("equal"),
            'measure = "inhabitants"\ncomparison = "at-most"\nvalue = 20_000',
        ),
        pot_text("levels", 5000, by_ladder("reported-rate", ("1.5", 1000), ("2.0", 4000))),
        pot_text("big", 900, by_ladder("inhabitants", ("15_000", 100), ("25_000", 200))),
        total_kr=6900,
        per_inhabitants=1000,
        decimals=1,
        threshold="1.5",
    ),
    origin="test-2030.toml",
)
REPORTS = [
    Report("A", 10_000, 10, 15),
    Report("B", 20_000, 20, 39),
    Report("C", 30_000, 60, 60),
    Report("D", 10_000, 20, 9),
]


def explained(code: str, pot: str, *, language: str) -> Explanation:
    region = next(region for region in compute(RULES, REPORTS).regions if region.code == code)
    award = next(award for award in region.awards if award.pot == pot)
    stored = json.loads(json.dumps([step.as_json() for step in award.trace], sort_keys=True))
    rule = next(rule for rule in RULES.pots if rule.id == pot)
    with translation.override(language):
        return explain(stored, pot=rule, rules=RULES, eligible=award.eligible, reason=award.reason)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_ladder_of_rates_is_told_with_its_decimals() -> None:
    award = explained("A", "levels", language="en")
    assert plain(award.rule[1]) == (
        "A ladder gives by the reported rate, the highest step reached: 1.50 → 1 000 kr, 2.00 → 4 000 kr."
    )
    assert [(plain(line.label), plain(line.value)) for line in award.lines][:2] == [
        ("The reported rate", "1.50"),
        ("Highest step reached: 1.50", "1 000 kr"),
    ]
    assert plain(award.change) == "5 posts more reach the next step, 4 000 kr."


def test_a_ladder_that_no_report_can_climb_does_not_say_that_its_top_is_reached() -> None:
    assert explained("B", "big", language="en").change == ""
    assert explained("C", "big", language="en").change == "The highest step of the ladder is reached."


@pytest.mark.parametrize(
    ("code", "pot", "condition", "reason"),
    [
        (
            "D",
            "posts",
            "antalet rapporterade tjänster är mer än 9",
            "Antalet rapporterade tjänster är mindre än",
        ),
        ("C", "small", "antalet invånare är högst 20 000", "Antalet invånare är större än"),
    ],
)
def test_every_condition_and_reason_has_swedish_words(
    code: str, pot: str, condition: str, reason: str
) -> None:
    award = explained(code, pot, language="sv")
    assert condition in plain(award.rule[0])
    assert award.note.startswith(reason)


def test_no_code_reaches_a_reader() -> None:
    for report in REPORTS:
        for pot in RULES.pots:
            told = explained(report.code, pot.id, language="en")
            text = " ".join((*told.rule, told.note, told.change, *(line.label for line in told.lines)))
            assert not any(sign in text for sign in ("_", ">", "<", "-minimum", "-maximum", "-rate"))


def test_the_panel_draws_no_ladder_of_rates_as_one_of_extra_posts() -> None:
    assert open_ladder(RULES, compute(RULES, REPORTS).regions[0].planned_rate) is None


def test_the_page_of_the_method_counts_the_steps_in_what_the_ladder_counts() -> None:
    with translation.override("en"):
        pots = {pot.id: pot for pot in method_of(RULES).pots}
        shown = plain(render_to_string("publication/_method_pot.html", {"pot": pots["levels"]}))
    assert "highest step that the reported rate reaches" in shown
    assert "Reported rate, at least" in shown
    assert "<b>1.5</b>" in shown
    assert "Extra posts" not in shown
    assert [pots[name].climbed for name in ("big", "posts")] == ["Inhabitants", ""]
