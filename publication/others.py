"""What a calculator may know of the regions: what is public, and never a draft or a report at the agency."""

from dataclasses import dataclass
from enum import StrEnum

from allocation.engine import RuleSet
from publication.published import OpenFigures, PublishedGrant, YearFigures
from reporting.models import Baseline, Inhabitants, PopulationReference, PostType, Region, Standing


class Others(StrEnum):
    """What the other regions are counted with: the reports of the published run, or their plans."""

    PUBLISHED = "published"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """A region with the plan and inhabitants that a rule set compares with. None is missing, never 0.

    `is_example` says that the plan is synthetic; `reported` is what a published run counted.
    """

    code: str
    name: str
    planned: int | None
    inhabitants: int | None
    is_example: bool
    reported: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedGround:
    """The published run of a grant, and every region as it counted, in code order."""

    grant: PublishedGrant
    regions: tuple[RegionFigures, ...]


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


def population_title(rules: RuleSet) -> str:
    """What the rules' count of inhabitants is called; empty while it is not loaded. One query."""
    found = PopulationReference.objects.filter(slug=rules.population_reference)
    return found.values_list("title", flat=True).first() or ""


def published_ground(rules: RuleSet, figures: OpenFigures) -> PublishedGround | None:
    """The regions as the grant's published run counted them; None while no run of it is published."""
    basis = figures.basis.get(rules.year)
    if basis is None or basis.grant is None or basis.grant.rules_name != rules.name:
        return None
    is_example = any(known.standing == Standing.SYNTHETIC for known in basis.plan_known)
    regions = []
    for region in figures.regions:
        own = region.years.get(rules.year, YearFigures())
        regions.append(
            RegionFigures(region.code, region.name, own.planned, own.inhabitants, is_example, own.reported)
        )
    return PublishedGround(basis.grant, tuple(regions))
