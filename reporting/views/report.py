"""The report's page of posts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.errors import DomainError
from reporting.fields import Page, text_fields
from reporting.forms import Sent
from reporting.models import Membership, Submission
from reporting.reading import sheets_of
from reporting.views.access import editable_report, page_context, user_of
from reporting.views.filling import filling_context, save_page, unsaved_texts


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form: save a draft at any time, or save it and go on to submitting."""
    submission, membership = editable_report(request, slug, code)
    at = timezone.now()
    if request.method == "POST":
        return _save(request, submission, membership, at=at)
    return _show(request, submission, membership, at=at)


def _save(
    request: HttpRequest, submission: Submission, membership: Membership, *, at: datetime
) -> HttpResponse:
    years = submission.reporting_round.years
    sent = Sent(request.POST.dict(), fields=text_fields(years, page=Page.POSTS))
    try:
        merge, prospect = save_page(submission, sent, by=user_of(request), at=at)
    except DomainError as error:
        return _show(request, submission, membership, at=at, failure=error, sent=sent)
    if merge.conflicts:
        parts = {"values": merge.values, "conflicts": merge.conflicts}
        return _show(request, merge.submission, membership, at=at, sent=sent, parts=parts)
    if "review" not in request.POST:
        messages.success(request, _("The draft is saved."))
        return redirect(submission)
    if prospect.blocking:
        return redirect(f"{submission.get_absolute_url()}?check")
    return redirect("reporting:submit", submission.reporting_round.slug, submission.region_id)


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
    """The form with what is found in it; once it can no longer be changed, the figures to read."""
    parts = parts or {"values": selectors.draft_values(submission)}
    context = page_context(submission, membership, at=at) | filling_context(
        submission, Page.POSTS, at=at, sent=sent, has_asked="check" in request.GET, **parts
    )
    form = context["form"]
    context |= {"failure": failure, "question": selectors.open_question(submission)}
    if context["may_change"] and failure is None:
        return render(request, "reporting/report.html", context, status=409 if form.conflicts else 200)
    context["unsaved"] = unsaved_texts(form, sent)
    context["sheets"] = sheets_of(submission, latest=context["latest"], values=parts["values"])
    return render(request, "reporting/report_read.html", context)
