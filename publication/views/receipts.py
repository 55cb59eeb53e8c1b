"""The open page that tells whether a receipt is genuine."""

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from publication.forms import FileForm, NumberForm
from publication.verification import Genuine, GenuineDocument, by_checksum, by_file, by_number
from reporting.limits import network_of, within_limit
from reporting.selectors import last_log_check, log_head

CHECKS_PER_MINUTE = 60


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check a receipt by its number and checksum, or by its file, which is read and not kept."""
    asked = request.method == "POST" or "sha256" in request.GET
    if asked and not _within_limit(request):
        return _too_many(request)
    number_form = NumberForm(request.GET if "sha256" in request.GET else None)
    file_form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {"number_form": number_form, "file_form": file_form}
    if request.method == "POST" and file_form.is_valid():
        upload = file_form.cleaned_data["file"]
        context |= _answer(by_file(upload.read()), asked_file=upload.name)
    elif request.method != "POST" and number_form.is_bound and number_form.is_valid():
        found = by_number(number_form.cleaned_data["number"], number_form.cleaned_data["sha256"])
        context |= _answer(found)
    return _page(request, context)


@login_not_required
@never_cache
@require_safe
def verified(request: HttpRequest, sha256: str) -> HttpResponse:
    """Check a receipt by the checksum in the address, as it stands on the receipt."""
    if not _within_limit(request):
        return _too_many(request)
    found = by_checksum(sha256)
    context = {"number_form": NumberForm(), "file_form": FileForm()} | _answer(found)
    return _page(request, context, status=HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)


def _answer(found: Genuine | GenuineDocument | None, *, asked_file: str = "") -> dict[str, Any]:
    return {
        "answered": True,
        "genuine": found,
        "is_document": isinstance(found, GenuineDocument),
        "asked_file": asked_file,
    }


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
    genuine = context.get("genuine")
    context |= {"head": log_head(), "check": last_log_check()}
    context |= {"synthetic": genuine is not None and genuine.is_example}
    return render(request, "publication/verify.html", context, status=status)


def _within_limit(request: HttpRequest) -> bool:
    client = get_adapter(request).get_client_ip(request)
    return within_limit(
        "verify", who=network_of(str(client)), per_minute=CHECKS_PER_MINUTE, at=timezone.now()
    )


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "publication/verify_later.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "60"
    return response
