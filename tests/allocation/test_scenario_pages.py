"""The pages of scenarios: who may, what leads where, and what is said at a field."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocation.comparison import read_rules
from allocation.models import AllocationRun, Scenario
from allocation.ruleedit import RuleEdit, edit_of
from allocation.services.scenarios import (
    copy_scenario,
    delete_scenario,
    save_scenario,
)
from reporting.errors import NotAllowed
from tests.allocation.scenario_steps import make_scenario, page, saved, signed_in
from tests.factories import (
    make_officer,
    make_region_member,
    make_user,
    moment,
)

pytestmark = pytest.mark.django_db


def address_of(scenario: Scenario, name: str = "change") -> str:
    return reverse(f"admin:allocation_scenario_{name}", args=[scenario.pk])


def typed_form(client: Client, scenario: Scenario, **texts: str) -> dict[str, str]:
    """What the browser would send from the editing page, with some fields typed anew."""
    form = client.get(address_of(scenario, "edit")).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else str(value) for name, value in shown.items()} | texts


@pytest.mark.parametrize("who", ["decider", "ombud"])
def test_only_case_officers_make_change_and_delete(run: AllocationRun, who: str) -> None:
    officer = make_officer()
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


def test_the_pages_lead_from_a_run_to_a_scenario_and_on(run: AllocationRun) -> None:
    officer = make_officer()
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
    for column in ("Officially", "In the scenario"):
        assert f'{column}<br><span class="pp-tag pp-tag--assume">' in shown, column
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


def test_what_the_engine_refuses_stands_at_its_field(run: AllocationRun) -> None:
    scenario = make_scenario(run, by=make_officer())
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


def test_rows_of_the_ladder_come_and_go_without_saving(run: AllocationRun) -> None:
    scenario = make_scenario(run, by=make_officer())
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


def test_pages_take_a_fixed_number_of_queries(run: AllocationRun) -> None:
    officer = make_officer()
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
