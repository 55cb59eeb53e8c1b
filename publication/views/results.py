"""The results page: one measure of one year as map and table."""

from itertools import pairwise
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allocation.engine.rulefile import load_rules
from allocation.engine.rules import RuleSet
from publication.counties import counties
from publication.map import VIEW_BOX, leader_line
from publication.measures import BY_KEY, GROUP_TITLES, MEASURES, Basis
from publication.published import OpenFigures
from publication.results import BAR_WIDTH, Results, Row, Sort, results_of
from publication.scale import Scale, scale_with
from publication.states import PageState, state_of
from publication.views.serving import figures_now, open_page

# The grant whose limit rates are shown against, whatever the year.
LIMIT_RULES = "at-2022"


@login_not_required
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show every region by one measure in one year, as map and table; the map's card alone for htmx."""
    figures = figures_now()
    state = state_of(request.GET.dict(), figures)
    only_card = request.htmx and request.htmx.target == "mapcard"  # type: ignore[attr-defined]  # set by django-htmx
    return open_page(
        request,
        "publication/_map_card.html" if only_card else "publication/results.html",
        of=figures,
        query=state.query,
        build=lambda: _context(figures, state, whole=not only_card),
    )


def results_for(figures: OpenFigures, state: PageState) -> tuple[Results, RuleSet, Scale]:
    """The results that a state of the page shows, with the rules and scale that rates are held against."""
    rules = load_rules(LIMIT_RULES)
    if rules.threshold is None:
        raise ValueError(f"The rule set {LIMIT_RULES} has no threshold to show results against.")
    scale = scale_with(rules.threshold)
    found = results_of(
        figures, measure=BY_KEY[state.measure], year=state.year, limit_rules=rules, scale=scale
    )
    return found, rules, scale


def _context(figures: OpenFigures, state: PageState, *, whole: bool) -> dict[str, Any]:
    found, rules, scale = results_for(figures, state)
    chosen = found.region(state.region)
    outline = counties().get(state.region) if chosen else None
    context: dict[str, Any] = {
        "synthetic": figures.is_synthetic,
        "figures": figures,
        "basis": figures.basis[state.year],
        "reports": _reports(figures, found),
        "results": found,
        "measure": found.measure,
        "year": state.year,
        "state": state,
        "rules": rules,
        "scale": scale,
        "chosen": chosen,
        "outline": outline,
        "leader": leader_line(outline) if outline else "",
        "view_box": VIEW_BOX,
        "standings": _standings(figures, found),
    }
    return context | _whole(found, rules, scale, state, figures) if whole else context


def _reports(figures: OpenFigures, found: Results) -> Any:
    """The publication that the measure's reported figures come from."""
    if found.measure.basis is Basis.PLAN:
        return None
    if not found.measure.by_year:
        return figures.wait_reports
    basis = figures.basis[found.year]
    return basis.grant if found.measure.basis is Basis.GRANT else basis.reports


def _standings(figures: OpenFigures, found: Results) -> tuple[str, ...]:
    """How the measure's figures are known, each standing once."""
    basis = figures.basis[found.year]
    known = []
    if found.measure.basis in (Basis.PLAN, Basis.BOTH, Basis.GRANT):
        known += [one.standing for one in basis.plan_known]
    if found.against_limit and basis.population:
        known.append(basis.population.standing)
    reports = _reports(figures, found)
    if reports and reports.is_demo:
        known.append("synthetic")
    return tuple(dict.fromkeys(known))


def _whole(
    found: Results, rules: RuleSet, scale: Scale, state: PageState, figures: OpenFigures
) -> dict[str, Any]:
    rows = found.ordered(state.sort, state.direction)
    outlines = counties()
    by_value = state.sort is Sort.VALUE
    return {
        "counties": [
            (row, outlines[row.code], state.with_(region=row.code))
            for row in found.rows
            if row.code in outlines
        ],
        "year_query": f"?year={state.year}",
        "years": [(year, state.with_(year=year)) for year in figures.years],
        "groups": [
            (
                group.value,
                title,
                [(one, state.with_(measure=one.key)) for one in MEASURES if one.group is group],
            )
            for group, title in GROUP_TITLES.items()
        ],
        "rows": rows,
        "sort_links": {sort.value: state.sorted_by(sort) for sort in Sort},
        # The line between those that reach the limit and those that do not only means something by rate.
        "cut_after": _last_on_this_side(rows) if by_value and found.against_limit else "",
        "below_names": _names(found.below),
        "highest_names": _names(found.highest),
        "lowest_names": _names(found.lowest),
        "unknown_names": _names(found.unknown),
        "unlike_names": _names(found.unlike_published),
        "legend": list(reversed(found.classes)),
        "bar_width": BAR_WIDTH,
        "limit_at": found.position(scale.limit),
        "guideline_at": found.position(scale.guideline),
        "limit_percent": found.position(scale.limit, width=100),
        "guideline_percent": found.position(scale.guideline, width=100),
        "limit_sources": _titles_of(rules, rules.threshold_basis.source if rules.threshold_basis else ()),
        "guideline_sources": _titles_of(rules, scale.guideline_source),
    }


def _names(rows: list[Row]) -> str:
    return get_text_list([row.short_name for row in rows], _("and"))


def _titles_of(rules: RuleSet, cited: tuple[str, ...]) -> list[str]:
    swedish = get_language() == "sv"
    return [source.title_sv if swedish else source.title for source in rules.sources if source.id in cited]


def _last_on_this_side(rows: list[Row]) -> str:
    known = [row for row in rows if row.place is not None]
    for row, following in pairwise(known):
        if row.is_low != following.is_low:
            return row.code
    return ""
