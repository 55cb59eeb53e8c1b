"""What was taken out of the system as a file: by whom, when and what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.people import User
from reporting.models.triggers import append_only, never_emptied


class ExportFormat(models.TextChoices):
    """What kind of file it is."""

    XLSX = "xlsx", _("Excel")
    CSV = "csv", _("CSV")


class Export(models.Model):
    """One file that somebody at the agency has taken out. Never changed; the file itself is not kept."""

    title = models.CharField(_("list"), max_length=120)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat.choices)
    row_count = models.PositiveIntegerField(_("rows"))
    rounds = models.CharField(_("rounds"), max_length=300, blank=True)
    rules = models.CharField(_("rule sets"), max_length=300, blank=True)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(format__in=ExportFormat.values), name="export_format_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="export_has_a_checksum"
            ),
        )
        permissions = (("make_export", _("Can take lists out as files")),)
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.title}, {self.by_name}"
