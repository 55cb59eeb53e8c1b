"""The open results."""

from collections.abc import Collection
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allocation.engine.rulefile import load_rules
from allocation.engine.rules import RuleSet
from publication.counties import counties
from publication.map import VIEW_BOX, leader_line
from publication.results import BAR_WIDTH, FIRST_DIRECTION, Direction, RegionResult, Results, Sort, results_of
from publication.scale import scale_with
from publication.selectors import published_plan

Choice = TypeVar("Choice", bound=StrEnum)

# The grant whose planned posts are the open results until regions have reported.
RULES = "at-2022"


@login_not_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show every region's planned AT posts against the limit, as map and table; a fragment for htmx."""
    rules = load_rules(RULES)
    if rules.threshold is None:
        raise ValueError(f"The rule set {RULES} has no threshold to show results against.")
    scale = scale_with(rules.threshold)
    plan = published_plan(year=rules.year, population_reference=rules.population_reference)
    figures = results_of(plan.rows, rules=rules, scale=scale)
    sort = _chosen(request, "sort", Sort, Sort.RATE)
    direction = _chosen(request, "dir", Direction, FIRST_DIRECTION[sort])
    chosen = figures.region(request.GET.get("region", ""))
    outline = counties().get(chosen.code) if chosen else None
    context: dict[str, Any] = {
        "rules": rules,
        "plan": plan,
        "synthetic": plan.is_synthetic,
        "results": figures,
        "scale": scale,
        "chosen": chosen,
        "outline": outline,
        "leader": leader_line(outline) if outline else "",
        "view_box": VIEW_BOX,
    }
    if request.htmx and request.htmx.target == "mapcard":  # type: ignore[attr-defined]  # set by django-htmx
        response = render(request, "publication/_map_card.html", context)
    else:
        context |= _page_context(figures, sort, direction)
        context["limit_sources"] = _titles_of(
            rules, rules.threshold_basis.source if rules.threshold_basis else ()
        )
        context["guideline_sources"] = _titles_of(rules, scale.guideline_source)
        response = render(request, "publication/results.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _page_context(figures: Results, sort: Sort, direction: Direction) -> dict[str, Any]:
    rows = figures.ordered(sort, direction)
    outlines = counties()
    return {
        "counties": [
            (region, outlines[region.code]) for region in figures.regions if region.code in outlines
        ],
        "rows": rows,
        "sort": sort,
        "direction": direction,
        "next_direction": _next_directions(sort, direction),
        # The line between those that reach the limit and those that do not only means something by rate.
        "cut_after": _last_on_this_side(rows) if sort is Sort.RATE else "",
        "below_names": get_text_list([region.short_name for region in figures.below], _("and")),
        "unknown_names": get_text_list([region.short_name for region in figures.unknown], _("and")),
        "unlike_names": get_text_list([region.short_name for region in figures.unlike_published], _("and")),
        "classes": list(reversed(figures.scale.classes)),
        "bar_width": BAR_WIDTH,
        "limit_at": figures.position(figures.scale.limit),
        "guideline_at": figures.position(figures.scale.guideline),
        "limit_percent": figures.position(figures.scale.limit, width=100),
        "guideline_percent": figures.position(figures.scale.guideline, width=100),
    }


def _titles_of(rules: RuleSet, cited: Collection[str]) -> list[str]:
    swedish = get_language() == "sv"
    return [source.title_sv if swedish else source.title for source in rules.sources if source.id in cited]


def _next_directions(sort: Sort, direction: Direction) -> dict[str, Direction]:
    turned = Direction.ASCENDING if direction is Direction.DESCENDING else Direction.DESCENDING
    return {column.value: turned if column is sort else FIRST_DIRECTION[column] for column in Sort}


def _last_on_this_side(rows: list[RegionResult]) -> str:
    known = [row for row in rows if row.place is not None]
    for row, following in pairwise(known):
        if row.is_below != following.is_below:
            return row.code
    return ""


def _chosen(request: HttpRequest, name: str, choices: type[Choice], default: Choice) -> Choice:
    by_value = {choice.value: choice for choice in choices}
    return by_value.get(request.GET.get(name, ""), default)
