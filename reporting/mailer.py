"""What the worker does with the outbox."""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.db import transaction

from reporting.emails import message_id
from reporting.errors import ReceiptNotDrawn
from reporting.invitations import InvitationVoid, fill_in_link
from reporting.models import Document, Mail, MailFile, Receipt
from reporting.receipts import file_name, receipt_file
from reporting.unsubscribing import offer_unsubscribing

# A mail is tried again after 10 s, 20 s, 40 s … at most an hour apart.
FIRST_PAUSE_SECONDS = 10
LONGEST_PAUSE_SECONDS = 3600


def due(mail: Mail, *, at: datetime) -> bool:
    """Whether the pause after the last failed attempt is over."""
    if mail.last_attempt_at is None:
        return (at - mail.created_at).total_seconds() >= FIRST_PAUSE_SECONDS  # its own message is under way
    pause = min(FIRST_PAUSE_SECONDS << min(mail.attempts - 1, 12), LONGEST_PAUSE_SECONDS)
    return (at - mail.last_attempt_at).total_seconds() >= pause


def waiting_mail(*, at: datetime, limit: int = 500) -> list[int]:
    """Ids of mails that are written, not sent, and due for an attempt."""
    mails = Mail.objects.filter(sent_at=None, dropped_at=None).only(
        "pk", "attempts", "last_attempt_at", "created_at"
    )
    due_mails = (mail.pk for mail in mails.order_by("created_at").iterator() if due(mail, at=at))
    return list(islice(due_mails, limit))


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a mail."""

    name: str
    content: bytes
    media_type: str


def send_mail(mail_id: int, *, at: datetime) -> bool:
    """Send one mail from the outbox, unless it has been sent or is being sent.

    What goes with it is put together first, in a transaction of its own: nobody who wants the same
    file waits for a mail server.

    Returns:
        whether the mail was sent now.
    """
    try:
        enclosures = enclosures_of(mail_id)
    except ReceiptNotDrawn as error:
        return _send(mail_id, at=at, enclosures=error)
    return _send(mail_id, at=at, enclosures=enclosures)


def enclosures_of(mail_id: int) -> tuple[Enclosure, ...]:
    """The files that go with a mail that waits: a document, a file, or a receipt's PDF and JSON.

    Raises:
        ReceiptNotDrawn: the PDF could not be made.
    """
    receipts = Receipt.objects.select_related("log_entry", "revision__submission__reporting_round")
    receipt = receipts.filter(mails__pk=mail_id, mails__sent_at=None).first()
    if receipt is None:
        documents = Document.objects.filter(mails__pk=mail_id, mails__sent_at=None)
        files = MailFile.objects.filter(mails__pk=mail_id, mails__sent_at=None)
        return tuple(
            Enclosure(name, bytes(content), media_type)
            for name, content, media_type in [
                *((found.file_name, found.content, found.media_type) for found in documents),
                *((found.name, found.content, found.media_type) for found in files),
            ]
        )
    language = receipt.language
    return (
        Enclosure(
            file_name(receipt, language=language, ending="pdf"),
            bytes(receipt_file(receipt, language=language).pdf),
            "application/pdf",
        ),
        Enclosure(file_name(receipt, ending="json"), receipt.record.encode(), "application/json"),
    )


@transaction.atomic
def _send(mail_id: int, *, at: datetime, enclosures: tuple[Enclosure, ...] | ReceiptNotDrawn) -> bool:
    """Send a mail under its row's lock.

    `sent_at` is set after the mail server has accepted, under the row's lock: a crash in
    between can send a mail twice, with the same Message-ID, but never lose it. A refusal
    is kept on the row and tried again later. A refused copy is kept on the row and not tried
    again: the mail itself has arrived. Where the copy alone was accepted it is not sent again.
    A mail whose link has become void meanwhile is dropped.

    Returns:
        whether the mail was sent now.
    """
    waiting = Mail.objects.filter(pk=mail_id, sent_at=None, dropped_at=None)
    mail = waiting.select_for_update(skip_locked=True).first()
    if mail is None:
        return False
    mail.attempts += 1
    mail.last_attempt_at = at
    try:
        if isinstance(enclosures, ReceiptNotDrawn):
            raise enclosures
        message = _message(mail, enclosures)
        message.send()
    except InvitationVoid as error:
        # An answered or withdrawn invitation stays so: no later attempt can succeed.
        mail.dropped_at, mail.last_error = at, str(error)
    except (OSError, smtplib.SMTPException, ValueError, ReceiptNotDrawn) as error:
        mail.last_error = f"{type(error).__name__}: {error}"
    else:
        _note_answer(mail, getattr(message, "refused", {}), at=at)
    mail.save(
        update_fields=["attempts", "last_attempt_at", "sent_at", "copied_at", "dropped_at", "last_error"]
    )
    return mail.sent_at is not None


def _note_answer(mail: Mail, refused: Mapping[str, str], *, at: datetime) -> None:
    """Keep on the row what the server accepted, and what it said about an address that it refused.

    Args:
        refused: address, as the server was given it -> the server's answer.
    """
    mail.last_error = "; ".join(f"{address}: {said}" for address, said in refused.items())
    if sanitize_address(mail.recipient, "utf-8") not in refused:
        mail.sent_at = at
    elif mail.copy_to and mail.copied_at is None:
        mail.copied_at = at


def _message(mail: Mail, enclosures: tuple[Enclosure, ...]) -> EmailMultiAlternatives:
    text, html = fill_in_link(
        mail.text, mail.html, kind=mail.kind, recipient=mail.recipient, occasion=mail.occasion
    )
    headers = {"Message-ID": message_id(mail.pk), "Auto-Submitted": "auto-generated"}
    if mail.declinable:
        text, html, ways = offer_unsubscribing(text, html, recipient=mail.recipient)
        headers |= ways
    if mail.copied_at is not None:
        headers["Cc"] = mail.copy_to  # the letter still says who has it; the server is not given the address
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text,
        to=[mail.recipient],
        cc=[mail.copy_to] if mail.copy_to and mail.copied_at is None else [],
        headers=headers,
    )
    if html:
        message.attach_alternative(html, "text/html")
    for enclosure in enclosures:
        message.attach(enclosure.name, enclosure.content, enclosure.media_type)
    return message
