"""What a region and the agency write to each other about a report, and who has read how far."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.people import Role, User
from reporting.models.submissions import ReviewEvent, Revision, Submission
from reporting.models.triggers import append_only, never_emptied

BODY_MAX = 4_000
NAME_MAX = 120

_ABOUT_ITS_OWN_REPORT = """
IF (NEW.revision_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM reporting_revision WHERE id = NEW.revision_id AND submission_id = NEW.submission_id))
    OR (NEW.event_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM reporting_reviewevent WHERE id = NEW.event_id AND submission_id = NEW.submission_id))
THEN
    RAISE EXCEPTION 'a message about report % refers to another report', NEW.submission_id;
END IF;
RETURN NEW;
"""

_HAS_ITS_ATTACHMENTS = """
IF (SELECT count(*) FROM reporting_attachment WHERE message_id = NEW.id) <> NEW.attachment_count THEN
    RAISE EXCEPTION 'message % has other attachments than the % it says', NEW.id, NEW.attachment_count;
END IF;
RETURN NULL;
"""

_ONE_OF_ITS_MESSAGES = """
IF NEW.position > (SELECT attachment_count FROM reporting_message WHERE id = NEW.message_id) THEN
    RAISE EXCEPTION 'message % has been written, and gets no further attachments', NEW.message_id;
END IF;
RETURN NEW;
"""


class Side(models.TextChoices):
    """Who writes: somebody for the region, or somebody at the agency."""

    REGION = "region", _("The region")
    AGENCY = "agency", _("The agency")


class FileKind(models.TextChoices):
    """The kinds of file that may be attached; the value is also the ending of the name."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel"
    DOCX = "docx", "Word"
    PNG = "png", "PNG"


# What a file is served as. Never what the browser said that it was.
CONTENT_TYPES: dict[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.PNG: "image/png",
}


class Message(models.Model):
    """Something written about a report. Never changed; whoever wrote wrongly writes again.

    `pk` grows in the order in which messages of a round become visible, because each is written
    under the round's lock. So "read up to" is one number.
    """

    submission = models.ForeignKey(
        Submission, verbose_name=_("report"), on_delete=models.PROTECT, related_name="messages"
    )
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    author = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(_("name"), max_length=150)
    author_role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    body = models.TextField(_("message"))
    at = models.DateTimeField(_("at"))
    revision = models.ForeignKey(
        Revision, verbose_name=_("version"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    event = models.ForeignKey(
        ReviewEvent,
        verbose_name=_("answers"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
    )
    attachment_count = models.PositiveSmallIntegerField(_("attachments"), default=0)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("submission", "pk")
        constraints = (
            models.UniqueConstraint(fields=["author", "form_key"], name="one_message_per_form"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="message_side_is_known"),
            models.CheckConstraint(condition=~models.Q(body=""), name="messages_say_something"),
            models.CheckConstraint(
                condition=models.Q(side=Side.AGENCY, author_role="")
                | models.Q(side=Side.REGION, author_role__in=Role.values),
                name="a_regions_message_names_the_role",
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="about_its_own_report",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_ABOUT_ITS_OWN_REPORT,
            ),
            pgtrigger.Trigger(
                name="has_its_attachments",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_HAS_ITS_ATTACHMENTS,
            ),
        )

    def __str__(self) -> str:
        return f"{self.author_name}, {self.submission}"


class Attachment(models.Model):
    """A file that came with a message. The file lies in the attachment store under `stored_as`."""

    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.PROTECT, related_name="attachments"
    )
    position = models.PositiveSmallIntegerField(_("place"))
    name = models.CharField(_("file name"), max_length=NAME_MAX)
    kind = models.CharField(_("kind"), max_length=10, choices=FileKind.choices)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    stored_as = models.CharField(max_length=80, unique=True, editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("message", "position")
        constraints = (
            models.UniqueConstraint(fields=["message", "position"], name="attachments_have_places"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="attachments_start_at_one"),
            models.CheckConstraint(
                condition=models.Q(kind__in=FileKind.values), name="attachment_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="attachments_are_not_empty"),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="one_of_its_messages",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_ONE_OF_ITS_MESSAGES,
            ),
        )

    def __str__(self) -> str:
        return self.name


class ReadMark(models.Model):
    """How far a person has read in what was written about a report."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="read_marks")
    side = models.CharField(max_length=10, choices=Side.choices)
    last_message = models.PositiveBigIntegerField(default=0)
    last_event = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "submission", "side"], name="one_read_mark_per_person_and_report"
            ),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="read_mark_side_is_known"),
        )
        triggers = (
            pgtrigger.Protect(
                name="reading_never_goes_back",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__last_message__lt=pgtrigger.F("old__last_message"))
                | pgtrigger.Q(new__last_event__lt=pgtrigger.F("old__last_event")),
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.submission}"
