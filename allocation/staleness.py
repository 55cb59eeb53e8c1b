"""Why a run does not say what the figures say now: each change, about whom and when, read from the data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max, Min

from allocation import selectors
from allocation.engine import RuleSet, load_rules
from allocation.models import AllocationRun, RoundGrant, RunRegion
from allocation.selectors import RegionFigures
from reporting.models import PopulationReference, PostType, ReviewEvent, Revision, State, Submission

REPORT, PLAN, INHABITANTS, RULES = "report", "plan", "inhabitants", "rules"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a run was computed from and that is another now.

    Attributes:
        kind: `REPORT`, `PLAN` or `INHABITANTS` of one region, or `RULES`.
        name: the region's short name; for rules empty.
        before, after: posts, persons, or versions of the rules; None where there is no report.
        at: when it changed; None where nothing tells.
        version: of the report that holds now.
    """

    kind: str
    before: int | str | None
    after: int | str | None
    region: str = ""
    name: str = ""
    at: datetime | None = None
    version: int | None = None
    submission_id: int | None = None
    reference_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A report that has another state than when the run was found to hold; no amount follows from it."""

    name: str
    submission_id: int
    before: str
    after: str
    version: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Staleness:
    """Whether a run still says what the figures and the rules say, and if not, why."""

    is_current: bool
    changes: tuple[Change, ...]

    @property
    def is_stale(self) -> bool:
        """Whether something has changed that the run was computed from."""
        return bool(self.changes)

    @property
    def regions(self) -> tuple[str, ...]:
        """The short names of the regions whose figures have changed, each once."""
        return tuple(dict.fromkeys(change.name for change in self.changes if change.name))


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a grant would be computed from now."""

    rules: RuleSet
    figures: Mapping[str, RegionFigures]

    @property
    def is_example(self) -> bool:
        """Whether the plan of any region is synthetic."""
        return any(row.is_example for row in self.figures.values())


def inputs_now(grants: Iterable[RoundGrant]) -> dict[int, Inputs]:
    """Grant's key -> the rules and figures that it would be computed from now. One query."""
    by_key = {grant.pk: grant for grant in grants}
    rules = {key: load_rules(grant.rules_name) for key, grant in by_key.items()}
    figures = selectors.figures_in_rounds(
        (str(key), grant.reporting_round_id, grant.year, rules[key].population_reference)
        for key, grant in by_key.items()
    )
    return {key: Inputs(rules[key], {row.code: row for row in figures[str(key)]}) for key in by_key}


def staleness_of(
    runs: Sequence[AllocationRun],
    *,
    now: Mapping[int, Inputs] | None = None,
    rows: Sequence[RunRegion] | None = None,
) -> dict[int, Staleness]:
    """Run's key -> what has changed since it was computed. At most six queries, however many runs.

    Args:
        runs: with their grants.
        now: from `inputs_now`, where it has been read already.
        rows: the runs' rows with their regions, where they have been read already.
    """
    if now is None:
        now = inputs_now(run.round_grant for run in runs)
    if rows is None:
        fields = ("run", "inhabitants", "planned_posts", "reported_posts", "region__short_name")
        found_rows = RunRegion.objects.filter(run__in=runs).select_related("region").only(*fields)
        rows = list(found_rows.order_by("run", "region"))
    of_run: dict[int, list[RunRegion]] = {run.pk: [] for run in runs}
    for row in rows:
        of_run.setdefault(row.run_id, []).append(row)
    found = {
        run.pk: [
            *_rules_changed(run, now[run.round_grant_id]),
            *(
                change
                for row in of_run[run.pk]
                for change in _region_changed(row, now[run.round_grant_id].figures[row.region_id])
            ),
        ]
        for run in runs
    }
    told = _tell(runs, found, now)
    return {run.pk: Staleness(run.round_grant.current_run_id == run.pk, tuple(told[run.pk])) for run in runs}


def reports_moved(basis: Iterable[Mapping[str, Any]], reports: Iterable[Submission]) -> tuple[Moved, ...]:
    """Reports that have been approved, returned or taken up since, in the order of the county codes.

    That a decision has locked a report is no news about the run.

    Args:
        basis: of the last recomputation that found the run to hold.
        reports: the round's, with their regions.
    """
    stood = {row["region"]: str(row["state"]) for row in basis}
    moved = [
        report
        for report in reports
        if stood.get(report.region_id, State.NOT_STARTED) != report.state and report.state != State.DECIDED
    ]
    if not moved or not stood:
        return ()
    events = ReviewEvent.objects.filter(submission__in=[report.pk for report in moved])
    times = dict(events.order_by().values_list("submission").annotate(at=Max("at")))
    return tuple(
        Moved(
            name=report.region.short_name,
            submission_id=report.pk,
            before=stood.get(report.region_id, State.NOT_STARTED),
            after=report.state,
            version=report.revision_count or None,
            at=times.get(report.pk, report.changed_at),
        )
        for report in moved
    )


def _rules_changed(run: AllocationRun, now: Inputs) -> list[Change]:
    if run.rules_sha256 == now.rules.sha256:
        return []
    return [Change(RULES, run.rules_version, now.rules.version)]


def _region_changed(row: RunRegion, now: RegionFigures) -> list[Change]:
    pairs = (
        (REPORT, row.reported_posts, now.reported),
        (PLAN, row.planned_posts, now.planned),
        (INHABITANTS, row.inhabitants, now.inhabitants),
    )
    return [
        Change(kind, before, after, row.region_id, row.region.short_name, version=now.revision_number)
        for kind, before, after in pairs
        if before != after
    ]


def _tell(
    runs: Sequence[AllocationRun], found: Mapping[int, list[Change]], now: Mapping[int, Inputs]
) -> dict[int, list[Change]]:
    """Add to each change whose it is, when it came and where it is looked at. A query for each kind."""
    kinds = {change.kind for changes in found.values() for change in changes}
    if not kinds:
        return {run.pk: [] for run in runs}
    reports = _reports(now) if REPORT in kinds else {}
    plans = _plan_times(run.round_grant.year for run in runs) if PLAN in kinds else {}
    counts = _references(now) if INHABITANTS in kinds else {}
    rules = _first_used(now) if RULES in kinds else {}

    def told(run: AllocationRun, change: Change) -> Change:
        inputs = now[run.round_grant_id]
        if change.kind == REPORT:
            revision = reports.get(inputs.figures[change.region].revision_id or 0)
            return replace(change, at=revision and revision[0], submission_id=revision and revision[1])
        if change.kind == PLAN:
            return replace(change, at=plans.get((change.region, run.round_grant.year)))
        if change.kind == INHABITANTS:
            reference = counts.get(inputs.rules.population_reference)
            if reference is None:
                return change
            return replace(
                change, reference_id=reference.pk, reference=reference.title, at=reference.loaded_at
            )
        return replace(change, at=rules.get(inputs.rules.version))

    return {run.pk: [told(run, change) for change in found[run.pk]] for run in runs}


def _reports(now: Mapping[int, Inputs]) -> dict[int, tuple[datetime, int]]:
    """Version's key -> when it was submitted, and its report."""
    keys = {row.revision_id for inputs in now.values() for row in inputs.figures.values() if row.revision_id}
    rows = Revision.objects.filter(pk__in=keys).values_list("pk", "submitted_at", "submission")
    return {key: (at, submission) for key, at, submission in rows}


def _plan_times(years: Iterable[int]) -> dict[tuple[str, int], datetime]:
    """Region and year -> when the plan was last written."""
    events = apps.get_model("reporting", "BaselineEvent").objects.filter(
        year__in=set(years), post_type=PostType.AT
    )
    rows = events.order_by().values_list("region", "year").annotate(at=Max("pgh_created_at"))
    return {(region, year): at for region, year, at in rows}


def _references(now: Mapping[int, Inputs]) -> dict[str, PopulationReference]:
    slugs = {inputs.rules.population_reference for inputs in now.values()}
    return {found.slug: found for found in PopulationReference.objects.filter(slug__in=slugs)}


def _first_used(now: Mapping[int, Inputs]) -> dict[str, datetime]:
    """Version of the rules -> when the first run was computed by it."""
    versions = {inputs.rules.version for inputs in now.values()}
    runs = AllocationRun.objects.filter(rules_version__in=versions).order_by()
    return dict(runs.values_list("rules_version").annotate(at=Min("created_at")))
