"""Grants of a round, and runs, which never change."""

import pgtrigger
from django.db import models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from reporting.models import Region, ReportingRound, Revision, append_only, never_emptied, tracked

_POT_SUM = """
IF (SELECT coalesce(sum(amount_kr), 0) FROM allocation_award WHERE run_id = NEW.run_id AND pot = NEW.pot)
   IS DISTINCT FROM
   (SELECT allocated_kr FROM allocation_runpot WHERE run_id = NEW.run_id AND pot = NEW.pot)
THEN
    RAISE EXCEPTION 'awards of pot % in run % do not sum to what the pot shared out', NEW.pot, NEW.run_id;
END IF;
RETURN NULL;
"""

_RUN_SUM = """
IF (SELECT (sum(amount_kr), sum(allocated_kr)) FROM allocation_runpot WHERE run_id = NEW.{run})
   IS DISTINCT FROM
   (SELECT (amount_kr::numeric, allocated_kr::numeric) FROM allocation_allocationrun WHERE id = NEW.{run})
THEN
    RAISE EXCEPTION 'pots of run % do not sum to the run', NEW.{run};
END IF;
RETURN NULL;
"""

_REGION_SUM = """
IF (SELECT sum(amount_kr) FROM allocation_award WHERE run_id = NEW.run_id AND region_id = NEW.region_id)
   IS DISTINCT FROM
   (SELECT total_kr FROM allocation_runregion WHERE run_id = NEW.run_id AND region_id = NEW.region_id)
THEN
    RAISE EXCEPTION 'awards of region % in run % do not sum to its total', NEW.region_id, NEW.run_id;
END IF;
RETURN NULL;
"""


_ONE_TEXT = """
IF EXISTS (
    SELECT 1 FROM allocation_allocationrun
    WHERE rules_version = NEW.rules_version AND rules_sha256 <> NEW.rules_sha256
)
THEN
    RAISE EXCEPTION 'version % of the rules has another text in an earlier run', NEW.rules_version;
END IF;
RETURN NEW;
"""

# A pot without kronor, with awards of 0 kr, would pass every sum.
_COMES_WITH_ITS_RUN = """
IF (SELECT made_in FROM allocation_allocationrun WHERE id = NEW.run_id)
   IS DISTINCT FROM pg_current_xact_id()::text::bigint
THEN
    RAISE EXCEPTION 'run % is stored, and gets no further rows', NEW.run_id;
END IF;
RETURN NEW;
"""

# Behind the check in the runner: what a worker computed counts only while the request is its own.
_MADE_BY_ITS_CLAIM = """
IF NEW.made_for_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM allocation_recomputation
    WHERE id = NEW.made_for_id AND token = NEW.token AND state IN ('running', 'done')
)
THEN
    RAISE EXCEPTION 'recomputation % has been taken over from the worker that made this run', NEW.made_for_id;
END IF;
RETURN NULL;
"""


# The rules are kept as text with the run; their reference stands in the part that the heading opens.
_MARK_THE_REFERENCE = r"""
UPDATE reporting_populationreference SET is_used = true
WHERE NOT is_used AND slug = substring(
    split_part(split_part(E'\n' || NEW.rules_text, E'\n[population]', 2), E'\n[', 1)
    from 'reference\s*=\s*"([^"]+)"'
);
RETURN NULL;
"""


# The number that the database gives the present transaction, savepoints included.
_THIS_TRANSACTION = Cast(
    Cast(models.Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
)


def _at_commit(name: str, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=func,
    )


def one_text_per_version() -> pgtrigger.Trigger:
    """A trigger that refuses a run whose rules bear an earlier run's version and another text."""
    return pgtrigger.Trigger(
        name="one_text_per_version", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_ONE_TEXT
    )


def made_by_its_claim() -> pgtrigger.Trigger:
    """A trigger that refuses, at commit, a run by a worker that has lost the request to another one."""
    return _at_commit("made_by_its_claim", _MADE_BY_ITS_CLAIM)


def comes_with_its_run() -> pgtrigger.Trigger:
    """A trigger that refuses rows for a run that an earlier transaction has stored."""
    return pgtrigger.Trigger(
        name="comes_with_its_run",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=_COMES_WITH_ITS_RUN,
    )


def sums_to_its_pot() -> pgtrigger.Trigger:
    """A trigger that refuses, at commit, awards that do not sum to what their pot shared out."""
    return _at_commit("sums_to_its_pot", _POT_SUM)


def sums_to_its_run(*, run: str = "run_id") -> pgtrigger.Trigger:
    """A trigger that refuses, at commit, pots that do not sum to their run; `run` is the id's column."""
    return _at_commit("sums_to_its_run", _RUN_SUM.replace("{run}", run))


def sums_to_its_region() -> pgtrigger.Trigger:
    """A trigger that refuses, at commit, awards that do not sum to what their region gets."""
    return _at_commit("sums_to_its_region", _REGION_SUM)


@tracked(part_of="reporting_round")
class RoundGrant(models.Model):
    """A grant that is computed from a round's figures for one year, by one rule set."""

    reporting_round = models.ForeignKey(
        ReportingRound, verbose_name=_("round"), on_delete=models.PROTECT, related_name="grants"
    )
    rules_name = models.CharField(_("rule set"), max_length=40, help_text=_("Such as at-2022."))
    year = models.PositiveSmallIntegerField(_("grant year"))
    title = models.CharField(_("title"), max_length=120)
    current_run = models.ForeignKey(
        "AllocationRun",
        verbose_name=_("current run"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    case_number = models.CharField(
        _("case number"),
        max_length=40,
        blank=True,
        help_text=_(
            "The agency's own, from its register. Empty: the decision's number stands in the letters."
        ),
    )
    appeal_text = models.TextField(
        _("how to appeal"),
        blank=True,
        help_text=_(
            "Stands last in every letter: how the decision is appealed, or that it cannot be, and by "
            "which rule. Nothing can be decided while it is empty."
        ),
    )

    class Meta:
        verbose_name = _("grant of a round")
        verbose_name_plural = _("grants of rounds")
        ordering = ("reporting_round", "year")
        constraints = (
            models.UniqueConstraint(
                fields=["reporting_round", "rules_name"], name="one_grant_per_round_and_rules"
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="another_grant_is_another_row", fields=["reporting_round", "rules_name", "year"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, {self.reporting_round}"

    @property
    def number_text(self) -> str:
        """What the numbers of the grant's decisions begin with, such as "PP-2022-2024-at-2022"."""
        return f"PP-{self.reporting_round.slug}-{self.rules_name}"


class AllocationRun(models.Model):
    """One rule set applied to one set of figures. Kept for ever, never changed."""

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="runs"
    )
    number = models.PositiveIntegerField(_("run"))
    created_at = models.DateTimeField(_("computed"))
    rules_version = models.CharField(_("rule set version"), max_length=40)
    rules_sha256 = models.CharField(_("checksum of the rules"), max_length=64)
    rules_text = models.TextField(_("rule set"))
    engine_version = models.CharField(_("engine version"), max_length=20)
    inputs_sha256 = models.CharField(_("checksum of the figures"), max_length=64)
    amount_kr = models.BigIntegerField(_("to share, kr"))
    allocated_kr = models.BigIntegerField(_("shared out, kr"))
    unallocated_kr = models.BigIntegerField(_("not shared out, kr"))
    eligible_count = models.PositiveSmallIntegerField(_("regions with an award"))
    made_for = models.ForeignKey(
        "Recomputation",
        verbose_name=_("computed for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    token = models.PositiveIntegerField(_("claim"), null=True, blank=True)
    made_in = models.BigIntegerField(_("transaction"), db_default=_THIS_TRANSACTION, editable=False)

    class Meta:
        verbose_name = _("allocation run")
        verbose_name_plural = _("allocation runs")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "number"], name="runs_are_numbered_once"),
            models.UniqueConstraint(
                fields=["round_grant", "rules_sha256", "inputs_sha256"], name="same_inputs_make_one_run"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_kr=models.F("allocated_kr") + models.F("unallocated_kr")),
                name="run_reconciles",
            ),
            models.CheckConstraint(
                condition=models.Q(allocated_kr__gte=0, unallocated_kr__gte=0), name="run_is_not_negative"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            one_text_per_version(),
            made_by_its_claim(),
            sums_to_its_run(run="id"),
            pgtrigger.Trigger(
                name="marks_the_reference",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=_MARK_THE_REFERENCE,
            ),
        )

    def __str__(self) -> str:
        return f"{self.round_grant.title}, {_('run')} {self.number}"


class RunPot(models.Model):
    """A pot in a run: what it held, what was shared out, what was left."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="pots")
    position = models.PositiveSmallIntegerField()
    pot = models.CharField(_("pot"), max_length=60)
    amount_kr = models.BigIntegerField(_("pot, kr"))
    allocated_kr = models.BigIntegerField(_("shared out, kr"))
    unallocated_kr = models.BigIntegerField(_("not shared out, kr"))
    trace = models.JSONField(_("calculation"), default=dict)

    class Meta:
        verbose_name = _("pot of a run")
        verbose_name_plural = _("pots of runs")
        ordering = ("run", "position")
        constraints = (
            models.UniqueConstraint(fields=["run", "pot"], name="one_row_per_run_and_pot"),
            models.CheckConstraint(
                condition=models.Q(amount_kr=models.F("allocated_kr") + models.F("unallocated_kr")),
                name="pot_reconciles",
            ),
            models.CheckConstraint(
                condition=models.Q(allocated_kr__gte=0, unallocated_kr__gte=0), name="pot_is_not_negative"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            comes_with_its_run(),
            sums_to_its_pot(),
            sums_to_its_run(),
        )

    def __str__(self) -> str:
        return f"{self.run}, {self.pot}"


class RunRegion(models.Model):
    """A region in a run: the figures it was computed from and the sum of its awards."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="regions")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+", null=True)
    inhabitants = models.PositiveIntegerField(_("inhabitants"))
    planned_posts = models.PositiveIntegerField(_("plan"))
    reported_posts = models.PositiveIntegerField(_("reported"), null=True)
    planned_rate = models.DecimalField(_("rate of the plan"), max_digits=12, decimal_places=2)
    reported_rate = models.DecimalField(_("reported rate"), max_digits=12, decimal_places=2, null=True)
    increase = models.IntegerField(_("increase"), null=True)
    total_kr = models.BigIntegerField(_("total, kr"))

    class Meta:
        verbose_name = _("region in a run")
        verbose_name_plural = _("regions in runs")
        ordering = ("run", "region")
        constraints = (
            models.UniqueConstraint(fields=["run", "region"], name="one_row_per_run_and_region"),
            models.CheckConstraint(
                condition=models.Q(reported_posts__isnull=False) | models.Q(total_kr=0),
                name="nothing_to_a_region_that_has_not_reported",
            ),
        )
        triggers = (append_only(), never_emptied(), comes_with_its_run(), sums_to_its_region())

    def __str__(self) -> str:
        return f"{self.run}, {self.region_id}"


class Award(models.Model):
    """What one region gets from one pot in one run, and why."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="awards")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    pot = models.CharField(_("pot"), max_length=60)
    eligible = models.BooleanField(_("takes part"))
    reason = models.CharField(_("reason"), max_length=60)
    amount_kr = models.BigIntegerField(_("amount, kr"))
    assumed = models.BooleanField(_("rests on an assumption"))
    trace = models.JSONField(_("calculation"), default=list)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ("run", "region", "pot")
        constraints = (
            models.UniqueConstraint(fields=["run", "region", "pot"], name="one_award_per_run_region_pot"),
            models.CheckConstraint(condition=models.Q(amount_kr__gte=0), name="award_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(eligible=True) | models.Q(amount_kr=0), name="nothing_to_the_ineligible"
            ),
        )
        triggers = (
            append_only(),
            never_emptied(),
            comes_with_its_run(),
            sums_to_its_pot(),
            sums_to_its_region(),
        )

    def __str__(self) -> str:
        return f"{self.run}, {self.region_id}, {self.pot}: {self.amount_kr} kr"
