"""Who asks, for which report, and what every page of a report shows."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from reporting import selectors
from reporting.context import memberships_of_visitor
from reporting.models import Membership, Submission, User


def user_of(request: HttpRequest) -> User:
    """Who asks; `LoginRequiredMiddleware` has seen to it that it is somebody."""
    return cast("User", request.user)


def editable_report(request: HttpRequest, slug: str, code: str) -> tuple[Submission, Membership]:
    """The report that the person may fill in, and in which role; 404 for every other."""
    membership = next((role for role in memberships_of_visitor(request) if role.region_id == code), None)
    if membership is None:
        raise Http404
    submission = get_object_or_404(
        Submission.objects.select_related("region", "reporting_round"),
        reporting_round__slug=slug,
        region_id=code,
    )
    return submission, membership


def page_context(submission: Submission, membership: Membership, *, at: datetime) -> dict[str, Any]:
    """What every page of a report shows."""
    reporting_round = submission.reporting_round
    return {
        "submission": submission,
        "membership": membership,
        "region": submission.region,
        "reporting_round": reporting_round,
        "days_left": submission.days_left(at=at),
        "has_closed": submission.has_closed(at=at),
        "may_change": submission.may_be_changed(at=at),
        "latest": selectors.latest_revision(submission),
        "synthetic": reporting_round.is_demo,
        "report_url": submission.get_absolute_url(),
    }
