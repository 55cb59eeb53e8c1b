"""What a calculator may know of the regions: what is public, and never a draft or a report at the agency."""

from dataclasses import dataclass

from allocation.engine import RuleSet
from reporting.models import Baseline, Inhabitants, PostType, Region, Standing


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """A region with the plan and inhabitants that a rule set compares with. None is missing, never 0.

    `is_example` says that the plan is synthetic.
    """

    code: str
    name: str
    planned: int | None
    inhabitants: int | None
    is_example: bool


def public_figures(rules: RuleSet) -> tuple[RegionFigures, ...]:
    """Plan and inhabitants of every region for a rule set's year, in code order. Three queries.

    They are reference data, which everybody may see. Reports are not read at all: the other regions
    count with their plan, also when they have reported something else.
    """
    plans = {plan.region_id: plan for plan in Baseline.objects.filter(year=rules.year, post_type=PostType.AT)}
    counts = dict(
        Inhabitants.objects.filter(reference__slug=rules.population_reference).values_list(
            "region_id", "persons"
        )
    )
    return tuple(
        RegionFigures(
            code=region.code,
            name=region.name,
            planned=plans[region.code].planned_posts if region.code in plans else None,
            inhabitants=counts.get(region.code),
            is_example=region.code in plans and plans[region.code].standing == Standing.SYNTHETIC,
        )
        for region in Region.objects.order_by("code")
    )
