"""Scenarios and sweeps: what would be given by other rules or figures. Never a run, never a decision."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from allocation.models.runs import AllocationRun, RoundGrant
from reporting.models import Region, User, begins

LONGEST_NAME = 80
LONGEST_NOTE = 2000


class Scenario(models.Model):
    """A copy of a grant's rules and figures that a case officer edits.

    `base_…` is what it began from and never changes: an official run, or the reports as they stood at
    `base_at`. `rules_text` is its own rule set, in the form of a rule file. `version` counts the
    saves, so that nobody writes over what somebody else has just saved.
    """

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="scenarios"
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    version = models.PositiveIntegerField(default=1)
    base_run = models.ForeignKey(
        AllocationRun,
        verbose_name=_("official run"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    base_at = models.DateTimeField(_("figures from"))
    base_rules_name = models.CharField(_("official rule set"), max_length=40)
    base_rules_version = models.CharField(_("official rule set version"), max_length=40)
    base_rules_sha256 = models.CharField(_("checksum of the official rules"), max_length=64)
    base_rules_text = models.TextField(_("official rules"))
    base_inputs_sha256 = models.CharField(_("checksum of the official figures"), max_length=64)
    base_allocated_kr = models.BigIntegerField(_("shared out officially, kr"))
    rules_text = models.TextField(_("rule set"))
    rules_sha256 = models.CharField(_("checksum of the rules"), max_length=64)
    inputs_sha256 = models.CharField(_("checksum of the figures"), max_length=64)
    engine_version = models.CharField(_("engine version"), max_length=20)
    allocated_kr = models.BigIntegerField(_("shared out, kr"))
    created_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("-changed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "name"], name="one_scenario_per_grant_and_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="scenario_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(allocated_kr__gte=0, base_allocated_kr__gte=0),
                name="scenario_is_not_negative",
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="base_is_fixed",
                fields=[
                    "round_grant",
                    "base_run",
                    "base_at",
                    "base_rules_name",
                    "base_rules_version",
                    "base_rules_sha256",
                    "base_rules_text",
                    "base_inputs_sha256",
                    "base_allocated_kr",
                    "created_by",
                    "created_at",
                ],
            ),
        )

    def __str__(self) -> str:
        return self.name


class ScenarioRegion(models.Model):
    """A region's figures in a scenario, beside those it began from; nothing reported is None."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="regions")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    base_inhabitants = models.PositiveIntegerField(_("inhabitants"))
    base_planned = models.PositiveIntegerField(_("plan"))
    base_reported = models.PositiveIntegerField(_("reported"), null=True)
    inhabitants = models.PositiveIntegerField(_("inhabitants"))
    planned = models.PositiveIntegerField(_("plan"))
    reported = models.PositiveIntegerField(_("reported"), null=True)

    class Meta:
        verbose_name = _("region in a scenario")
        verbose_name_plural = _("regions in scenarios")
        ordering = ("scenario", "region")
        constraints = (
            models.UniqueConstraint(fields=["scenario", "region"], name="one_row_per_scenario_and_region"),
            models.CheckConstraint(
                condition=models.Q(inhabitants__gt=0, base_inhabitants__gt=0),
                name="scenario_inhabitants_above_zero",
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="base_figures_are_fixed",
                fields=["scenario", "region", "base_inhabitants", "base_planned", "base_reported"],
            ),
        )

    def __str__(self) -> str:
        return f"{self.scenario}, {self.region_id}"


class SweepState(models.TextChoices):
    """How far a sweep has come; only one that is being computed changes any more."""

    RUNNING = "running", _("Being computed")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class SweepRun(models.Model):
    """One or two parameters varied over ranges, on rules and figures as they were when it was asked for.

    `figures` is [code, inhabitants, planned, reported] per region in code order; `axes` is
    {"key", "start", "stop", "step"} per parameter, the numbers as text. Combinations are numbered
    from 0, the last parameter changing fastest, and computed in chunks of `chunk_size`.
    `last_sign_at` is when a chunk was last finished or sent.
    """

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="sweeps"
    )
    scenario = models.ForeignKey(
        Scenario,
        verbose_name=_("scenario"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sweeps",
    )
    base_run = models.ForeignKey(
        AllocationRun,
        verbose_name=_("official run"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    rules_text = models.TextField(_("rule set"))
    figures = models.JSONField(_("figures"))
    axes = models.JSONField(_("what is varied"))
    total = models.PositiveIntegerField(_("combinations"))
    done = models.PositiveIntegerField(_("computed"), default=0)
    chunk_size = models.PositiveIntegerField()
    state = models.CharField(
        _("state"), max_length=20, choices=SweepState.choices, default=SweepState.RUNNING
    )
    error = models.TextField(_("error"), blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    last_sign_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=SweepState.values), name="sweep_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(done__lte=models.F("total"), total__gt=0), name="sweep_counts_to_its_total"
            ),
            models.CheckConstraint(
                condition=models.Q(scenario=None) | models.Q(base_run=None),
                name="sweep_rests_on_a_scenario_or_a_run",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done=models.F("total")),
                name="sweep_is_done_when_all_is",
            ),
        )
        indexes = (
            models.Index(fields=["last_sign_at"], condition=models.Q(state="running"), name="sweep_running"),
        )
        triggers = (
            begins("running"),
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[("running", "done"), ("running", "cancelled"), ("running", "failed")],
            ),
            pgtrigger.ReadOnly(
                name="question_is_fixed",
                fields=["round_grant", "scenario", "base_run", "rules_text", "figures", "axes", "total"],
            ),
        )
        permissions = (("cancel_sweeprun", _("Can cancel a sweep")),)

    def __str__(self) -> str:
        return f"{_('sweep')} {self.pk}"


class SweepChunk(models.Model):
    """A stretch of a sweep's combinations; `results` is empty until it is computed.

    `results` holds kronor, region by region in code order, `size` totals each; an empty place is a
    combination without an answer.
    """

    sweep = models.ForeignKey(SweepRun, on_delete=models.CASCADE, related_name="chunks")
    start = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    results = ArrayField(models.BigIntegerField(null=True), null=True)

    class Meta:
        verbose_name = _("part of a sweep")
        verbose_name_plural = _("parts of sweeps")
        ordering = ("sweep", "start")
        constraints = (
            models.UniqueConstraint(fields=["sweep", "start"], name="each_stretch_of_a_sweep_once"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="stretch_of_a_sweep_is_not_empty"),
        )
        triggers = (
            pgtrigger.Protect(
                name="computed_is_computed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__results__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sweep_id}, {self.start}"
