"""The report's page of posts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.fields import Page
from reporting.models import Submission
from reporting.prospect import Prospect
from reporting.reading import sheets_of
from reporting.views.filling import unsaved_texts
from reporting.views.formpage import Visit, form_page


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form: save a draft at any time, or save it and go on to submitting."""
    return form_page(request, slug, code, page=Page.POSTS, show=_show, saved=_go_on)


def _go_on(request: HttpRequest, submission: Submission, prospect: Prospect) -> HttpResponse:
    if "review" not in request.POST:
        messages.success(request, _("The draft is saved."))
        return redirect(submission)
    if prospect.blocking:
        return redirect(f"{submission.get_absolute_url()}?check")
    return redirect("reporting:submit", submission.reporting_round.slug, submission.region_id)


def _show(visit: Visit) -> HttpResponse:
    """The form with what is found in it; once it can no longer be changed, the figures to read."""
    context = visit.context(Page.POSTS, has_asked="check" in visit.request.GET)
    context["question"] = selectors.open_question(visit.submission)
    if context["may_change"] and visit.failure is None:
        return render(visit.request, "reporting/report.html", context, status=visit.status)
    context["unsaved"] = unsaved_texts(context["form"], visit.sent)
    context["sheets"] = sheets_of(visit.submission, latest=context["latest"], values=context["values"])
    return render(visit.request, "reporting/report_read.html", context)
