"""A region's page, and its curves as data."""

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from allocation.engine.rulefile import load_rules
from publication.awards import OpenAward, awards_of, points_of
from publication.measures import BY_KEY
from publication.opendata_files import EXPLAIN, VERIFY, run_file_name
from publication.published import OpenFigures, OpenRegion, PublishedGrant
from publication.regions import charts_of, lines_of
from publication.scale import scale_with
from publication.views.results import LIMIT_RULES
from publication.views.serving import figures_now, open_file, open_page


@login_not_required
@require_safe
def region(request: HttpRequest, code: str) -> HttpResponse:
    """A region's figures over the years, what it gets and why."""
    figures = figures_now()
    found = figures.region(code)
    if found is None:
        raise Http404
    return open_page(
        request,
        "publication/region.html",
        of=figures,
        query="",
        build=lambda: _context(figures, found),
    )


@login_not_required
@require_safe
def curve_json(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The curve "kronor for each further post" of the year's published run, as data."""
    figures = figures_now()
    basis = figures.basis.get(year)
    if basis is None or basis.grant is None or figures.region(code) is None:
        raise Http404
    grant = basis.grant
    return open_file(
        request,
        lambda: _curve(grant, code),
        of=figures,
        content_type="application/json",
        headers={},
    )


def _curve(grant: PublishedGrant, code: str) -> bytes:
    about = {
        "region": code,
        "year": grant.year,
        "run": grant.run_number,
        "rules": grant.rules_version,
        "preliminary": grant.decided_on is None,
        "synthetic": grant.is_demo,
        "points": [
            {"posts": point.posts, "total_kr": point.total_kr} for point in points_of(grant.run_id, code)
        ],
    }
    return json.dumps(about).encode()


def _context(figures: OpenFigures, found: OpenRegion) -> dict[str, Any]:
    rules = load_rules(LIMIT_RULES)
    if rules.threshold is None:
        raise ValueError(f"The rule set {LIMIT_RULES} has no threshold to show results against.")
    awards = awards_of(figures.grants, found.code, settled=figures.settled)
    scale = scale_with(rules.threshold)
    return {
        "synthetic": figures.is_synthetic,
        "figures": figures,
        "region": found,
        "scale": scale,
        "lines": lines_of(figures, found),
        "charts": charts_of(figures, found, by_key=BY_KEY, scale=scale),
        "awards": awards,
        "calculators": [(award.grant.title, _calculator(award)) for award in awards],
        "verify_lines": [line for award in awards for line in _verify_lines(award)],
        "wait": BY_KEY["wait"].write(found.wait),
        "bases": [(year, figures.basis[year]) for year in figures.years],
        "plan_standings": {
            year: tuple(dict.fromkeys(known.standing for known in figures.basis[year].plan_known))
            for year in figures.years
        },
    }


def _calculator(award: OpenAward) -> str:
    """The calculator with the posts that the region's award was computed from."""
    counted = award.figures
    posts = counted.planned_posts if counted.reported_posts is None else counted.reported_posts
    address = reverse("publication:calculator", args=[award.grant.rules_name])
    return f"{address}?region={counted.region_id}&posts={posts}"


def _verify_lines(award: OpenAward) -> list[str]:
    grant = award.grant
    file = f"{run_file_name(grant.round_slug, grant.rules_name, grant.run_number)}.json"
    return [VERIFY.format(file=file), EXPLAIN.format(code=award.figures.region_id, file=file)]
