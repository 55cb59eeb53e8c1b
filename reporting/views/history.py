"""All versions of a report, and what differs between any two of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reporting import selectors
from reporting.content import content_of, differences
from reporting.models import Revision
from reporting.views.access import user_of


@require_safe
def history(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Who submitted what and when, and two versions side by side; for the region and the agency alike."""
    submission = get_object_or_404(
        selectors.submissions_visible_to(user_of(request)), reporting_round__slug=slug, region_id=code
    )
    revisions = list(selectors.revisions_to_read(submission).order_by("-number"))
    after = _chosen(revisions, request.GET.get("to"), default=0)
    before = _chosen(revisions, request.GET.get("from"), default=1)
    years = submission.reporting_round.years
    compared = None
    if before is not None and after is not None and before != after:
        compared = differences(content_of(before), content_of(after), years=years)
    context = {
        "submission": submission,
        "region": submission.region,
        "reporting_round": submission.reporting_round,
        "revisions": revisions,
        "before_version": before,
        "after_version": after,
        "differences": compared,
        "events": selectors.events_of(submission),
        "synthetic": submission.reporting_round.is_demo,
        "start_url": reverse("reporting:start"),
    }
    return render(request, "reporting/history.html", context)


def _chosen(revisions: list[Revision], wanted: str | None, *, default: int) -> Revision | None:
    """The version asked for by number; else the newest but `default`, where there are so many."""
    by_number = {str(revision.number): revision for revision in revisions}
    usual = revisions[default] if len(revisions) > default else None
    return by_number.get(wanted or "", usual)
