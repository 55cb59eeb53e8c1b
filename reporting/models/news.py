"""What a person is told beyond what everyone must be told, and how often they want mail about it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.messages import Message, Side
from reporting.models.outbox import Mail
from reporting.models.people import User
from reporting.models.submissions import Submission
from reporting.models.triggers import never_emptied


class MailRhythm(models.TextChoices):
    """How often a person wants mail that nobody has to have."""

    EACH = "each", _("At each event")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


@tracked()
class MailChoice(models.Model):
    """A person's choice of rhythm. Who has made none gets a mail at each event."""

    user = models.OneToOneField(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="mail_choice"
    )
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=MailRhythm.choices)

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(rhythm__in=MailRhythm.values), name="mail_rhythm_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_rhythm_display()}"


class NewsKind(models.TextChoices):
    """What news there can be."""

    MESSAGE = "message", _("Message")
    SUBMITTED = "submitted", _("A colleague submitted")
    REVIEW_STARTED = "review_started", _("Review started")


class News(models.Model):
    """One thing to tell one person, by a mail of its own or in a digest; told once.

    Untold news is a queue and may be dropped: it was read meanwhile, or mail is no longer wanted.
    """

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="news")
    kind = models.CharField(_("kind"), max_length=20, choices=NewsKind.choices)
    occasion = models.CharField(_("occasion"), max_length=120)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    actor_name = models.CharField(_("name"), max_length=150)
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("at"))
    told_in = models.ForeignKey(
        Mail, verbose_name=_("told in"), on_delete=models.PROTECT, null=True, blank=True, related_name="news"
    )

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "occasion"], name="one_news_per_person_and_occasion"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=NewsKind.values), name="news_kind_is_known"),
            models.CheckConstraint(condition=models.Q(side__in=Side.values), name="news_side_is_known"),
        )
        indexes = (models.Index(fields=["user", "at"], condition=models.Q(told_in=None), name="news_untold"),)
        triggers = (
            pgtrigger.Protect(
                name="told_is_told",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__told_in__isnull=False),
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.user}"
