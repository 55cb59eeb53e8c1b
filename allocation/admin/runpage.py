"""What the page of a run shows, gathered in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from allocation import decided, desk
from allocation.engine import parse_rules
from allocation.models import AllocationRun, Award, Decision, Recomputation, RoundGrant, RunRegion
from allocation.prerequisites import APPROVED, Facts, reports_of_round
from allocation.staleness import (
    INHABITANTS,
    PLAN,
    REPORT,
    Change,
    Moved,
    Staleness,
    inputs_now,
    reports_moved,
    staleness_of,
)
from reporting.models import Region, State
from reporting.templatetags.platsplan import number

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
class Reason:
    """One thing that has changed since the run, in words, with the way to where one sees it."""

    text: str
    url: str
    at: datetime | None


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
    reasons: tuple[Reason, ...]
    moved: tuple[Reason, ...]
    is_example: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the page of a run is made from; `previous` are the rows of the run before."""

    facts: Facts
    proposal: Decision | None
    previous: tuple[RunRegion, ...]


def gather(run: AllocationRun) -> Gathered:
    """Read what the page of a run is made from, each table once."""
    grant = run.round_grant
    before = AllocationRun.objects.filter(round_grant=grant, number__lt=run.number).order_by("-number")
    rows = list(
        RunRegion.objects.filter(Q(run=run.pk) | Q(run__in=Subquery(before.values("pk")[:1])))
        .select_related("region", "run")
        .defer("run__rules_text")
        .order_by("region_id")
    )
    decisions = decided.on_grant(grant)
    facts = Facts(
        rows=[row for row in rows if row.run_id == run.pk],
        awards=list(run.awards.all()),
        reports=reports_of_round(grant.reporting_round_id),
        exemptions=decided.exemptions_of(grant),
        in_force=decisions.in_force,
        work=desk.work_on(run),
        inputs=inputs_now([grant])[grant.pk],
    )
    return Gathered(facts, decisions.proposal, tuple(row for row in rows if row.run_id != run.pk))


def run_page(run: AllocationRun, gathered: Gathered | None = None) -> RunPage:
    """Make the page of a run."""
    known = gathered or gather(run)
    facts, grant = known.facts, run.round_grant
    latest = facts.work.latest
    basis: dict[str, dict[str, object]] = {row["region"]: row for row in latest.basis} if latest else {}
    previous = known.previous[0].run if known.previous else None
    earlier = {row.region_id: row for row in known.previous}
    changed = tuple(
        row.region.short_name
        for row in facts.rows
        if earlier
        and (row.region_id not in earlier or row.reported_posts != earlier[row.region_id].reported_posts)
    )
    pots = _pots(run, facts.awards)
    reports = {report.region_id: report.pk for report in facts.reports}
    rows = _rows(facts, basis=basis, before=earlier, pots=pots, reports=reports)
    sums = _sums(rows, has_previous=previous is not None)
    names = {row.region_id: row.region.short_name for row in facts.rows}
    stale = staleness_of([run], now={grant.pk: facts.inputs}, rows=facts.rows)[run.pk]
    moved = reports_moved(latest.basis if latest else (), facts.reports)
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
        waiting=facts.work.waiting,
        failed=facts.work.failed,
        changed=changed,
        reasons=reasons_of(stale, grant),
        moved=tuple(_moved(one) for one in moved),
        is_example=facts.inputs.is_example,
    )


def reasons_of(stale: Staleness, grant: RoundGrant) -> tuple[Reason, ...]:
    """Why a run is stale, a sentence for each change, with the way to where one sees it."""
    return tuple(_reason(change, grant) for change in stale.changes)


def _reason(change: Change, grant: RoundGrant) -> Reason:
    words = {"region": change.name, "before": _written(change.before), "after": _written(change.after)}
    round_url = reverse("admin:reporting_reportinground_change", args=[grant.reporting_round_id])
    if change.kind == REPORT:
        text = _("%(region)s reports %(after)s AT posts in version %(version)s; the run counted %(before)s.")
        url = (
            reverse("admin:reporting_submission_change", args=[change.submission_id])
            if change.submission_id
            else round_url
        )
        return Reason(text % {**words, "version": change.version or "–"}, url, change.at)
    if change.kind == PLAN:
        text = _("The plan of %(region)s is %(after)s AT posts; the run counted %(before)s.")
        url = reverse("admin:reporting_region_change", args=[change.region])
        return Reason(text % words, url, change.at)
    if change.kind == INHABITANTS:
        text = _("%(region)s has %(after)s inhabitants in %(reference)s; the run counted %(before)s.")
        url = (
            reverse("admin:reporting_populationreference_change", args=[change.reference_id])
            if change.reference_id
            else round_url
        )
        return Reason(text % {**words, "reference": change.reference or "–"}, url, change.at)
    text = _("The rule set is %(after)s now; the run was computed by %(before)s.")
    return Reason(text % words, round_url, change.at)


def _moved(report: Moved) -> Reason:
    text = _("%(region)s: %(before)s, now %(after)s.") % {
        "region": report.name,
        "before": str(State(report.before).label).lower(),
        "after": str(State(report.after).label).lower(),
    }
    url = reverse("admin:reporting_submission_change", args=[report.submission_id])
    return Reason(text, url, report.at)


def _written(value: int | str | None) -> str:
    return str(number(value)) if isinstance(value, int) else value or "–"


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
    facts: Facts,
    *,
    basis: Mapping[str, Mapping[str, object]],
    before: Mapping[str, RunRegion],
    pots: Sequence[Pot],
    reports: Mapping[str, int],
) -> tuple[Row, ...]:
    by_place = {(award.region_id, award.pot): award for award in facts.awards}
    rows = []
    for row in facts.rows:
        stood = basis.get(row.region_id, {})
        state, version = str(stood.get("state", State.NOT_STARTED)), stood.get("revision")
        earlier = before.get(row.region_id)
        rows.append(
            Row(
                region=row.region,
                planned=row.planned_posts,
                reported=row.reported_posts,
                increase=row.increase,
                awards=tuple(by_place[row.region_id, pot.id] for pot in pots),
                total_kr=row.total_kr,
                change_kr=row.total_kr - earlier.total_kr if earlier else None,
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
