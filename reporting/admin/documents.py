"""Issued documents as the desk gives them out."""

from django.http import HttpResponse

from reporting.models import Document


def as_file(document: Document) -> HttpResponse:
    """A document byte for byte as it was issued, to be saved."""
    headers = {"Content-Disposition": f'attachment; filename="{document.file_name}"'}
    return HttpResponse(bytes(document.content), content_type=document.media_type, headers=headers)
