"""What the agency's desk keeps about a report: who has it, who has seen it, and what to look at in it."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.people import User
from reporting.models.submissions import Revision, Submission
from reporting.models.triggers import never_emptied

DISMISSAL_MAX = 1_000


@tracked(part_of="submission")
class Assignment(models.Model):
    """Who at the agency has a report to review; nobody once it has been put back."""

    submission = models.OneToOneField(
        Submission, verbose_name=_("report"), on_delete=models.PROTECT, related_name="assignment"
    )
    officer = models.ForeignKey(
        User,
        verbose_name=_("assigned to"),
        on_delete=models.PROTECT,
        related_name="assigned_reports",
        null=True,
        blank=True,
    )
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        permissions = (("assign_report", _("Can assign reports to officers")),)
        triggers = (
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="stays_with_its_report",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__submission__df=pgtrigger.F("old__submission")),
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.submission}: {self.officer or _('nobody')}"


class DeskView(models.Model):
    """When an officer last saw a report: what has happened since is marked for that officer."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="desk_views")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("view of a report")
        verbose_name_plural = _("views of reports")
        constraints = (
            models.UniqueConstraint(
                fields=["submission", "user"], name="one_desk_view_per_officer_and_report"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.submission}"


class Severity(models.TextChoices):
    """How much a flag weighs: one that must be judged, or one that is good to know."""

    JUDGE = "judge", _("Judge")
    NOTE = "note", _("Note")


@tracked(part_of="submission")
class ReportFlag(models.Model):
    """Something to look at in the newest version of a report. Made by rules, dismissed by an officer.

    `subject` tells flags of one code apart, such as `at_2022`; `data` holds the numbers that the
    sentence is written from, so that it can be read in either language.
    """

    submission = models.ForeignKey(
        Submission, verbose_name=_("report"), on_delete=models.PROTECT, related_name="flags"
    )
    revision = models.ForeignKey(
        Revision, verbose_name=_("version"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("flag"), max_length=30)
    subject = models.CharField(_("about"), max_length=80, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    data = models.JSONField(_("numbers"), default=dict)
    raised_at = models.DateTimeField(_("raised"))
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        User,
        verbose_name=_("dismissed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    dismissed_by_name = models.CharField(_("name"), max_length=150, blank=True)
    dismissal = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ("submission", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["submission", "code", "subject"], name="one_flag_per_code_and_subject"
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="flag_severity_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    dismissed_at__isnull=True, dismissed_by__isnull=True, dismissed_by_name="", dismissal=""
                )
                | (
                    models.Q(dismissed_at__isnull=False, dismissed_by__isnull=False) & ~models.Q(dismissal="")
                ),
                name="dismissed_flag_has_who_and_why",
            ),
        )
        indexes = (
            models.Index(
                fields=["submission", "code"],
                name="open_flags",
                condition=models.Q(dismissed_at__isnull=True),
            ),
        )
        permissions = (
            ("dismiss_flag", _("Can dismiss flags")),
            ("approve_unflagged", _("Can approve all reports without flags")),
        )
        triggers = (never_emptied(),)

    def __str__(self) -> str:
        return f"{self.code} {self.subject}, {self.submission}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has dismissed it."""
        return self.dismissed_at is None
