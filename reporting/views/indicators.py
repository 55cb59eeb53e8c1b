"""The page of indicators: general medicine, the way to AT, and the outcome of past years."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting.checking import CheckedReport
from reporting.fields import Field, Page, fields_of
from reporting.indicator_form import Beside, with_boxes
from reporting.indicators import Answer, answers_of
from reporting.models import Revision, Submission
from reporting.prospect import Prospect
from reporting.reading import indicator_sheets_of
from reporting.views.formpage import Visit, form_page


@require_http_methods(["GET", "HEAD", "POST"])
def indicators(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form of indicators: save it at any time; it is submitted with the posts, as one report."""
    return form_page(request, slug, code, page=Page.INDICATORS, show=_show, saved=_go_on, typed=with_boxes)


def _go_on(request: HttpRequest, submission: Submission, prospect: Prospect) -> HttpResponse:
    messages.success(request, _("The draft is saved."))
    page = "reporting:report" if "posts" in request.POST else "reporting:indicators"
    return redirect(page, submission.reporting_round.slug, submission.region_id)


def _show(visit: Visit) -> HttpResponse:
    """The form with what is found in it; once it can no longer be changed, the answers to read."""
    context = visit.context(Page.INDICATORS)
    if visit.failure is not None or not context["may_change"]:
        context["sheets"] = indicator_sheets_of(
            visit.submission,
            latest=context["latest"],
            values=context["values"],
            years=context["checks"].years,
        )
        return render(visit.request, "reporting/indicators_read.html", context)
    context["form"].beside = _beside(context["checks"], context["latest"], context["answers"])
    return render(visit.request, "reporting/indicators.html", context, status=visit.status)


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
