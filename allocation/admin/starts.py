"""What a scenario or a sweep may begin from: official runs, the reports as they stand, scenarios."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from allocation.errors import ScenarioGone
from allocation.models import AllocationRun, RoundGrant, Scenario
from allocation.services.scenarios import Base, base_of_reports, base_of_run
from reporting.templatetags.platsplan import day

START_RUN, START_REPORTS, START_SCENARIO = "run", "reports", "scenario"
MOST_RUNS, MOST_SCENARIOS = 200, 200


def grant_starts() -> list[tuple[str, Any]]:
    """For each grant: its runs, the newest first, and the reports as they stand now."""
    groups: list[tuple[str, Any]] = []
    runs: dict[int, list[AllocationRun]] = {}
    newest = AllocationRun.objects.only("number", "created_at", "round_grant_id").order_by("-pk")
    for run in newest[:MOST_RUNS]:
        runs.setdefault(run.round_grant_id, []).append(run)
    grants = RoundGrant.objects.select_related("reporting_round").order_by("-reporting_round_id", "year")
    for grant in grants:
        starts = [(f"{START_RUN}:{run.pk}", run_words(run, grant)) for run in runs.get(grant.pk, [])]
        starts.append((f"{START_REPORTS}:{grant.pk}", _("The reports as they stand now")))
        groups.append((str(grant), starts))
    return groups


def sweep_starts() -> list[tuple[str, Any]]:
    """For each grant: the run that holds, and the scenarios."""
    scenarios: dict[int, list[tuple[str, str]]] = {}
    for scenario in Scenario.objects.only("name", "round_grant_id").order_by("name")[:MOST_SCENARIOS]:
        starts = scenarios.setdefault(scenario.round_grant_id, [])
        starts.append((f"{START_SCENARIO}:{scenario.pk}", scenario.name))
    groups: list[tuple[str, Any]] = []
    grants = RoundGrant.objects.select_related("reporting_round", "current_run")
    for grant in grants.order_by("-reporting_round_id", "year"):
        run = grant.current_run
        own = [(f"{START_RUN}:{run.pk}", run_words(run, grant))] if run else []
        if own or grant.pk in scenarios:
            groups.append((str(grant), own + scenarios.get(grant.pk, [])))
    return groups


def run_words(run: AllocationRun, grant: RoundGrant) -> str:
    """A run in a list of choices."""
    words = {
        "grant": grant.title,
        "number": run.number,
        "time": day(timezone.localtime(run.created_at), "j M Y H:i"),
    }
    if grant.current_run_id == run.pk:
        return _("%(grant)s, run %(number)d, %(time)s, holds now") % words
    return _("%(grant)s, run %(number)d, %(time)s") % words


def chosen_start(text: str, *, at: datetime) -> Base:
    """What a choice of `grant_starts` stands for.

    Raises:
        ScenarioGone: it is there no more.
        RunFailed: the reports give no answer.
    """
    kind, _colon, number = text.partition(":")
    if kind == START_RUN:
        run = AllocationRun.objects.select_related("round_grant__reporting_round").filter(pk=number).first()
        if run is not None:
            return base_of_run(run)
    grant = RoundGrant.objects.select_related("reporting_round").filter(pk=number).first()
    if kind != START_REPORTS or grant is None:
        raise ScenarioGone(_("What you chose to start from is there no more. Choose again."))
    return base_of_reports(grant, at=at)
