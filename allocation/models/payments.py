"""Payments of what was decided: batches that two people make, a row for each region, and their files."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.models.balance import DECLARE, STANDING
from allocation.models.decisions import Decision
from allocation.models.payees import PayeeAccount
from allocation.models.runs import RoundGrant
from reporting.models import Document, Region, User, append_only, never_emptied, tracked

REFERENCE_MAX = 35

_BATCH_BEGINS = """
IF NEW.state <> 'made' THEN
    RAISE EXCEPTION 'a batch begins as made';
END IF;
IF NEW.decision_id IS DISTINCT FROM (
    SELECT id FROM allocation_decision
    WHERE round_grant_id = NEW.round_grant_id AND state = 'decided' ORDER BY number DESC LIMIT 1
)
THEN
    RAISE EXCEPTION 'batch % does not rest on the decision in force', NEW.number;
END IF;
RETURN NEW;
"""

_BATCH_GOES_ON = """
IF NEW.state IN ('approved', 'exported') AND OLD.state <> NEW.state AND NEW.decision_id IS DISTINCT FROM (
    SELECT id FROM allocation_decision
    WHERE round_grant_id = NEW.round_grant_id AND state = 'decided' ORDER BY number DESC LIMIT 1
)
THEN
    RAISE EXCEPTION 'batch % does not rest on the decision in force any more', OLD.id;
END IF;
RETURN NEW;
"""

_BATCH_WHOLE = """
IF NOT EXISTS (SELECT FROM allocation_payment WHERE batch_id = NEW.id) THEN
    RAISE EXCEPTION 'batch % is empty', NEW.id;
END IF;
IF NEW.state IN ('exported', 'done')
    AND 3 <> (SELECT count(DISTINCT kind) FROM allocation_paymentfile WHERE batch_id = NEW.id)
THEN
    RAISE EXCEPTION 'batch % lacks a file', NEW.id;
END IF;
IF NEW.state IN ('done', 'cancelled')
    AND EXISTS (SELECT FROM allocation_payment WHERE batch_id = NEW.id AND state = 'waiting')
THEN
    RAISE EXCEPTION 'batch % has payments that wait', NEW.id;
END IF;
RETURN NULL;
"""

_ROW_FITS = """
IF NOT EXISTS (
    SELECT FROM allocation_paymentbatch
    WHERE id = NEW.batch_id AND round_grant_id = NEW.round_grant_id AND state = 'made'
)
THEN
    RAISE EXCEPTION 'batch % takes no payment', NEW.batch_id;
END IF;
IF NEW.state <> 'waiting' OR NEW.payee_id IS DISTINCT FROM (
    SELECT id FROM allocation_payeeaccount
    WHERE region_id = NEW.region_id AND state = 'confirmed' ORDER BY answered_at DESC, id DESC LIMIT 1
)
THEN
    RAISE EXCEPTION 'the payment to region % does not go to its confirmed account', NEW.region_id;
END IF;
STANDING
IF paid_kr + waiting_kr - corrected_kr > decided_kr THEN
    RAISE EXCEPTION 'region % would be paid more than was decided', NEW.region_id;
END IF;
RETURN NULL;
""".replace("STANDING", STANDING)

_ROW_SETTLED = """
STANDING
IF NEW.state = 'paid' AND NOT EXISTS (
    SELECT FROM allocation_paymentbatch WHERE id = NEW.batch_id AND state = 'exported'
)
THEN
    RAISE EXCEPTION 'payment % has not been sent to the bank', NEW.id;
END IF;
IF claimed_kr > paid_kr THEN
    RAISE EXCEPTION 'more is claimed from region % than was paid', NEW.region_id;
END IF;
RETURN NULL;
""".replace("STANDING", STANDING)


class BatchState(models.TextChoices):
    """Where a batch is."""

    MADE = "made", _("Waits for approval")
    APPROVED = "approved", _("Approved for payment")
    EXPORTED = "exported", _("Files made")
    DONE = "done", _("Settled")
    CANCELLED = "cancelled", pgettext_lazy("batch of payments", "Cancelled")


class PaymentState(models.TextChoices):
    """What became of a payment."""

    WAITING = "waiting", _("Not paid yet")
    PAID = "paid", _("Paid")
    STOPPED = "stopped", _("Stopped")


class FileKind(models.TextChoices):
    """The forms in which a batch goes to the finance system or the bank."""

    PAIN = "pain001", _("ISO 20022 pain.001")
    EXCEL = "excel", _("Excel")
    CSV = "csv", _("CSV")


@tracked(part_of="decision")
class PaymentBatch(models.Model):
    """Payments that go to the bank together. One person makes a batch and another approves it."""

    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="payment_batches"
    )
    number = models.PositiveIntegerField(_("number"))
    decision = models.ForeignKey(
        Decision, verbose_name=_("decision"), on_delete=models.PROTECT, related_name="payment_batches"
    )
    pay_on = models.DateField(_("day of payment"))
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.MADE)
    made_by = models.ForeignKey(User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(_("made by"), max_length=150)
    made_at = models.DateTimeField(_("made"))
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by_name = models.CharField(_("approved by"), max_length=150, blank=True)
    approved_at = models.DateTimeField(pgettext_lazy("batch of payments", "approved"), null=True)
    exported_by_name = models.CharField(_("files made by"), max_length=150, blank=True)
    exported_at = models.DateTimeField(_("files made"), null=True)
    cancelled_by_name = models.CharField(_("cancelled by"), max_length=150, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    cancel_reason = models.TextField(_("why it was cancelled"), blank=True)

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["round_grant", "number"], name="batches_are_numbered_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=BatchState.values), name="batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["made", "cancelled"])
                | models.Q(approved_by__isnull=False, approved_at__isnull=False)
                & ~models.Q(approved_by_name=""),
                name="batch_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("made_by")),
                name="nobody_approves_their_own_batch",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["exported", "done"])
                | models.Q(exported_at__isnull=False) & ~models.Q(exported_by_name=""),
                name="batch_exported_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled")
                | models.Q(cancelled_at__isnull=False) & ~models.Q(cancel_reason=""),
                name="batch_cancelled_with_a_reason",
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[
                    ("made", "approved"), ("made", "cancelled"), ("approved", "exported"),
                    ("approved", "cancelled"), ("exported", "done"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="as_made",
                fields=[
                    "id", "round_grant", "number", "decision", "pay_on", "made_by", "made_by_name", "made_at",
                ],
            ),
            pgtrigger.Protect(
                name="keeps_its_approval",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_by__isnull=False)
                & (
                    pgtrigger.Q(old__approved_by__df=pgtrigger.F("new__approved_by"))
                    | pgtrigger.Q(old__approved_at__df=pgtrigger.F("new__approved_at"))
                ),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="begins", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_BATCH_BEGINS
            ),
            pgtrigger.Trigger(
                name="goes_on", when=pgtrigger.Before, operation=pgtrigger.Update, func=_BATCH_GOES_ON
            ),
            pgtrigger.Trigger(
                name="whole",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=_BATCH_WHOLE,
            ),
            never_emptied(),
        )  # fmt: skip
        permissions = (
            (
                "handle_payment",
                _("Can handle payments, claims and final reports"),
            ),
            ("approve_payment", _("Can approve payments and confirm accounts")),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The batch's number, such as "PP-2022-2024-at-2022-U1"."""
        return f"{self.round_grant.number_text}-U{self.number}"


@tracked(part_of="batch")
class Payment(models.Model):
    """What one region gets in a batch. The amount never changes; what became of it is noted."""

    batch = models.ForeignKey(
        PaymentBatch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="payments"
    )
    round_grant = models.ForeignKey(
        RoundGrant, verbose_name=_("grant"), on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="payments"
    )
    payee = models.ForeignKey(
        PayeeAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="payments"
    )
    amount_kr = models.BigIntegerField(_("amount, kr"))
    state = models.CharField(
        _("state"), max_length=10, choices=PaymentState.choices, default=PaymentState.WAITING
    )
    paid_on = models.DateField(_("paid"), null=True)
    bank_reference = models.CharField(_("bank’s reference"), max_length=REFERENCE_MAX, blank=True)
    settled_by_name = models.CharField(_("noted by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("noted"), null=True)
    stop_reason = models.TextField(_("why it was stopped"), blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("batch", "region")
        constraints = (
            models.UniqueConstraint(fields=["batch", "region"], name="one_payment_per_batch_and_region"),
            models.UniqueConstraint(
                fields=["round_grant", "region"],
                condition=models.Q(state="waiting"),
                name="one_waiting_payment_per_grant_and_region",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=PaymentState.values), name="payment_state_is_known"
            ),
            models.CheckConstraint(condition=models.Q(amount_kr__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(state="waiting", paid_on=None, settled_at=None)
                | models.Q(state="paid", paid_on__isnull=False, settled_at__isnull=False)
                | models.Q(state="stopped", settled_at__isnull=False) & ~models.Q(stop_reason=""),
                name="payment_settled_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[("waiting", "paid"), ("waiting", "stopped"), ("paid", "stopped")],
            ),
            pgtrigger.ReadOnly(
                name="as_made", fields=["id", "batch", "round_grant", "region", "payee", "amount_kr"]
            ),
            pgtrigger.Protect(
                name="settled_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="stopped")
                | pgtrigger.Q(old__state="paid", new__state="paid"),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="row_fits",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                declare=DECLARE,
                func=_ROW_FITS,
            ),
            pgtrigger.Trigger(
                name="row_settled",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                declare=DECLARE,
                func=_ROW_SETTLED,
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.batch}, {self.region_id}"

    @property
    def end_to_end(self) -> str:
        """What the payment is called on its whole way to the payee, at most 35 characters."""
        return f"{self.batch.label}-{self.region_id}"[-35:]


class PaymentFile(models.Model):
    """A file of a batch, made once. Its bytes are its document."""

    batch = models.ForeignKey(
        PaymentBatch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="files"
    )
    kind = models.CharField(_("form"), max_length=10, choices=FileKind.choices)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="payment_file")

    class Meta:
        verbose_name = _("payment file")
        verbose_name_plural = _("payment files")
        ordering = ("batch", "kind")
        constraints = (
            models.UniqueConstraint(fields=["batch", "kind"], name="one_file_per_batch_and_form"),
            models.CheckConstraint(
                condition=models.Q(kind__in=FileKind.values), name="payment_file_kind_is_known"
            ),
        )
        triggers = (append_only(), never_emptied())

    def __str__(self) -> str:
        return f"{self.batch}, {self.kind}"
