"""Making, editing, copying and deleting scenarios. None of it writes to a round's reports, runs or awards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from allocation import selectors
from allocation.bundles import reports_of
from allocation.comparison import own_reports
from allocation.engine import ENGINE_VERSION, Report, RuleSet, compute, load_rules, parse_rules
from allocation.errors import NameTaken, ScenarioChanged, ScenarioGone, ScenarioProblem
from allocation.models import AllocationRun, RoundGrant, Scenario, ScenarioRegion
from allocation.ruleedit import RuleEdit, edit_of, scenario_rules
from allocation.runner import report_of
from reporting.models import Inhabitants, User
from reporting.services.roles import must_have


@dataclass(frozen=True, slots=True)
class Base:
    """Official rules and figures that a scenario begins from."""

    round_grant: RoundGrant
    run: AllocationRun | None
    rules: RuleSet
    reports: tuple[Report, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """A region's posts as edited; nothing reported is None."""

    planned: int
    reported: int | None


def base_of_run(run: AllocationRun) -> Base:
    """The rules and figures of an official run."""
    rules = parse_rules(run.rules_text, origin=str(run))
    return Base(run.round_grant, run, rules, tuple(reports_of(run)), run.created_at)


def base_of_reports(round_grant: RoundGrant, *, at: datetime) -> Base:
    """The official rules and the round's reports as they stand at this moment.

    Raises:
        RunFailed: a plan or the inhabitants of a region are missing.
    """
    rules = load_rules(round_grant.rules_name)
    rows = selectors.figures_of(
        round_grant.reporting_round,
        [(round_grant.rules_name, round_grant.year, rules.population_reference)],
    )[round_grant.rules_name]
    return Base(round_grant, None, rules, tuple(report_of(row, round_grant) for row in rows), at)


@transaction.atomic
def create_scenario(*, base: Base, name: str, note: str = "", by: User, at: datetime) -> Scenario:
    """Copy official rules and figures into a scenario of its own.

    Raises:
        NotAllowed: the role of `by` does not include making scenarios.
        NameTaken: the grant has a scenario of that name.
    """
    must_have(by, "allocation.add_scenario")
    allocation = compute(base.rules, base.reports)
    rules = scenario_rules(base.rules, edit_of(base.rules))
    scenario = Scenario(
        round_grant=base.round_grant,
        name=name.strip(),
        note=note.strip(),
        base_run=base.run,
        base_at=base.at,
        base_rules_name=base.rules.name,
        base_rules_version=base.rules.version,
        base_rules_sha256=base.rules.sha256,
        base_rules_text=base.rules.text,
        base_inputs_sha256=allocation.inputs_sha256,
        base_allocated_kr=allocation.allocated_kr,
        created_by=by,
        created_at=at,
    )
    _compute(scenario, rules, base.reports, by=by, at=at)
    _save(scenario)
    ScenarioRegion.objects.bulk_create(
        ScenarioRegion(
            scenario=scenario,
            region_id=report.code,
            base_inhabitants=report.inhabitants,
            base_planned=report.planned,
            base_reported=report.reported,
            inhabitants=report.inhabitants,
            planned=report.planned,
            reported=report.reported,
        )
        for report in base.reports
    )
    return scenario


@transaction.atomic
def save_scenario(
    *,
    scenario_id: int,
    version: int,
    name: str,
    note: str,
    edit: RuleEdit,
    figures: Mapping[str, Figures],
    by: User,
    at: datetime,
) -> Scenario:
    """Give a scenario other rules and figures, and compute it.

    Args:
        version: the version that was on the page; a newer one must be looked at first.
        edit: the values that may be changed, all of them.
        figures: region code -> its posts; a region that is left out keeps its own.

    Raises:
        NotAllowed, ScenarioGone, ScenarioChanged, NameTaken: nothing was saved.
        ScenarioProblem: the population reference lacks a region.
        RuleSetInvalid, InvalidReport: the values contradict each other, in the engine's own words.
    """
    must_have(by, "allocation.change_scenario")
    scenario = lock_scenario(scenario_id)
    if scenario.version != version:
        raise ScenarioChanged(
            _("%(name)s has saved the scenario since you opened it. Open it again before you change it.")
            % {"name": scenario.changed_by.name}
        )
    base = parse_rules(scenario.base_rules_text, origin=scenario.base_rules_name)
    rules = scenario_rules(base, edit)
    rows = list(scenario.regions.order_by("region"))
    persons = _inhabitants(rules.population_reference, base, rows)
    for row in rows:
        row.inhabitants = persons[row.region_id]
        changed = figures.get(row.region_id)
        if changed is not None:
            row.planned, row.reported = changed.planned, changed.reported
    scenario.name, scenario.note = name.strip(), note.strip()
    scenario.version += 1
    _compute(scenario, rules, own_reports(rows), by=by, at=at)
    _save(scenario)
    ScenarioRegion.objects.bulk_update(rows, ["inhabitants", "planned", "reported"])
    return scenario


@transaction.atomic
def copy_scenario(*, scenario_id: int, name: str, by: User, at: datetime) -> Scenario:
    """Make another scenario with the same base, rules, figures and note.

    Raises:
        NotAllowed, ScenarioGone, NameTaken: nothing was made.
    """
    must_have(by, "allocation.add_scenario")
    copy = lock_scenario(scenario_id)
    rows = list(copy.regions.order_by("region"))
    copy.pk = None
    copy._state.adding = True  # noqa: SLF001  # Django's documented way to copy a row
    copy.name, copy.version = name.strip(), 1
    copy.created_by = copy.changed_by = by
    copy.created_at = copy.changed_at = at
    _save(copy)
    for row in rows:
        row.pk, row.scenario = None, copy
        row._state.adding = True  # noqa: SLF001  # as above
    ScenarioRegion.objects.bulk_create(rows)
    return copy


@transaction.atomic
def delete_scenario(*, scenario_id: int, by: User) -> None:
    """Delete a scenario and its sweeps. Official runs know nothing of it.

    Raises:
        NotAllowed, ScenarioGone: nothing was deleted.
    """
    must_have(by, "allocation.delete_scenario")
    # Its sweeps' chunks go first: a worker that holds one takes the sweep's row after it.
    lock_scenario(scenario_id).delete()


def lock_scenario(scenario_id: int) -> Scenario:
    """Hold a scenario's row until the transaction ends.

    Raises:
        ScenarioGone: somebody has deleted it.
    """
    try:
        return (
            Scenario.objects.select_for_update(of=("self",))
            .select_related("round_grant__reporting_round", "base_run", "created_by", "changed_by")
            .get(pk=scenario_id)
        )
    except Scenario.DoesNotExist:
        raise ScenarioGone(_("Somebody has deleted the scenario.")) from None


def _compute(
    scenario: Scenario, rules: RuleSet, reports: Sequence[Report], *, by: User, at: datetime
) -> None:
    allocation = compute(rules, reports)
    scenario.rules_text, scenario.rules_sha256 = rules.text, rules.sha256
    scenario.inputs_sha256 = allocation.inputs_sha256
    scenario.engine_version = ENGINE_VERSION
    scenario.allocated_kr = allocation.allocated_kr
    scenario.changed_by, scenario.changed_at = by, at


def _save(scenario: Scenario) -> None:
    try:
        with transaction.atomic():
            scenario.save()
    except IntegrityError as error:
        if "one_scenario_per_grant_and_name" not in str(error):
            raise
        text = _("The grant has a scenario named %(name)s already. Choose another name.")
        raise NameTaken(text % {"name": scenario.name}) from None


def _inhabitants(reference: str, base: RuleSet, rows: Sequence[ScenarioRegion]) -> dict[str, int]:
    if reference == base.population_reference:
        return {row.region_id: row.base_inhabitants for row in rows}
    persons = dict(Inhabitants.objects.filter(reference__slug=reference).values_list("region_id", "persons"))
    missing = [row.region_id for row in rows if row.region_id not in persons]
    if missing:
        text = _("The population reference has no inhabitants for region %(codes)s. Choose another.")
        raise ScenarioProblem("population_reference", text % {"codes": ", ".join(missing)})
    return persons
