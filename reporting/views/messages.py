"""The region's side of the thread with the agency, and the files in it."""

import logging
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reporting import selectors, threads
from reporting.errors import DomainError
from reporting.filestore import FileChanged, content_of
from reporting.messageforms import MessageForm
from reporting.models import CONTENT_TYPES, FileKind, Side, Submission
from reporting.services.messages import AttachmentsRefused, mark_read, post_message
from reporting.views.access import editable_report, page_context, user_of

logger = logging.getLogger(__name__)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The threads of every report in the person's regions; straight to it where there is only one."""
    user = user_of(request)
    reports = list(selectors.submissions_editable_by(user).order_by("-reporting_round__opens_at", "region"))
    if not reports:
        raise Http404
    unread = threads.unread_for_region(user)
    waiting = [report for report in reports if unread[report.pk]]
    if len(reports) == 1 or len(waiting) == 1:
        return redirect(thread_address((waiting or reports)[0]))
    rows = [
        {"report": report, "unread": unread[report.pk], "url": thread_address(report)} for report in reports
    ]
    return render(request, "reporting/inbox.html", {"rows": rows})


def thread_address(submission: Submission) -> str:
    """Where the region reads and writes about a report."""
    return reverse("reporting:messages", args=[submission.reporting_round.slug, submission.region_id])


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Read what was written about a report, and write to the agency."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    user = user_of(request)
    form = MessageForm(request.POST or None, request.FILES or None, initial={"form_key": uuid.uuid4()})
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            message = post_message(
                submission_id=submission.pk,
                side=Side.REGION,
                body=form.cleaned_data["body"],
                uploads=form.cleaned_data["attachments"],
                form_key=form.cleaned_data["form_key"],
                by=user,
                at=at,
            )
        except DomainError as error:
            reasons = list(error.reasons) if isinstance(error, AttachmentsRefused) else [str(error)]
        else:
            messages.success(request, _("The message is sent."))
            return redirect(f"{thread_address(submission)}#m-{message.pk}")
    shown = threads.thread_of(submission, reader_id=user.pk, side=Side.REGION)
    if request.method == "GET" and shown.new_count:
        mark_read(
            submission_id=submission.pk, side=Side.REGION, by=user,
            last_message=shown.last_message, last_event=shown.last_event, at=at,
        )  # fmt: skip
    context = page_context(submission, membership, at=at) | {
        "thread": shown,
        "form": form,
        "reasons": reasons,
        "had_files": bool(request.FILES),
        "question": selectors.open_question(submission),
        **limits(),
    }
    return render(request, "reporting/messages.html", context)


def limits() -> dict[str, Any]:
    """What the form says about files."""
    return {
        "file_limit": settings.ATTACHMENTS_PER_MESSAGE,
        "file_megabytes": settings.ATTACHMENT_MAX_BYTES // 1_000_000,
    }


@require_safe
def attachment(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """A file from the thread, for the region's people and those at the agency who read its report."""
    found = get_object_or_404(
        selectors.attachments_visible_to(user_of(request)),
        pk=number,
        message__submission__reporting_round__slug=slug,
        message__submission__region_id=code,
    )
    try:
        content = content_of(found)
    except FileChanged as error:
        logger.exception("attachment %d cannot be served", found.pk)
        raise Http404(_("The file is no longer there. Tell the agency.")) from error
    answer = HttpResponse(content, content_type=CONTENT_TYPES[FileKind(found.kind)])
    header = content_disposition_header(as_attachment=True, filename=found.name)
    answer["Content-Disposition"] = header or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    # Whatever a browser makes of the file all the same, it runs nothing.
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
