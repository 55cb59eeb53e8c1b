"""The open data: its page, its files, its catalogue, and the bundles that anybody can verify."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from allocation.bundles import bundle_of_run
from publication.opendata import open_data, stored_run, traces_of
from publication.opendata_catalogue import catalogue_of
from publication.opendata_files import (
    CONTENT_TYPES,
    LICENCE,
    VERIFY,
    file_of,
    run_file_name,
)
from publication.opendata_records import DataRun, OpenData
from publication.opendata_results import RESULTS, result_rows
from publication.opendata_rows import RUN_TABLES, plan_rows, run_rows
from publication.opendata_tables import PLAN
from publication.rdf import rdf_xml, turtle
from publication.selectors import open_figures
from publication.views.serving import open_file, open_page

# The national portal harvests RDF/XML; Turtle is what people read.
_CATALOGUES = {
    "rdf": (rdf_xml, "application/rdf+xml"),
    "ttl": (turtle, "text/turtle; charset=utf-8"),
}


@login_not_required
@require_safe
def open_data_page(request: HttpRequest) -> HttpResponse:
    """List every file with its address, the columns and how a run is verified."""
    data = open_data(at=timezone.now())
    return open_page(request, "publication/open_data.html", of=data, query="", build=lambda: _context(data))


@login_not_required
@require_safe
def plan_file(request: HttpRequest, extension: str) -> HttpResponse:
    """Plans and rates of the 2021 agreement as a file."""
    data = _open(extension)
    about = {"table": "rates", "source": _address(request, "")}
    return _file(
        request,
        data,
        lambda: file_of(extension, PLAN, plan_rows(data), about=about, at=data.published_at),
        content_type=CONTENT_TYPES[extension],
        name=f"platsplan-rates.{extension}",
    )


@login_not_required
@require_safe
def results_file(request: HttpRequest, extension: str) -> HttpResponse:
    """Everything that the open pages show as a file; of one region or year where the address says so."""
    data = _open(extension)
    figures = open_figures(data.version, at=data.read_at)
    region = _region(request, data)
    asked = request.GET.get("year", "")
    year = {str(one): one for one in figures.years}.get(asked)
    if asked and year is None:
        raise Http404
    query = urlencode({name: value for name, value in (("region", region), ("year", asked)) if value})
    about = {"table": RESULTS.key, "source": _address(request, query)}
    return _file(
        request,
        data,
        lambda: file_of(
            extension,
            RESULTS,
            result_rows(figures, region=region, year=year),
            about=about,
            at=data.published_at,
        ),
        content_type=CONTENT_TYPES[extension],
        name="-".join(part for part in ("platsplan-results", region, asked) if part) + f".{extension}",
        query=query,
    )


@login_not_required
@require_safe
def run_file(
    request: HttpRequest, round_slug: str, grant: str, number: int, table: str, extension: str
) -> HttpResponse:
    """A table of a published run as a file; one region's rows where the address says so."""
    data = _open(extension)
    run = _run(data, round_slug, grant, number)
    if table not in RUN_TABLES:
        raise Http404
    region = _region(request, data)
    query = f"region={region}" if region else ""
    about = about_run(run) | {"table": table, "source": _address(request, query)}
    return _file(
        request,
        data,
        lambda: file_of(
            extension,
            RUN_TABLES[table],
            run_rows(RUN_TABLES[table], run, data, traces_of, region=region),
            about=about,
            at=run.published_at,
        ),
        content_type=CONTENT_TYPES[extension],
        name="-".join(part for part in (file_name(run), table, region) if part) + f".{extension}",
        query=query,
    )


@login_not_required
@require_safe
def latest_file(request: HttpRequest, round_slug: str, grant: str, rest: str) -> HttpResponse:
    """Lead to a file of the run that holds now."""
    for run in open_data(at=timezone.now()).runs:
        if run.in_force and (run.round, run.grant) == (round_slug, grant):
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            return redirect(f"/open-data/{run.round}/{run.grant}/run-{run.number}/{rest}{query}")
    raise Http404


@login_not_required
@require_safe
def run_bundle(request: HttpRequest, round_slug: str, grant: str, number: int) -> HttpResponse:
    """A published run with rules, figures, results and traces, which anybody can compute anew."""
    data = open_data(at=timezone.now())
    run = _run(data, round_slug, grant, number)
    return _file(
        request,
        data,
        lambda: bundle_of_run(stored_run(run)),
        content_type="application/json",
        name=f"{file_name(run)}.json",
    )


@login_not_required
@require_safe
def rules_file(request: HttpRequest, version: str) -> HttpResponse:
    """The text of a version of a rule set."""
    data = open_data(at=timezone.now())
    text = next((rules.text for rules in data.rules if rules.version == version), None)
    if text is None:
        raise Http404
    content = text.encode()
    return _file(request, data, lambda: content, content_type="application/toml", name=f"{version}.toml")


@login_not_required
@require_safe
def catalogue(request: HttpRequest, extension: str) -> HttpResponse:
    """The catalogue of the data sets, by DCAT-AP-SE, as Turtle or as RDF/XML."""
    write, content_type = _CATALOGUES[extension]
    data = open_data(at=timezone.now())
    return _file(
        request,
        data,
        lambda: write(
            catalogue_of(
                data,
                base_url=settings.PLATSPLAN_BASE_URL,
                publisher=settings.AGENCY_NAME,
                email=settings.AGENCY_EMAIL,
                phone=settings.AGENCY_PHONE,
            )
        ).encode(),
        content_type=content_type,
        name="",
    )


def about_run(run: DataRun) -> dict[str, Any]:
    """What a run is, for the head of a file."""
    names = "round grant title year rules_version rules_sha256 inputs_sha256 engine_version note synthetic"
    return {
        **{name: getattr(run, name) for name in names.split()},
        "run": run.number,
        "computed_at": run.computed_at.isoformat(),
        "published_at": run.published_at.isoformat(),
        "decided_on": run.decided_on.isoformat() if run.decided_on else "",
        "amount_kr": run.amount_kr,
        "allocated_kr": run.allocated_kr,
    }


def file_name(run: DataRun) -> str:
    """What a run's files are called once saved, without ending."""
    return run_file_name(run.round, run.grant, run.number)


def _context(data: OpenData) -> dict[str, Any]:
    return {
        "data": data,
        "runs": [run for run in data.runs if run.in_force],
        "replaced": [run for run in data.runs if not run.in_force],
        "synthetic": any(run.synthetic for run in data.runs),
        "plan": PLAN,
        "results": RESULTS,
        "tables": RUN_TABLES.values(),
        "dictionaries": [(table, table.columns) for table in (RESULTS, PLAN, *RUN_TABLES.values())],
        "licence": LICENCE,
        "verify_line": VERIFY.format(file=f"{file_name(data.runs[0])}.json" if data.runs else "bundle.json"),
    }


def _open(extension: str) -> OpenData:
    if extension not in CONTENT_TYPES:
        raise Http404
    return open_data(at=timezone.now())


def _run(data: OpenData, round_slug: str, grant: str, number: int) -> DataRun:
    run = data.run(round_slug, grant, number)
    if run is None:
        raise Http404
    return run


def _region(request: HttpRequest, data: OpenData) -> str:
    """The region that an address asks for alone; empty for all of them."""
    code = request.GET.get("region", "")
    if code and code not in {region.code for region in data.regions}:
        raise Http404
    return code


def _address(request: HttpRequest, query: str) -> str:
    return f"{settings.PLATSPLAN_BASE_URL}{request.path}{f'?{query}' if query else ''}"


def _file(
    request: HttpRequest,
    data: OpenData,
    make: Callable[[], bytes],
    *,
    content_type: str,
    name: str,
    query: str = "",
) -> HttpResponse:
    """Answer with a file, made once for each version of what is open and kept by this process.

    Args:
        query: the address's query as the file understands it; what else was asked makes no other file.
    """
    headers = {"Link": f'<{LICENCE}>; rel="license"'}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return open_file(
        request,
        make,
        of=data,
        query=query,
        content_type=content_type,
        headers=headers,
        is_packed=content_type == CONTENT_TYPES["xlsx"],
    )
