"""Documents that the agency issues, exactly as they were handed out. The log vouches for each."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.receipts import SHA256_PATTERN, LogEntry, LogKind
from reporting.models.regions import Region
from reporting.models.rounds import ReportingRound
from reporting.models.triggers import append_only, never_emptied

_AS_LOGGED = """
IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') OR NOT EXISTS (
    SELECT FROM reporting_logentry
    WHERE id = NEW.log_entry_id AND content_sha256 = NEW.sha256 AND subject = NEW.number AND kind = NEW.kind
)
THEN
    RAISE EXCEPTION 'document % is not the one that was logged', NEW.number;
END IF;
RETURN NEW;
"""


class MediaType(models.TextChoices):
    """What a document's bytes are."""

    PDF = "application/pdf", "PDF"
    JSON = "application/json", "JSON"
    XML = "application/xml", "XML"
    CSV = "text/csv", "CSV"
    EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel"


_ENDINGS = {
    MediaType.PDF: "pdf",
    MediaType.JSON: "json",
    MediaType.XML: "xml",
    MediaType.CSV: "csv",
    MediaType.EXCEL: "xlsx",
}


class Document(models.Model):
    """One issued document: its bytes, and the entry of the log that carries their checksum."""

    kind = models.CharField(_("kind"), max_length=20, choices=LogKind.choices)
    number = models.CharField(_("number"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    media_type = models.CharField(_("format"), max_length=80, choices=MediaType.choices)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, unique=True)
    reporting_round = models.ForeignKey(
        ReportingRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="documents"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, related_name="documents"
    )
    log_entry = models.OneToOneField(
        LogEntry, verbose_name=_("log entry"), on_delete=models.PROTECT, related_name="document"
    )

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")
        ordering = ("-log_entry__sequence",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=LogKind.values), name="document_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(media_type__in=MediaType.values), name="document_format_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=SHA256_PATTERN), name="document_has_a_checksum"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="as_logged", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_AS_LOGGED
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def file_name(self) -> str:
        """What the document's file is called, such as "PP-2022-2024-at-2022-1-03.pdf"."""
        return f"{self.number}.{_ENDINGS[MediaType(self.media_type)]}"
