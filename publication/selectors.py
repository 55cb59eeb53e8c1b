"""Questions to the tables that the open pages ask."""

from dataclasses import dataclass
from decimal import Decimal

from reporting.models import (
    Baseline,
    Inhabitants,
    PopulationReference,
    PostType,
    PublishedRate,
    Region,
    Standing,
)


@dataclass(frozen=True, slots=True)
class Known:
    """Where a column of figures comes from: the standing and source it carries in the tables."""

    standing: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What is known of one region for one year. None is missing, never 0."""

    code: str
    name: str
    short_name: str
    posts: int | None
    inhabitants: int | None
    published_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """The planned AT posts of every region for a year, with what the figures rest on.

    `posts_known` and `rate_known` hold each combination of standing and source once.
    """

    rows: tuple[PlanRow, ...]
    reference: PopulationReference | None
    posts_known: tuple[Known, ...]
    rate_known: tuple[Known, ...]

    @property
    def posts_standings(self) -> tuple[str, ...]:
        """How the numbers of posts are known, each standing once."""
        return tuple(dict.fromkeys(known.standing for known in self.posts_known))

    @property
    def standings(self) -> tuple[str, ...]:
        """How the posts and inhabitants are known, each standing once."""
        counted = (self.reference.standing,) if self.reference else ()
        return tuple(dict.fromkeys((*self.posts_standings, *counted)))

    @property
    def is_synthetic(self) -> bool:
        """Whether any figure is made up."""
        return Standing.SYNTHETIC in (*self.standings, *(known.standing for known in self.rate_known))


def published_plan(*, year: int, population_reference: str) -> PublishedPlan:
    """Planned AT posts, inhabitants and published rate of every region, in code order.

    Args:
        population_reference: identifier of the count of inhabitants, as the rule set names it.
    """
    plans = {
        plan.region_id: plan
        for plan in Baseline.objects.filter(year=year, post_type=PostType.AT).order_by("region")
    }
    counts = {
        count.region_id: count
        for count in Inhabitants.objects.filter(reference__slug=population_reference).select_related(
            "reference"
        )
    }
    rates = {rate.region_id: rate for rate in PublishedRate.objects.filter(year=year).order_by("region")}
    rows = tuple(
        PlanRow(
            code=region.code,
            name=region.name,
            short_name=region.short_name,
            posts=plans[region.code].planned_posts if region.code in plans else None,
            inhabitants=counts[region.code].persons if region.code in counts else None,
            published_rate=rates[region.code].rate if region.code in rates else None,
        )
        for region in Region.objects.order_by("code")
    )
    return PublishedPlan(
        rows=rows,
        reference=next((count.reference for count in counts.values()), None),
        posts_known=tuple(dict.fromkeys(Known(plan.standing, plan.source) for plan in plans.values())),
        rate_known=tuple(dict.fromkeys(Known(rate.standing, rate.source) for rate in rates.values())),
    )
