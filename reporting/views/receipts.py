"""A receipt's files: the PDF in either language, and the JSON that its checksum is of."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reporting import selectors
from reporting.errors import ReceiptNotDrawn
from reporting.models import Language, Receipt
from reporting.receipts import file_name, receipt_file
from reporting.views.access import user_of

logger = logging.getLogger(__name__)


@require_safe
def receipt_pdf(request: HttpRequest, slug: str, code: str, number: int, language: str) -> HttpResponse:
    """The receipt as PDF, for those who may read the version."""
    if language not in Language.values:
        raise Http404
    receipt = _receipt(request, slug, code, number)
    try:
        file = receipt_file(receipt, language=language)
    except ReceiptNotDrawn:
        logger.exception("The receipt %s could not be drawn.", receipt.number)
        messages.error(request, _("The PDF could not be made just now. The receipt itself stands below."))
        return redirect("reporting:version", slug, code, number)
    return _download(bytes(file.pdf), file_name(receipt, language=language, ending="pdf"), "application/pdf")


@require_safe
def receipt_json(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """The receipt as JSON, byte for byte what its checksum is of."""
    receipt = _receipt(request, slug, code, number)
    return _download(receipt.record.encode(), file_name(receipt, ending="json"), "application/json")


def _receipt(request: HttpRequest, slug: str, code: str, number: int) -> Receipt:
    visible = selectors.submissions_visible_to(user_of(request))
    submission = get_object_or_404(visible, reporting_round__slug=slug, region_id=code)
    receipts = Receipt.objects.select_related("log_entry", "revision__submission__reporting_round")
    return get_object_or_404(receipts, revision__submission=submission, revision__number=number)


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private"},
    )
