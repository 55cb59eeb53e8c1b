"""The open data: its page, its files, its catalogue, and the bundles that anybody can verify."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date
from django.views.decorators.http import require_safe

from allocation.bundles import bundle_of_run
from publication.opendata import open_data, stored_run, traces_of
from publication.opendata_catalogue import catalogue_of
from publication.opendata_files import CONTENT_TYPES, LICENCE, dictionary_of, file_of
from publication.opendata_records import DataRun, OpenData
from publication.opendata_tables import PLAN, RUN_TABLES, plan_rows, run_rows

# A bundle is checked with this, in a copy of the source code; docs/open-data.md has the same line.
VERIFY = "python -m allocation.engine verify {file}"


@login_not_required
@require_safe
def open_data_page(request: HttpRequest) -> HttpResponse:
    """List every file with its address, the columns and how a run is verified."""
    data = open_data(at=timezone.now())
    context = {
        "data": data,
        "runs": [run for run in data.runs if run.in_force],
        "replaced": [run for run in data.runs if not run.in_force],
        "synthetic": any(run.synthetic for run in data.runs),
        "plan": PLAN,
        "tables": RUN_TABLES.values(),
        "dictionaries": [(table, dictionary_of(table)) for table in (PLAN, *RUN_TABLES.values())],
        "licence": LICENCE,
        "verify_line": VERIFY.format(file=f"{file_name(data.runs[0])}.json" if data.runs else "bundle.json"),
    }
    return render(request, "publication/open_data.html", context)


@login_not_required
@require_safe
def plan_file(request: HttpRequest, extension: str) -> HttpResponse:
    """Plans and rates of the 2021 agreement as a file."""
    data = _open(extension)
    about = {"table": "rates", "source": f"{settings.PLATSPLAN_BASE_URL}{request.path}"}
    return _file(
        request,
        data,
        lambda: file_of(extension, PLAN, plan_rows(data), about=about, at=data.read_at),
        content_type=CONTENT_TYPES[extension],
        name=f"platsplan-rates.{extension}",
    )


@login_not_required
@require_safe
def run_file(
    request: HttpRequest, round_slug: str, grant: str, number: int, table: str, extension: str
) -> HttpResponse:
    """A table of a published run as a file."""
    data = _open(extension)
    run = _run(data, round_slug, grant, number)
    if table not in RUN_TABLES:
        raise Http404
    about = about_run(run) | {"table": table, "source": f"{settings.PLATSPLAN_BASE_URL}{request.path}"}
    return _file(
        request,
        data,
        lambda: file_of(
            extension,
            RUN_TABLES[table],
            run_rows(RUN_TABLES[table], run, data, traces_of),
            about=about,
            at=run.published_at,
        ),
        content_type=CONTENT_TYPES[extension],
        name=f"{file_name(run)}-{table}.{extension}",
    )


@login_not_required
@require_safe
def latest_file(request: HttpRequest, round_slug: str, grant: str, rest: str) -> HttpResponse:
    """Lead to a file of the run that holds now."""
    for run in open_data(at=timezone.now()).runs:
        if run.in_force and (run.round, run.grant) == (round_slug, grant):
            return redirect(f"/open-data/{run.round}/{run.grant}/run-{run.number}/{rest}")
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
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogue of the data sets, by DCAT-AP-SE, as Turtle."""
    data = open_data(at=timezone.now())
    return _file(
        request,
        data,
        lambda: catalogue_of(
            data, base_url=settings.PLATSPLAN_BASE_URL, publisher=settings.AGENCY_NAME
        ).encode(),
        content_type="text/turtle; charset=utf-8",
        name="",
    )


def about_run(run: DataRun) -> dict[str, Any]:
    """What a run is, for the head of a file."""
    kept = asdict(run)
    names = "round grant title year rules_version rules_sha256 inputs_sha256 engine_version note synthetic"
    return {
        **{name: kept[name] for name in names.split()},
        "run": run.number,
        "computed_at": run.computed_at.isoformat(),
        "published_at": run.published_at.isoformat(),
        "decided_on": run.decided_on.isoformat() if run.decided_on else "",
        "amount_kr": run.amount_kr,
        "allocated_kr": run.allocated_kr,
    }


def file_name(run: DataRun) -> str:
    """What a run's files are called once saved, without ending."""
    return f"platsplan-{run.round}-{run.grant}-run-{run.number}"


def _open(extension: str) -> OpenData:
    if extension not in CONTENT_TYPES:
        raise Http404
    return open_data(at=timezone.now())


def _run(data: OpenData, round_slug: str, grant: str, number: int) -> DataRun:
    run = data.run(round_slug, grant, number)
    if run is None:
        raise Http404
    return run


def _file(
    request: HttpRequest, data: OpenData, make: Callable[[], bytes], *, content_type: str, name: str
) -> HttpResponse:
    """Answer with a file, made once for each version of what is open and kept by this process."""
    key = "open-data:" + hashlib.sha256(f"{data.version}\n{request.path}".encode()).hexdigest()
    body: bytes | None = caches["pages"].get(key)
    if body is None:
        body = make()
        caches["pages"].set(key, body, timeout=None)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if content_type == CONTENT_TYPES["xlsx"]:  # a workbook's bytes bear the second they were packed in
        tag = f'W/"{key[-32:]}"'
    zipped = "gzip" in request.headers.get("Accept-Encoding", "") and content_type != CONTENT_TYPES["xlsx"]
    response = HttpResponse(gzip.compress(body, 6, mtime=0) if zipped else body, content_type=content_type)
    if zipped:
        response["Content-Encoding"] = "gzip"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    modified = http_date(data.read_at.timestamp())
    response["ETag"] = tag
    response["Last-Modified"] = modified
    response["Cache-Control"] = "public, no-cache"
    response["Link"] = f'<{LICENCE}>; rel="license"'
    patch_vary_headers(response, ["Accept-Encoding"])
    answer = get_conditional_response(
        request, etag=tag, last_modified=parse_http_date(modified), response=response
    )
    return answer if isinstance(answer, HttpResponse) else response
