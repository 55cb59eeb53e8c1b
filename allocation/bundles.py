"""A stored run as one document that anybody can compute anew, and what more posts would be worth in it."""

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
from allocation.models import AllocationRun

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
    rules = parse_rules(run.rules_text, origin=str(run))
    reports = reports_of(run)
    allocation = compute(rules, reports)
    if _stored(run) != _computed(allocation):
        raise RunFailed(_("The run's awards are not what its rules and figures give. Do not use them."))
    about: dict[str, str | int | bool] = {
        "round": run.round_grant.reporting_round.slug,
        "grant": run.round_grant.title,
        "run": run.number,
        "computed_at": run.created_at.isoformat(),
        "synthetic": run.round_grant.reporting_round.is_demo,
    }
    return canonical_bytes(bundle_of(rules, reports, allocation, about=about))


def curve_of(run: AllocationRun, region_code: str, rules: RuleSet) -> list[MarginalPoint]:
    """Kronor for each number of posts around the region's present report, all others unchanged."""
    return marginal(rules, reports_of(run), region_code, upto=POSTS_AHEAD, below=POSTS_BEHIND)


def _stored(run: AllocationRun) -> dict[tuple[str, str], int]:
    return {
        (region, pot): amount_kr
        for region, pot, amount_kr in run.awards.values_list("region_id", "pot", "amount_kr")
    }


def _computed(allocation: Allocation) -> dict[tuple[str, str], int]:
    return {
        (region.code, award.pot): award.amount_kr for region in allocation.regions for award in region.awards
    }
