"""A region's own page, and the way to it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reporting import selectors
from reporting.context import memberships_of_visitor, unread_of_visitor
from reporting.home import home_of
from reporting.views.access import user_of


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Send everyone to their own start: the agency to its desk, a region to its report."""
    user = user_of(request)
    if user.is_staff and not selectors.memberships_of(user).exists():
        return redirect("admin:index")
    return redirect("reporting:start")


def not_found(request: HttpRequest) -> HttpResponse:
    """An address that a library offers and this product does not."""
    raise Http404


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """A region's own page: which round is open, where the report stands, what to do next."""
    at = timezone.now()
    memberships = sorted(memberships_of_visitor(request), key=lambda member: member.region_id)
    if not memberships:
        applications = selectors.waiting_ombuds().filter(person=user_of(request))
        return render(request, "reporting/no_region.html", {"applications": applications})
    wanted = request.GET.get("region")
    membership = next((member for member in memberships if member.region_id == wanted), memberships[0])
    if wanted and membership.region_id != wanted:
        raise Http404
    reports = selectors.reports_of_region(membership.region_id, reader=user_of(request), at=at)
    asked = request.GET.get("round")
    submission = next((report for report in reports if asked in (None, report.reporting_round.slug)), None)
    if asked and submission is None:
        raise Http404
    reporting_round = (
        submission.reporting_round
        if submission
        else selectors.current_round(at=at, region_code=membership.region_id)
    )
    context: dict[str, Any] = {
        "membership": membership,
        "other_memberships": [member for member in memberships if member != membership],
        "other_reports": [report for report in reports if report != submission],
        "region": membership.region,
        "colleagues": selectors.colleagues_in(membership.region_id),
        "reporting_round": reporting_round,
        "synthetic": selectors.shows_synthetic_data(reporting_round),
    }
    if submission is not None:
        unread = unread_of_visitor(request)
        context |= {
            "submission": submission,
            "home": home_of(submission, membership=membership, at=at, unread_count=unread[submission.pk]),
            "report_url": submission.get_absolute_url(),
        }
    return render(request, "reporting/start.html", context)
