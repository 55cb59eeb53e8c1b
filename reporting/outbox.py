"""Writing mails into the outbox. Whoever writes one also sees to it that it is sent after the commit."""

import hashlib
from datetime import datetime
from typing import Any

from reporting.emails import render_mail
from reporting.models import (
    Document,
    Language,
    Mail,
    MailFile,
    MailKind,
    Receipt,
    Region,
    ReportingRound,
)


def write_mail(
    kind: MailKind,
    *,
    recipient: str,
    occasion: str,
    context: dict[str, Any],
    language: str = Language.SV,
    copy_to: str = "",
    declinable: bool = False,
    reporting_round: ReportingRound | None = None,
    region: Region | None = None,
    receipt: Receipt | None = None,
    document: Document | None = None,
    file: MailFile | None = None,
) -> Mail | None:
    """Write a mail, unless one exists for the same kind, recipient and occasion.

    Args:
        occasion: what the mail is about, such as "2022-2024/03/2"; makes it unique.
        declinable: whether the reader may stop such mails; the mail then says how.
        context: what the templates `email/<kind>.txt` and `.html` need.
        receipt: goes with the mail as PDF and JSON, in the receipt's language.
        document: goes with the mail as it was issued.
        file: goes with the mail as it is.

    Returns:
        the new row, or None if it was there already.
    """
    recipient = recipient.lower()
    if Mail.objects.filter(kind=kind, recipient=recipient, occasion=occasion).exists():
        return None
    letter = render_mail(kind, {"declinable": declinable, **context}, language=language)
    mail, created = Mail.objects.get_or_create(
        kind=kind,
        recipient=recipient,
        occasion=occasion,
        defaults={
            "declinable": declinable,
            "copy_to": copy_to.lower() if copy_to.lower() != recipient else "",
            "reporting_round": reporting_round,
            "region": region,
            "receipt": receipt,
            "document": document,
            "file": file,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
        },
    )
    return mail if created else None


def keep_file(name: str, content: bytes, *, media_type: str, at: datetime) -> MailFile:
    """Keep a file that goes with one mail or more; it is never changed."""
    return MailFile.objects.create(
        name=name,
        content=content,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=at,
    )
