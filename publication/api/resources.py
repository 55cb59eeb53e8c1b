"""What everyone may read: regions, rounds, plans, figures, rule sets, runs, awards and traces."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from publication.api import shapes
from publication.api.access import (
    REQUESTS_PER_MINUTE,
    PerNetwork,
    conditional,
    data_of,
    part_of,
    refuse_unknown,
)
from publication.opendata import traces_of
from publication.opendata_records import DataAward, DataRate, DataRun, OpenData
from reporting.api.shapes import ProblemOut
from reporting.problems import Problem

router = Router(throttle=PerNetwork(REQUESTS_PER_MINUTE, of="open"), tags=["open data"])

_PROBLEMS: dict[int, Any] = {304: None, **dict.fromkeys((400, 422, 429), ProblemOut)}
_OR_NONE: dict[int, Any] = _PROBLEMS | {404: ProblemOut}
Code = Annotated[str, Path(pattern=shapes.CODE, description="County code, such as 03.")]
Slug = Annotated[str, Path(pattern=shapes.SLUG, description="The round's address, such as 2022-2024.")]
Grant = Annotated[str, Path(pattern=shapes.SLUG, description="The grant's rule set, such as at-2022.")]
Version = Annotated[str, Path(pattern=shapes.SLUG, description="The version, as in a run.")]
Number = Annotated[shapes.RunNumber, Path(description="The run's number.")]


@router.get("/regions", response={200: shapes.Regions, **_PROBLEMS}, summary="Regions")
@decorate_view(conditional)
def regions(request: HttpRequest, page: Query[shapes.RegionFilter]) -> dict[str, Any]:
    """The 21 regions, by county code."""
    return part_of(request, [asdict(region) for region in data_of(request).regions], page)


@router.get("/regions/{code}", response={200: shapes.RegionOut, **_OR_NONE}, summary="A region")
@decorate_view(conditional)
def region(request: HttpRequest, code: Code) -> dict[str, Any]:
    """One region."""
    refuse_unknown(request)
    for found in data_of(request).regions:
        if found.code == code:
            return asdict(found)
    raise _none()


@router.get("/rounds", response={200: shapes.Rounds, **_PROBLEMS}, summary="Rounds")
@decorate_view(conditional)
def rounds(request: HttpRequest, page: Query[shapes.RoundFilter]) -> dict[str, Any]:
    """Rounds that something has been published from, the latest first."""
    found = [
        {"round": one.slug, "name": one.name, "years": one.years, "synthetic": one.synthetic}
        for one in data_of(request).rounds
    ]
    return part_of(request, found, page)


@router.get("/plans", response={200: shapes.Plans, **_PROBLEMS}, summary="Plans and published rates")
@decorate_view(conditional)
def plans(request: HttpRequest, page: Query[shapes.PlanFilter]) -> dict[str, Any]:
    """What each region planned in the 2021 agreement, the rate it gives, and the rate that was printed."""
    found = [
        {
            **asdict(plan),
            "planned_posts": plan.posts,
            "planned_rate": _rate(plan.rate),
            "published_rate": _rate(plan.published_rate),
        }
        for plan in data_of(request).plans
        if page.region in (None, plan.region) and page.year in (None, plan.year)
    ]
    return part_of(request, found, page)


@router.get("/figures", response={200: shapes.Figures, **_PROBLEMS}, summary="Figures")
@decorate_view(conditional)
def figures(request: HttpRequest, page: Query[shapes.FigureFilter]) -> dict[str, Any]:
    """Planned and reported posts of published runs, each with its standing and source."""
    found = [
        {**_of(run), **asdict(figure)}
        for run in _runs(data_of(request), page)
        for figure in run.figures
        if page.region in (None, figure.region)
        and page.year in (None, figure.year)
        and page.post_type in (None, figure.post_type)
        and page.kind in (None, figure.kind)
    ]
    return part_of(request, found, page)


@router.get("/indicators", response={200: shapes.Indicators, **_PROBLEMS}, summary="Indicators")
@decorate_view(conditional)
def indicators(request: HttpRequest, page: Query[shapes.IndicatorFilter]) -> dict[str, Any]:
    """What regions answered on physicians in general medicine, the way to AT and past years."""
    found = [
        {**_of(run), **asdict(one), "value": _rate(one.value)}
        for run in _runs(data_of(request), page)
        for one in run.indicators
        if page.region in (None, one.region)
        and page.indicator in (None, one.indicator)
        and page.year in (None, one.year)
        and page.status in (None, one.status)
    ]
    return part_of(request, found, page)


@router.get("/rule-sets", response={200: shapes.RuleSets, **_PROBLEMS}, summary="Rule sets")
@decorate_view(conditional)
def rule_sets(request: HttpRequest, page: Query[shapes.RulesFilter]) -> dict[str, Any]:
    """Every version of a rule set that comes with the product or that a published run was computed by."""
    found = [asdict(one) for one in data_of(request).rules if page.name in (None, one.name)]
    return part_of(request, found, page)


@router.get("/rule-sets/{version}", response={200: shapes.RulesOut, **_OR_NONE}, summary="A rule set")
@decorate_view(conditional)
def rule_set(request: HttpRequest, version: Version) -> dict[str, Any]:
    """A version of a rule set with its text."""
    refuse_unknown(request)
    for found in data_of(request).rules:
        if found.version == version:
            return asdict(found)
    raise _none()


@router.get("/runs", response={200: shapes.Runs, **_PROBLEMS}, summary="Published runs")
@decorate_view(conditional)
def runs(request: HttpRequest, page: Query[shapes.RunFilter]) -> dict[str, Any]:
    """Runs that the agency has published, the newest first. What was withdrawn is not among them."""
    found = [
        _run(run)
        for run in data_of(request).runs
        if page.round in (None, run.round)
        and page.grant in (None, run.grant)
        and page.in_force in (None, _truth(run.in_force))
    ]
    return part_of(request, found, page)


@router.get(
    "/runs/{round}/{grant}/{number}", response={200: shapes.RunOut, **_OR_NONE}, summary="A published run"
)
@decorate_view(conditional)
def run(
    request: HttpRequest,
    round: Slug,  # noqa: A002  # the path's word
    grant: Grant,
    number: Number,
) -> dict[str, Any]:
    """A published run with its pots, and each region's figures, rates and sum."""
    refuse_unknown(request)
    found = data_of(request).run(round, grant, number)
    if found is None:
        raise _none()
    return {
        **_run(found),
        "pots": [asdict(pot) for pot in found.pots],
        "regions": [_region(one) for one in found.rates],
    }


@router.get("/awards", response={200: shapes.Awards, **_PROBLEMS}, summary="Awards")
@decorate_view(conditional)
def awards(request: HttpRequest, page: Query[shapes.AwardFilter]) -> dict[str, Any]:
    """What each region gets from each pot, in whole kronor."""
    found = [{**_of(run), **asdict(award)} for run, award in _awards(data_of(request), page)]
    return part_of(request, found, page)


@router.get("/traces", response={200: shapes.Traces, **_PROBLEMS}, summary="Traces")
@decorate_view(conditional)
def traces(request: HttpRequest, page: Query[shapes.TraceFilter]) -> dict[str, Any]:
    """Awards with every step from the figures to the amount."""
    part = part_of(request, list(_awards(data_of(request), page)), page)
    steps = traces_of([award for _run, award in part["items"]])
    part["items"] = [{**_of(run), **asdict(award), "steps": steps[award.pk]} for run, award in part["items"]]
    return part


def _runs(data: OpenData, page: shapes.RowFilter) -> Iterable[DataRun]:
    """The runs whose rows are asked for: those in force, or the one with the number."""
    return (
        run
        for run in data.runs
        if page.round in (None, run.round)
        and page.grant in (None, run.grant)
        and (run.in_force if page.run is None else run.number == page.run)
    )


def _awards(data: OpenData, page: shapes.AwardFilter) -> Iterable[tuple[DataRun, DataAward]]:
    return (
        (run, award)
        for run in _runs(data, page)
        for award in run.awards
        if page.region in (None, award.region)
        and page.pot in (None, award.pot)
        and page.eligible in (None, _truth(award.eligible))
    )


def _of(run: DataRun) -> dict[str, Any]:
    return {
        "round": run.round,
        "grant": run.grant,
        "run": run.number,
        "rules_version": run.rules_version,
        "rules_sha256": run.rules_sha256,
    }


def _run(run: DataRun) -> dict[str, Any]:
    names = """title year inputs_sha256 engine_version computed_at published_at decided_on in_force synthetic
        note amount_kr allocated_kr unallocated_kr eligible_count"""
    bundle = reverse("publication:run_bundle", args=[run.round, run.grant, run.number])
    return {**_of(run), **{name: getattr(run, name) for name in names.split()}, "bundle": bundle}


def _region(rate: DataRate) -> dict[str, Any]:
    return asdict(rate) | {
        "planned_rate": _rate(rate.planned_rate),
        "reported_rate": _rate(rate.reported_rate),
        "published_rate": _rate(rate.published_rate),
    }


def _rate(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _none() -> Problem:
    return Problem(404, "not-found", _("There is nothing at this address."))
