"""Issuing a document: its bytes are kept, and the log vouches for them from that moment."""

import hashlib
from datetime import datetime

from reporting.chain import append_entry
from reporting.models import Document, LogKind, MediaType, Region, ReportingRound


def issue_document(
    *,
    kind: LogKind,
    number: str,
    title: str,
    content: bytes,
    media_type: MediaType,
    reporting_round: ReportingRound,
    region: Region | None = None,
    at: datetime,
) -> Document:
    """Keep a document and add it to the log, in the transaction that makes what it tells of.

    Like every addition to the log it comes late in its transaction: whoever adds next waits for its end.

    Args:
        number: the document's own, once in the whole database; the entry of the log bears it.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    entry = append_entry(kind=kind, subject=number, content_sha256=sha256, at=at)
    return Document.objects.create(
        kind=kind,
        number=number,
        title=title,
        media_type=media_type,
        content=content,
        sha256=sha256,
        reporting_round=reporting_round,
        region=region,
        log_entry=entry,
    )
