"""The API under /api/v1/: its resources, how it reads JSON, and how it tells what goes wrong."""

import json
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser

from reporting.api.draft import router
from reporting.problems import FieldFault, Problem

View = Callable[..., HttpResponse]
PROBLEM_TYPE = "application/problem+json"
MAX_BODY = 64_000


class StrictJson(Parser):
    """Reads JSON as RFC 8259 has it: no NaN, no member twice, no more than a draft can need."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The request's body.

        Raises:
            Problem: it is too large, of another type, or no JSON.
        """
        if len(request.body) > MAX_BODY:
            raise Problem(413, "too-large", _("The request is larger than any draft."), limit=MAX_BODY)
        if request.content_type != "application/json":
            raise Problem(415, "not-json", _("Send the body as application/json."))
        try:
            return json.loads(request.body, parse_constant=_refuse, object_pairs_hook=_each_once)
        except (ValueError, RecursionError):
            raise Problem(400, "not-json", _("The body is not JSON, or has a member twice.")) from None


def _refuse(word: str) -> None:
    raise ValueError(word)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands twice")
    for name in members:
        name.encode()  # half a character is no name, and could not be told back
    return members


api = NinjaAPI(
    title="Platsplan",
    version="1",
    description=(
        "Reads and fills in a region's draft. What it saves is checked as what a person types is, and is"
        " never submitted by itself. Problems are told as RFC 9457 has it, in the language of"
        " Accept-Language (sv or en). Names, rules and years of the fields: `/rounds/{round}/fields`."
    ),
    urls_namespace="api",
    docs_decorator=require_safe,
    docs_url=None,  # the interactive pages of the library load their programs from other hosts
    parser=StrictJson(),
)
api.add_router("", router)


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = HttpResponse(
        json.dumps(problem.as_json(), ensure_ascii=False), status=problem.status, content_type=PROBLEM_TYPE
    )
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Platsplan"'
    return response


@api.exception_handler(Problem)
def _told(request: HttpRequest, problem: Problem) -> HttpResponse:
    return _answer(request, problem)


@api.exception_handler(AuthenticationError)
def _without_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(
        request,
        Problem(
            401,
            "no-key",
            _("The request has no key that is in use."),
            detail=_("Send “Authorization: Bearer platsplan_…”. The region's ombud makes and revokes keys."),
        ),
    )


@api.exception_handler(HttpError)
def _other(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The library wraps what our parser of JSON raises."""
    if isinstance(error.__cause__, Problem):
        return _answer(request, error.__cause__)
    return _answer(request, Problem(error.status_code, "refused", _("The request cannot be answered.")))


@api.exception_handler(Throttled)
def _too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = _answer(request, Problem(429, "too-many", _("Too many requests. Try again in a minute.")))
    response["Retry-After"] = str(error.wait or 60)
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, Problem(404, "not-found", _("There is nothing at this address.")))


@api.exception_handler(ValidationError)
def _wrong_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Each fault once: a value that fits no kind of answer is one fault, not one for each kind."""
    faults: dict[str, FieldFault] = {}
    for fault in error.errors:
        place = [str(part) for part in fault["loc"]]
        # ("body", "body", "fields", name, the kind that was tried …)
        inside = place[2:4] if place[:1] == ["body"] else place
        pointer = "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in inside)
        field = inside[1] if len(inside) > 1 else ""
        faults.setdefault(pointer, FieldFault(field, pointer, "wrong-kind", str(fault["msg"])))
    title = _("The request does not have the form that is described.")
    return _answer(request, Problem(422, "invalid-fields", title, errors=list(faults.values())))


def patterns() -> list[URLPattern]:
    """The API's addresses; its own keys guard them, sessions open nothing."""
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in found:
        pattern.callback = login_not_required(cast("View", pattern.callback))
    return found
