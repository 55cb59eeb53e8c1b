"""What the agency's desk shows of a round and its computations: questions that take several tables."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise

from allocation import selectors
from allocation.models import OPEN_STATES, AllocationRun, Recomputation, RequestState, RoundGrant, RunRegion
from reporting import selectors as reporting_selectors
from reporting.models import Mail, ReportingRound, Revision, State


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many reports are in one state."""

    state: str
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Glance:
    """A round in a few figures."""

    reporting_round: ReportingRound
    is_open: bool
    days_left: int
    states: tuple[StateCount, ...]
    region_count: int
    waiting_for_agency: int
    runs: tuple[AllocationRun, ...]
    example_years: frozenset[int]
    is_waiting: bool
    failed: Recomputation | None
    failed_mail_count: int


def glance(*, at: datetime) -> Glance | None:
    """How the round that regions see at the moment `at` stands; None before the first round has opened."""
    reporting_round = reporting_selectors.current_round(at=at)
    if reporting_round is None:
        return None
    counts = dict(
        reporting_round.submissions.order_by()
        .values_list("state")
        .annotate(Count("pk"))
        .values_list("state", "pk__count")
    )
    return Glance(
        reporting_round=reporting_round,
        is_open=reporting_round.is_open(at=at),
        days_left=reporting_round.days_left(at=at),
        states=tuple(StateCount(state.value, state.label, counts.get(state.value, 0)) for state in State),
        region_count=sum(counts.values()),
        waiting_for_agency=counts.get(State.SUBMITTED, 0) + counts.get(State.IN_REVIEW, 0),
        runs=tuple(selectors.current_runs(reporting_round)),
        example_years=selectors.example_years(),
        is_waiting=selectors.is_waiting(reporting_round),
        failed=failed_recomputation(reporting_round),
        failed_mail_count=Mail.objects.filter(Q(sent_at=None) & ~Q(last_error="")).count(),
    )


def failed_recomputation(reporting_round: ReportingRound) -> Recomputation | None:
    """The last recomputation that was dealt with, if it failed: amounts are then older than reports."""
    dealt_with = Recomputation.objects.filter(reporting_round=reporting_round).exclude(state__in=OPEN_STATES)
    latest = dealt_with.order_by("-finished_at", "-pk").first()
    return latest if latest is not None and latest.state == RequestState.FAILED else None


def sum_when_counted(round_grant: RoundGrant, revision: Revision | None) -> int | None:
    """What a region got, in kronor, in the last run that was made from a version; None if there is none."""
    if revision is None:
        return None
    rows = RunRegion.objects.filter(run__round_grant=round_grant, revision=revision)
    return rows.order_by("-run__number").values_list("total_kr", flat=True).first()
