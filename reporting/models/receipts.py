"""Receipts, the files made of them, and the log that chains them so that none can be exchanged unseen."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.people import Language
from reporting.models.submissions import Revision
from reporting.models.triggers import append_only, never_emptied

# The checksum before the first entry.
NO_ENTRY = "0" * 64
SHA256_PATTERN = r"^[0-9a-f]{64}$"
# One number for the whole database: whoever adds to the log waits for the one before.
CHAIN_LOCK = 7_308_331_542_716_004

# The same bytes as `reporting.chain.entry_text`, so that no client can add an entry that does not fit.
_FITS_THE_CHAIN = """
PERFORM pg_advisory_xact_lock(CHAIN_LOCK);
SELECT sequence, sha256 INTO last_sequence, last_sha256
    FROM reporting_logentry ORDER BY sequence DESC LIMIT 1;
IF NEW.sequence <> COALESCE(last_sequence, 0) + 1
    OR NEW.previous_sha256 <> COALESCE(last_sha256, 'NO_ENTRY')
    OR NEW.sha256 <> encode(sha256(convert_to(concat_ws(E'\\n', NEW.sequence, NEW.previous_sha256, NEW.kind,
        NEW.subject, NEW.content_sha256,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) || E'\\n', 'UTF8')), 'hex')
THEN
    RAISE EXCEPTION 'entry % does not continue the log', NEW.sequence;
END IF;
RETURN NEW;
""".replace("CHAIN_LOCK", str(CHAIN_LOCK)).replace("NO_ENTRY", NO_ENTRY)


class LogKind(models.TextChoices):
    """What an entry of the log vouches for."""

    RECEIPT = "receipt", _("Receipt")
    DECISION = "decision", _("Decision")
    LETTER = "letter", _("Decision letter")
    PAYMENT = "payment", _("Payment file")
    FINAL_REPORT = "final_report", _("Final report")


class LogEntry(models.Model):
    """One link: the checksum of a document and of the link before it. Never changed, never removed."""

    sequence = models.PositiveBigIntegerField(_("number"), unique=True)
    previous_sha256 = models.CharField(_("checksum of the entry before"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=LogKind.choices)
    subject = models.CharField(_("document"), max_length=80)
    content_sha256 = models.CharField(_("checksum of the document"), max_length=64)
    at = models.DateTimeField(_("at"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ("-sequence",)
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject"], name="one_log_entry_per_document"),
            models.CheckConstraint(condition=models.Q(kind__in=LogKind.values), name="log_kind_is_known"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="log_starts_at_one"),
            models.CheckConstraint(
                condition=models.Q(content_sha256__regex=SHA256_PATTERN), name="log_content_is_a_checksum"
            ),
            models.CheckConstraint(
                condition=~models.Q(subject__contains="\n"), name="log_subject_is_one_line"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="fits_the_chain",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("last_sequence", "bigint"), ("last_sha256", "text")],
                func=_FITS_THE_CHAIN,
            ),
        )

    def __str__(self) -> str:
        return f"{self.sequence}: {self.get_kind_display()} {self.subject}"


class Receipt(models.Model):
    """What a region gets for a submitted version, exactly as it was issued.

    `record` is the JSON document itself, byte for byte; `sha256` is the checksum of those bytes.
    """

    revision = models.OneToOneField(
        Revision, verbose_name=_("version"), on_delete=models.PROTECT, related_name="receipt"
    )
    number = models.CharField(_("receipt number"), max_length=80, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    record = models.TextField(_("content"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, unique=True)
    log_entry = models.OneToOneField(
        LogEntry, verbose_name=_("log entry"), on_delete=models.PROTECT, related_name="receipt"
    )

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ("-log_entry__sequence",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sha256__regex=SHA256_PATTERN), name="receipt_has_a_checksum"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="receipt_language_is_known"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return self.number


class ReceiptFile(models.Model):
    """A receipt's PDF in one language, kept as it was first handed out: a later one is the same bytes."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    pdf = models.BinaryField(_("PDF"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("receipt as PDF")
        verbose_name_plural = _("receipts as PDF")
        ordering = ("receipt", "language")
        constraints = (
            models.UniqueConstraint(fields=["receipt", "language"], name="one_pdf_per_receipt_and_language"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="receipt_pdf_language_is_known"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.receipt} ({self.language})"


class LogCheck(models.Model):
    """One check of the whole log: what it saw, and what was wrong."""

    at = models.DateTimeField(_("at"))
    entries = models.PositiveBigIntegerField(_("entries"))
    head_sha256 = models.CharField(_("checksum of the newest entry"), max_length=64)
    flaws = models.JSONField(_("flaws"), default=list, help_text=_("Document and kind of flaw."))

    class Meta:
        verbose_name = _("check of the log")
        verbose_name_plural = _("checks of the log")
        ordering = ("-at", "-pk")
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.at}: {self.entries}"
