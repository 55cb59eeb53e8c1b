"""Questions to the allocation tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, prefetch_related_objects

from allocation.decided import with_decided
from allocation.models import (
    OPEN_STATES,
    AllocationRun,
    Award,
    Recomputation,
    RequestState,
    RoundGrant,
)
from reporting.models import Baseline, PostType, Region, ReportingRound, Standing

# One statement is one snapshot: every figure of every region as it stood at one moment.
_SNAPSHOT = """
SELECT region.code,
       submission.state,
       revision.id,
       revision.number,
       inhabitants.persons,
       plan.planned_posts,
       figure.posts,
       plan.standing = 'synthetic',
       wanted.name
  FROM unnest(%(names)s::text[], %(rounds)s::bigint[], %(years)s::int[], %(references)s::text[])
       AS wanted(name, round, year, reference)
 CROSS JOIN reporting_region region
  LEFT JOIN reporting_submission submission
         ON submission.region_id = region.code AND submission.reporting_round_id = wanted.round
  LEFT JOIN reporting_revision revision
         ON revision.submission_id = submission.id AND revision.number = submission.revision_count
  LEFT JOIN reporting_figure figure
         ON figure.revision_id = revision.id AND figure.post_type = 'AT' AND figure.year = wanted.year
  LEFT JOIN reporting_populationreference reference ON reference.slug = wanted.reference
  LEFT JOIN reporting_inhabitants inhabitants
         ON inhabitants.reference_id = reference.id AND inhabitants.region_id = region.code
  LEFT JOIN reporting_baseline plan
         ON plan.region_id = region.code AND plan.post_type = 'AT' AND plan.year = wanted.year
 ORDER BY wanted.name, region.code
"""


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """A region's figures for one grant, as read; None where a figure is missing."""

    code: str
    state: str | None
    revision_id: int | None
    revision_number: int | None
    inhabitants: int | None
    planned: int | None
    reported: int | None
    is_example: bool | None = None  # whether the plan is synthetic


def grants_of(reporting_round: ReportingRound) -> list[RoundGrant]:
    """A round's grants by year. One query, none when the same round is asked again."""
    prefetch_related_objects([reporting_round], "grants")
    return sorted(reporting_round.grants.all(), key=lambda grant: grant.year)


def figures_of(
    reporting_round: ReportingRound, wanted: Iterable[tuple[str, int, str]]
) -> dict[str, list[RegionFigures]]:
    """Read, in one snapshot, the figures that grants of a round are computed from.

    Args:
        wanted: for each grant its rule set's name, the year and the population reference.

    Returns:
        rule set name -> one row per region, in the order of the county codes.
    """
    return figures_in_rounds((name, reporting_round.pk, year, reference) for name, year, reference in wanted)


def figures_in_rounds(wanted: Iterable[tuple[str, int, int, str]]) -> dict[str, list[RegionFigures]]:
    """As `figures_of`, for grants of several rounds at once.

    Args:
        wanted: for each grant a name of its own, the round's key, the year and the population reference.

    Returns:
        name -> one row per region, in the order of the county codes.
    """
    grants = list(wanted)
    names, rounds, years, references = (
        [list(column) for column in zip(*grants, strict=True)] if grants else ([], [], [], [])
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _SNAPSHOT, {"names": names, "rounds": rounds, "years": years, "references": references}
        )
        rows = cursor.fetchall()
    figures: dict[str, list[RegionFigures]] = {str(name): [] for name in names}
    for *row, name in rows:
        figures[name].append(RegionFigures(*row))
    return figures


def waiting_recomputations(*, before: datetime) -> list[int]:
    """Requests that nobody is at: waiting since before a moment, or left by a silent worker."""
    waiting = Recomputation.objects.filter(
        Q(state=RequestState.REQUESTED, requested_at__lt=before) | Q(state=RequestState.STUCK)
    )
    return list(waiting.order_by("requested_at").values_list("pk", flat=True)[:100])


def current_runs(reporting_round: ReportingRound) -> list[AllocationRun]:
    """The run that holds now, for each grant of the round that has one, with its pots and `is_decided`."""
    grants = RoundGrant.objects.filter(reporting_round=reporting_round, current_run__isnull=False)
    runs = AllocationRun.objects.filter(pk__in=grants.values("current_run_id"))
    return list(
        with_decided(runs)
        .select_related("round_grant__reporting_round")
        .prefetch_related("pots")
        .order_by("round_grant__year")
    )


def example_years() -> frozenset[int]:
    """Years whose plan for AT is synthetic in any region; grants for them are marked as example data."""
    plans = Baseline.objects.filter(post_type=PostType.AT, standing=Standing.SYNTHETIC)
    return frozenset(plans.order_by().values_list("year", flat=True).distinct())


def awards_of(run: AllocationRun, region: Region) -> list[Award]:
    """A region's awards in a run, in the order of the pots."""
    position = {pot.pot: pot.position for pot in run.pots.all()}
    return sorted(run.awards.filter(region=region), key=lambda award: position[award.pot])


def latest_recomputation(run: AllocationRun) -> Recomputation | None:
    """The last recomputation that gave this run: it tells which reports counted and where they stood."""
    return run.recomputations.filter(state=RequestState.DONE).order_by("-finished_at", "-pk").first()


def counted_version(run: AllocationRun, region_code: str) -> int | None:
    """Which version of a region's report the run counted when it was last found to hold.

    The run's own row may name an older version: the same figures never make a second run.
    """
    latest = latest_recomputation(run)
    return _version_in(latest.basis if latest else (), region_code)


def _version_in(basis: Iterable[Mapping[str, Any]], region_code: str) -> int | None:
    return next((row["revision"] for row in basis if row["region"] == region_code), None)


def is_waiting(reporting_round: ReportingRound) -> bool:
    """Whether a recomputation of the round has been asked for and not been done."""
    return _waiting(reporting_round).exists()


def _waiting(reporting_round: ReportingRound) -> QuerySet[Recomputation]:
    return Recomputation.objects.filter(reporting_round=reporting_round, state__in=OPEN_STATES)
