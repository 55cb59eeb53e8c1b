"""The API under /api/v1/: its resources, how it reads JSON, and how it tells what goes wrong."""

import json
import logging
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser

from config.problems import problem_response
from publication.api.resources import router as open_router
from publication.opendata_files import LICENCE
from reporting.api.draft import router
from reporting.problems import FieldFault, Problem

View = Callable[..., HttpResponse]
logger = logging.getLogger("django.request")
MAX_BODY = 64_000


class StrictJson(Parser):
    """Reads JSON as RFC 8259 has it: no NaN, no member twice, no more than a draft can need."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The request's body.

        Raises:
            Problem: it is too large, of another type, or no JSON.
        """
        if len(request.body) > MAX_BODY:
            raise _too_large()
        if request.content_type != "application/json":
            raise Problem(415, "not-json", _("Send the body as application/json."))
        try:
            return json.loads(request.body, parse_constant=_refuse, object_pairs_hook=_each_once)
        except (ValueError, RecursionError):
            raise Problem(400, "not-json", _("The body is not JSON, or has a member twice.")) from None


def _too_large() -> Problem:
    return Problem(413, "too-large", _("The request is larger than any draft."), limit=MAX_BODY)


def _refuse(word: str) -> None:
    raise ValueError(word)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member stands twice")
    for name in members:
        name.encode()  # half a character is no name, and could not be told back
    return members


class PlatsplanAPI(NinjaAPI):
    """Describes problems by the type that they are sent as."""

    def get_openapi_schema(self, **_kwargs: Any) -> Any:
        """The description in OpenAPI 3.1."""
        return self._described

    @cached_property
    def _described(self) -> Any:
        # Only the code decides what it says, and making it takes longer than most pages.
        described = super().get_openapi_schema()
        for operations in described["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    content = answer.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content["application/problem+json"] = content.pop("application/json")
        return described


api = PlatsplanAPI(
    title="Platsplan",
    version="1",
    description=(
        "Open data: what the agency has published, to read without a key. Kronor are whole numbers, rates"
        " texts with their decimals; null is a figure that is missing, never 0. With a region's key: reads"
        " and fills in the region's draft. What a key saves is checked as what a person types is, and is"
        " never submitted by itself. Problems are told as RFC 9457 has it, in the language of"
        " Accept-Language (sv or en)."
    ),
    urls_namespace="api",
    docs_decorator=require_safe,
    docs_url=None,  # the interactive pages of the library load their programs from other hosts
    parser=StrictJson(),
)
api.add_router("", open_router)
api.add_router("", router)


@api.exception_handler(Problem)
def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem)


@api.exception_handler(AuthenticationError)
def _without_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem_response(
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
        return problem_response(error.__cause__)
    return problem_response(Problem(error.status_code, "refused", _("The request cannot be answered.")))


@api.exception_handler(RequestDataTooBig)
def _beyond_reading(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Larger still: Django refuses to read it before our parser is asked."""
    return problem_response(_too_large())


@api.exception_handler(Throttled)
def _too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = problem_response(Problem(429, "too-many", _("Too many requests. Try again in a minute.")))
    response["Retry-After"] = str(error.wait or 60)
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem_response(Problem(404, "not-found", _("There is nothing at this address.")))


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
        faults.setdefault(pointer, FieldFault(field, pointer, "wrong-kind", _fault_said(fault)))
    title = _("The request does not have the form that is described.")
    return problem_response(Problem(422, "invalid-fields", title, errors=list(faults.values())))


def _fault_said(fault: dict[str, Any]) -> str:
    """What is wrong with a value, in the caller's language: the library says it in English alone."""
    known = fault.get("ctx", {})
    match fault["type"]:
        case "greater_than_equal":
            return _("Must be at least %(least)s.") % {"least": known["ge"]}
        case "less_than_equal":
            return _("Must be at most %(most)s.") % {"most": known["le"]}
        case "string_pattern_mismatch":
            return _("Must match the pattern %(pattern)s.") % {"pattern": known["pattern"]}
        case "literal_error":
            return _("Must be one of these: %(words)s.") % {"words": known["expected"].replace(" or ", ", ")}
        case "value_error":
            return str(known["error"])
        case "missing":
            return str(_("Must be given."))
    return str(_("Is not of the kind that is described."))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("The API failed: %s", request.path, exc_info=error)
    return problem_response(Problem(500, "failed", _("Something went wrong on our side. Try again later.")))


@login_not_required
def _unknown(request: HttpRequest, rest: str) -> HttpResponse:
    return problem_response(Problem(404, "not-found", _("There is nothing at this address.")))


@login_not_required
@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """Where everything is: for people the page, for programs the addresses of the resources."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        response: HttpResponse = redirect("api:docs")
    else:
        described = api.get_openapi_schema()["paths"].items()
        resources = [address for address, methods in described if "security" not in methods.get("get", {})]
        response = JsonResponse(
            {
                "openapi": reverse("api:openapi-json"),
                "documentation": reverse("api:docs"),
                "licence": LICENCE,
                "resources": [address for address in resources if "{" not in address],
            },
            content_type="application/json; charset=utf-8",
        )
    patch_vary_headers(response, ["Accept"])
    return response


@login_not_required
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """The description as a page, with a form for everything that can be read without a key."""
    described = api.get_openapi_schema()
    operations = [
        {**operation, "path": address, "method": method.upper(), "place": f"{method}-{number}"}
        for number, (address, methods) in enumerate(described["paths"].items())
        for method, operation in methods.items()
    ]
    context = {
        "open": [one for one in operations if "security" not in one],
        "keyed": [one for one in operations if "security" in one],
    }
    return render(request, "api/docs.html", context)


def _all_told(view: View) -> View:
    """Let HEAD through as GET, and tell of a method that an address does not have as of other problems."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "HEAD":
            request.method = "GET"  # the server sends no body to who asked with HEAD
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        problem = problem_response(
            Problem(405, "no-such-method", _("The address cannot be asked in this way."))
        )
        problem["Allow"] = response["Allow"]
        return problem

    return answer


def patterns() -> list[URLPattern]:
    """The API's addresses; its own keys guard them, sessions open nothing."""
    found = [
        pattern
        for pattern in api.urls[0]
        if isinstance(pattern, URLPattern) and pattern.name != "api-root"  # which answers nothing
    ]
    for pattern in found:
        pattern.callback = _open(cast("View", pattern.callback))
    return [
        path("", _open(entrance), name="api-root"),
        *found,
        path("docs", _open(documentation), name="docs"),
        path("<path:rest>", _open(_unknown), name="unknown"),
    ]


def _open(view: View) -> View:
    """Let programs in without signing in or a form's token: what is refused is told as a problem."""
    answer: View = csrf_exempt(login_not_required(_all_told(view)))
    return answer
