"""Decisions on a grant, which two people make, the run that each froze, and the letters that followed."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.models.runs import AllocationRun, RoundGrant
from reporting.models import Document, Region, User, append_only, never_emptied, tracked

REASON_MAX = 2_000

_FITS_ITS_GRANT = """
IF NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'a decision begins as a proposal';
END IF;
IF NOT EXISTS (
    SELECT FROM allocation_allocationrun WHERE id = NEW.run_id AND round_grant_id = NEW.round_grant_id
)
THEN
    RAISE EXCEPTION 'run % is not of grant %', NEW.run_id, NEW.round_grant_id;
END IF;
IF NEW.corrects_id IS DISTINCT FROM (
    SELECT id FROM allocation_decision
    WHERE round_grant_id = NEW.round_grant_id AND state = 'decided' ORDER BY number DESC LIMIT 1
)
THEN
    RAISE EXCEPTION 'a decision corrects the one in force, and only that';
END IF;
RETURN NEW;
"""

_ONLY_ANSWERED = """
IF OLD.state <> 'proposed' THEN
    RAISE EXCEPTION 'decision % has been answered, and is not changed', OLD.id;
END IF;
IF (OLD.id, OLD.round_grant_id, OLD.number, OLD.run_id, OLD.corrects_id, OLD.reason, OLD.note,
        OLD.proposed_by_id, OLD.proposed_by_name, OLD.proposed_at)
    IS DISTINCT FROM (NEW.id, NEW.round_grant_id, NEW.number, NEW.run_id, NEW.corrects_id, NEW.reason,
        NEW.note, NEW.proposed_by_id, NEW.proposed_by_name, NEW.proposed_at)
THEN
    RAISE EXCEPTION 'what was proposed in decision % is not changed', OLD.id;
END IF;
IF NEW.state = 'decided' AND NOT EXISTS (
    SELECT FROM allocation_roundgrant AS round_grant
    WHERE round_grant.id = NEW.round_grant_id AND round_grant.current_run_id = NEW.run_id AND NOT EXISTS (
        SELECT FROM allocation_recomputation
        WHERE reporting_round_id = round_grant.reporting_round_id AND state NOT IN ('done', 'failed')
    )
)
THEN
    RAISE EXCEPTION 'run % does not hold any more', NEW.run_id;
END IF;
RETURN NEW;
"""

_DECIDED_WHOLE = """
IF NOT EXISTS (SELECT FROM allocation_decisionrecord WHERE decision_id = NEW.id)
    OR (SELECT count(*) FROM allocation_letter WHERE decision_id = NEW.id)
        <> (SELECT count(*) FROM allocation_runregion WHERE run_id = NEW.run_id)
THEN
    RAISE EXCEPTION 'decision % lacks its record or a letter', NEW.id;
END IF;
RETURN NULL;
"""

_SAYS_WHAT_WAS_COMPUTED = """
IF NEW.amount_kr IS DISTINCT FROM (
    SELECT region.total_kr FROM allocation_runregion AS region
    JOIN allocation_decision AS decision ON decision.run_id = region.run_id
    WHERE decision.id = NEW.decision_id AND decision.state = 'decided' AND region.region_id = NEW.region_id
)
THEN
    RAISE EXCEPTION 'the letter to region % does not say what was decided', NEW.region_id;
END IF;
RETURN NEW;
"""

_FROZEN = """
IF NEW.bundle_sha256 <> encode(sha256(convert_to(NEW.bundle, 'UTF8')), 'hex') OR NOT EXISTS (
    SELECT FROM allocation_decision WHERE id = NEW.decision_id AND state = 'decided'
)
THEN
    RAISE EXCEPTION 'the record does not belong to a decision that was made';
END IF;
RETURN NEW;
"""


class DecisionState(models.TextChoices):
    """Where a decision is."""

    PROPOSED = "proposed", _("Proposed")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal or claim", "Withdrawn")
    REFUSED = "refused", _("Sent back")
    DECIDED = "decided", _("Decision made")


@tracked(part_of="run")
class Decision(models.Model):
    """A run that somebody proposes to pay by, and what somebody else made of the proposal.

    The newest decided one of a grant is in force; the ones before it stay as they were made.
    """

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.PositiveIntegerField(_("number"))
    run = models.ForeignKey(
        AllocationRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="decisions"
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )
    reason = models.TextField(
        _("reason for the correction"), blank=True, help_text=_("Stands in the letters of a correction.")
    )
    note = models.TextField(_("note to the decision-maker"), blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=DecisionState.choices, default=DecisionState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_by_name = models.CharField(_("case officer"), max_length=150)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_by_name = models.CharField(_("decision-maker"), max_length=150, blank=True)
    decided_at = models.DateTimeField(pgettext_lazy("moment", "decided"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User,
        verbose_name=_("sent back or withdrawn by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_by_name = models.CharField(_("name"), max_length=150, blank=True)
    closed_at = models.DateTimeField(_("sent back or withdrawn"), null=True, blank=True)
    closing_reason = models.TextField(_("why it was sent back or withdrawn"), blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("-proposed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "number"], name="decisions_are_numbered_once"),
            models.UniqueConstraint(
                fields=["round_grant"],
                condition=models.Q(state="proposed"),
                name="one_proposal_at_a_time",
                violation_error_message=_("A proposal for the grant waits already."),
            ),
            models.UniqueConstraint(
                fields=["round_grant"],
                condition=models.Q(state="decided", corrects=None),
                name="one_first_decision_per_grant",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=models.Q(state="decided"), name="one_correction_per_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DecisionState.values), name="decision_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="decided", decided_by__isnull=False, decided_at__isnull=False, closed_at=None
                )
                & ~models.Q(decided_by_name="")
                | ~models.Q(state="decided") & models.Q(decided_by=None, decided_at=None),
                name="decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="nobody_decides_their_own_proposal",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(closed_by=models.F("proposed_by")),
                name="nobody_refuses_their_own_proposal",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["refused", "withdrawn"])
                | models.Q(closed_by__isnull=False, closed_at__isnull=False) & ~models.Q(closing_reason=""),
                name="closed_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(corrects=None) | ~models.Q(reason=""), name="correction_has_its_reason"
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[("proposed", "withdrawn"), ("proposed", "refused"), ("proposed", "decided")],
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="fits_its_grant",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_FITS_ITS_GRANT,
            ),
            pgtrigger.Trigger(
                name="only_answered", when=pgtrigger.Before, operation=pgtrigger.Update, func=_ONLY_ANSWERED
            ),
            pgtrigger.Trigger(
                name="decided_whole",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__state="decided"),
                func=_DECIDED_WHOLE,
            ),
            never_emptied(),
        )
        permissions = (
            ("propose_decision", _("Can propose decisions")),
            ("decide_decision", _("Can decide")),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The decision's number, such as "PP-2022-2024-at-2022-1"."""
        return f"{self.round_grant.number_text}-{self.number}"

    @property
    def is_decided(self) -> bool:
        """Whether the decision has been made."""
        return self.state == DecisionState.DECIDED

    @property
    def is_open(self) -> bool:
        """Whether the proposal waits for an answer."""
        return self.state == DecisionState.PROPOSED


class DecisionRecord(models.Model):
    """What a decision froze: its run as a bundle, and the record that stands in the log.

    `bundle` is what `python -m allocation.engine verify` takes, byte for byte.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="record")
    bundle = models.TextField(_("run as a bundle"))
    bundle_sha256 = models.CharField(_("checksum of the bundle"), max_length=64)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="decision_record")

    class Meta:
        verbose_name = _("record of a decision")
        verbose_name_plural = _("records of decisions")
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(name="frozen", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_FROZEN),
        )

    def __str__(self) -> str:
        return str(self.decision)


class Letter(models.Model):
    """The letter to one region about a decision. Its bytes are its document."""

    decision = models.ForeignKey(
        Decision, verbose_name=_("decision"), on_delete=models.PROTECT, related_name="letters"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="letters"
    )
    amount_kr = models.BigIntegerField(_("amount, kr"))
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="letter")

    class Meta:
        verbose_name = _("decision letter")
        verbose_name_plural = _("decision letters")
        ordering = ("decision", "region")
        constraints = (
            models.UniqueConstraint(fields=["decision", "region"], name="one_letter_per_decision_and_region"),
        )
        triggers = (
            append_only(),
            never_emptied(),
            pgtrigger.Trigger(
                name="says_what_was_computed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_SAYS_WHAT_WAS_COMPUTED,
            ),
        )

    def __str__(self) -> str:
        return f"{self.decision}, {self.region_id}"


class Exemption(models.Model):
    """A region that may be decided on although its report is not approved: who says so, and why.

    It holds for the version of the report that it names, and until a newer row of the region.
    """

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="exemptions"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="exemptions"
    )
    version = models.PositiveIntegerField(
        _("version"), help_text=_("Of the region's report; 0 where nothing was submitted.")
    )
    withdrawn = models.BooleanField(pgettext_lazy("proposal or claim", "withdrawn"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("name"), max_length=150)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(withdrawn=True) | ~models.Q(reason=""), name="exemption_has_its_reason"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.region_id}: {self.reason}"
