"""The chained log: adding an entry, and checking that nothing in it has been exchanged."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.models import LogEntry, LogKind, Receipt, Revision
from reporting.models.receipts import CHAIN_LOCK, NO_ENTRY
from reporting.record import says_what, text_sha256


def entry_text(entry: LogEntry) -> str:
    """The text whose checksum an entry carries: six lines, each ended by a line feed, the moment in UTC."""
    moment = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = (entry.sequence, entry.previous_sha256, entry.kind, entry.subject, entry.content_sha256, moment)
    return "".join(f"{line}\n" for line in lines)


@transaction.atomic
def append_entry(*, kind: LogKind, subject: str, content_sha256: str, at: datetime) -> LogEntry:
    """Add a document to the log, in the transaction that makes the document.

    Whoever adds waits for the one before, until that transaction ends. So this is the last lock that
    a transaction takes, and nothing slow follows it.

    Args:
        subject: the document's number, such as "PP-2022-2024-03-1".
        content_sha256: the checksum of the document's bytes, in lower-case hexadecimal.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    last = LogEntry.objects.order_by("-sequence").first()
    entry = LogEntry(
        sequence=last.sequence + 1 if last else 1,
        previous_sha256=last.sha256 if last else NO_ENTRY,
        kind=kind,
        subject=subject,
        content_sha256=content_sha256,
        at=at,
    )
    entry.sha256 = text_sha256(entry_text(entry))
    entry.save(force_insert=True)
    return entry


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the log, or in what it vouches for, that is not as it was."""

    subject: str
    problem: str | Promise


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check of the whole log."""

    entries: int
    head_sha256: str
    flaws: tuple[Flaw, ...]


def check_log() -> Checked:
    """Go through the whole log, and through everything that it vouches for.

    Finds changed, exchanged, inserted and removed entries; receipts that differ from what was logged or
    from their versions' figures; and versions whose receipt has been removed.
    """
    entries, head = 0, NO_ENTRY
    flaws: list[Flaw] = []
    for expected, entry in enumerate(_entries(), start=1):
        flaws += _link_flaws(entry, sequence=expected, previous_sha256=head)
        entries, head = expected, entry.sha256
    flaws += _receipt_flaws()
    without = Revision.objects.filter(receipt=None).exclude(attestation="")
    for revision in without.select_related("submission__reporting_round", "submission__region"):
        flaws.append(Flaw(revision.receipt_number, _("The version has no receipt: it has been removed.")))
    return Checked(entries, head, tuple(flaws))


def _entries() -> Iterator[LogEntry]:
    return LogEntry.objects.select_related("receipt").order_by("sequence").iterator()


def _link_flaws(entry: LogEntry, *, sequence: int, previous_sha256: str) -> Iterator[Flaw]:
    if entry.sequence != sequence:
        yield Flaw(
            str(entry),
            format_lazy(
                _("Entry {number} stands in the place of {place}."), number=entry.sequence, place=sequence
            ),
        )
    if entry.previous_sha256 != previous_sha256:
        yield Flaw(str(entry), _("The entry does not name the checksum of the entry before it."))
    if entry.sha256 != text_sha256(entry_text(entry)):
        yield Flaw(str(entry), _("The entry's checksum is not that of what it says: it has been changed."))
    if entry.kind == LogKind.RECEIPT and not hasattr(entry, "receipt"):
        yield Flaw(str(entry), _("The receipt that the entry vouches for is not there."))


def _receipt_flaws() -> Iterator[Flaw]:
    receipts = Receipt.objects.select_related(
        "log_entry", "revision__submission__reporting_round", "revision__submission__region"
    ).prefetch_related("revision__figures", "revision__indicators", "files")
    for receipt in receipts.order_by("log_entry__sequence").iterator(chunk_size=200):
        if receipt.sha256 != text_sha256(receipt.record):
            yield Flaw(receipt.number, _("The receipt's checksum is not that of its content."))
        entry = receipt.log_entry
        if (entry.subject, entry.content_sha256) != (receipt.number, receipt.sha256):
            yield Flaw(receipt.number, _("The receipt is not the one that was logged."))
        if not says_what(receipt.record, receipt.revision):
            yield Flaw(receipt.number, _("The version's figures are not those of its receipt."))
        for file in receipt.files.all():
            if file.sha256 != hashlib.sha256(bytes(file.pdf)).hexdigest():
                yield Flaw(receipt.number, _("A PDF of the receipt has been changed."))
