"""What one region gets by a published run, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from allocation.bundles import curve_of
from allocation.curve import Curve, curve
from allocation.engine import MarginalPoint, RuleSet, parse_rules
from allocation.explanation import Explanation, explain
from allocation.models import AllocationRun, Award, PublishedReport, RunRegion
from allocation.money import Settled
from publication.published import PublishedGrant


@dataclass(frozen=True, slots=True)
class CountedVersion:
    """The version of the region's report that the run counted."""

    number: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class OpenAward:
    """A region in a published run: figures, each pot explained, and what more posts would be worth.

    `settled` is what was paid, claimed and is left, where the run is shown as decided.
    """

    grant: PublishedGrant
    figures: RunRegion
    revision: CountedVersion | None
    explanations: tuple[Explanation, ...]
    curve: Curve
    settled: Settled | None


def awards_of(
    grants: Sequence[PublishedGrant], region_code: str, *, settled: Mapping[tuple[int, str], Settled]
) -> list[OpenAward]:
    """What a region gets by published runs, in their order; without those that do not have the region.

    Three queries, however many runs there are, and those of each curve that nobody has asked for yet.

    Args:
        settled: (run's pk, region code) -> how the region stands; only runs that are shown as decided.
    """
    runs = [grant.run_id for grant in grants]
    regions = RunRegion.objects.filter(run__in=runs, region=region_code).select_related("run__round_grant")
    by_run = {figures.run_id: figures for figures in regions}
    awards: dict[int, dict[str, Award]] = defaultdict(dict)
    for award in Award.objects.filter(run__in=runs, region=region_code):
        awards[award.run_id][award.pot] = award
    published = PublishedReport.objects.filter(
        publication__in=[grant.publication_id for grant in grants], region=region_code
    )
    versions = {
        publication: CountedVersion(number, submitted_at)
        for publication, number, submitted_at in published.order_by().values_list(
            "publication", "revision__number", "revision__submitted_at"
        )
    }
    return [
        _award(
            grant,
            by_run[grant.run_id],
            awards[grant.run_id],
            revision=versions.get(grant.publication_id),
            settled=settled.get((grant.run_id, region_code)),
        )
        for grant in grants
        if grant.run_id in by_run
    ]


def _award(
    grant: PublishedGrant,
    figures: RunRegion,
    awards: Mapping[str, Award],
    *,
    revision: CountedVersion | None,
    settled: Settled | None,
) -> OpenAward:
    rules = _rules(figures.run.rules_text)
    present = figures.planned_posts if figures.reported_posts is None else figures.reported_posts
    return OpenAward(
        grant=grant,
        figures=figures,
        revision=revision,
        settled=settled,
        explanations=tuple(
            explain(
                awards[pot.id].trace,
                pot=pot,
                rules=rules,
                eligible=awards[pot.id].eligible,
                reason=awards[pot.id].reason,
            )
            for pot in rules.pots
            if pot.id in awards
        ),
        curve=curve(
            points_of(figures.run_id, figures.region_id),
            present=present,
            is_planned=figures.reported_posts is None,
        ),
    )


@lru_cache(maxsize=128)
def points_of(run_id: int, region_code: str) -> tuple[MarginalPoint, ...]:
    """The curve "kronor for each further post". Kept by this process: a run never changes."""
    run = AllocationRun.objects.select_related("round_grant").get(pk=run_id)
    return tuple(curve_of(run, region_code, _rules(run.rules_text)))


@lru_cache(maxsize=32)
def _rules(text: str) -> RuleSet:
    return parse_rules(text, origin="run")
