"""Files that regions have read in, from the moment they are read until they are saved, dropped or too old."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.people import User
from reporting.models.submissions import Submission

KEPT_FOR = timedelta(hours=2)


class UploadKind(models.TextChoices):
    """What kind of file it is."""

    XLSX = "xlsx", _("Excel")
    CSV = "csv", _("CSV")


class PendingUpload(models.Model):
    """A file that was read but not saved yet: what it says, and the file itself for a copy with remarks.

    Seen by the person who read it in, and by nobody else. The row goes when it is saved, dropped or old;
    what was saved stands in the draft and its history.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, verbose_name=_("read in by"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=4, choices=UploadKind.choices)
    file_name = models.CharField(_("file"), max_length=150)
    template = models.PositiveSmallIntegerField(_("version of the template"))
    issued_at = models.DateTimeField(_("template downloaded"))
    content = models.BinaryField()
    # field -> [text, sheet, cell, line]
    texts = models.JSONField(default=dict)
    # field -> version of the draft's text that the file was filled from
    versions = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    created_at = models.DateTimeField(_("read in"))
    expires_at = models.DateTimeField(_("waits until"))

    class Meta:
        verbose_name = _("file that waits")
        verbose_name_plural = _("files that wait")
        indexes = (models.Index(fields=["expires_at"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=UploadKind.values), name="pending_upload_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="pending_upload_expires_later"
            ),
        )

    def __str__(self) -> str:
        return self.file_name
