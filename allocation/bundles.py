"""A stored run as one document that anybody can compute anew, and what more posts would be worth in it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from allocation.engine import (
    Allocation,
    MarginalPoint,
    Report,
    RuleSet,
    bundle_of,
    canonical_bytes,
    compute,
    marginal,
    parse_rules,
)
from allocation.errors import RunFailed
from allocation.models import AllocationRun, Award, RunRegion

POSTS_AHEAD = 45
POSTS_BEHIND = 5


def reports_of(run: AllocationRun) -> list[Report]:
    """The figures that a run was computed from, in the order of the county codes."""
    rows = run.regions.order_by("region_id").values_list(
        "region_id", "inhabitants", "planned_posts", "reported_posts"
    )
    return [Report(*row) for row in rows]


def bundle_of_run(run: AllocationRun) -> bytes:
    """A run with rules, figures, results and traces; `python -m allocation.engine verify` computes it anew.

    Raises:
        RunFailed: the stored awards are not what the stored rules and figures give.
    """
    rows, awards = list(run.regions.order_by("region_id")), list(run.awards.all())
    rules, reports, allocation = computed_again(run, rows=rows, awards=awards)
    about: dict[str, str | int | bool] = {
        "round": run.round_grant.reporting_round.slug,
        "grant": run.round_grant.title,
        "run": run.number,
        "computed_at": run.created_at.isoformat(),
        "synthetic": run.round_grant.reporting_round.is_demo,
    }
    return canonical_bytes(bundle_of(rules, reports, allocation, about=about))


def computed_again(
    run: AllocationRun, *, rows: Sequence[RunRegion], awards: Sequence[Award]
) -> tuple[RuleSet, list[Report], Allocation]:
    """Compute a stored run anew from its own rules and figures. No queries.

    Args:
        rows, awards: all of the run's, the rows in the order of the county codes.

    Raises:
        RunFailed: the stored awards are not what the stored rules and figures give.
    """
    rules = parse_rules(run.rules_text, origin=run.rules_version)
    reports = [Report(row.region_id, row.inhabitants, row.planned_posts, row.reported_posts) for row in rows]
    allocation = compute(rules, reports)
    stored = {(award.region_id, award.pot): award.amount_kr for award in awards}
    if stored != _computed(allocation):
        raise RunFailed(_("The run's awards are not what its rules and figures give. Do not use them."))
    return rules, reports, allocation


def curve_of(run: AllocationRun, region_code: str, rules: RuleSet) -> list[MarginalPoint]:
    """Kronor for each number of posts around the region's present report, all others unchanged."""
    return marginal(rules, reports_of(run), region_code, upto=POSTS_AHEAD, below=POSTS_BEHIND)


def _computed(allocation: Allocation) -> dict[tuple[str, str], int]:
    return {
        (region.code, award.pot): award.amount_kr for region in allocation.regions for award in region.awards
    }
