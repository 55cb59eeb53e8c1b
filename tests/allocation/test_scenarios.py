"""Scenarios: copied from what is official, edited, compared, deleted; nothing official ever moves."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation import runner
from allocation.bundles import bundle_of_run
from allocation.comparison import compare, read_rules
from allocation.engine import RuleSetInvalid
from allocation.errors import NameTaken, ScenarioChanged, ScenarioProblem
from allocation.models import AllocationRun, Recomputation, RequestState, RoundGrant, Scenario
from allocation.ruleedit import RuleEdit, edit_of
from allocation.services.scenarios import (
    Figures,
    base_of_reports,
    base_of_run,
    copy_scenario,
    create_scenario,
    delete_scenario,
    save_scenario,
)
from reporting.errors import NotAllowed
from reporting.models import Inhabitants, ReportingRound, User
from reporting.reference import load_reference_data
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
)

pytestmark = pytest.mark.django_db
OFFICIAL_TABLES = ("allocationrun", "runpot", "runregion", "award", "recomputation", "roundgrant")


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference_data()


def make_run(reporting_round: ReportingRound | None = None) -> AllocationRun:
    """A run in which four regions report their plan, and Uppsala ten more."""
    reporting_round = reporting_round or make_round()
    for code in ("01", "03", "05", "09"):
        texts: dict[str, Any] = {"at_2022": "60", "comment_at_2022": "Ten more."} if code == "03" else {}
        make_submission(reporting_round, code, by=make_region_member(code), **texts)
    return computed(reporting_round)


def computed(reporting_round: ReportingRound) -> AllocationRun:
    for request in Recomputation.objects.filter(state=RequestState.REQUESTED):
        runner.recompute(request.pk, at=moment(25))
    run = RoundGrant.objects.select_related("current_run").get(reporting_round=reporting_round).current_run
    assert run is not None
    return run


def make_scenario(run: AllocationRun, *, by: User, name: str = "Lower threshold") -> Scenario:
    return create_scenario(base=base_of_run(run), name=name, by=by, at=moment(26))


def saved(
    scenario: Scenario, *, by: User, figures: Mapping[str, Figures] | None = None, **edit: Any
) -> Scenario:
    """The scenario with other rules (fields of RuleEdit) or figures."""
    return save_scenario(
        scenario_id=scenario.pk,
        version=scenario.version,
        name=scenario.name,
        note=scenario.note,
        edit=replace(edit_of(read_rules(scenario.rules_text)), **edit),
        figures=figures or {},
        by=by,
        at=moment(27),
    )


def compared(scenario: Scenario) -> Any:
    rows = list(scenario.regions.select_related("region").order_by("region"))
    return compare(scenario, rows, {row.region_id: row.region.short_name for row in rows})


def official_rows() -> dict[str, str]:
    """Every official row, as one text for each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in OFFICIAL_TABLES:
            cursor.execute(
                "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')), count(*) "
                f"FROM allocation_{table} t"
            )
            found[table] = str(cursor.fetchone())
    return found


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("\u00a0", " ")


def address_of(scenario: Scenario, name: str = "change") -> str:
    return reverse(f"admin:allocation_scenario_{name}", args=[scenario.pk])


def typed_form(client: Client, scenario: Scenario, **texts: str) -> dict[str, str]:
    """What the browser would send from the editing page, with some fields typed anew."""
    form = client.get(address_of(scenario, "edit")).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in shown.items()} | texts


def test_a_fresh_scenario_equals_the_run_it_began_from() -> None:
    run, officer = make_run(), make_officer()
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


def test_a_lower_threshold_moves_regions_between_pots_and_says_why() -> None:
    run, officer = make_run(), make_officer()
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


def test_every_part_of_the_rules_can_be_changed_and_changed_back() -> None:
    run, officer = make_run(), make_officer()
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


def test_a_regions_figures_and_a_missing_report() -> None:
    run, officer = make_run(), make_officer()
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


def test_a_scenario_from_the_reports_as_they_stand() -> None:
    reporting_round, officer = make_round(), make_officer()
    grant = RoundGrant.objects.get(reporting_round=reporting_round)
    make_submission(reporting_round, by=make_region_member(), at_2022="60", comment_at_2022="Ten more.")
    scenario = create_scenario(
        base=base_of_reports(grant, at=moment(20)), name="Now", by=officer, at=moment(20)
    )
    assert scenario.base_run is None
    assert scenario.base_inputs_sha256 == computed(reporting_round).inputs_sha256
    assert scenario.allocated_kr == 10_500_000


def test_nothing_official_changes_and_no_export_holds_a_scenario() -> None:
    run, officer = make_run(), make_officer()
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


def test_the_base_of_a_scenario_never_changes() -> None:
    scenario = make_scenario(make_run(), by=make_officer())
    for table, column in (("scenario", "base_rules_text"), ("scenarioregion", "base_planned")):
        value = "'x'" if column == "base_rules_text" else "1"
        with (
            pytest.raises(DatabaseError, match="base_"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE allocation_{table} SET {column} = {value}")
    assert scenario.version == 1


def test_who_saves_second_is_told_and_names_are_used_once() -> None:
    run, officer = make_run(), make_officer()
    scenario = make_scenario(run, by=officer)
    saved(scenario, by=officer, threshold=Decimal("15.00"))
    with pytest.raises(ScenarioChanged, match=officer.name):
        saved(scenario, by=officer, threshold=Decimal("14.00"))
    with pytest.raises(NameTaken, match="Lower threshold"):
        make_scenario(run, by=officer)
    with pytest.raises(NameTaken):
        copy_scenario(scenario_id=scenario.pk, name=scenario.name, by=officer, at=moment(28))


def test_rules_that_contradict_themselves_are_refused_and_nothing_is_saved() -> None:
    run, officer = make_run(), make_officer()
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


@pytest.mark.parametrize("who", ["decider", "ombud"])
def test_only_case_officers_make_change_and_delete(who: str) -> None:
    run, officer = make_run(), make_officer()
    scenario = make_scenario(run, by=officer)
    person = (
        make_user(is_staff=True, groups=["Beslutsfattare"]) if who == "decider" else make_region_member("06")
    )
    edit: RuleEdit = edit_of(read_rules(scenario.rules_text))
    for action in (
        lambda: make_scenario(run, by=person, name="Other"),
        lambda: copy_scenario(scenario_id=scenario.pk, name="Other", by=person, at=moment(28)),
        lambda: delete_scenario(scenario_id=scenario.pk, by=person),
        lambda: save_scenario(
            scenario_id=scenario.pk,
            version=1,
            name="x",
            note="",
            edit=edit,
            figures={},
            by=person,
            at=moment(28),
        ),
    ):
        with pytest.raises(NotAllowed):
            action()
    client = signed_in(person)
    status = 200 if who == "decider" else 302
    assert client.get(address_of(scenario)).status_code == status
    for name in ("edit", "copy", "delete"):
        assert client.get(address_of(scenario, name)).status_code in (302, 403)
        assert client.post(address_of(scenario, name)).status_code == 403
    assert Scenario.objects.count() == 1


def test_the_pages_lead_from_a_run_to_a_scenario_and_on() -> None:
    run, officer = make_run(), make_officer()
    client = signed_in(officer)
    new = reverse("admin:allocation_scenario_add")
    assert f"{new}?run={run.pk}" in page(
        client, reverse("admin:allocation_allocationrun_change", args=[run.pk])
    )
    assert f'<option value="run:{run.pk}" selected>' in page(client, f"{new}?run={run.pk}")
    answer = client.post(new, {"start": f"run:{run.pk}", "name": "Twelve", "note": "What if"}, follow=True)
    scenario = Scenario.objects.get()
    assert answer.redirect_chain[-1][0] == address_of(scenario, "edit")
    sent = typed_form(client, scenario, threshold="12,00", region_05_reported="", region_03_reported="1 70")
    assert client.post(address_of(scenario, "edit"), sent).status_code == 302
    shown = page(client, address_of(scenario))
    assert "Scenario, not a decision" in shown
    assert "Takes part in God." in shown
    assert "No longer takes part in Tydlig förbättring." in shown
    assert scenario.regions.get(region="03").reported == 170
    assert scenario.regions.get(region="05").reported is None
    table = client.get(address_of(scenario, "csv")).content.decode()
    assert table.splitlines()[0].startswith("region,name,official_planned,official_reported")
    assert len(table.splitlines()) == 22
    copied = client.post(address_of(scenario, "copy"), {"name": "Copy"}, follow=True)
    copy = Scenario.objects.get(name="Copy")
    assert copied.redirect_chain[-1][0] == address_of(copy, "edit")
    side = page(
        client, f"{reverse('admin:allocation_scenario_compare')}?with={scenario.pk}&with={copy.pk}&with="
    )
    assert side.count("Twelve") >= 2
    assert client.post(address_of(copy, "delete")).status_code == 302
    assert Scenario.objects.get() == scenario


def test_what_the_engine_refuses_stands_at_its_field() -> None:
    scenario = make_scenario(make_run(), by=make_officer())
    client = signed_in(scenario.created_by)
    shown = typed_form(client, scenario)
    for texts, field, words in (
        ({"pot_3_step_2_at": "9"}, "pot_3_step_2_at", "Must be above the step before it, 10, and not 9."),
        (
            {"pot_3_step_3_at": "", "pot_3_step_3_amount": "", "pot_3_step_4_amount": "1"},
            "pot_3_step_4_amount",
            "Must be above",
        ),
        ({"pot_1_cap": "1 000"}, "pot_1_cap", "needs the increase as the key"),
        ({"pot_2_bound_1": "0"}, "pot_2_weight", "an increase of at least 1"),
        ({"threshold": "15,355"}, "threshold", "at most 2 decimals"),
        ({"pot_1_amount": "many"}, "pot_1_amount", "Enter a number."),
        ({"pot_3_step_1_amount": ""}, "pot_3_step_1_amount", "both empty"),
        ({"region_03_planned": "12345"}, "region_03_planned", "from 0 to 9 999"),
        (
            {f"pot_3_step_{n}_{part}": "" for n in range(1, 6) for part in ("at", "amount")},
            "pot_3_step_1_at",
            "at least one step",
        ),
    ):
        answer = client.post(address_of(scenario, "edit"), shown | texts)
        assert answer.status_code == 200
        errors = answer.context["form"].errors
        assert list(errors) == [field], texts
        assert words in errors[field][0].replace("\u00a0", " ")
        assert f'id="id_{field}_error"' in answer.content.decode()
    scenario.refresh_from_db()
    assert scenario.version == 1


def test_rows_of_the_ladder_come_and_go_without_saving() -> None:
    scenario = make_scenario(make_run(), by=make_officer())
    client = signed_in(scenario.created_by)
    sent = typed_form(client, scenario, name="Typed")
    more = client.post(address_of(scenario, "edit"), sent | {"_add_step": "pot_3"}).context["form"]
    assert more["pot_3_steps"].value() == "6"
    assert more["name"].value() == "Typed"
    less = client.post(address_of(scenario, "edit"), sent | {"_remove_step": "pot_3:2"}).context["form"]
    assert [less[f"pot_3_step_{number}_at"].value() for number in range(1, 5)] == ["10", "20", "30", "40"]
    assert not less.errors
    scenario.refresh_from_db()
    assert (scenario.version, scenario.name) == (1, "Lower threshold")


def test_pages_take_a_fixed_number_of_queries() -> None:
    run, officer = make_run(), make_officer()
    client = signed_in(officer)
    scenario = make_scenario(run, by=officer)
    addresses = {
        address_of(scenario): 25,
        address_of(scenario, "edit"): 20,
        reverse("admin:allocation_scenario_changelist"): 20,
        reverse("admin:allocation_scenario_add"): 20,
    }
    counts: list[list[int]] = []
    for name in ("Second", "Third"):
        other = copy_scenario(scenario_id=scenario.pk, name=name, by=officer, at=moment(28))
        saved(other, by=officer, threshold=Decimal("12.00"))
        counts.append([])
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                page(client, address)
            counts[-1].append(len(captured))
    assert counts[0] == counts[1]
    assert all(count <= most for count, most in zip(counts[1], addresses.values(), strict=True)), counts
