"""The page of indicators: general medicine, the way to AT, and the outcome of past years."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.checking import CheckedReport
from reporting.errors import DomainError
from reporting.fields import Field, Page, fields_of, text_fields
from reporting.forms import Sent
from reporting.indicator_form import Beside, with_boxes
from reporting.indicators import Answer, answers_of
from reporting.models import Membership, Revision, Submission
from reporting.views.access import editable_report, page_context, user_of
from reporting.views.filling import filling_context, save_page, unsaved_texts


@require_http_methods(["GET", "HEAD", "POST"])
def indicators(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form of indicators: save it at any time; it is submitted with the posts, as one report."""
    submission, membership = editable_report(request, slug, code)
    at = timezone.now()
    if request.method == "POST":
        return _save(request, submission, membership, at=at)
    return _show(request, submission, membership, at=at)


def _save(
    request: HttpRequest, submission: Submission, membership: Membership, *, at: datetime
) -> HttpResponse:
    years = submission.reporting_round.years
    data = with_boxes(request.POST.dict(), years=years)
    sent = Sent(data, fields=text_fields(years, page=Page.INDICATORS))
    try:
        merge, _prospect = save_page(submission, sent, by=user_of(request), at=at)
    except DomainError as error:
        return _show(request, submission, membership, at=at, failure=error, sent=sent)
    if merge.conflicts:
        parts = {"values": merge.values, "conflicts": merge.conflicts}
        return _show(request, merge.submission, membership, at=at, sent=sent, parts=parts)
    messages.success(request, _("The draft is saved."))
    page = "reporting:report" if "posts" in request.POST else "reporting:indicators"
    return redirect(page, submission.reporting_round.slug, submission.region_id)


def _show(
    request: HttpRequest,
    submission: Submission,
    membership: Membership,
    *,
    at: datetime,
    failure: DomainError | None = None,
    sent: Sent | None = None,
    parts: Mapping[str, Any] | None = None,
) -> HttpResponse:
    parts = parts or {"values": selectors.draft_values(submission)}
    context = page_context(submission, membership, at=at)
    context |= filling_context(submission, Page.INDICATORS, at=at, sent=sent, **parts)
    form = context["form"]
    form.beside = _beside(context["checks"], context["latest"], context["answers"])
    context |= {"failure": failure, "unsaved": unsaved_texts(form, sent if failure else None)}
    return render(request, "reporting/indicators.html", context, status=409 if form.conflicts else 200)


def _beside(
    checks: CheckedReport, latest: Revision | None, answers: Mapping[Field, Answer]
) -> dict[str, Beside]:
    """Name of a figure -> the plan of a past year, and what was said in the newest version or round."""
    beside = {}
    last = answers_of(latest.indicators.all(), years=checks.years) if latest else {}
    for field in fields_of(checks.years, page=Page.INDICATORS):
        plan = checks.past_plans.get(field.year or 0) if field.question.key == "outcome_at" else None
        value, title = (last[field].value, None) if field in last else (None, None)
        if latest is not None and value is not None:
            title = format_lazy(gettext_lazy("version {number}"), number=latest.number)
        else:
            value, title = checks.earlier.get(field.earlier_name), gettext_lazy("the previous round")
        if value is not None and answers[field].value == value:
            value = None  # the same as in the field beside it
        if plan is not None or value is not None:
            beside[field.name] = Beside(plan.planned_posts if plan else None, value, title)
    return beside
