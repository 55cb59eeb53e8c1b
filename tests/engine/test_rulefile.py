"""A rule set that contradicts itself is refused, and the error names file, key and reason."""

import dataclasses
import hashlib
import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allocation.engine import (
    Basis,
    Ladder,
    Proportional,
    RuleSetInvalid,
    RuleSetNotFound,
    available_rules,
    load_rules,
    load_rules_file,
    parse_rules,
    rulefile,
)
from allocation.engine.published import RULES_FOLDER
from allocation.engine.tables import Table
from tests.engine.factories import by_ladder, by_weight, pot_text, rule_text, rules_of

TEXT_2022 = (RULES_FOLDER / "at-2022.toml").read_text(encoding="utf-8")


def bases(value: object) -> list[Basis]:
    """Every basis anywhere in a rule set."""
    if isinstance(value, Basis):
        return [value]
    if isinstance(value, tuple):
        return [basis for part in value for basis in bases(part)]
    if dataclasses.is_dataclass(value):
        return [basis for field in dataclasses.fields(value) for basis in bases(getattr(value, field.name))]
    return []


def test_the_shipped_rule_sets() -> None:
    assert available_rules() == ("at-2022", "at-2024")
    for name in available_rules():
        rules = load_rules(name)
        content = (RULES_FOLDER / f"{name}.toml").read_bytes()
        assert (rules.name, rules.version, rules.origin) == (name, f"{name}.1", f"{name}.toml")
        assert rules.sha256 == hashlib.sha256(content).hexdigest()
        assert rules.text.encode() == content
        assert rules.administration_kr + sum(pot.amount_kr for pot in rules.pots) == rules.total_kr


def test_every_number_of_the_shipped_rule_sets_has_a_source_or_a_reason_in_both_languages() -> None:
    for name in available_rules():
        found = bases(load_rules(name))
        assert len(found) > 20
        for basis in found:
            assert basis.source or basis.assumed
            assert bool(basis.why) == bool(basis.why_sv) == basis.assumed


def test_what_at_2022_says() -> None:
    rules = load_rules("at-2022")
    assert (rules.year, rules.total_kr, rules.administration_kr) == (2022, 375_000_000, 3_000_000)
    assert (rules.threshold, rules.rate_decimals, rules.rate_per) == (Decimal("15.35"), 2, 100_000)
    assert (rules.population_reference, rules.baseline) == ("projection-2022", "plan-2021")
    assert (rules.report_by, rules.final_report_by) == (date(2022, 10, 1), date(2023, 2, 28))
    assert [(pot.id, pot.title, pot.amount_kr) for pot in rules.pots] == [
        ("god", "God", 124_000_000),
        ("ytterligare-utokning", "Ytterligare utökning", 164_000_000),
        ("tydlig-forbattring", "Tydlig förbättring", 84_000_000),
    ]
    plan, rate = ("planned-rate", "threshold"), ("reported-rate", "threshold")
    assert [[(part.measure, part.against) for part in pot.conditions] for pot in rules.pots] == [
        [plan, rate], [plan, rate, ("increase", "value")], [plan, ("increase", "value")],
    ]  # fmt: skip
    god, more, improvement = (pot.share for pot in rules.pots)
    assert isinstance(god, Proportional)
    assert (god.weight, god.cap, god.basis.assumed) == ("reported-rate", None, True)
    assert isinstance(more, Proportional)
    assert more.cap is not None
    assert (more.weight, more.cap.per_unit_kr, more.cap.basis.assumed) == ("increase", 2_000_000, True)
    assert isinstance(improvement, Ladder)
    assert [(step.at, step.amount_kr) for step in improvement.steps] == [
        (10, 10_500_000), (15, 15_750_000), (20, 21_000_000), (30, 31_500_000), (40, 42_000_000),
    ]  # fmt: skip
    assert all(step.basis.assumed for step in improvement.steps)


def test_what_at_2024_says() -> None:
    rules = load_rules("at-2024")
    assert (rules.year, rules.total_kr, rules.administration_kr, rules.threshold) == (
        2024,
        223_000_000,
        0,
        None,
    )
    assert (rules.report_by, rules.final_report_by) == (date(2024, 11, 1), date(2025, 2, 28))
    assert [(pot.id, pot.amount_kr) for pot in rules.pots] == [
        ("redovisat-antal", 63_000_000),
        ("ytterligare-utokning", 160_000_000),
    ]
    reported, more = (pot.share for pot in rules.pots)
    assert isinstance(reported, Proportional)
    assert (reported.weight, reported.cap, reported.basis.assumed) == ("reported-rate", None, False)
    assert isinstance(more, Ladder)
    assert [(step.at, step.amount_kr, step.basis.assumed) for step in more.steps] == [
        (2, 3_000_000, False), (3, 4_500_000, False), (5, 7_500_000, False),
        (7, 10_500_000, False), (10, 20_000_000, False), (15, 30_000_000, False),
    ]  # fmt: skip
    assert more.oversubscribed.assumed


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("schema = 1", "schema = 2", "schema", "must be from 1 to 1"),
        ("year = 2022", "", "year", "is missing"),
        ("year = 2022", "year = true", "year", "must be a whole number, not True"),
        ("year = 2022", "year = 2022.0", "year", "must be a whole number"),
        ("year = 2022", 'year = "2022"', "year", "must be a whole number"),
        ("year = 2022", "year = 2022\nyears = 3", "years", "is not a known key"),
        ('title = "AT 2022"', 'title = ""', "title", "must be text on one line"),
        ('url = "https:', 'url = "javascript:', "sources.S2022/00882.url", "must begin with https:// or http://"),
        ('version = "at-2022.1"', 'version = "at-2022"', "version", "must be at-2022. and a number"),
        ('version = "at-2022.1"', 'version = "at-2023.1"', "version", "must be at-2022. and a number"),
        ('name = "at-2022"', 'name = "AT 2022"', "name", "small letters"),
        ("amount_kr = 375_000_000", "amount_kr = 375_000_001", "total.amount_kr", "together"),
        ("amount_kr = 124_000_000", "amount_kr = 124_000_001", "total.amount_kr", "together"),
        ("amount_kr = 124_000_000", "amount_kr = 124_000_000.0", "pot.1.amount_kr", "must be a whole number"),
        ("amount_kr = 124_000_000", "amount_kr = -1", "pot.1.amount_kr", "must be from 0"),
        ("decimals = 2", "decimals = 5", "rate.decimals", "must be from 0 to 4"),
        ('rounding = "half-up"', 'rounding = "half-even"', "rate.rounding", "must be one of half-up"),
        ("rate = 15.35", "rate = 15.351", "threshold.rate", "at most 2 decimals"),
        ("rate = 15.35", "rate = -0.01", "threshold.rate", "must be from 0"),
        ("rate = 15.35", "rate = nan", "threshold.rate", "must be from 0"),
        ("rate = 15.35", "rate = 1e-999999999", "threshold.rate", "at most 2 decimals"),
        ("rate = 15.35", "rate = 15.3500000000000000000000000000000000001", "threshold.rate", "decimals"),
        ("rate = 15.35", 'rate = "15.35"', "threshold.rate", "must be a rate"),
        ('[threshold]\nrate = 15.35\nsource = ["LT 2022", "DM 2022"]', "", "pot.1.condition.1.against",
         "the rule set has no threshold"),
        ('source = ["LT 2022", "DM 2022"]\n\n[population]', 'source = ["LT 2023"]\n\n[population]',
         "threshold.source", "does not stand under sources"),
        ('source = ["LT 2022", "DM 2022"]\n\n[population]', "source = []\n\n[population]",
         "threshold.source", "must be a list of one or more"),
        ('source = ["LT 2022", "DM 2022"]\n\n[population]', "\n[population]", "threshold.source",
         "give a source, or assumed = true and why"),
        ('source = ["LT 2022", "DM 2022"]\n\n[population]',
         'source = ["LT 2022", "LT 2022"]\n\n[population]',
         "threshold.source", "given twice"),
        ("report_by = 2022-10-01", 'report_by = "2022-10-01"', "reporting.report_by", "must be a date"),
        ("report_by = 2022-10-01", "report_by = 2022-10-01T12:00:00", "reporting.report_by", "must be a"),
        ("final_report_by = 2023-02-28", "final_report_by = 2022-10-01",
         "reporting.final_report_by", "must be later"),
        ('treatment = "not-eligible"', 'treatment = "zero"', "missing.treatment", "must be one of"),
        ('method = "largest-remainder"', 'method = "dhondt"', "rounding.method", "must be one of"),
        ('id = "ytterligare-utokning"', 'id = "god"', "pot.2.id", "id of an earlier pot"),
        ('comparison = "below"', 'comparison = "under"', "pot.3.condition.1.comparison", "must be one of"),
        ('measure = "planned-rate"\ncomparison = "below"', 'measure = "rate"\ncomparison = "below"',
         "pot.3.condition.1.measure", "must be one of"),
        ("value = 10\n", "value = 10.5\n", "pot.3.condition.2.value", "must be a whole number"),
        ("value = 10\n", 'against = "threshold"\n', "pot.3.condition.2.against", "the threshold is a rate"),
        ("value = 10\n", "value = 10\nagainst = \"threshold\"\n", "pot.3.condition.2.against", "is a rate"),
        ("value = 1\n", "value = 0\n", "pot.2.share.weight", "increase is at least 1"),
        ("per_unit_kr = 2_000_000", "per_unit_kr = 0", "pot.2.share.cap.per_unit_kr", "must be from 1"),
        ('weight = "increase"', 'weight = "reported"', "pot.2.share.cap.unit", "needs weight = increase"),
        ('weight = "increase"', 'weight = "growth"', "pot.2.share.weight", "must be one of"),
        ("at = 15", "at = 10", "pot.3.share.step.2.at", "must be above the step before it"),
        ("at = 15", "at = 9", "pot.3.share.step.2.at", "must be above the step before it"),
        ("at = 10\n", "at = 0\n", "pot.3.share.step.1.at", "must be at least 1"),
        ("amount_kr = 15_750_000", "amount_kr = 10_500_000", "pot.3.share.step.2.amount_kr", "must be above"),
        ("amount_kr = 10_500_000", "amount_kr = 0", "pot.3.share.step.1.amount_kr", "must be from 1"),
        ('method = "proportional-to-claims"', 'method = "first-come"',
         "pot.3.share.oversubscribed.method", "must be one of"),
        ("[pot.share.oversubscribed]", "[pot.share.excess]", "pot.3.share.oversubscribed", "is missing"),
        ("[[pot.share.step]]\nat = 10", "[pot.share.step]\nat = 10", "the file", "is not TOML"),
        ("[total]", "[total", "the file", "is not TOML"),
    ],
)  # fmt: skip
def test_a_rule_set_that_contradicts_itself_is_refused(old: str, new: str, key: str, reason: str) -> None:
    assert old in TEXT_2022
    with pytest.raises(RuleSetInvalid) as caught:
        parse_rules(TEXT_2022.replace(old, new, 1), origin="changed.toml")
    error = caught.value
    assert error.origin == "changed.toml"
    assert error.key == key
    assert reason in error.reason
    assert str(error) == f"changed.toml: {key}: {error.reason}"
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("basis", "key", "reason"),
    [
        ("assumed = true", "pot.1.share.why", "is missing"),
        ('assumed = true\nwhy = "So."', "pot.1.share.why_sv", "is missing"),
        ('assumed = false\nsource = ["paper"]', "pot.1.share.assumed", "must be true or left out"),
        ('assumed = 1\nsource = ["paper"]', "pot.1.share.assumed", "must be true or left out"),
        ('source = ["paper"]\nwhy = "So."', "pot.1.share.why", "belongs to an assumption"),
        ('source = ["paper"]\nwhy_sv = "Så."', "pot.1.share.why", "belongs to an assumption, and"),
        ("", "pot.1.share.source", "is missing"),
        ('source = "paper"', "pot.1.share.source", "must be a list"),
        ('source = ["paper"]\nnote = 1', "pot.1.share.note", "is not a known key"),
    ],
)
def test_a_choice_needs_a_source_or_a_reason(basis: str, key: str, reason: str) -> None:
    text = rule_text(pot_text("p", 1, f'method = "proportional"\nweight = "equal"\n{basis}'), total_kr=1)
    with pytest.raises(RuleSetInvalid) as caught:
        rules_of(text)
    assert caught.value.key == key
    assert reason in caught.value.reason


@pytest.mark.parametrize("measure", ["reported", "increase", "reported-rate"])
@pytest.mark.parametrize("comparison", ["below", "at-most"])
def test_no_condition_punishes_one_more_reported_post(measure: str, comparison: str) -> None:
    condition = f'measure = "{measure}"\ncomparison = "{comparison}"\nvalue = 5'
    with pytest.raises(RuleSetInvalid, match=r"pot\.1\.condition\.1\.comparison: must be at-least or above"):
        rules_of(rule_text(pot_text("p", 1, by_weight("equal"), condition), total_kr=1))


def test_a_ladder_on_rates_has_steps_with_the_decimals_of_the_rate() -> None:
    rules = rules_of(rule_text(pot_text("p", 9, by_ladder("reported-rate", ("15.5", 3))), total_kr=9))
    assert isinstance(rules.pots[0].share, Ladder)
    assert str(rules.pots[0].share.steps[0].at) == "15.50"
    with pytest.raises(RuleSetInvalid, match="at most 2 decimals"):
        rules_of(rule_text(pot_text("p", 9, by_ladder("reported-rate", ("15.555", 3))), total_kr=9))


def test_noughts_after_the_last_decimal_are_no_decimals() -> None:
    for written in ("15.3500", "15.350000", "1535e-2"):
        rules = parse_rules(TEXT_2022.replace("rate = 15.35", f"rate = {written}", 1), origin="same.toml")
        assert str(rules.threshold) == "15.35"


@pytest.mark.parametrize(
    ("value", "read", "message"),
    [
        (3, lambda table: table.table("k"), "t.k: must be a table, not 3"),
        ([3], lambda table: table.tables("k"), "t.k.1: must be a table, not 3"),
        ([], lambda table: table.tables("k"), "t.k: must be one or more tables"),
        (3, lambda table: table.tables("k"), "t.k: must be one or more tables"),
        ({}, lambda table: table.tables("k"), "t.k: must be one or more tables"),
        (" ", lambda table: table.text("k"), "t.k: must be text on one line, not ' '"),
        (3, lambda table: table.choice("k", ("a", "b")), "t.k: must be one of a, b, not 3"),
        ("c", lambda table: table.choice("k", ("a", "b")), "t.k: must be one of a, b, not 'c'"),
        ("1", lambda table: table.whole("k", least=0, most=9), "t.k: must be a whole number, not '1'"),
        (10, lambda table: table.whole("k", least=0, most=9), "t.k: must be from 0 to 9, not 10"),
        ("1", lambda table: table.rate("k", decimals=1, most=9), "t.k: must be a rate such as 15.35, not '1'"),  # noqa: E501
        (10, lambda table: table.rate("k", decimals=1, most=9), "t.k: must be from 0 to 9, not '10'"),
        (Decimal("0.11"), lambda table: table.rate("k", decimals=1, most=9),
         "t.k: must have at most 1 decimals, not '0.11'"),
        (3, lambda table: table.day("k"), "t.k: must be a date such as 2022-10-01, not '3'"),
        (3, lambda table: table.take("l"), "t.l: is missing"),
        (3, lambda table: table.finish(), "t.k: is not a known key"),
    ],
)  # fmt: skip
def test_a_table_says_what_it_wanted_and_what_it_found(
    value: Any, read: Callable[[Table], Any], message: str
) -> None:
    with pytest.raises(RuleSetInvalid) as caught:
        read(Table({"k": value}, origin="a.toml", key="t"))
    assert str(caught.value) == f"a.toml: {message}"


def test_a_file_that_is_no_table_is_refused() -> None:
    with pytest.raises(RuleSetInvalid, match=r"^a\.toml: the file: must be a table, not 3$"):
        Table(3, origin="a.toml", key="")


def test_a_name_that_is_not_shipped_is_refused() -> None:
    for name in ("at-2023", "../rules/at-2022", "", "AT-2022"):
        with pytest.raises(RuleSetNotFound, match="there are at-2022, at-2024"):
            load_rules(name)


def test_a_shipped_file_is_called_like_its_rule_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "at-2023.toml").write_text(TEXT_2022, encoding="utf-8")
    monkeypatch.setattr(rulefile, "RULES_FOLDER", tmp_path)
    with pytest.raises(
        RuleSetInvalid, match=r"^at-2023\.toml: name: must be at-2023, like the file, not at-2022$"
    ):
        load_rules.__wrapped__("at-2023")


def test_a_source_may_lie_at_an_address_without_tls() -> None:
    rules = parse_rules(TEXT_2022.replace('url = "https:', 'url = "http:'), origin="a.toml")
    assert {source.url[:5] for source in rules.sources if source.url} == {"http:"}


def test_a_file_that_cannot_be_read_or_is_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(RuleSetNotFound, match=r"none\.toml: the file: No such file"):
        load_rules_file(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("title = 'Översikt'".encode("latin-1"))
    with pytest.raises(RuleSetInvalid, match=r"latin\.toml: the file: must be UTF-8; byte 10 is not"):
        load_rules_file(tmp_path / "latin.toml")


def test_a_rule_set_on_disk_keeps_its_bytes_whatever_the_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "dos.toml"
    path.write_bytes(TEXT_2022.replace("\n", "\r\n").encode())
    rules = load_rules_file(path)
    assert rules.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert rules.text.encode() == path.read_bytes()
    assert rules.pots == load_rules("at-2022").pots


def test_errors_survive_the_way_between_processes() -> None:
    error = RuleSetInvalid("a.toml", "pot.1", "is wrong")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copy), str(copy), copy.key) == (RuleSetInvalid, str(error), "pot.1")
