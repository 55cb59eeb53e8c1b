"""Refusals of the API as RFC 9457 tells them: the same shape whichever part of the product refuses."""

import json

from django.http import HttpRequest, HttpResponse

from reporting.problems import Problem

API_ROOT = "/api/v1/"
PROBLEM_TYPE = "application/problem+json"


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads no pages."""
    return request.path.startswith(API_ROOT)


def problem_response(problem: Problem) -> HttpResponse:
    """The answer to a request that is refused, in the language that is active."""
    response = HttpResponse(
        json.dumps(problem.as_json(), ensure_ascii=False), status=problem.status, content_type=PROBLEM_TYPE
    )
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Platsplan"'
    return response
