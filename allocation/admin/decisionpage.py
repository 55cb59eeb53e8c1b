"""What the pages about decisions show, gathered in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from allocation import decided, selectors
from allocation.engine import parse_rules
from allocation.models import AllocationRun, Award, Decision, Letter, RunPot, RunRegion
from allocation.prerequisites import Facts, Prerequisite, Readiness, facts_of, readiness_of


@dataclass(frozen=True, slots=True)
class Line:
    """A prerequisite with the way to where one mends it; no way where nothing is missing."""

    prerequisite: Prerequisite
    url: str
    url_text: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region in a decision: its amounts by pot, its letter, and what a correction changes."""

    figures: RunRegion
    awards: tuple[Award, ...]
    before_kr: int | None
    letter: Letter | None

    @property
    def change_kr(self) -> int | None:
        """More than before, or less if negative; None where nothing was decided before."""
        return None if self.before_kr is None else self.figures.total_kr - self.before_kr


@dataclass(frozen=True, slots=True)
class Standing:
    """What is decided, proposed and lacking for a run's grant."""

    run: AllocationRun
    readiness: Readiness
    lines: tuple[Line, ...]
    in_force: Decision | None
    proposal: Decision | None

    @property
    def is_decided_by(self) -> bool:
        """Whether the decision in force rests on this very run."""
        return self.in_force is not None and self.in_force.run_id == self.run.pk

    @property
    def may_be_proposed(self) -> bool:
        """Whether nothing is missing and no proposal waits."""
        return self.readiness.is_ready and self.proposal is None


def standing_of(run: AllocationRun, *, at: datetime) -> Standing:
    """Gather what the box about the decision shows on a run's page."""
    decisions = decided.on_grant(run.round_grant)
    facts = facts_of(run, decisions=decisions)
    return standing_by(run, facts=facts, proposal=decisions.proposal, at=at)


def standing_by(run: AllocationRun, *, facts: Facts, proposal: Decision | None, at: datetime) -> Standing:
    """What the box about the decision shows, from what has been read already."""
    readiness = readiness_of(run, at=at, facts=facts)
    return Standing(
        run=run,
        readiness=readiness,
        lines=lines_of(readiness.prerequisites, run, in_force=facts.in_force),
        in_force=facts.in_force,
        proposal=proposal,
    )


def lines_of(
    prerequisites: Sequence[Prerequisite], run: AllocationRun, *, in_force: Decision | None
) -> tuple[Line, ...]:
    """Each prerequisite with the way to where it is mended."""
    round_id = run.round_grant.reporting_round_id
    current = run.round_grant.current_run_id or run.pk
    on_round = reverse("admin:reporting_reportinground_change", args=[round_id])
    reports = reverse("admin:reporting_submission_changelist")
    ways = {
        "current": (
            reverse("admin:allocation_allocationrun_change", args=[current]),
            _("To the run that holds"),
        ),
        "reconciles": (on_round, _("To the round")),
        "regions": (
            reverse("admin:allocation_allocationrun_propose", args=[run.pk]) + "#h-except",
            _("Except regions"),
        ),
        "time": (f"{reports}?reporting_round__id__exact={round_id}", _("To the reports")),
        "rules": (on_round, _("To the round")),
        "appeal": (on_round, _("To the round")),
    }
    if in_force is not None:
        ways["new"] = (
            reverse("admin:allocation_decision_change", args=[in_force.pk]),
            _("To the decision in force"),
        )
    nowhere = ("", "")
    return tuple(
        Line(prerequisite, *(nowhere if prerequisite.is_met else ways.get(prerequisite.code, nowhere)))
        for prerequisite in prerequisites
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """The foot of the table, in kronor."""

    pots: tuple[int, ...]
    total_kr: int
    change_kr: int | None


@dataclass(frozen=True, slots=True)
class Pot:
    """A pot of the run that is decided on."""

    title: str
    figures: RunPot
    assumed: bool


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Everything the page of a decision shows."""

    pots: tuple[Pot, ...]
    rows: tuple[RegionRow, ...]
    sums: Sums
    lines: tuple[Line, ...]
    is_ready: bool
    corrected_by: Decision | None
    is_example: bool

    @property
    def paid_count(self) -> int:
        """How many regions get money."""
        return sum(row.figures.total_kr > 0 for row in self.rows)


def decision_page(decision: Decision, *, at: datetime) -> DecisionPage:
    """Gather the page of a decision. A fixed number of queries."""
    run = decision.run
    titles = {pot.id: pot.title for pot in parse_rules(run.rules_text, origin=str(run)).pots}
    pots = list(run.pots.all())
    before = decided.amounts_of(decision.corrects) if decision.corrects else None
    letters = {letter.region_id: letter for letter in decided.letters_of(decision)}
    awards = {(award.region_id, award.pot): award for award in run.awards.all()}
    rows = tuple(
        RegionRow(
            figures=row,
            awards=tuple(awards[row.region_id, pot.pot] for pot in pots),
            before_kr=None if before is None else before.get(row.region_id, 0),
            letter=letters.get(row.region_id),
        )
        for row in run.regions.select_related("region").order_by("region_id")
    )
    readiness = readiness_of(run, at=at) if decision.is_open else None
    return DecisionPage(
        pots=tuple(
            Pot(
                titles.get(pot.pot, pot.pot),
                pot,
                assumed=any(award.assumed for award in awards.values() if award.pot == pot.pot),
            )
            for pot in pots
        ),
        rows=rows,
        sums=Sums(
            pots=tuple(pot.allocated_kr for pot in pots),
            total_kr=sum(row.figures.total_kr for row in rows),
            change_kr=None if before is None else sum(row.change_kr or 0 for row in rows),
        ),
        lines=lines_of(readiness.prerequisites, run, in_force=decision.corrects) if readiness else (),
        is_ready=readiness is not None and readiness.is_ready,
        corrected_by=decision.corrections.filter(state="decided").first(),
        is_example=run.round_grant.year in selectors.example_years(),
    )
