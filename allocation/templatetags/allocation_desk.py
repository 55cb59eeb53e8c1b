"""What the agency's pages about reports show of the computations."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django import template

from allocation import desk, selectors
from allocation.engine import parse_rules
from allocation.models import AllocationRun, RunRegion
from reporting.models import Revision, Submission

register = template.Library()


@dataclass(frozen=True, slots=True)
class PotLine:
    """A region's amount from one pot."""

    title: str
    amount_kr: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class PreliminaryAward:
    """A region's sum in the run that holds now for one grant.

    `is_counted` tells whether that run counted the version in question; `before_kr` is what the
    version before gave in the last run that counted it, None where no run did.
    """

    run: AllocationRun
    year: int
    figures: RunRegion
    threshold: Decimal | None
    is_counted: bool
    now_kr: int
    before_kr: int | None
    pots: tuple[PotLine, ...]
    assumed: bool
    is_example: bool

    @property
    def change_kr(self) -> int | None:
        """Kronor more or less than the version before gave."""
        return None if self.before_kr is None or not self.is_counted else self.now_kr - self.before_kr


@register.simple_tag
def preliminary_awards(
    submission: Submission, revision: Revision, previous: Revision | None
) -> list[PreliminaryAward]:
    """One line per grant of the round that has a run, in the order of the years."""
    awards = []
    example_years = selectors.example_years()
    for run in selectors.current_runs(submission.reporting_round):
        figures = run.regions.filter(region=submission.region_id).first()
        if figures is None:
            continue
        rules = parse_rules(run.rules_text, origin=run.rules_version)
        titles = {pot.id: pot.title for pot in rules.pots}
        pots = tuple(
            PotLine(titles.get(award.pot, award.pot), award.amount_kr, award.assumed)
            for award in selectors.awards_of(run, submission.region)
        )
        awards.append(
            PreliminaryAward(
                run=run,
                year=run.round_grant.year,
                figures=figures,
                threshold=rules.threshold,
                is_counted=selectors.counted_version(run, submission.region_id) == revision.number,
                now_kr=figures.total_kr,
                before_kr=desk.sum_when_counted(run.round_grant, previous),
                pots=pots,
                assumed=any(pot.assumed and pot.amount_kr for pot in pots),
                is_example=run.round_grant.year in example_years,
            )
        )
    return awards


@register.simple_tag
def round_at_a_glance(at: datetime, reader_id: int, chosen: str = "") -> desk.Glance | None:
    """How a round stands: the chosen one, else what regions see at the moment `at`; None before the first."""
    round_id = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else None
    return desk.glance(at=at, reader_id=reader_id, round_id=round_id)
