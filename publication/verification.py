"""Telling whether a receipt is genuine, to anyone who holds one, without telling what it says."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

from allocation.decided import is_replaced
from reporting.chain import holds
from reporting.models import Document, LogEntry, Receipt, ReceiptFile
from reporting.models.receipts import SHA256_PATTERN
from reporting.record import record_text, text_sha256


@dataclass(frozen=True, slots=True)
class Genuine:
    """A receipt that is ours: what may be told about it to anyone who holds it.

    Attributes:
        what: what the checksum was of: the record, or a PDF of it.
        newest: the number of the newest version of the same report.
    """

    number: str
    region: str
    reporting_round: str
    version: int
    newest: int
    submitted_at: datetime
    is_example: bool
    sha256: str
    entry: LogEntry

    @property
    def is_replaced(self) -> bool:
        """Whether a newer version has been submitted since."""
        return self.newest > self.version


@dataclass(frozen=True, slots=True)
class GenuineDocument:
    """A decision or a decision letter that is ours: what may be told about it to anyone who holds it.

    Attributes:
        is_replaced: whether a later decision has replaced the one that it tells of.
    """

    number: str
    kind: str
    region: str
    reporting_round: str
    is_example: bool
    is_replaced: bool
    sha256: str
    entry: LogEntry


def bare_checksum(text: str) -> str:
    """A checksum as it was copied or typed, without spaces, in lower case."""
    return re.sub(r"[\s\u200b]+", "", text).lower()


def by_checksum(sha256: str) -> Genuine | GenuineDocument | None:
    """The receipt whose JSON, or one of whose PDFs, has the checksum, or the issued document; else None."""
    wanted = bare_checksum(sha256)
    if not re.fullmatch(SHA256_PATTERN, wanted):
        return None
    receipts = Receipt.objects.select_related(
        "log_entry", "revision__submission__reporting_round", "revision__submission__region"
    )
    receipt = receipts.filter(sha256=wanted).first()
    if receipt is None:
        file = ReceiptFile.objects.filter(sha256=wanted).only("receipt_id").first()
        receipt = receipts.get(pk=file.receipt_id) if file else None
    if receipt is None:
        return _document(wanted)
    # What does not agree with the log is not vouched for, whoever put it there; nor what a changed log says.
    entry = receipt.log_entry
    if receipt.sha256 != entry.content_sha256 or receipt.sha256 != text_sha256(receipt.record):
        return None
    return _genuine(receipt) if holds(entry) else None


def _document(sha256: str) -> GenuineDocument | None:
    documents = Document.objects.select_related("log_entry", "reporting_round", "region").defer("content")
    document = documents.filter(sha256=sha256).first()
    if document is None or document.sha256 != document.log_entry.content_sha256:
        return None
    if not holds(document.log_entry):
        return None
    return GenuineDocument(
        number=document.number,
        kind=str(document.get_kind_display()),
        region=document.region.name if document.region else "",
        reporting_round=document.reporting_round.name,
        is_example=document.reporting_round.is_demo,
        is_replaced=is_replaced(document),
        sha256=document.sha256,
        entry=document.log_entry,
    )


def by_number(number: str, sha256: str) -> Genuine | GenuineDocument | None:
    """What has the number, if the checksum is its own too; which of them is wrong is not told."""
    found = by_checksum(sha256)
    return found if found is not None and found.number.casefold() == number.strip().casefold() else None


def by_file(content: bytes) -> Genuine | GenuineDocument | None:
    """What a file is: a PDF byte for byte, or a JSON document in whatever layout."""
    found = by_checksum(hashlib.sha256(content).hexdigest())
    if found is not None:
        return found
    try:
        record = json.loads(content)
        return by_checksum(text_sha256(record_text(record))) if isinstance(record, dict) else None
    except (ValueError, RecursionError):
        return None


def _genuine(receipt: Receipt) -> Genuine:
    revision = receipt.revision
    submission = revision.submission
    return Genuine(
        number=receipt.number,
        region=submission.region.name,
        reporting_round=submission.reporting_round.name,
        version=revision.number,
        newest=submission.revision_count,
        submitted_at=revision.submitted_at,
        is_example=submission.reporting_round.is_demo,
        sha256=receipt.sha256,
        entry=receipt.log_entry,
    )
