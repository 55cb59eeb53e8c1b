"""What the agency's desk shows of a round and its computations: questions that take several tables."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise

from allocation import decided, money, selectors
from allocation.models import (
    OPEN_STATES,
    SILENCE,
    AllocationRun,
    Decision,
    DecisionState,
    Recomputation,
    RequestState,
    RoundGrant,
    RunRegion,
)
from reporting import selectors as reporting_selectors
from reporting.models import STOCKHOLM, Mail, ReportFlag, ReportingRound, Revision, State, Submission

LATEST_RUNS = 6
MOST_OTHERS = 6


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many reports are in one state."""

    state: str
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class RegionState:
    """Where one region's report stands, with its key."""

    name: str
    state: str
    submission_id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reports of the round wait for something; see the queue's filters of the same names."""

    mine: int
    unassigned: int
    flagged: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Glance:
    """A round in a few figures."""

    reporting_round: ReportingRound
    others: tuple[ReportingRound, ...]
    is_open: bool
    days_left: int
    states: tuple[StateCount, ...]
    regions: tuple[RegionState, ...]
    waiting: Waiting
    region_count: int
    waiting_for_agency: int
    runs: tuple[AllocationRun, ...]
    latest_runs: tuple[AllocationRun, ...]
    proposals: tuple[Decision, ...]
    money_waits: tuple[RoundGrant, ...]
    example_years: frozenset[int]
    is_waiting: bool
    stuck: Recomputation | None
    failed: Recomputation | None
    failed_mail_count: int


def glance(*, at: datetime, reader_id: int, round_id: int | None = None) -> Glance | None:
    """How the round that regions see at the moment `at` stands; None before the first round has opened.

    Args:
        reader_id: whose reports are counted as their own.
        round_id: another round to look at, if it has opened.
    """
    opened = ReportingRound.objects.filter(opens_at__lte=at)
    chosen = opened.filter(pk=round_id).first() if round_id is not None else None
    reporting_round = chosen or reporting_selectors.current_round(at=at)
    if reporting_round is None:
        return None
    reports = list(
        reporting_round.submissions.order_by("region").values_list("region__short_name", "state", "pk")
    )
    counts = Counter(state for _name, state, _pk in reports)
    return Glance(
        reporting_round=reporting_round,
        others=_others(opened, reporting_round),
        is_open=reporting_round.is_open(at=at),
        days_left=reporting_round.days_left(at=at),
        states=tuple(StateCount(state.value, state.label, counts[state.value]) for state in State),
        regions=tuple(RegionState(name, state, pk) for name, state, pk in reports),
        waiting=_waiting(reporting_round, reader_id=reader_id, at=at),
        region_count=len(reports),
        waiting_for_agency=counts[State.SUBMITTED] + counts[State.IN_REVIEW],
        runs=tuple(selectors.current_runs(reporting_round)),
        latest_runs=_latest_runs(reporting_round),
        proposals=tuple(decided.open_proposals()),
        money_waits=tuple(money.grants_that_wait()),
        example_years=selectors.example_years(),
        is_waiting=selectors.is_waiting(reporting_round),
        stuck=_stuck_recomputation(reporting_round, at=at),
        failed=failed_recomputation(reporting_round),
        failed_mail_count=Mail.objects.filter(Q(sent_at=None, dropped_at=None) & ~Q(last_error="")).count(),
    )


def _others(opened: QuerySet[ReportingRound], shown: ReportingRound) -> tuple[ReportingRound, ...]:
    """Other rounds where the agency has something left: reports under way, or a grant that is not decided."""
    under_way = Submission.objects.filter(reporting_round=OuterRef("pk")).exclude(
        state__in=[State.NOT_STARTED, State.DECIDED]
    )
    decided_on = Decision.objects.filter(round_grant=OuterRef("pk"), state=DecisionState.DECIDED)
    undecided = RoundGrant.objects.filter(reporting_round=OuterRef("pk")).exclude(Exists(decided_on))
    left = opened.filter(Exists(under_way) | Exists(undecided)).exclude(pk=shown.pk)
    return tuple(left.order_by("-closes_at")[:MOST_OTHERS])


def _waiting(reporting_round: ReportingRound, *, reader_id: int, at: datetime) -> Waiting:
    """Four counts in one statement."""
    in_line = Q(state__in=[State.SUBMITTED, State.IN_REVIEW])
    open_flags = ReportFlag.objects.filter(submission=OuterRef("pk"), dismissed_at=None)
    today = at.astimezone(STOCKHOLM).date()
    found = (
        reporting_round.submissions.order_by()
        .annotate(is_flagged=Exists(open_flags))
        .aggregate(
            mine=Count("pk", filter=in_line & Q(assignment__officer=reader_id)),
            unassigned=Count("pk", filter=in_line & Q(assignment__officer=None)),
            flagged=Count("pk", filter=in_line & Q(is_flagged=True)),
            overdue=Count("pk", filter=Q(state=State.RETURNED, answer_by__lt=today)),
        )
    )
    return Waiting(**found)


def _latest_runs(reporting_round: ReportingRound) -> tuple[AllocationRun, ...]:
    """The newest runs of the round's grants, newest first."""
    runs = AllocationRun.objects.filter(round_grant__reporting_round=reporting_round)
    return tuple(runs.select_related("round_grant").order_by("-created_at", "-pk")[:LATEST_RUNS])


def _stuck_recomputation(reporting_round: ReportingRound, *, at: datetime) -> Recomputation | None:
    """The oldest request whose worker has fallen silent; None where none has.

    Silence is enough: where every worker has died nobody is left to mark the request.
    """
    silent = Q(state=RequestState.RUNNING, heartbeat_at__lt=at - SILENCE)
    of_round = Recomputation.objects.filter(reporting_round=reporting_round)
    return of_round.filter(Q(state=RequestState.STUCK) | silent).order_by("pk").first()


@dataclass(frozen=True, slots=True)
class Work:
    """What the workers are doing, and have done, about a run and its round.

    Attributes:
        waiting: the oldest request that has not been answered.
        failed: the last that was dealt with, if it failed: amounts are then older than reports.
        latest: the last that found this very run; its basis tells which reports counted.
    """

    waiting: Recomputation | None
    failed: Recomputation | None
    latest: Recomputation | None


def work_on(run: AllocationRun) -> Work:
    """The recomputations that matter to a run. One query."""
    of_round = Recomputation.objects.filter(reporting_round=run.round_grant.reporting_round_id)
    newest_first = ("-finished_at", "-pk")
    dealt_with = of_round.exclude(state__in=OPEN_STATES).order_by(*newest_first).values("pk")
    own = run.recomputations.filter(state=RequestState.DONE).order_by(*newest_first).values("pk")
    found = list(
        of_round.filter(
            Q(state__in=OPEN_STATES) | Q(pk__in=Subquery(dealt_with[:1])) | Q(pk__in=Subquery(own[:1]))
        ).annotate(gave_it=Exists(own.filter(pk=OuterRef("pk"))))
    )
    open_ones = [request for request in found if request.is_open]
    closed = sorted(
        (request for request in found if not request.is_open and request.finished_at is not None),
        key=lambda request: (request.finished_at, request.pk),
        reverse=True,
    )
    last = closed[0] if closed else None
    return Work(
        waiting=min(open_ones, key=lambda request: (request.requested_at, request.pk), default=None),
        failed=last if last is not None and last.state == RequestState.FAILED else None,
        latest=next((request for request in closed if request.gave_it), None),
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
