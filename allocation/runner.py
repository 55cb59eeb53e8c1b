"""What the worker does with a request to recompute."""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import JSONField, Value
from django.utils.translation import gettext as _

from allocation import claims, selectors
from allocation.claims import Claim
from allocation.engine import (
    ENGINE_VERSION,
    Allocation,
    EngineError,
    Report,
    RuleSet,
    TraceStep,
    compute,
    load_rules,
)
from allocation.errors import NoGrant, RunFailed
from allocation.models import (
    OPEN_STATES,
    AllocationRun,
    Award,
    Recomputation,
    RequestState,
    RoundGrant,
    RunPot,
    RunRegion,
)
from allocation.selectors import RegionFigures
from reporting.errors import DomainError
from reporting.locks import lock_round
from reporting.models import ReportingRound

log = logging.getLogger(__name__)


class TakenOver(Exception):
    """Another worker has claimed the request since; what this one computed is thrown away."""


def recompute(recomputation_id: int, *, at: datetime, worker: str = "here") -> None:
    """Do what a request asks for. Does nothing if it has been dealt with or another worker is at it.

    Args:
        worker: the name of who computes, for those who look at the request meanwhile.

    Raises:
        EngineError, DomainError: there is no answer; the request is then marked as failed.
    """
    claim = claims.take(recomputation_id, worker=worker, at=at)
    if claim is None:
        return
    try:
        with claims.beating(claim):
            _recompute(claim, at=at)
    except (EngineError, DomainError) as error:
        claims.held(claim).update(state=RequestState.FAILED, error=str(error), finished_at=at)
        raise
    except TakenOver:
        log.warning("recomputation %d was taken over from %s; nothing was written", claim.pk, worker)


@transaction.atomic
def _recompute(claim: Claim, *, at: datetime) -> None:
    reporting_round = lock_round(Recomputation.objects.get(pk=claim.pk).reporting_round_id)
    # A worker that is paused in here must not keep the round locked: the server ends its transaction.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")
    # Every request that is visible under the lock is answered by this one snapshot.
    open_requests = list(Recomputation.objects.filter(reporting_round=reporting_round, state__in=OPEN_STATES))
    if claim.pk not in {request.pk for request in open_requests}:
        return  # another request's run already answered this one
    runs, basis = compute_round(reporting_round, at=at, claim=claim)
    # Last, so that it holds until the commit: the row stays locked, and nobody can claim it any more.
    answer = {"state": RequestState.DONE, "finished_at": at, "basis": basis, "error": ""}
    if not claims.held(claim).update(**answer):
        raise TakenOver
    Recomputation.objects.filter(
        pk__in=[request.pk for request in open_requests if request.pk != claim.pk], state__in=OPEN_STATES
    ).update(**answer)
    for request in open_requests:
        request.runs.set(runs)


def compute_round(
    reporting_round: ReportingRound, *, at: datetime, claim: Claim | None = None
) -> tuple[list[AllocationRun], list[dict[str, object]]]:
    """Compute every grant of a locked round; keep each result unless the same figures gave it before.

    Args:
        claim: on whose behalf; the database refuses new runs of a claim that has been taken over.

    Returns:
        the run that now holds for each grant, and which version of each report counted.

    Raises:
        NoGrant, RunFailed, EngineError: there is no answer.
    """
    grants = list(RoundGrant.objects.filter(reporting_round=reporting_round).order_by("year", "rules_name"))
    if not grants:
        raise NoGrant(_("The round has no grant. Add one to the round before computing."))
    rules = {grant.rules_name: load_rules(grant.rules_name) for grant in grants}
    _check_versions(rules.values())
    figures = selectors.figures_of(
        reporting_round,
        [(grant.rules_name, grant.year, rules[grant.rules_name].population_reference) for grant in grants],
    )
    runs = [
        _compute_grant(grant, rules[grant.rules_name], figures[grant.rules_name], at=at, claim=claim)
        for grant in grants
    ]
    basis: list[dict[str, object]] = [
        {"region": row.code, "revision": row.revision_number, "state": row.state or "not_started"}
        for row in figures[grants[0].rules_name]
    ]
    return runs, basis


def _check_versions(rule_sets: Collection[RuleSet]) -> None:
    """Refuse rules that bear the version of an earlier run and say something else than that run's rules."""
    texts = {rules.version: rules.sha256 for rules in rule_sets}
    used = AllocationRun.objects.filter(rules_version__in=texts).values_list("rules_version", "rules_sha256")
    for version, checksum in used.order_by().distinct():
        if checksum != texts[version]:
            raise RunFailed(
                _(
                    "Runs of %(version)s have been computed from another text of the rules. "
                    "A published version never changes: give the corrected rules a new version."
                )
                % {"version": version}
            )


def _compute_grant(
    grant: RoundGrant,
    rules: RuleSet,
    figures: list[RegionFigures],
    *,
    at: datetime,
    claim: Claim | None,
) -> AllocationRun:
    reports = [report_of(row, grant) for row in figures]
    allocation = compute(rules, reports)
    run = AllocationRun.objects.filter(
        round_grant=grant, rules_sha256=allocation.rules_sha256, inputs_sha256=allocation.inputs_sha256
    ).first()
    if run is None:
        revisions = {row.code: row.revision_id for row in figures}
        run = _keep(grant, rules, reports, revisions, allocation, at=at, claim=claim)
    if grant.current_run_id != run.pk:
        grant.current_run = run
        grant.save(update_fields=["current_run"])
    return run


def report_of(row: RegionFigures, grant: RoundGrant) -> Report:
    """A region's figures as the engine takes them.

    Raises:
        RunFailed: its plan or its inhabitants are missing.
    """
    if row.inhabitants is None:
        raise RunFailed(
            _("Region %(code)s has no inhabitants in the population reference of %(rules)s. Load it first.")
            % {"code": row.code, "rules": grant.rules_name}
        )
    if row.planned is None:
        raise RunFailed(
            _("Region %(code)s has no plan for %(year)d. Load the plan of the 2021 agreement first.")
            % {"code": row.code, "year": grant.year}
        )
    return Report(code=row.code, inhabitants=row.inhabitants, planned=row.planned, reported=row.reported)


def _keep(
    grant: RoundGrant,
    rules: RuleSet,
    reports: list[Report],
    revisions: dict[str, int | None],
    allocation: Allocation,
    *,
    at: datetime,
    claim: Claim | None,
) -> AllocationRun:
    run = AllocationRun.objects.create(
        made_for_id=claim.pk if claim else None,
        token=claim.token if claim else None,
        round_grant=grant,
        number=grant.runs.count() + 1,
        created_at=at,
        rules_version=rules.version,
        rules_sha256=allocation.rules_sha256,
        rules_text=rules.text,
        engine_version=ENGINE_VERSION,
        inputs_sha256=allocation.inputs_sha256,
        amount_kr=sum(pot.amount_kr for pot in allocation.pots),
        allocated_kr=sum(pot.allocated_kr for pot in allocation.pots),
        unallocated_kr=sum(pot.unallocated_kr for pot in allocation.pots),
        eligible_count=sum(any(award.eligible for award in region.awards) for region in allocation.regions),
    )
    RunPot.objects.bulk_create(
        RunPot(
            run=run,
            position=position,
            pot=pot.id,
            amount_kr=pot.amount_kr,
            allocated_kr=pot.allocated_kr,
            unallocated_kr=pot.unallocated_kr,
            trace=_steps(pot.trace),
        )
        for position, pot in enumerate(allocation.pots)
    )
    given = {report.code: report for report in reports}
    RunRegion.objects.bulk_create(
        RunRegion(
            run=run,
            region_id=region.code,
            revision_id=revisions[region.code],
            inhabitants=given[region.code].inhabitants,
            planned_posts=given[region.code].planned,
            reported_posts=given[region.code].reported,
            planned_rate=region.planned_rate,
            reported_rate=region.reported_rate,
            increase=region.increase,
            total_kr=region.total_kr,
        )
        for region in allocation.regions
    )
    Award.objects.bulk_create(
        Award(
            run=run,
            region_id=region.code,
            pot=award.pot,
            eligible=award.eligible,
            reason=award.reason,
            amount_kr=award.amount_kr,
            assumed=award.assumed,
            trace=_steps(award.trace),
        )
        for region in allocation.regions
        for award in region.awards
    )
    return run


def _steps(trace: Iterable[TraceStep]) -> Value:
    """A calculation as it is stored.

    As an expression: the rows of plain values would go to the database as one array for each column, in which
    psycopg escapes every quotation mark by itself: two fifths of a run's time.
    """
    return Value([step.as_json() for step in trace], JSONField())
