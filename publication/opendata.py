"""Published runs with everything that belongs to them, for the open data and the API; and nothing else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, Max, OuterRef, Subquery

from allocation.engine import available_rules, load_rules
from allocation.engine import rate as rate_of
from allocation.models import AllocationRun, Award, Publication, PublishedReport, RunPot, RunRegion
from publication.keeping import Newest
from publication.opendata_indicators import indicators_of
from publication.opendata_records import (
    DataAward,
    DataFigure,
    DataPot,
    DataRate,
    DataRegion,
    DataRound,
    DataRules,
    DataRun,
    OpenData,
    PlanFigure,
)
from publication.selectors import day_of, open_version, rules_of
from reporting.models import (
    Baseline,
    Figure,
    Inhabitants,
    PopulationReference,
    PostType,
    PublishedRate,
    Region,
    Standing,
)


def open_data(*, at: datetime) -> OpenData:
    """Everything that is open now. Read once for each version and kept by this process; else one query.

    Args:
        at: this moment, which becomes `read_at` if it has to be read.
    """
    return _data.of(open_version(), at=at)


def traces_of(awards: Sequence[DataAward]) -> dict[int, list[dict[str, object]]]:
    """Award's pk -> the steps of its calculation. One query."""
    found = Award.objects.order_by().filter(pk__in=[award.pk for award in awards])
    return dict(found.values_list("pk", "trace"))


def stored_run(run: DataRun) -> AllocationRun:
    """The stored run behind a published one, for its bundle."""
    return AllocationRun.objects.select_related("round_grant__reporting_round").get(pk=run.run_id)


def _read(version: str, at: datetime) -> OpenData:
    publications = _published()
    runs = tuple(_run(publication) for publication in publications)
    rates = {(row.region_id, row.year): row for row in PublishedRate.objects.all()}
    plans = _plans(rates)
    return OpenData(
        version=version,
        read_at=at,
        regions=tuple(
            DataRegion(region.code, region.name, region.short_name, region.county)
            for region in Region.objects.order_by("code")
        ),
        plans=plans,
        rounds=_rounds(publications),
        rules=_rules(runs),
        runs=_with_rows(runs, plans, {key: row.rate for key, row in rates.items()}),
    )


_data = Newest(_read, open_version)


def _published() -> list[Publication]:
    """Each run's newest publication, unless it or its grant's newest has been withdrawn; the newest first."""
    same_grant = Publication.objects.filter(run__round_grant=OuterRef("run__round_grant"))
    newest_of_run = Publication.objects.order_by().values("run").annotate(newest=Max("pk")).values("newest")
    newest_of_grant = same_grant.order_by("-pk")
    found = Publication.objects.filter(pk__in=Subquery(newest_of_run), withdrawal=None).annotate(
        newest=Subquery(newest_of_grant.values("pk")[:1])
    )
    stands = Publication.objects.filter(pk=OuterRef("newest"), withdrawal=None)
    return list(
        found.filter(Exists(stands))
        .select_related("run__round_grant__reporting_round", "decision")
        .order_by("-pk")
    )


def _run(publication: Publication) -> DataRun:
    run = publication.run
    grant = run.round_grant
    return DataRun(
        run_id=run.pk,
        publication_id=publication.pk,
        round=grant.reporting_round.slug,
        round_name=grant.reporting_round.name,
        asked=grant.reporting_round.years,
        grant=grant.rules_name,
        title=grant.title,
        year=grant.year,
        number=run.number,
        rules_version=run.rules_version,
        rules_sha256=run.rules_sha256,
        rules_text=run.rules_text,
        inputs_sha256=run.inputs_sha256,
        engine_version=run.engine_version,
        computed_at=run.created_at,
        published_at=publication.published_at,
        decided_on=day_of(publication.decision),
        note=publication.note,
        synthetic=grant.reporting_round.is_demo,
        in_force=publication.newest == publication.pk,  # type: ignore[attr-defined]  # annotated above
        amount_kr=run.amount_kr,
        allocated_kr=run.allocated_kr,
        unallocated_kr=run.unallocated_kr,
        eligible_count=run.eligible_count,
    )


def _rounds(publications: Sequence[Publication]) -> tuple[DataRound, ...]:
    rounds = {
        one.run.round_grant.reporting_round_id: one.run.round_grant.reporting_round for one in publications
    }
    newest_first = sorted(rounds.values(), key=lambda one: (one.opens_at, one.pk), reverse=True)
    return tuple(DataRound(one.slug, one.name, tuple(one.years), one.is_demo) for one in newest_first)


def _rules(runs: Sequence[DataRun]) -> tuple[DataRules, ...]:
    """Rule sets that come with the product, and those that published runs were computed by."""
    found = {
        run.rules_version: DataRules(
            run.grant, run.rules_version, run.year, run.rules_sha256, run.rules_text, shipped=False
        )
        for run in runs
    }
    for name in available_rules():
        rules = load_rules(name)
        found[rules.version] = DataRules(
            name, rules.version, rules.year, rules.sha256, rules.text, shipped=True
        )
    return tuple(sorted(found.values(), key=lambda one: (one.year, one.version)))


def _plans(rates: Mapping[tuple[str, int], PublishedRate]) -> tuple[PlanFigure, ...]:
    references = {one.slug: one for one in PopulationReference.objects.all()}
    people = {(row.reference_id, row.region_id): row.persons for row in Inhabitants.objects.all().order_by()}
    rows = Baseline.objects.filter(post_type=PostType.AT).order_by("year", "region")
    return tuple(_plan(row, references, people, rates.get((row.region_id, row.year))) for row in rows)


def _plan(
    row: Baseline,
    references: Mapping[str, PopulationReference],
    people: Mapping[tuple[int, str], int],
    published: PublishedRate | None,
) -> PlanFigure:
    rules = rules_of(row.year)
    reference = references.get(rules.population_reference)
    persons = people.get((reference.pk, row.region_id)) if reference else None
    return PlanFigure(
        region=row.region_id,
        year=row.year,
        posts=row.planned_posts,
        standing=row.standing,
        source=row.source,
        inhabitants=persons,
        inhabitants_standing=reference.standing if reference and persons else "",
        inhabitants_source=reference.source if reference and persons else "",
        rate=rate_of(rules, posts=row.planned_posts, inhabitants=persons) if persons else None,
        published_rate=published.rate if published else None,
        published_rate_source=published.source if published else "",
        rules_version=rules.version,
        rules_sha256=rules.sha256,
    )


def _with_rows(
    runs: Sequence[DataRun], plans: Sequence[PlanFigure], rates: Mapping[tuple[str, int], Decimal]
) -> tuple[DataRun, ...]:
    ids = [run.run_id for run in runs]
    years = {run.run_id: run.year for run in runs}
    pots: dict[int, list[DataPot]] = defaultdict(list)
    place: dict[tuple[int, str], int] = {}
    for pot in RunPot.objects.filter(run__in=ids).order_by("run", "position"):
        place[pot.run_id, pot.pot] = pot.position
        pots[pot.run_id].append(DataPot(pot.pot, pot.amount_kr, pot.allocated_kr, pot.unallocated_kr))
    regions: dict[int, list[DataRate]] = defaultdict(list)
    for row in RunRegion.objects.filter(run__in=ids).order_by("run", "region"):
        regions[row.run_id].append(
            DataRate(
                row.region_id,
                row.inhabitants,
                row.planned_posts,
                row.planned_rate,
                row.reported_posts,
                row.reported_rate,
                row.increase,
                rates.get((row.region_id, years[row.run_id])),
                row.total_kr,
            )
        )
    awards: dict[int, list[DataAward]] = defaultdict(list)
    for award in Award.objects.filter(run__in=ids).defer("trace").order_by("run", "region"):
        awards[award.run_id].append(
            DataAward(
                award.pk,
                award.region_id,
                award.pot,
                award.eligible,
                award.reason,
                award.amount_kr,
                award.assumed,
            )
        )
    reported = _reported(runs)
    indicators = indicators_of(runs, regions)
    plan_of = {(plan.region, plan.year): plan for plan in plans}
    return tuple(
        replace(
            run,
            pots=tuple(pots[run.run_id]),
            rates=tuple(regions[run.run_id]),
            awards=tuple(
                sorted(awards[run.run_id], key=lambda one: (one.region, place[run.run_id, one.pot]))
            ),
            figures=_figures(run, regions[run.run_id], reported[run.publication_id], plan_of),
            indicators=indicators[run.run_id],
        )
        for run in runs
    )


Reported = dict[str, list[DataFigure]]


def _reported(runs: Sequence[DataRun]) -> Mapping[int, Reported]:
    """Publication -> region -> every figure of its published version, in the order of years."""
    by_publication = {run.publication_id: run for run in runs}
    published = list(
        PublishedReport.objects.filter(publication__in=by_publication)
        .select_related("revision")
        .order_by("publication", "region")
    )
    figures: dict[int, list[Figure]] = defaultdict(list)
    for figure in Figure.objects.filter(revision__in={one.revision_id for one in published}):
        figures[figure.revision_id].append(figure)
    order = {post_type: place for place, post_type in enumerate(PostType.values)}
    found: dict[int, Reported] = defaultdict(dict)
    for one in published:
        run = by_publication[one.publication_id]
        found[one.publication_id][one.region_id] = [
            DataFigure(
                region=one.region_id,
                year=figure.year,
                post_type=figure.post_type,
                kind="reported",
                posts=figure.posts,
                standing=Standing.SYNTHETIC if run.synthetic else Standing.PUBLISHED,
                source=f"Regionens rapport {run.round}-{one.region_id}, version {one.revision.number}",
                report_version=one.revision.number,
            )
            for figure in sorted(
                figures[one.revision_id], key=lambda figure: (figure.year, order[figure.post_type])
            )
        ]
    return found


def _figures(
    run: DataRun, rows: Sequence[DataRate], reported: Reported, plans: Mapping[tuple[str, int], PlanFigure]
) -> tuple[DataFigure, ...]:
    found: list[DataFigure] = []
    for row in rows:
        plan = plans.get((row.region, run.year))
        known = plan is not None and plan.posts == row.planned_posts
        found.append(
            DataFigure(
                region=row.region,
                year=run.year,
                post_type=PostType.AT,
                kind="planned",
                posts=row.planned_posts,
                standing=plan.standing if plan and known else Standing.UNCONFIRMED,
                source=plan.source if plan and known else "",
                report_version=None,
            )
        )
        missing = DataFigure(row.region, run.year, PostType.AT, "reported", None, "", "", None)
        found.extend(reported.get(row.region) or [missing])
    return tuple(found)
