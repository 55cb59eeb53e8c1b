"""Receipts: issuing one with a version, and the PDF that is handed out."""

import hashlib

from django.db import transaction

from reporting.chain import append_entry
from reporting.content import Content
from reporting.models import Language, LogKind, Receipt, ReceiptFile, Revision
from reporting.receipt_pdf import draw_receipt
from reporting.record import record_of, record_text, text_sha256


def issue_receipt(revision: Revision, *, content: Content, language: str) -> Receipt:
    """Write a version's receipt and add it to the log, in the transaction that makes the version.

    Args:
        content: what the version says, as it has just been stored.
        language: in which the mail and its PDF are written.
    """
    record = record_text(record_of(revision, at_issue=content))
    sha256 = text_sha256(record)
    entry = append_entry(
        kind=LogKind.RECEIPT,
        subject=revision.receipt_number,
        content_sha256=sha256,
        at=revision.submitted_at,
    )
    return Receipt.objects.create(
        revision=revision,
        number=revision.receipt_number,
        language=Language(language),
        record=record,
        sha256=sha256,
        log_entry=entry,
    )


def receipt_file(receipt: Receipt, *, language: str) -> ReceiptFile:
    """The receipt's PDF in a language: drawn the first time that somebody asks, and kept from then on.

    So the same file is handed out for ever, and its checksum can be recognised, whatever version of
    the drawing library is installed later.

    Raises:
        ReceiptNotDrawn: the PDF could not be made.
    """
    kept = ReceiptFile.objects.filter(receipt=receipt, language=language).first()
    if kept is not None:
        return kept
    pdf = draw_receipt(receipt, language=Language(language))
    with transaction.atomic():
        file, _created = ReceiptFile.objects.get_or_create(
            receipt=receipt,
            language=language,
            defaults={"pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()},
        )
    return file


def file_name(receipt: Receipt, *, language: str = "", ending: str) -> str:
    """What a receipt's file is called, such as "PP-2022-2024-03-1.sv.pdf"."""
    return f"{receipt.number}.{language}.{ending}" if language else f"{receipt.number}.{ending}"
