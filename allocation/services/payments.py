"""Paying what was decided: make a batch, have it approved, make its files, note what the bank did."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allocation import decided, money
from allocation.errors import NotPayable
from allocation.models import (
    REFERENCE_MAX,
    BatchState,
    PayeeAccount,
    Payment,
    PaymentBatch,
    PaymentFile,
    PaymentState,
    RoundGrant,
)
from allocation.payment_files import MEDIA, draw_files
from allocation.payment_notices import write_mail_on_waiting, write_payment_mail
from allocation.services.rights import must_handle_payments, must_have_right, written_reason
from reporting.errors import NotAllowed, WrongState
from reporting.issuing import issue_document
from reporting.locks import lock_round
from reporting.models import LogKind, Region, User, swedish_day
from reporting.services.outbox import send_after_commit


@transaction.atomic
def make_batch(*, grant_id: int, pay_on: date, by: User, at: datetime) -> PaymentBatch:
    """Make a batch of what is left to pay by the decision in force: a payment to each such region.

    Those who may approve it get a mail.

    Args:
        pay_on: the day on which the bank is to pay; today or later.

    Raises:
        NotAllowed: `by` may not handle payments.
        NotPayable: nothing is decided or left to pay, or a region has no confirmed account.
    """
    grant = lock_grant(grant_id)
    must_handle_payments(by)
    if pay_on < swedish_day(at):
        raise NotPayable(_("The day of payment has passed."), field="pay_on")
    decision = decided.decision_in_force(grant)
    if decision is None:
        raise NotPayable(_("Nothing is decided yet, so there is nothing to pay."))
    left = {code: one.to_pay_kr for code, one in money.balances_of(grant, decision).items() if one.to_pay_kr}
    if not left:
        raise NotPayable(_("Everything that is decided is paid or under way."))
    payees = money.payees()
    _must_have_accounts(grant, left, payees)
    batch = PaymentBatch.objects.create(
        round_grant=grant,
        number=PaymentBatch.objects.filter(round_grant=grant).count() + 1,
        decision=decision,
        pay_on=pay_on,
        made_by=by,
        made_by_name=by.name,
        made_at=at,
    )
    Payment.objects.bulk_create(
        Payment(batch=batch, round_grant=grant, region_id=code, payee=payees[code], amount_kr=amount_kr)
        for code, amount_kr in left.items()
    )
    for mail in write_mail_on_waiting(batch, amount_kr=sum(left.values()), count=len(left)):
        send_after_commit(mail)
    return batch


def _must_have_accounts(grant: RoundGrant, left: Collection[str], payees: Mapping[str, PayeeAccount]) -> None:
    names = dict(Region.objects.values_list("code", "short_name"))
    missing = [names[code] for code in left if code not in payees]
    if missing:
        raise NotPayable(_("No confirmed account: %(regions)s.") % {"regions": ", ".join(missing)})
    examples = [names[code] for code in left if payees[code].is_example]
    if examples and not grant.reporting_round.is_demo:
        raise NotPayable(_("The account is only an example: %(regions)s.") % {"regions": ", ".join(examples)})


@transaction.atomic
def approve_batch(*, batch_id: int, by: User, at: datetime) -> PaymentBatch:
    """Approve a batch that somebody else has made.

    Raises:
        NotAllowed: `by` may not approve payments, or made the batch.
        WrongState: it has been approved or cancelled, or a later decision has come.
    """
    batch = _lock_batch(batch_id)
    must_have_right(by, "approve_payment")
    if batch.made_by_id == by.pk:
        raise NotAllowed(_("You made the batch yourself. Somebody else approves it."))
    _must_be(batch, BatchState.MADE)
    _must_hold(batch)
    batch.state = BatchState.APPROVED
    batch.approved_by, batch.approved_by_name, batch.approved_at = by, by.name, at
    batch.save(update_fields=["state", "approved_by", "approved_by_name", "approved_at"])
    return batch


@transaction.atomic
def cancel_batch(*, batch_id: int, reason: str, by: User, at: datetime) -> PaymentBatch:
    """Take back a batch that has no files yet. Its payments are stopped, and are left to pay again.

    Raises:
        NotAllowed: `by` may neither handle nor approve payments.
        WrongState: files have been made, or there is no reason.
    """
    batch = _lock_batch(batch_id)
    must_have_right(by, "handle_payment" if by.has_perm("allocation.handle_payment") else "approve_payment")
    _must_be(batch, BatchState.MADE, BatchState.APPROVED)
    text = written_reason(reason)
    _stop(batch.payments.filter(state=PaymentState.WAITING), reason=text, by=by, at=at)
    batch.state, batch.cancel_reason = BatchState.CANCELLED, text
    batch.cancelled_by_name, batch.cancelled_at = by.name, at
    batch.save(update_fields=["state", "cancel_reason", "cancelled_by_name", "cancelled_at"])
    return batch


@transaction.atomic
def export_batch(*, batch_id: int, by: User, at: datetime) -> PaymentBatch:
    """Make the files of an approved batch, once. They are kept, and the log vouches for each.

    Raises:
        NotAllowed: `by` may not handle payments.
        WrongState: it is not approved, has its files already, or a later decision has come.
        FileNotMade: a file could not be made; nothing was.
    """
    batch = _lock_batch(batch_id)
    must_handle_payments(by)
    _must_be(batch, BatchState.APPROVED)
    _must_hold(batch)
    payments = list(batch.payments.select_related("region", "payee").order_by("region_id"))
    for payment in payments:
        payment.batch = batch
    contents = draw_files(batch, payments, at=at)
    batch.state, batch.exported_by_name, batch.exported_at = BatchState.EXPORTED, by.name, at
    batch.save(update_fields=["state", "exported_by_name", "exported_at"])
    for kind, content in contents.items():
        document = issue_document(
            kind=LogKind.PAYMENT,
            number=f"{batch.label}-{kind}",
            title=f"{batch.round_grant.title}, {kind.label}",
            content=content,
            media_type=MEDIA[kind],
            reporting_round=batch.round_grant.reporting_round,
            at=at,
        )
        PaymentFile.objects.create(batch=batch, kind=kind, document=document)
    return batch


@transaction.atomic
def note_paid(
    *, batch_id: int, codes: Collection[str], paid_on: date, by: User, at: datetime, reference: str = ""
) -> int:
    """Note that the bank has paid. Each region's ombud gets a mail, once.

    Args:
        codes: the regions concerned; those whose payment does not wait are passed over.
        reference: the bank's own; may be empty.

    Returns:
        how many payments were noted.

    Raises:
        NotAllowed: `by` may not handle payments.
        WrongState: no files have been made, the day lies ahead or before the batch, or nothing was chosen.
    """
    batch = _lock_batch(batch_id)
    must_handle_payments(by)
    _must_be(batch, BatchState.EXPORTED)
    if not swedish_day(batch.made_at) <= paid_on <= swedish_day(at):
        raise WrongState(_("The day must lie between the day the batch was made and today."), field="paid_on")
    reference = " ".join(reference.split())
    if len(reference) > REFERENCE_MAX:
        raise WrongState(
            _("The text is too long: at most %(limit)d characters.") % {"limit": REFERENCE_MAX},
            field="reference",
        )
    waiting = batch.payments.filter(state=PaymentState.WAITING, region__in=codes).select_related(
        "region", "payee"
    )
    payments = list(waiting.order_by("region_id"))
    if not payments:
        raise WrongState(_("Choose at least one payment that waits."), field="codes")
    for payment in payments:
        payment.batch, payment.state, payment.paid_on = batch, PaymentState.PAID, paid_on
        payment.bank_reference, payment.settled_by_name, payment.settled_at = reference, by.name, at
    Payment.objects.bulk_update(
        payments, ["state", "paid_on", "bank_reference", "settled_by_name", "settled_at"]
    )
    _close_when_settled(batch)
    for mail in write_payment_mail(batch, payments):
        send_after_commit(mail)
    return len(payments)


@transaction.atomic
def stop_payment(*, batch_id: int, code: str, reason: str, by: User, at: datetime) -> Payment:
    """Note that the bank has refused a payment or sent it back: it is left to pay again.

    Raises:
        NotAllowed: `by` may not handle payments.
        WrongState: no files have been made, it was stopped before, there is no reason, or the region has
            been asked to pay the money back.
    """
    batch = _lock_batch(batch_id)
    must_handle_payments(by)
    _must_be(batch, BatchState.EXPORTED, BatchState.DONE)
    text = written_reason(reason)
    payment = batch.payments.filter(region_id=code).exclude(state=PaymentState.STOPPED).first()
    if payment is None:
        raise WrongState(_("The payment has been stopped already."), field="code")
    if payment.state == PaymentState.PAID:
        one = money.balances_of(batch.round_grant)[code]
        if one.claimed_kr > one.paid_kr - payment.amount_kr:
            raise WrongState(
                _("The region has been asked to pay this back. Withdraw the claim first."), field="code"
            )
    _stop(batch.payments.filter(pk=payment.pk), reason=text, by=by, at=at)
    _close_when_settled(batch)
    payment.refresh_from_db()
    return payment


def _stop(payments: QuerySet[Payment], *, reason: str, by: User, at: datetime) -> None:
    payments.update(state=PaymentState.STOPPED, stop_reason=reason, settled_by_name=by.name, settled_at=at)


def _close_when_settled(batch: PaymentBatch) -> None:
    if batch.state == BatchState.EXPORTED and not batch.payments.filter(state=PaymentState.WAITING).exists():
        batch.state = BatchState.DONE
        batch.save(update_fields=["state"])


def lock_grant(grant_id: int) -> RoundGrant:
    """A grant under its round's lock."""
    lock_round(RoundGrant.objects.values_list("reporting_round_id", flat=True).get(pk=grant_id))
    return RoundGrant.objects.select_related("reporting_round").get(pk=grant_id)


def _lock_batch(batch_id: int) -> PaymentBatch:
    lock_round(
        PaymentBatch.objects.values_list("round_grant__reporting_round_id", flat=True).get(pk=batch_id)
    )
    return PaymentBatch.objects.select_related(
        "round_grant__reporting_round", "decision__run", "decision__round_grant__reporting_round"
    ).get(pk=batch_id)


def _must_be(batch: PaymentBatch, *states: BatchState) -> None:
    if batch.state not in states:
        raise WrongState(
            _("That cannot be done now. The batch is: %(state)s.")
            % {"state": str(batch.get_state_display()).lower()}
        )


def _must_hold(batch: PaymentBatch) -> None:
    in_force = decided.decision_in_force(batch.round_grant)
    if in_force is None or in_force.pk != batch.decision_id:
        raise WrongState(_("A later decision has come. Cancel the batch and make a new one."))
