"""The outbox: every mail is a row first, so none is lost and none goes twice."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.documents import Document
from reporting.models.people import User
from reporting.models.receipts import Receipt
from reporting.models.regions import Region
from reporting.models.rounds import ReportingRound
from reporting.models.triggers import append_only, never_emptied


class MailKind(models.TextChoices):
    """What a mail is about; each kind has its templates in templates/email/."""

    RECEIPT = "receipt", _("Receipt")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned for completion")
    EXTENSION = "extension", _("More time")
    REMINDER = "reminder", _("Reminder")
    STATUS_REPORT = "status_report", _("Status report")
    INVITATION = "invitation", _("Invitation")
    ROLE_CHANGED = "role_changed", _("Changed role")
    PASSWORD_RESET = "password_reset", _("New password")
    SIGN_IN_CHANGED = "sign_in_changed", _("Changed sign-in")
    NEWS = "news", _("News")
    DIGEST = "digest", _("Digest")
    ANSWER_REMINDER = "answer_reminder", _("Reminder of an answer")
    ESCALATION = "escalation", _("Last reminder to the ombud")
    DECISION_PROPOSED = "decision_proposed", _("Proposed decision")
    DECISION_CLOSED = "decision_closed", _("Answer to a proposed decision")
    DECISION_LETTER = "decision_letter", _("Decision letter")
    PAYMENT_MADE = "payment_made", _("Payment")
    REPAYMENT_CLAIMED = "repayment_claimed", _("Claim for repayment")
    MONEY_WAITS = "money_waits", _("Payment or claim to confirm")


class MailFile(models.Model):
    """A file that goes with one mail or more, kept exactly as it is sent."""

    name = models.CharField(_("file"), max_length=150)
    media_type = models.CharField(_("format"), max_length=100)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("file of a mail")
        verbose_name_plural = _("files of mails")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="mail_file_has_a_checksum"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return self.name


class Mail(models.Model):
    """One mail to one address about one occasion."""

    kind = models.CharField(_("kind"), max_length=20, choices=MailKind.choices)
    recipient = models.EmailField(_("to"))
    declinable = models.BooleanField(
        _("may be declined"),
        default=False,
        help_text=_("The mail offers to stop such mails; nobody has to have them."),
    )
    copy_to = models.EmailField(_("copy to"), blank=True)
    occasion = models.CharField(_("occasion"), max_length=120)
    reporting_round = models.ForeignKey(
        ReportingRound,
        verbose_name=_("round"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    receipt = models.ForeignKey(
        Receipt,
        verbose_name=_("enclosed receipt"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mails",
        help_text=_("Goes with the mail as PDF and JSON, put together when the mail is sent."),
    )
    document = models.ForeignKey(
        Document,
        verbose_name=_("enclosed document"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mails",
    )
    file = models.ForeignKey(
        MailFile,
        verbose_name=_("enclosed file"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mails",
    )
    again_of = models.ForeignKey(
        "self",
        verbose_name=_("sent again"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="repeats",
        help_text=_("The mail that this one repeats, word for word."),
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    copied_at = models.DateTimeField(
        _("copy sent"),
        null=True,
        blank=True,
        help_text=_("Set where the copy was accepted and the mail itself was not; the copy goes once."),
    )
    last_error = models.TextField(_("last error"), blank=True)
    dropped_at = models.DateTimeField(
        _("dropped"),
        null=True,
        blank=True,
        help_text=_("Set where what the mail was about was no longer so before it could be sent."),
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "recipient", "occasion"], name="one_mail_per_kind_recipient_occasion"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=MailKind.values), name="mail_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(dropped_at=None) | models.Q(sent_at=None), name="dropped_mail_is_not_sent"
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"], condition=models.Q(sent_at=None, dropped_at=None), name="mail_waiting"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="sent_is_sent",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sent_at__isnull=False)
                | pgtrigger.Q(old__dropped_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="as_written",
                fields=[
                    "id", "kind", "recipient", "copy_to", "declinable", "occasion", "reporting_round",
                    "region", "receipt", "document", "file", "again_of", "subject", "text", "html",
                ],
            ),
            never_emptied(),
        )  # fmt: skip
        permissions = (("send_mail_again", _("Can send mails again")),)

    def __str__(self) -> str:
        return f"{self.subject} ({self.recipient})"


class MailRequest(models.Model):
    """Somebody at the agency asked for a mail: for a repeat of a sent one, or for another attempt at once."""

    mail = models.ForeignKey(Mail, verbose_name=_("mail"), on_delete=models.PROTECT, related_name="requests")
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("request for a mail")
        verbose_name_plural = _("requests for mails")
        ordering = ("-at", "-pk")
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.mail}: {self.by_name}"
