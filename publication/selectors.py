"""What the open pages may know: figures that have been published, and nothing else.

Everything here starts from the publications in force or from reference data; no other module of the open
pages reads a table of reports or runs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django.db import connection

from allocation.engine import RuleSet, available_rules, load_rules
from allocation.models import Award, Decision, Publication, RunRegion
from allocation.money import settled_by
from allocation.publications import publications_in_force
from publication.keeping import Newest
from publication.published import (
    Known,
    OpenFigures,
    OpenRegion,
    PublishedGrant,
    PublishedVersion,
    YearBasis,
    YearFigures,
)
from reporting.models import (
    STOCKHOLM,
    Baseline,
    Figure,
    Indicator,
    Inhabitants,
    PostType,
    PublishedRate,
    Region,
    Revision,
)

WAIT = "at_wait"

# Everything that the open pages rest on, as one checksum: what is published, what has been paid and claimed
# by the decisions that are shown (`shown`), what rounds and grants are called, and the reference data. Not
# what changes whenever somebody reports, such as a grant's newest run.
_VERSION = """
WITH shown AS (
    SELECT run.round_grant_id, decision.number
    FROM allocation_publication AS publication
    JOIN allocation_allocationrun AS run ON run.id = publication.run_id
    JOIN allocation_decision AS decision ON decision.id = publication.decision_id
    WHERE publication.id IN (
        SELECT max(one.id) FROM allocation_publication AS one
        JOIN allocation_allocationrun AS its_run ON its_run.id = one.run_id GROUP BY its_run.round_grant_id
    )
    AND NOT EXISTS (SELECT FROM allocation_withdrawal WHERE publication_id = publication.id)
)
SELECT md5(coalesce(string_agg(part, E'\\n' ORDER BY part), '')) FROM (
    SELECT 'publication ' || id AS part FROM allocation_publication
    UNION ALL SELECT 'withdrawal ' || publication_id FROM allocation_withdrawal
    UNION ALL SELECT 'paid ' || (payment.id, payment.paid_on)::text
        FROM shown JOIN allocation_payment AS payment USING (round_grant_id)
        JOIN allocation_paymentbatch AS batch ON batch.id = payment.batch_id
        JOIN allocation_decision AS decision ON decision.id = batch.decision_id
        WHERE payment.state = 'paid' AND decision.number <= shown.number
    UNION ALL SELECT 'claimed ' || (claim.id, repayment.id)::text
        FROM shown JOIN allocation_repaymentclaim AS claim USING (round_grant_id)
        JOIN allocation_decision AS decision ON decision.id = claim.decision_id
        LEFT JOIN allocation_repayment AS repayment
            ON repayment.claim_id = claim.id AND repayment.struck_at IS NULL
        WHERE claim.state = 'open' AND decision.number <= shown.number
    UNION ALL SELECT 'round ' || (id, slug, name, first_year, last_year, is_demo)::text
        FROM reporting_reportinground
    UNION ALL SELECT 'grant ' || (id, year, title)::text FROM allocation_roundgrant
    UNION ALL SELECT 'region ' || region::text FROM reporting_region AS region
    UNION ALL SELECT 'reference ' || reference::text FROM reporting_populationreference AS reference
    UNION ALL SELECT 'inhabitants ' || inhabitants::text FROM reporting_inhabitants AS inhabitants
    UNION ALL SELECT 'plan ' || plan::text FROM reporting_baseline AS plan
    UNION ALL SELECT 'rate ' || rate::text FROM reporting_publishedrate AS rate
) AS parts
"""


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A version of everything that the open pages rest on, and when this process first met it."""

    version: str
    read_at: datetime


_met: dict[str, OpenVersion] = {}


def version_now(*, at: datetime) -> OpenVersion:
    """The version that holds now, for pages that need no figures. One query.

    Args:
        at: this moment.
    """
    version = open_version()
    known = _met.get(version)
    if known is None:
        known = OpenVersion(version, at)
        _met.clear()
        _met[version] = known
    return known


def open_version() -> str:
    """A checksum of everything that the open pages rest on; it changes with any of it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        [version] = cursor.fetchone()
    return str(version)


def rules_of(year: int) -> RuleSet:
    """The rule set whose count of inhabitants and way of rounding hold for a year: the newest up to it."""
    by_year = _rules_by_year()
    return by_year[max((known for known in by_year if known <= year), default=min(by_year))]


@cache
def _rules_by_year() -> dict[int, RuleSet]:
    rules = [load_rules(name) for name in available_rules()]
    return {one.year: one for one in sorted(rules, key=lambda one: one.version)}


def open_figures(version: str, *, at: datetime) -> OpenFigures:
    """Everything that the open pages show. Read once for each version, and kept by this process.

    Args:
        version: from `open_version`, asked in this request.
        at: the moment before it was asked, which becomes `read_at` if they have to be read.
    """
    return _figures.of(version, at=at)


def _read(version: str, at: datetime) -> OpenFigures:
    publications = publications_in_force()
    grants = _grants(publications)
    by_year: dict[int, PublishedGrant] = {}
    for grant in grants:
        by_year.setdefault(grant.year, grant)
    rounds = _rounds(publications, grants)
    years = _years(rounds)
    references = {year: rules_of(year).population_reference for year in years}
    people, populations = _people(set(references.values()))
    plans = list(Baseline.objects.filter(post_type=PostType.AT, year__in=years).order_by("year", "region"))
    rates = list(PublishedRate.objects.filter(year__in=years).order_by("year", "region"))
    planned = {(plan.region_id, plan.year): plan.planned_posts for plan in plans}
    published = {(rate.region_id, rate.year): rate.rate for rate in rates}
    year_of = {grant.run_id: grant.year for grant in by_year.values()}
    counted = {(row.region_id, year_of[row.run_id]): row for row in RunRegion.objects.filter(run__in=year_of)}
    reported = _reported(rounds)

    def figures_of(code: str, year: int) -> YearFigures:
        row = counted.get((code, year))
        posts = reported.posts.get((code, year), {})
        return YearFigures(
            planned=row.planned_posts if row else planned.get((code, year)),
            reported=row.reported_posts if row else posts.get(PostType.AT),
            st=posts.get(PostType.ST),
            st_gm=posts.get(PostType.ST_GM),
            inhabitants=row.inhabitants if row else people.get((references[year], code)),
            total_kr=row.total_kr if row else None,
            published_rate=published.get((code, year)),
        )

    return OpenFigures(
        version=version,
        read_at=at,
        regions=tuple(
            OpenRegion(
                code=region.code,
                name=region.name,
                short_name=region.short_name,
                years={year: figures_of(region.code, year) for year in years},
                wait=reported.wait.get(region.code),
                versions=reported.versions.get(region.code, ()),
            )
            for region in Region.objects.order_by("code")
        ),
        years=years,
        basis={
            year: YearBasis(
                rules=rules_of(year),
                grant=by_year.get(year),
                reports=by_year.get(year) or rounds.get(year),
                population=populations.get(references[year]),
                plan_known=_known(plan for plan in plans if plan.year == year),
                rate_known=_known(rate for rate in rates if rate.year == year),
            )
            for year in years
        },
        grants=tuple(sorted(by_year.values(), key=lambda grant: grant.year)),
        wait_reports=next(iter(grants), None),
        settled={
            (publication.run_id, code): settled
            for publication in publications
            if publication.decision is not None
            for code, settled in settled_by(publication.decision).items()
        },
    )


_figures = Newest(_read, open_version)


def _grants(publications: Sequence[Publication]) -> list[PublishedGrant]:
    """The publications in force, the newest first."""
    assumed = set(
        Award.objects.filter(run__in=[publication.run_id for publication in publications], assumed=True)
        .order_by()
        .values_list("run", flat=True)
        .distinct()
    )
    return [
        PublishedGrant(
            publication_id=publication.pk,
            run_id=publication.run_id,
            year=publication.run.round_grant.year,
            title=publication.run.round_grant.title,
            rules_name=publication.run.round_grant.rules_name,
            rules_version=publication.run.rules_version,
            run_number=publication.run.number,
            computed_at=publication.run.created_at,
            published_at=publication.published_at,
            decided_on=day_of(publication.decision),
            note=publication.note,
            round_slug=publication.run.round_grant.reporting_round.slug,
            round_name=publication.run.round_grant.reporting_round.name,
            is_demo=publication.run.round_grant.reporting_round.is_demo,
            amount_kr=publication.run.amount_kr,
            allocated_kr=publication.run.allocated_kr,
            assumed=publication.run_id in assumed,
        )
        for publication in publications
    ]


def day_of(decision: Decision | None) -> date | None:
    """The day in Sweden that a decision was made; None while there is none."""
    return decision.decided_at.astimezone(STOCKHOLM).date() if decision and decision.decided_at else None


def _rounds(
    publications: Sequence[Publication], grants: Sequence[PublishedGrant]
) -> dict[int, PublishedGrant]:
    """Year -> the newest publication of a round that asks for it."""
    found: dict[int, PublishedGrant] = {}
    for publication, grant in zip(publications, grants, strict=True):
        for year in publication.run.round_grant.reporting_round.years:
            found.setdefault(year, grant)
    return found


def _years(rounds: Mapping[int, PublishedGrant]) -> tuple[int, ...]:
    """From the first to the last year that there are rules or published reports for."""
    known = {*_rules_by_year(), *rounds}
    return tuple(range(min(known), max(known) + 1))


def _people(slugs: Collection[str]) -> tuple[dict[tuple[str, str], int], dict[str, Known]]:
    rows = list(Inhabitants.objects.filter(reference__slug__in=slugs).select_related("reference"))
    references = {row.reference.slug: row.reference for row in rows}
    return (
        {(row.reference.slug, row.region_id): row.persons for row in rows},
        {slug: Known(one.standing, one.source, one.title) for slug, one in references.items()},
    )


@dataclass(frozen=True, slots=True)
class _Reported:
    """Figures of published versions; by region and year: kind of post -> posts."""

    posts: Mapping[tuple[str, int], Mapping[str, int]]
    wait: Mapping[str, Decimal]
    versions: Mapping[str, tuple[PublishedVersion, ...]]


def _reported(rounds: Mapping[int, PublishedGrant]) -> _Reported:
    grants = {grant.publication_id: grant for grant in rounds.values()}
    newest = max(grants, default=0)
    versions: dict[str, tuple[PublishedVersion, ...]] = {}
    region_of: dict[tuple[int, int], str] = {}
    rows = Revision.objects.filter(publications__publication__in=grants).values_list(
        "pk", "number", "submitted_at", "publications__publication", "publications__region"
    )
    for pk, number, submitted_at, publication, code in rows.order_by("-publications__publication"):
        grant = grants[publication]
        region_of[publication, pk] = code
        version = PublishedVersion(
            grant.round_slug, grant.round_name, number, submitted_at, grant.published_at
        )
        versions[code] = (*versions.get(code, ()), version)
    publications_of: dict[int, list[int]] = {}
    for publication, pk in region_of:
        publications_of.setdefault(pk, []).append(publication)
    posts: dict[tuple[str, int], dict[str, int]] = {}
    figures = Figure.objects.filter(revision__in=publications_of, posts__isnull=False)
    for pk, year, post_type, count in figures.values_list("revision", "year", "post_type", "posts"):
        for publication in publications_of[pk]:
            if count is not None and year in rounds and rounds[year].publication_id == publication:
                posts.setdefault((region_of[publication, pk], year), {})[post_type] = count
    waits = Indicator.objects.filter(revision__in=publications_of, key=WAIT, value__isnull=False)
    wait = {
        region_of[newest, pk]: value
        for pk, value in waits.values_list("revision", "value")
        if (newest, pk) in region_of and value is not None
    }
    return _Reported(posts, wait, versions)


def _known(rows: Iterable[Baseline | PublishedRate]) -> tuple[Known, ...]:
    return tuple(dict.fromkeys(Known(row.standing, row.source) for row in rows))
