"""Soft rules of the report: how far each has been rolled out, and what it has found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.people import User
from reporting.models.submissions import Revision, Submission
from reporting.models.triggers import append_only, never_emptied, only_with_its_version


class Stage(models.TextChoices):
    """How far a soft rule has been rolled out."""

    SHADOW = "shadow", _("Shadow: counted, not shown")
    WARNING = "warning", _("Warning: needs a comment")
    BLOCK = "block", _("Error: stops the submission")
    RETIRED = "retired", _("Retired: not used")


@tracked()
class CheckRule(models.Model):
    """The stage of one soft rule. The rule itself is code; a rule without a row has its first stage."""

    code = models.SlugField(_("rule"), primary_key=True, max_length=40)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    note = models.TextField(_("reason"))
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("rule for warnings")
        verbose_name_plural = _("rules for warnings")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="rule_stage_is_known"),
            models.CheckConstraint(condition=~models.Q(note=""), name="rule_stage_has_its_reason"),
        )

    def __str__(self) -> str:
        return self.code


class RaisedFinding(models.Model):
    """A soft rule found something in a report's draft, at least once."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="raised")
    field = models.CharField(max_length=40)
    code = models.CharField(max_length=40)
    first_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finding in a draft")
        verbose_name_plural = _("findings in drafts")
        constraints = (
            models.UniqueConstraint(
                fields=["submission", "field", "code"], name="one_raised_finding_per_field_and_rule"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.code}, {self.field}"


class RevisionFinding(models.Model):
    """What a soft rule found in a submitted version, in the words that were shown, with the reason given."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="findings")
    field = models.CharField(_("field"), max_length=40)
    code = models.CharField(_("rule"), max_length=40)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    title = models.CharField(_("finding"), max_length=300)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("finding in a version")
        verbose_name_plural = _("findings in versions")
        ordering = ("revision", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["revision", "field", "code"], name="one_finding_per_field_and_rule"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=[Stage.SHADOW, Stage.WARNING]),
                name="submitted_findings_do_not_block",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=Stage.WARNING) | ~models.Q(comment=""),
                name="submitted_warnings_are_commented",
            ),
        )
        triggers = (append_only(), never_emptied(), only_with_its_version())

    def __str__(self) -> str:
        return self.title
