"""The report as a file: download a template, read one in, look through what it changes, save it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from reporting.errors import DomainError
from reporting.exchange.csv_file import csv_with_remarks
from reporting.exchange.csv_template import csv_template
from reporting.exchange.difference import Change
from reporting.exchange.draft import filling_of
from reporting.exchange.excel_file import with_remarks
from reporting.exchange.excel_template import excel_template
from reporting.exchange.guard import MAX_BYTES, check_size
from reporting.exchange.refusals import FileRefused, FileTooLarge
from reporting.exchange.template import CURRENT_VERSION
from reporting.limits import within_limit
from reporting.models import PendingUpload, Submission
from reporting.services.uploads import (
    UploadGone,
    UploadHasErrors,
    drop_upload,
    preview_upload,
    problems_of,
    receive_upload,
    save_upload,
    waiting_upload,
)
from reporting.views.access import editable_report, page_context, user_of

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# A browser that is answered before it has sent everything shows a broken connection instead of the page,
# so what is too large is read and thrown away, up to here.
_READ_AWAY = 50 * MAX_BYTES
# More than anybody corrects a file; taking one apart costs a second.
FILES_PER_MINUTE = 10
# A template has about 60 cells to fill in; more remarks than this come from a file that is another one.
PROBLEMS_SHOWN = 100


class TooManyFiles(DomainError):
    """The person has read in more files this minute than anybody needs to."""


class _Bounded(FileUploadHandler):
    """Stops keeping a file as soon as it is larger than any template."""

    too_large = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # the name that Django calls it by
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Refuse at once what says itself that it is far too large."""
        if content_length > _READ_AWAY:
            self.too_large = content_length
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand each piece on until the limit is passed."""
        if start + len(raw_data) > MAX_BYTES:
            self.too_large = max(self.too_large, start + len(raw_data))
            return None
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Leave the file to the next handler."""
        if self.too_large:
            self.too_large = max(self.too_large, file_size)
        return None


@csrf_exempt  # only so that the limit holds before anything reads the form; the token is checked below
def upload(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Download a template or read a filled-in one in."""
    bounded = _Bounded(request)
    request.upload_handlers = [bounded, *request.upload_handlers]
    return _upload(request, slug, code, bounded=bounded)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _upload(request: HttpRequest, slug: str, code: str, *, bounded: _Bounded) -> HttpResponse:
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            _keep_to_limit(request, at=at)
            file = _file_in(request, bounded)
            received = receive_upload(
                submission_id=submission.pk,
                content=file.read(),
                file_name=file.name or "",
                by=user_of(request),
                at=at,
            )
        except DomainError as error:
            failure = error
        else:
            return redirect("reporting:upload_read", slug, code, received.pk)
    context = page_context(submission, membership, at=at) | {
        "failure": failure,
        "limit_mb": MAX_BYTES // 1_000_000,
        "pending": PendingUpload.objects.filter(
            submission=submission, user=user_of(request), expires_at__gt=at
        ).order_by("-created_at"),
    }
    response = render(request, "reporting/upload.html", context, status=_status(failure))
    if response.status_code == 429:
        response["Retry-After"] = "60"
    return response


def _keep_to_limit(request: HttpRequest, *, at: datetime) -> None:
    if not within_limit("upload", who=str(user_of(request).pk), per_minute=FILES_PER_MINUTE, at=at):
        raise TooManyFiles(_("You have read in many files in a short time. Wait a minute and try again."))


def _file_in(request: HttpRequest, bounded: _Bounded) -> UploadedFile:
    file = request.FILES.get("file")  # here the form is read, and the limit met
    if bounded.too_large:
        check_size(bounded.too_large)
    if not isinstance(file, UploadedFile):
        raise FileRefused("no-file", _("Choose a file first."))
    return file


def _status(failure: DomainError | None) -> int:
    if failure is None:
        return 200
    if isinstance(failure, TooManyFiles):
        return 429
    return 413 if isinstance(failure, FileTooLarge) else 422


@require_safe
def template(request: HttpRequest, slug: str, code: str, *, kind: str) -> HttpResponse:
    """The template, filled from the draft, as Excel or CSV."""
    submission, _membership = editable_report(request, slug, code)
    address = request.build_absolute_uri(reverse("reporting:upload", args=[slug, code]))
    filling = filling_of(submission, at=timezone.now(), address=address)
    content = (excel_template if kind == "xlsx" else csv_template)(filling, template=CURRENT_VERSION)
    return _download(content, kind, f"{submission.case_number}.{kind}")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, slug: str, code: str, upload: UUID) -> HttpResponse:
    """What a file would change, or what hinders it; save it or drop it."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            return _save_or_drop(request, submission, upload)
        except UploadGone:
            pass  # told below, like a page that is opened too late
        except DomainError as error:
            failure = error
    try:
        waiting = _own(request, submission, upload)
    except UploadGone as error:
        messages.info(request, str(error))
        return redirect("reporting:upload", slug, code)
    context = page_context(submission, membership, at=at) | {"upload": waiting, "failure": failure}
    if waiting.problems:
        problems = problems_of(waiting)
        context |= {"problems": problems[:PROBLEMS_SHOWN], "problem_count": len(problems)}
        return render(request, "reporting/upload_problems.html", context, status=409 if failure else 200)
    preview, choices = preview_upload(waiting), _choices(request.POST)
    context |= {
        "preview": preview,
        "changed": preview.with_change(Change.CHANGED),
        "conflicts": [(line, choices.get(line.name, "")) for line in preview.with_change(Change.CONFLICT)],
        "kept": preview.with_change(Change.KEPT),
        "unchanged": preview.with_change(Change.UNCHANGED),
        "findings": failure.findings if isinstance(failure, UploadHasErrors) else (),
    }
    return render(request, "reporting/upload_difference.html", context, status=409 if failure else 200)


def _save_or_drop(request: HttpRequest, submission: Submission, upload: UUID) -> HttpResponse:
    slug, code = submission.reporting_round.slug, submission.region_id
    if "drop" in request.POST:
        _own(request, submission, upload)
        drop_upload(upload_id=upload, by=user_of(request))
        messages.success(request, _("The file is removed. Nothing of it was saved."))
        return redirect("reporting:upload", slug, code)
    _own(request, submission, upload)
    changed = save_upload(
        upload_id=upload,
        choices=_choices(request.POST),
        seen=request.POST.get("seen", ""),
        by=user_of(request),
        at=timezone.now(),
    )
    messages.success(
        request,
        ngettext(
            "%(count)d cell of the file is saved in the draft.",
            "%(count)d cells of the file are saved in the draft.",
            len(changed),
        )
        % {"count": len(changed)},
    )
    return redirect(submission)


def _own(request: HttpRequest, submission: Submission, upload: UUID) -> PendingUpload:
    waiting = waiting_upload(upload_id=upload, by=user_of(request), at=timezone.now())
    if waiting.submission_id != submission.pk:
        raise Http404
    return waiting


def _choices(form: Mapping[str, Any]) -> dict[str, str]:
    return {name.removeprefix("choice-"): str(form[name]) for name in form if name.startswith("choice-")}


@require_safe
def remarks(request: HttpRequest, slug: str, code: str, upload: UUID) -> HttpResponse:
    """A copy of the person's own file with what is wrong written into it."""
    submission, _membership = editable_report(request, slug, code)
    try:
        waiting = _own(request, submission, upload)
        write = with_remarks if waiting.kind == "xlsx" else csv_with_remarks
        content = write(bytes(waiting.content), problems_of(waiting))
    except (UploadGone, FileRefused) as error:
        messages.info(request, str(error))
        return redirect("reporting:upload", slug, code)
    name = _("%(number)s-remarks") % {"number": submission.case_number}
    return _download(content, waiting.kind, f"{name}.{waiting.kind}")
