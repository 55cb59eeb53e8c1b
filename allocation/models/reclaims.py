"""Claims for repayment, and what came back."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.models.balance import DECLARE, STANDING
from allocation.models.decisions import Decision
from allocation.models.runs import RoundGrant
from reporting.models import Document, Region, User, append_only, never_emptied, tracked

_CLAIM_BEGINS = """
IF NEW.state <> 'proposed' OR NOT EXISTS (
    SELECT FROM allocation_decision
    WHERE id = NEW.decision_id AND round_grant_id = NEW.round_grant_id AND state = 'decided'
)
THEN
    RAISE EXCEPTION 'claim % does not belong to a decision of its grant', NEW.number;
END IF;
RETURN NULL;
"""

# What is only proposed counts in no sum, so it is looked at when it is confirmed.
_CLAIM_ANSWERED = """
STANDING
IF OLD.state = 'proposed' AND NEW.state = 'open' THEN
    IF claimed_kr > paid_kr THEN
        RAISE EXCEPTION 'more is claimed from region % than was paid', NEW.region_id;
    END IF;
    IF NEW.kind = 'correction' AND paid_kr - corrected_kr < decided_kr THEN
        RAISE EXCEPTION 'region % keeps less than was decided', NEW.region_id;
    END IF;
END IF;
IF OLD.state = 'open' AND NEW.state = 'withdrawn' THEN
    IF EXISTS (SELECT FROM allocation_repayment WHERE claim_id = NEW.id AND struck_at IS NULL) THEN
        RAISE EXCEPTION 'claim % has been repaid in part, and stays', NEW.id;
    END IF;
    IF NEW.kind = 'correction' AND paid_kr + waiting_kr - corrected_kr > decided_kr AND waiting_kr > 0 THEN
        RAISE EXCEPTION 'region % has a payment under way that rests on claim %', NEW.region_id, NEW.id;
    END IF;
END IF;
RETURN NULL;
""".replace("STANDING", STANDING)

_REPAID_WITHIN = """
PERFORM FROM allocation_roundgrant AS round_grant
JOIN allocation_repaymentclaim AS claim ON claim.round_grant_id = round_grant.id
WHERE claim.id = NEW.claim_id FOR NO KEY UPDATE OF round_grant;
IF NOT EXISTS (
    SELECT FROM allocation_repaymentclaim WHERE id = NEW.claim_id AND state = 'open' AND amount_kr >= (
        SELECT sum(amount_kr) FROM allocation_repayment WHERE claim_id = NEW.claim_id AND struck_at IS NULL
    )
)
THEN
    RAISE EXCEPTION 'more would be repaid than claim % asks for', NEW.claim_id;
END IF;
RETURN NULL;
"""


class ClaimKind(models.TextChoices):
    """Why a region pays back."""

    CORRECTION = "correction", _("A later decision gives less")
    OTHER = "other", _("Another reason, such as funds that were not used")


class ClaimState(models.TextChoices):
    """Whether a claim holds."""

    PROPOSED = "proposed", _("Waits for confirmation")
    OPEN = "open", _("Holds")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal or claim", "Withdrawn")


@tracked(part_of="decision")
class RepaymentClaim(models.Model):
    """What a region is to pay back of a grant, why, and until when. One makes it and another confirms."""

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="repayment_claims"
    )
    number = models.PositiveIntegerField(_("number"))
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="repayment_claims"
    )
    decision = models.ForeignKey(
        Decision, verbose_name=_("decision"), on_delete=models.PROTECT, related_name="repayment_claims"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ClaimKind.choices)
    amount_kr = models.BigIntegerField(_("amount, kr"))
    reason = models.TextField(_("reason"), help_text=_("Stands in the mail to the region."))
    due_on = models.DateField(_("due"))
    state = models.CharField(
        _("state"), max_length=10, choices=ClaimState.choices, default=ClaimState.PROPOSED
    )
    made_by = models.ForeignKey(User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(_("made by"), max_length=150)
    made_at = models.DateTimeField(_("made"))
    confirmed_by = models.ForeignKey(
        User, verbose_name=_("confirmed by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=150, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    withdrawn_by_name = models.CharField(_("withdrawn by"), max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(pgettext_lazy("proposal or claim", "withdrawn"), null=True)
    withdrawal_reason = models.TextField(_("why it was withdrawn"), blank=True)

    class Meta:
        verbose_name = _("claim for repayment")
        verbose_name_plural = _("claims for repayment")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "number"], name="claims_are_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(amount_kr__gt=0) & ~models.Q(reason=""), name="claim_has_amount_and_reason"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=ClaimKind.values), name="claim_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=ClaimState.values), name="claim_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "open"], withdrawn_at=None)
                | models.Q(state="withdrawn", withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason=""),
                name="claim_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~models.Q(confirmed_by=models.F("made_by"))
                & ~models.Q(confirmed_by_name="")
                & ~models.Q(state="proposed"),
                name="nobody_confirms_their_own_claim",
            ),
        )
        triggers = (
            pgtrigger.FSM(name="allowed_transitions", field="state", transitions=[
                ("proposed", "open"), ("proposed", "withdrawn"), ("open", "withdrawn"),
            ]),
            pgtrigger.Protect(
                # Claims from before two people were needed hold as they are.
                name="opened_by_another",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__state="proposed", new__state="open", new__confirmed_by__isnull=True
                ),
            ),
            pgtrigger.Protect(
                name="confirmation_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="open") & (
                    pgtrigger.Q(old__confirmed_at__df=pgtrigger.F("new__confirmed_at"))
                    | pgtrigger.Q(old__confirmed_by__df=pgtrigger.F("new__confirmed_by"))
                    | pgtrigger.Q(old__confirmed_by_name__df=pgtrigger.F("new__confirmed_by_name"))
                ),
            ),
            pgtrigger.ReadOnly(
                name="as_made",
                fields=[
                    "id", "round_grant", "number", "region", "decision", "kind", "amount_kr", "reason",
                    "due_on", "made_by", "made_by_name", "made_at",
                ],
            ),
            pgtrigger.Protect(
                name="withdrawn_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="withdrawn"),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="claim_begins", when=pgtrigger.After, operation=pgtrigger.Insert, func=_CLAIM_BEGINS
            ),
            pgtrigger.Trigger(
                name="claim_answered", when=pgtrigger.After, operation=pgtrigger.Update,
                declare=DECLARE, func=_CLAIM_ANSWERED,
            ),
            never_emptied(),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The claim's number, such as "PP-2022-2024-at-2022-A1"."""
        return f"{self.round_grant.number_text}-A{self.number}"


@tracked(part_of="claim")
class Repayment(models.Model):
    """Money that came back on a claim. One that was noted by mistake is struck, not removed."""

    claim = models.ForeignKey(
        RepaymentClaim, verbose_name=_("claim"), on_delete=models.PROTECT, related_name="repayments"
    )
    amount_kr = models.BigIntegerField(_("amount, kr"))
    repaid_on = models.DateField(_("repaid"))
    reference = models.CharField(_("reference"), max_length=35, blank=True)
    noted_by_name = models.CharField(_("noted by"), max_length=150)
    noted_at = models.DateTimeField(_("noted"))
    struck_by_name = models.CharField(_("struck by"), max_length=150, blank=True)
    struck_at = models.DateTimeField(_("struck"), null=True)
    struck_reason = models.TextField(_("why it was struck"), blank=True)

    class Meta:
        verbose_name = _("repayment")
        verbose_name_plural = _("repayments")
        ordering = ("claim", "repaid_on", "pk")
        constraints = (
            models.CheckConstraint(condition=models.Q(amount_kr__gt=0), name="repayment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(struck_at=None)
                | ~models.Q(struck_reason="") & ~models.Q(struck_by_name=""),
                name="repayment_struck_with_a_reason",
            ),
        )
        triggers = (
            pgtrigger.ReadOnly(
                name="as_noted",
                fields=["id", "claim", "amount_kr", "repaid_on", "reference", "noted_by_name", "noted_at"],
            ),
            pgtrigger.Protect(
                name="struck_stays", operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__struck_at__isnull=False),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="repaid_within", when=pgtrigger.After, operation=pgtrigger.Insert, func=_REPAID_WITHIN
            ),
            never_emptied(),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.claim}, {self.repaid_on}"


class FinalReport(models.Model):
    """The final report on a grant as it was issued: a PDF and a workbook that say the same."""

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="final_reports"
    )
    number = models.PositiveIntegerField(_("number"))
    decision = models.ForeignKey(
        Decision, verbose_name=_("decision"), on_delete=models.PROTECT, related_name="final_reports"
    )
    pdf = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="final_report_pdf")
    workbook = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="final_report_workbook")
    issued_by_name = models.CharField(_("issued by"), max_length=150)
    issued_at = models.DateTimeField(_("issued"))

    class Meta:
        verbose_name = _("final report")
        verbose_name_plural = _("final reports")
        ordering = ("round_grant", "-number")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "number"], name="final_reports_are_numbered_once"),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.round_grant.number_text}-S{self.number}"
