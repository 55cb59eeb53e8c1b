"""Making, saving and comparing scenarios, for tests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import connection
from django.test import Client

from allocation import runner
from allocation.comparison import read_rules
from allocation.models import AllocationRun, Recomputation, RequestState, RoundGrant, Scenario
from allocation.ruleedit import edit_of
from allocation.services.scenarios import (
    Figures,
    base_of_run,
    create_scenario,
    save_scenario,
)
from reporting.models import ReportingRound, User
from tests.factories import (
    make_region_member,
    make_round,
    make_submission,
    moment,
)

OFFICIAL_TABLES = ("allocationrun", "runpot", "runregion", "award", "recomputation", "roundgrant")


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
