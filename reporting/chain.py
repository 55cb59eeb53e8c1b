"""The chained log: adding an entry, and checking that nothing in it has been exchanged."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.models import Document, LogCheck, LogEntry, LogKind, Receipt, Revision
from reporting.models.receipts import CHAIN_LOCK, NO_ENTRY
from reporting.record import says_what, text_sha256

logger = logging.getLogger(__name__)


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


def holds(entry: LogEntry) -> bool:
    """Whether an entry still says what its checksum is of, and names the checksum of the one before it."""
    before = LogEntry.objects.filter(sequence=entry.sequence - 1).first()
    previous = before.sha256 if before else NO_ENTRY
    stands = before is not None or entry.sequence == 1
    return stands and entry.previous_sha256 == previous and entry.sha256 == text_sha256(entry_text(entry))


# What can be wrong, by a name that is kept with each check.
FLAWS: dict[str, str | Promise] = {
    "place": _("The entry stands in another place than its number says."),
    "link": _("The entry does not name the checksum of the entry before it."),
    "entry": _("The entry's checksum is not that of what it says: it has been changed."),
    "gone": _("The receipt that the entry vouches for is not there."),
    "record": _("The receipt's checksum is not that of its content."),
    "logged": _("The receipt is not the one that was logged."),
    "figures": _("The version's figures are not those of its receipt."),
    "pdf": _("A PDF of the receipt has been changed."),
    "document-gone": _("The document that the entry vouches for is not there."),
    "document": _("The document's checksum is not that of its content."),
    "document-logged": _("The document is not the one that was logged."),
    "rewritten": _("An earlier check saw another checksum at this entry: the log has been rewritten."),
    "shorter": _("An earlier check saw this entry, the last of more than there are now."),
    "removed": _("The version has no receipt: it has been removed."),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the log, or in what it vouches for, that is not as it was."""

    subject: str
    code: str

    @property
    def problem(self) -> str | Promise:
        """What is wrong, in one sentence."""
        return FLAWS[self.code]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check of the whole log."""

    entries: int
    head_sha256: str
    flaws: tuple[Flaw, ...]


_further: list[Callable[[], Iterable[Flaw]]] = []


def check_log() -> Checked:
    """Go through the whole log, and through everything that it vouches for.

    Finds changed, exchanged, inserted and removed entries; receipts that differ from what was logged or
    from their versions' figures; versions whose receipt has been removed; and a log that is not the
    one that the check before saw. Whoever owns the tables and rewrites all of it, the earlier checks
    included, is found by those who hold a receipt: its checksums are then in no log.
    """
    earlier = LogCheck.objects.order_by("-at", "-pk").first()
    entries, place, head = 0, 0, NO_ENTRY
    flaws: list[Flaw] = []
    for entry in _entries():
        flaws += _link_flaws(entry, sequence=place + 1, previous_sha256=head)
        entries, place, head = entries + 1, entry.sequence, entry.sha256
        if earlier and entry.sequence == earlier.entries and entry.sha256 != earlier.head_sha256:
            flaws.append(Flaw(_name(entry), "rewritten"))
    if earlier and entries < earlier.entries:
        flaws.append(Flaw(str(earlier.entries), "shorter"))
    flaws += _receipt_flaws()
    flaws += _document_flaws()
    for more in _further:
        flaws += more()
    without = Revision.objects.filter(receipt=None).exclude(attestation="")
    for revision in without.select_related("submission__reporting_round", "submission__region"):
        flaws.append(Flaw(revision.receipt_number, "removed"))
    return Checked(entries, head, tuple(flaws))


def check_further(look: Callable[[], Iterable[Flaw]], *, flaws: Mapping[str, str | Promise]) -> None:
    """Have each check of the log also ask `look`, of an app above this one, about what its documents say.

    Args:
        flaws: what can be wrong there, by a name that is kept with each check.
    """
    FLAWS.update(flaws)
    if look not in _further:
        _further.append(look)


def keep_check(*, at: datetime) -> LogCheck:
    """Check the log and keep the outcome, which the desk shows."""
    checked = check_log()
    for flaw in checked.flaws:
        logger.error("The log of receipts: %s: %s", flaw.subject, flaw.code)
    return LogCheck.objects.create(
        at=at,
        entries=checked.entries,
        head_sha256=checked.head_sha256,
        flaws=[[flaw.subject, flaw.code] for flaw in checked.flaws],
    )


def flaws_of(check: LogCheck) -> tuple[Flaw, ...]:
    """What a kept check had found."""
    return tuple(Flaw(subject, code) for subject, code in check.flaws)


def _name(entry: LogEntry) -> str:
    return f"{entry.sequence}: {entry.subject}"


def _entries() -> Iterator[Any]:
    return (
        LogEntry.objects.select_related("receipt")
        .annotate(has_document=Exists(Document.objects.filter(log_entry=OuterRef("pk"))))
        .order_by("sequence")
        .iterator()
    )


def _link_flaws(entry: Any, *, sequence: int, previous_sha256: str) -> Iterator[Flaw]:
    if entry.sequence != sequence:
        yield Flaw(_name(entry), "place")
    if entry.previous_sha256 != previous_sha256:
        yield Flaw(_name(entry), "link")
    if entry.sha256 != text_sha256(entry_text(entry)):
        yield Flaw(_name(entry), "entry")
    if entry.kind == LogKind.RECEIPT and not hasattr(entry, "receipt"):
        yield Flaw(_name(entry), "gone")
    if entry.kind != LogKind.RECEIPT and not entry.has_document:
        yield Flaw(_name(entry), "document-gone")


def _document_flaws() -> Iterator[Flaw]:
    documents = Document.objects.select_related("log_entry").order_by("log_entry__sequence")
    for document in documents.iterator(chunk_size=50):
        if document.sha256 != hashlib.sha256(bytes(document.content)).hexdigest():
            yield Flaw(document.number, "document")
        entry = document.log_entry
        said = (entry.kind, entry.subject, entry.content_sha256)
        if said != (document.kind, document.number, document.sha256):
            yield Flaw(document.number, "document-logged")


def _receipt_flaws() -> Iterator[Flaw]:
    receipts = Receipt.objects.select_related(
        "log_entry", "revision__submission__reporting_round", "revision__submission__region"
    ).prefetch_related("revision__figures", "revision__indicators", "files")
    for receipt in receipts.order_by("log_entry__sequence").iterator(chunk_size=200):
        if receipt.sha256 != text_sha256(receipt.record):
            yield Flaw(receipt.number, "record")
        entry = receipt.log_entry
        if (entry.subject, entry.content_sha256) != (receipt.number, receipt.sha256):
            yield Flaw(receipt.number, "logged")
        if not says_what(receipt.record, receipt.revision):
            yield Flaw(receipt.number, "figures")
        for file in receipt.files.all():
            if file.sha256 != hashlib.sha256(bytes(file.pdf)).hexdigest():
                yield Flaw(receipt.number, "pdf")
