"""What one region gets by a published run, and why."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from allocation.bundles import curve_of
from allocation.curve import Curve, curve
from allocation.engine import MarginalPoint, RuleSet, parse_rules
from allocation.explanation import Explanation, explain
from allocation.models import AllocationRun, Award, RunRegion
from publication.selectors import PublishedGrant
from reporting.models import Revision


@dataclass(frozen=True, slots=True)
class CountedVersion:
    """The version of the region's report that the run counted."""

    number: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class OpenAward:
    """A region in a published run: figures, each pot explained, and what more posts would be worth."""

    grant: PublishedGrant
    figures: RunRegion
    revision: CountedVersion | None
    explanations: tuple[Explanation, ...]
    curve: Curve


def award_of(grant: PublishedGrant, region_code: str) -> OpenAward | None:
    """What a region gets by a published run; None where the run does not have the region."""
    found = RunRegion.objects.filter(run=grant.run_id, region=region_code).select_related("run__round_grant")
    figures = found.first()
    if figures is None:
        return None
    rules = _rules(figures.run.rules_text)
    pots = {pot.id: pot for pot in rules.pots}
    awards = {award.pot: award for award in Award.objects.filter(run=grant.run_id, region=region_code)}
    version = Revision.objects.filter(
        publications__publication=grant.publication_id, publications__region=region_code
    ).first()
    present = figures.planned_posts if figures.reported_posts is None else figures.reported_posts
    return OpenAward(
        grant=grant,
        figures=figures,
        revision=CountedVersion(version.number, version.submitted_at) if version else None,
        explanations=tuple(
            explain(
                awards[pot].trace,
                pot=pots[pot],
                rules=rules,
                eligible=awards[pot].eligible,
                reason=awards[pot].reason,
            )
            for pot in pots
            if pot in awards
        ),
        curve=curve(points_of(figures.run_id, region_code), present=present),
    )


@lru_cache(maxsize=128)
def points_of(run_id: int, region_code: str) -> tuple[MarginalPoint, ...]:
    """The curve "kronor for each further post". Kept by this process: a run never changes."""
    run = AllocationRun.objects.select_related("round_grant").get(pk=run_id)
    return tuple(curve_of(run, region_code, _rules(run.rules_text)))


@lru_cache(maxsize=32)
def _rules(text: str) -> RuleSet:
    return parse_rules(text, origin="run")
