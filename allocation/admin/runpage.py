"""What the page of a run shows, gathered in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from allocation import desk, selectors
from allocation.engine import parse_rules
from allocation.models import OPEN_STATES, AllocationRun, Award, Recomputation, RunRegion
from allocation.prerequisites import APPROVED
from reporting.models import Region, State, Submission

BAR_UNITS = 360  # the width of a pot's bar in its drawing


@dataclass(frozen=True, slots=True)
class Pot:
    """A pot: kronor, shares in per cent, the bar, and whether everything adds up."""

    id: str
    title: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    region_count: int
    assumed: bool
    awards_kr: int

    @property
    def reconciles(self) -> bool:
        """Whether the awards sum to what was shared out, and that and the rest to the pot."""
        return (
            self.awards_kr == self.allocated_kr and self.allocated_kr + self.unallocated_kr == self.amount_kr
        )

    @property
    def allocated_pct(self) -> Decimal:
        """Shared out, in per cent of the pot, half up."""
        return _share(100 * self.allocated_kr, self.amount_kr, Decimal("0.01"))

    @property
    def unallocated_pct(self) -> Decimal:
        """Not shared out, in per cent of the pot; with what was shared out always 100."""
        return Decimal(100) - self.allocated_pct if self.amount_kr else Decimal(0)

    @property
    def bar_width(self) -> str:
        """The filled part of the bar, in units of its drawing."""
        return str(_share(BAR_UNITS * self.allocated_kr, self.amount_kr, Decimal("0.1")))


@dataclass(frozen=True, slots=True)
class Row:
    """A region: figures, one amount for each pot in their order, sum, change, and its report."""

    region: Region
    planned: int
    reported: int | None
    increase: int | None
    awards: tuple[Award, ...]
    total_kr: int
    change_kr: int | None
    state: str
    version: int | None
    submission_id: int | None
    needs_attention: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """The foot of the table."""

    planned: int
    reported: int
    increase: int
    pots: tuple[int, ...]
    total_kr: int
    change_kr: int | None


@dataclass(frozen=True, slots=True)
class CountedReturned:
    """A region whose returned version counts until it is replaced."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything the page of a run shows."""

    is_current: bool
    current: AllocationRun | None
    previous: AllocationRun | None
    pots: tuple[Pot, ...]
    rows: tuple[Row, ...]
    sums: Sums
    reconciles: bool
    basis_at: datetime | None
    approved_count: int
    counted_returned: tuple[CountedReturned, ...]
    not_reported: tuple[str, ...]
    unapproved: tuple[str, ...]
    waiting: Recomputation | None
    failed: Recomputation | None
    changed: tuple[str, ...]


def run_page(run: AllocationRun) -> RunPage:
    """Gather the page of a run."""
    grant = run.round_grant
    regions = list(run.regions.select_related("region", "revision").order_by("region"))
    awards = list(run.awards.all())
    latest = selectors.latest_recomputation(run)
    basis: dict[str, dict[str, object]] = {row["region"]: row for row in latest.basis} if latest else {}
    previous = (
        AllocationRun.objects.filter(round_grant=grant, number__lt=run.number).order_by("-number").first()
    )
    before: dict[str, int] = {}
    changed: tuple[str, ...] = ()
    if previous is not None:
        earlier = {row.region_id: row for row in previous.regions.all()}
        before = {code: row.total_kr for code, row in earlier.items()}
        changed = tuple(
            row.region.short_name
            for row in regions
            if row.region_id not in earlier or row.reported_posts != earlier[row.region_id].reported_posts
        )
    pots = _pots(run, awards)
    rows = _rows(run, regions, awards, basis=basis, before=before, pots=pots)
    sums = _sums(rows, has_previous=previous is not None)
    names = {row.region_id: row.region.short_name for row in regions}
    return RunPage(
        is_current=grant.current_run_id == run.pk,
        current=grant.current_run,
        previous=previous,
        pots=pots,
        rows=rows,
        sums=sums,
        reconciles=all(pot.reconciles for pot in pots)
        and sums.total_kr == run.allocated_kr
        and run.allocated_kr + run.unallocated_kr == run.amount_kr,
        basis_at=latest.finished_at if latest else None,
        approved_count=sum(row.state in APPROVED for row in rows),
        counted_returned=tuple(
            CountedReturned(names[row.region.code], row.version)
            for row in rows
            if row.state == State.RETURNED and row.version is not None
        ),
        not_reported=tuple(names[row.region.code] for row in rows if row.reported is None),
        unapproved=tuple(names[row.region.code] for row in rows if row.state not in APPROVED),
        waiting=grant.reporting_round.recomputations.filter(state__in=OPEN_STATES)
        .order_by("requested_at")
        .first(),
        failed=desk.failed_recomputation(grant.reporting_round),
        changed=changed,
    )


def _pots(run: AllocationRun, awards: Sequence[Award]) -> tuple[Pot, ...]:
    titles = {pot.id: pot.title for pot in parse_rules(run.rules_text, origin=run.rules_version).pots}
    return tuple(
        Pot(
            id=pot.pot,
            title=titles.get(pot.pot, pot.pot),
            amount_kr=pot.amount_kr,
            allocated_kr=pot.allocated_kr,
            unallocated_kr=pot.unallocated_kr,
            region_count=sum(award.amount_kr > 0 for award in awards if award.pot == pot.pot),
            assumed=any(award.assumed for award in awards if award.pot == pot.pot),
            awards_kr=sum(award.amount_kr for award in awards if award.pot == pot.pot),
        )
        for pot in run.pots.all()
    )


def _rows(
    run: AllocationRun,
    regions: Sequence[RunRegion],
    awards: Sequence[Award],
    *,
    basis: Mapping[str, Mapping[str, object]],
    before: Mapping[str, int],
    pots: Sequence[Pot],
) -> tuple[Row, ...]:
    reports = dict(
        Submission.objects.filter(reporting_round=run.round_grant.reporting_round_id).values_list(
            "region_id", "pk"
        )
    )
    by_place = {(award.region_id, award.pot): award for award in awards}
    rows = []
    for row in regions:
        stood = basis.get(row.region_id, {})
        state, version = str(stood.get("state", State.NOT_STARTED)), stood.get("revision")
        rows.append(
            Row(
                region=row.region,
                planned=row.planned_posts,
                reported=row.reported_posts,
                increase=row.increase,
                awards=tuple(by_place[row.region_id, pot.id] for pot in pots),
                total_kr=row.total_kr,
                change_kr=row.total_kr - before[row.region_id] if row.region_id in before else None,
                state=state,
                version=version if isinstance(version, int) else None,
                submission_id=reports.get(row.region_id),
                needs_attention=state == State.RETURNED or row.reported_posts is None,
            )
        )
    return tuple(rows)


def _sums(rows: Sequence[Row], *, has_previous: bool) -> Sums:
    columns = zip(*(row.awards for row in rows), strict=True)
    return Sums(
        planned=sum(row.planned for row in rows),
        reported=sum(row.reported or 0 for row in rows),
        increase=sum(row.increase or 0 for row in rows),
        pots=tuple(sum(award.amount_kr for award in column) for column in columns),
        total_kr=sum(row.total_kr for row in rows),
        change_kr=sum(row.change_kr or 0 for row in rows) if has_previous else None,
    )


def _share(part: int, whole: int, step: Decimal) -> Decimal:
    if not whole:
        return Decimal(0)
    return (Decimal(part) / Decimal(whole)).quantize(step, rounding=ROUND_HALF_UP)
