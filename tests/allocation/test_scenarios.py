"""Scenarios: copied from what is official, edited, compared, deleted; nothing official ever moves."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from allocation.bundles import bundle_of_run
from allocation.comparison import compare, read_rules
from allocation.engine import RuleSetInvalid
from allocation.errors import NameTaken, ScenarioChanged, ScenarioProblem
from allocation.models import AllocationRun, Scenario
from allocation.ruleedit import edit_of
from allocation.services.scenarios import (
    Figures,
    base_of_reports,
    copy_scenario,
    create_scenario,
    delete_scenario,
    save_scenario,
)
from reporting.models import Inhabitants
from tests.allocation.scenario_steps import (
    OFFICIAL_TABLES,
    make_scenario,
    official_rows,
    saved,
)
from tests.factories import (
    make_officer,
    moment,
)

pytestmark = pytest.mark.django_db


def compared(scenario: Scenario) -> Any:
    rows = list(scenario.regions.select_related("region").order_by("region"))
    return compare(scenario, rows, {row.region_id: row.region.short_name for row in rows})


def test_a_fresh_scenario_equals_the_run_it_began_from(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = make_scenario(run, by=officer)
    shown = compared(scenario)
    assert scenario.allocated_kr == scenario.base_allocated_kr == run.allocated_kr
    assert {row.code: row.base_kr for row in shown.regions} == dict(
        run.regions.values_list("region_id", "total_kr")
    )
    assert shown.change_kr == 0
    assert shown.changes == ()
    assert not any(row.turns or row.change_kr for row in shown.regions)
    rules = read_rules(scenario.rules_text)
    assert rules.name == "at-2022-scenario"
    assert rules.sha256 != run.rules_sha256
    assert rules.threshold_basis == read_rules(run.rules_text).threshold_basis


def test_a_lower_threshold_moves_regions_between_pots_and_says_why(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = saved(make_scenario(run, by=officer), by=officer, threshold=Decimal("12.00"))
    shown = compared(scenario)
    [uppsala] = [row for row in shown.regions if row.code == "03"]
    assert {turn.pot: turn.kind for turn in uppsala.turns} == {
        "God": "joins",
        "Ytterligare utökning": "joins",
        "Tydlig förbättring": "leaves",
    }
    assert [change.kind for change in shown.changes] == ["threshold"]
    assert (shown.pots[0].base.region_count, shown.pots[0].scenario.region_count) == (2, 3)
    assert sum(row.change_kr for row in shown.regions) == shown.change_kr
    rules = read_rules(scenario.rules_text)
    assert rules.threshold_basis is not None
    assert rules.threshold_basis.assumed
    assert "15.35" in rules.threshold_basis.why
    assert rules.threshold_basis.source == ("LT 2022", "DM 2022")


def test_every_part_of_the_rules_can_be_changed_and_changed_back(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = make_scenario(run, by=officer)
    before = edit_of(read_rules(scenario.rules_text))
    god, more, ladder = before.pots
    other = saved(
        scenario,
        by=officer,
        population_reference="actual-2021-12-31",
        pots=(
            replace(god, amount_kr=100_000_000, weight="increase", cap_kr=1_000_000),
            replace(more, weight="equal", cap_kr=None, bounds=(2,)),
            replace(ladder, bounds=(5,), steps=((5, 5_000_000), (10, 10_500_000))),
        ),
    )
    shown = compared(other)
    assert [(change.kind, change.pot) for change in shown.changes] == [
        ("population", ""),
        ("amount", "God"),
        ("added-bound", "God"),
        ("weight", "God"),
        ("cap", "God"),
        ("bound", "Ytterligare utökning"),
        ("weight", "Ytterligare utökning"),
        ("cap", "Ytterligare utökning"),
        ("bound", "Tydlig förbättring"),
        ("steps", "Tydlig förbättring"),
    ]
    assert shown.rules.total_kr == 3_000_000 + 100_000_000 + 164_000_000 + 84_000_000
    persons = Inhabitants.objects.get(reference__slug="actual-2021-12-31", region="01").persons
    assert other.regions.get(region="01").inhabitants == persons
    again = save_scenario(
        scenario_id=other.pk, version=2, name="x", note="", edit=before, figures={}, by=officer, at=moment(28)
    )
    assert again.rules_text == scenario.rules_text
    assert compared(again).changes == ()


def test_a_regions_figures_and_a_missing_report(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = saved(
        make_scenario(run, by=officer),
        by=officer,
        figures={"03": Figures(50, 70), "05": Figures(84, None)},
    )
    shown = compared(scenario)
    by_code = {row.code: row for row in shown.regions}
    assert by_code["03"].change_kr == 21_000_000 - 10_500_000
    assert by_code["05"].scenario_kr == 0
    assert str(by_code["05"].turns[0].reason).startswith("Not reported")
    assert [row.code for row in shown.figure_changes] == ["03", "05"]


def test_a_scenario_from_the_reports_as_they_stand(run: AllocationRun) -> None:
    scenario = create_scenario(
        base=base_of_reports(run.round_grant, at=moment(20)), name="Now", by=make_officer(), at=moment(20)
    )
    assert scenario.base_run is None
    assert scenario.base_inputs_sha256 == run.inputs_sha256
    assert scenario.allocated_kr == run.allocated_kr > 10_500_000


def test_nothing_official_changes_and_no_export_holds_a_scenario(run: AllocationRun) -> None:
    officer = make_officer()
    before, bundle = official_rows(), bundle_of_run(run)
    scenario = make_scenario(run, by=officer)
    scenario = saved(scenario, by=officer, threshold=Decimal("12.00"), figures={"03": Figures(50, 70)})
    copy = copy_scenario(scenario_id=scenario.pk, name="Second", by=officer, at=moment(28))
    delete_scenario(scenario_id=scenario.pk, by=officer)
    assert official_rows() == before
    assert bundle_of_run(run) == bundle
    assert "scenario" not in bundle.decode()
    assert json.loads(bundle)["rules"]["version"] == "at-2022.1"
    assert Scenario.objects.get() == copy
    # No official table has so much as a column that could name a scenario.
    for table in OFFICIAL_TABLES:
        related = {field.related_model for field in apps.get_model("allocation", table)._meta.concrete_fields}
        assert Scenario not in related


def test_the_base_of_a_scenario_never_changes(run: AllocationRun) -> None:
    scenario = make_scenario(run, by=make_officer())
    for table, column in (("scenario", "base_rules_text"), ("scenarioregion", "base_planned")):
        value = "'x'" if column == "base_rules_text" else "1"
        with (
            pytest.raises(DatabaseError, match="base_"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE allocation_{table} SET {column} = {value}")
    assert scenario.version == 1


def test_who_saves_second_is_told_and_names_are_used_once(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = make_scenario(run, by=officer)
    saved(scenario, by=officer, threshold=Decimal("15.00"))
    with pytest.raises(ScenarioChanged, match=officer.name):
        saved(scenario, by=officer, threshold=Decimal("14.00"))
    with pytest.raises(NameTaken, match="Lower threshold"):
        make_scenario(run, by=officer)
    with pytest.raises(NameTaken):
        copy_scenario(scenario_id=scenario.pk, name=scenario.name, by=officer, at=moment(28))


def test_rules_that_contradict_themselves_are_refused_and_nothing_is_saved(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = make_scenario(run, by=officer)
    god, more, ladder = edit_of(read_rules(scenario.rules_text)).pots
    falling = replace(ladder, steps=((10, 5), (9, 6)))
    with pytest.raises(RuleSetInvalid, match=r"pot\.3\.share\.step\.2\.at"):
        saved(scenario, by=officer, pots=(god, more, falling))
    Inhabitants.objects.filter(reference__slug="actual-2021-12-31", region="05").delete()
    with pytest.raises(ScenarioProblem, match="05"):
        saved(scenario, by=officer, population_reference="actual-2021-12-31")
    scenario.refresh_from_db()
    assert scenario.version == 1
