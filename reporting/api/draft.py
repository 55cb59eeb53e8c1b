"""The draft for a region's own systems: read it, fill it in, see what is wrong with it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import pghistory
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router
from ninja.responses import Status

from reporting import keys, selectors
from reporting.api.access import REQUESTS_PER_MINUTE, Key, PerMinute, key_of
from reporting.api.requests import tag_of, texts_of, unprocessable
from reporting.api.shapes import DraftIn, DraftOut, FieldOut, ProblemOut, RoundOut
from reporting.checking import checks_of
from reporting.checks import Finding, parse_figure
from reporting.errors import DomainError, ReportLocked, RoundNotOpen
from reporting.fields import Field, field_named, fields_of
from reporting.models import DraftValue, Submission
from reporting.problems import FieldFault, Problem
from reporting.services.tokens import DraftMoved, FieldsTaken, TextsWrong, draft_tag, fill_in

router = Router(auth=Key(), throttle=PerMinute(REQUESTS_PER_MINUTE, of="key"), tags=["draft"])

_PROBLEMS: dict[int, Any] = dict.fromkeys((401, 403, 404, 429), ProblemOut)
_PUT_PROBLEMS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422, 429), ProblemOut)
RoundSlug = Annotated[str, Path(description="The round's address, such as 2022-2024.")]
RegionCode = Annotated[str, Path(description="The region's county code, two digits.")]


@router.get("/key/rounds", response={200: list[RoundOut], **_PROBLEMS}, summary="The key's rounds")
def rounds(request: HttpRequest) -> list[dict[str, Any]]:
    """Every round in which the key's region has a report, the latest first."""
    at = timezone.now()
    return [
        {
            "round": report.reporting_round.slug,
            "name": report.reporting_round.name,
            "years": list(report.reporting_round.years),
            "opens_at": report.reporting_round.opens_at,
            "closes_at": report.reporting_round.closes_at,
            "state": report.state,
            "may_be_changed": report.may_be_changed(at=at),
        }
        for report in keys.reports_of(key_of(request).region_id)
    ]


@router.get("/rounds/{round}/fields", response={200: list[FieldOut], **_PROBLEMS}, summary="The fields")
def fields(request: HttpRequest, round: RoundSlug) -> list[dict[str, Any]]:  # noqa: A002  # the path's word
    """Every figure that the round asks for, with its rules, in the order of the report."""
    report = _report(request, round, key_of(request).region_id)
    return [
        {
            "name": field.name,
            "label": str(field.label),
            "help": str(field.question.help),
            "unit": str(field.question.unit),
            "decimals": field.question.unit.decimals,
            "year": field.year,
            "page": str(field.question.page),
            "part_of": _whole_of(field),
            "comment": field.comment_name,
        }
        for field in fields_of(report.reporting_round.years)
    ]


@router.get(
    "/rounds/{round}/regions/{code}/draft",
    response={200: DraftOut, 304: None, **_PROBLEMS},
    summary="Read the draft",
)
def read_draft(
    request: HttpRequest,
    response: HttpResponse,
    round: RoundSlug,  # noqa: A002  # the path's word
    code: RegionCode,
) -> Status[dict[str, Any] | None]:
    """The draft as it stands, with its ETag; 304 where If-None-Match has that ETag."""
    report = _report(request, round, code)
    values = selectors.draft_values(report)
    tag = f'"{draft_tag(values)}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    if tag in request.headers.get("If-None-Match", ""):
        return Status(304, None)
    return Status(200, _draft(report, values, at=timezone.now()))


@router.put(
    "/rounds/{round}/regions/{code}/draft",
    response={200: DraftOut, **_PUT_PROBLEMS},
    summary="Fill in the draft",
    openapi_extra={
        "parameters": [
            {
                "in": "header",
                "name": "If-Match",
                "required": False,
                "schema": {"type": "string"},
                "description": "The ETag of the draft that was read. Needed to change what a person has"
                " filled in; the request is refused (412) when the draft has been changed since.",
            }
        ]
    },
)
def write_draft(
    request: HttpRequest,
    response: HttpResponse,
    round: RoundSlug,  # noqa: A002  # the path's word
    code: RegionCode,
    body: DraftIn,
    dry_run: Annotated[bool, Query(description="Check everything and save nothing.")] = False,
) -> dict[str, Any]:
    """Fill in the fields that are sent: all of them, or none. Never submits the report.

    Without If-Match a field that a person has filled in is not changed: the answer is 409 with what stands
    there and who put it there.
    """
    report = _report(request, round, code)
    token = key_of(request)
    at = timezone.now()
    texts, pointers = texts_of(body, report)
    with pghistory.context(user=token.created_by_id, key=token.prefix):
        try:
            done = fill_in(
                submission_id=report.pk, token=token, texts=texts, tag=tag_of(request), at=at, dry_run=dry_run
            )
        except DomainError as error:
            raise _problem(error, pointers) from error
    report = _report(request, round, code)
    values = selectors.draft_values(report)
    response["ETag"] = f'"{draft_tag(values)}"'
    return _draft(report, values, at=at, found=done.findings) | {
        "changed": list(done.changed),
        "dry_run": dry_run,
    }


def _report(request: HttpRequest, round_slug: str, code: str) -> Submission:
    token = key_of(request)
    if code != token.region_id:
        raise Problem(
            403,
            "other-region",
            _("The key is for another region."),
            detail=format_lazy(_("The key opens the draft of {region}."), region=token.region.name),
        )
    report = keys.report_in(round_slug, region_code=code)
    if report is None:
        raise Problem(404, "no-report", _("There is no such round, or the region has no report in it."))
    return report


def _whole_of(field: Field) -> str:
    key = field.question.part_of
    if not key:
        return ""
    return key if field.year is None else f"{key}_{field.year}"


def _draft(
    report: Submission,
    values: Mapping[str, DraftValue],
    *,
    at: datetime,
    found: tuple[Finding, ...] | None = None,
) -> dict[str, Any]:
    if found is None:
        texts = {name: value.text for name, value in values.items()}
        found = checks_of(report).check(texts, submitting=False)
    return {
        "round": report.reporting_round.slug,
        "region": report.region_id,
        "state": report.state,
        "may_be_changed": report.may_be_changed(at=at),
        "fields": {name: _value(value) for name, value in values.items()},
        "findings": [
            {
                "field": finding.field,
                "code": finding.code,
                "level": finding.level,
                "title": str(finding.title),
                "help": str(finding.help),
                "comment_field": finding.comment_field,
            }
            for finding in found
        ],
    }


def _value(value: DraftValue) -> dict[str, Any]:
    figure: Decimal | None = None
    missing = False
    field = field_named(value.field)
    if field is not None and field.name == value.field:
        read = parse_figure(value.text, unit=field.question.unit)
        figure = read.value
        missing = bool(value.text.strip()) and read.value is None and read.problem is None
    return {
        "text": value.text,
        "value": None if figure is None else int(figure) if figure == int(figure) else float(figure),
        "missing": missing,
        "version": value.version,
        "saved_at": value.updated_at,
        "saved_by": value.updated_by.name,
        "saved_through": value.via,
    }


def _problem(error: DomainError, pointers: Mapping[str, str]) -> Problem:
    """What a refusal of the services is called in the API."""
    if isinstance(error, TextsWrong):
        return unprocessable(
            [
                FieldFault(finding.field, pointers[finding.field], finding.code, finding.title)
                for finding in error.findings
            ]
        )
    if isinstance(error, FieldsTaken):
        return Problem(
            409,
            "filled-in-by-others",
            _("Somebody else has filled in the same fields. Nothing was saved."),
            detail=_("Read the draft, and send its ETag in If-Match to change them all the same."),
            errors=[
                FieldFault(
                    name,
                    pointers[name],
                    "filled-in-by-others",
                    format_lazy(
                        _("“{text}” was filled in by {name}."),
                        text=value.text[:100],
                        name=value.saved_by,
                    ),
                )
                for name, value in error.values.items()
            ],
        )
    if isinstance(error, DraftMoved):
        return Problem(412, "draft-changed", _("The draft has been changed since you read it."))
    if isinstance(error, ReportLocked | RoundNotOpen):
        code = "report-locked" if isinstance(error, ReportLocked) else "round-not-open"
        return Problem(409, code, _("The report cannot be changed now."), detail=str(error))
    return Problem(403, "not-allowed", _("The key may not do this."), detail=str(error))
