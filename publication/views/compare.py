"""The page that compares regions."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from publication.compare import (
    MOST,
    chosen_regions,
    lines_of,
    no_planned_expansion,
    reported_more,
    smalls_of,
)
from publication.published import OpenFigures, OpenRegion
from publication.results import swedish_order
from publication.views.serving import figures_now, open_page


@login_not_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four regions beside each other, and all regions' plans against what they reported."""
    figures = figures_now()
    chosen = chosen_regions(request.GET.getlist("regions"), figures)
    years = {str(year): year for year in figures.years}
    year = years.get(request.GET.get("year", ""), figures.years[0])
    return open_page(
        request,
        "publication/compare.html",
        of=figures,
        query=_query(figures, chosen, year),
        build=lambda: _context(figures, chosen, year),
    )


def _query(figures: OpenFigures, regions: tuple[OpenRegion, ...], year: int) -> str:
    said = {"regions": ",".join(region.code for region in regions)} if regions else {}
    if year != figures.years[0]:
        said["year"] = str(year)
    return urlencode(said, doseq=False).replace("%2C", ",")


def _context(figures: OpenFigures, chosen: tuple[OpenRegion, ...], year: int) -> dict[str, Any]:
    regions, left_out = chosen[:MOST], chosen[MOST:]
    codes = {region.code for region in regions}
    planned = no_planned_expansion(figures)
    return {
        "synthetic": figures.is_synthetic,
        "figures": figures,
        "regions": regions,
        "left_out": len(left_out),
        "left_out_names": get_text_list([region.short_name for region in left_out], _("and")),
        "year": year,
        "basis": figures.basis[year],
        "first_year": figures.years[0],
        "last_year": figures.years[-1],
        "years": [(one, f"?{_query(figures, regions, one)}") for one in figures.years],
        "choices": [
            (region, region.code in codes)
            for region in sorted(figures.regions, key=lambda region: swedish_order(region.short_name))
        ],
        "most": MOST,
        "lines": lines_of(figures, regions, year),
        "smalls": smalls_of(figures),
        "planned": planned,
        "planned_names": get_text_list(list(planned.names), _("and")),
        "reported": [(one, reported_more(figures, one)) for one in figures.years],
        "standings": tuple(
            dict.fromkeys(known.standing for basis in figures.basis.values() for known in basis.plan_known)
        ),
    }
