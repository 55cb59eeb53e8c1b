"""Claiming money back, and noting what came."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation import decided, money
from allocation.errors import NotPayable
from allocation.models import REFERENCE_MAX, ClaimKind, ClaimState, Repayment, RepaymentClaim, RoundGrant
from allocation.payment_notices import write_claim_mail, write_mail_on_waiting
from allocation.services.payments import lock_grant
from allocation.services.rights import must_handle_payments, must_have_right, written_reason
from reporting.errors import NotAllowed, WrongState
from reporting.models import User, swedish_day
from reporting.services.outbox import send_after_commit


@transaction.atomic
def claim_repayment(
    *, grant_id: int, code: str, kind: str, amount_kr: int, reason: str, due_on: date, by: User, at: datetime
) -> RepaymentClaim:
    """Propose that a region is asked to pay back. Somebody else confirms it before anything is claimed.

    Those who may confirm it get a mail.

    Args:
        kind: "correction" where a later decision gives less, else "other".
        due_on: when the money is to be there; later than today.

    Raises:
        NotAllowed: `by` may not handle payments.
        NotPayable: more is asked for than there is to claim.
        WrongState: the reason is missing, the day has passed, or nothing is decided.
    """
    grant = lock_grant(grant_id)
    must_handle_payments(by)
    text = written_reason(reason)
    if due_on <= swedish_day(at):
        raise WrongState(_("The day on which the money is due must lie ahead."), field="due_on")
    decision = decided.decision_in_force(grant)
    if decision is None:
        raise WrongState(_("Nothing is decided for the region."))
    _must_be_claimable(grant, code=code, kind=kind, amount_kr=amount_kr)
    claim = RepaymentClaim.objects.create(
        round_grant=grant,
        number=RepaymentClaim.objects.filter(round_grant=grant).count() + 1,
        region_id=code,
        decision=decision,
        kind=kind,
        amount_kr=amount_kr,
        reason=text,
        due_on=due_on,
        made_by=by,
        made_by_name=by.name,
        made_at=at,
    )
    for mail in write_mail_on_waiting(claim, amount_kr=amount_kr):
        send_after_commit(mail)
    return claim


@transaction.atomic
def confirm_claim(*, claim_id: int, by: User, at: datetime) -> RepaymentClaim:
    """Confirm a claim that somebody else has made: it holds, and the region's ombud gets a mail.

    Raises:
        NotAllowed: `by` may not approve payments, or made the claim.
        NotPayable: more is asked for than there is to claim any more.
        WrongState: it has been answered already, or the day on which the money is due has come.
    """
    claim = _lock_claim(claim_id)
    must_have_right(by, "approve_payment")
    if claim.made_by_id == by.pk:
        raise NotAllowed(_("You made the claim yourself. Somebody else confirms it."))
    if claim.state != ClaimState.PROPOSED:
        raise WrongState(
            _("The claim has been answered already: %(state)s.")
            % {"state": str(claim.get_state_display()).lower()}
        )
    if claim.due_on <= swedish_day(at):
        raise WrongState(_("The money would be due at once. Withdraw the claim and make a new one."))
    _must_be_claimable(claim.round_grant, code=claim.region_id, kind=claim.kind, amount_kr=claim.amount_kr)
    claim.state, claim.confirmed_by = ClaimState.OPEN, by
    claim.confirmed_by_name, claim.confirmed_at = by.name, at
    claim.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "confirmed_at"])
    for mail in write_claim_mail(claim):
        send_after_commit(mail)
    return claim


def _must_be_claimable(grant: RoundGrant, *, code: str, kind: str, amount_kr: int) -> None:
    """Refuse a claim that the sums do not bear.

    Raises:
        NotPayable: more is asked for than there is to claim.
        WrongState: nothing is decided for the region, or the kind is unknown.
    """
    one = money.balances_of(grant).get(code)
    if one is None:
        raise WrongState(_("Nothing is decided for the region."))
    most = one.paid_kr - one.claimed_kr
    if kind == ClaimKind.CORRECTION:
        most = min(most, one.paid_kr - one.corrected_kr - one.decided_kr)
    elif kind != ClaimKind.OTHER:
        raise WrongState(_("Choose why the region pays back."), field="kind")
    if not 0 < amount_kr <= most:
        raise NotPayable(
            _("There is nothing to claim back for that reason.")
            if most <= 0
            else _("At most %(most)s can be claimed back for that reason.") % {"most": money.kronor(most)},
            field="amount_kr",
        )


@transaction.atomic
def withdraw_claim(*, claim_id: int, reason: str, by: User, at: datetime) -> RepaymentClaim:
    """Take a claim back on which nothing has come, or refuse one that waits.

    Raises:
        NotAllowed: `by` may neither handle nor approve payments.
        WrongState: it is withdrawn already, repaid in part, or a payment under way rests on it.
    """
    claim = _lock_claim(claim_id)
    must_have_right(by, "handle_payment" if by.has_perm("allocation.handle_payment") else "approve_payment")
    if claim.state == ClaimState.WITHDRAWN:
        raise WrongState(_("The claim has been withdrawn."))
    text = written_reason(reason)
    if claim.repayments.filter(struck_at=None).exists():
        raise WrongState(_("Money has come on the claim, so it stays."))
    if claim.state == ClaimState.OPEN and claim.kind == ClaimKind.CORRECTION:
        one = money.balances_of(claim.round_grant)[claim.region_id]
        if (
            one.waiting_kr
            and one.paid_kr + one.waiting_kr - one.corrected_kr + claim.amount_kr > one.decided_kr
        ):
            raise WrongState(_("A payment under way rests on the claim. Have it paid or stopped first."))
    claim.state, claim.withdrawal_reason = ClaimState.WITHDRAWN, text
    claim.withdrawn_by_name, claim.withdrawn_at = by.name, at
    claim.save(update_fields=["state", "withdrawal_reason", "withdrawn_by_name", "withdrawn_at"])
    return claim


@transaction.atomic
def note_repayment(
    *, claim_id: int, amount_kr: int, repaid_on: date, by: User, at: datetime, reference: str = ""
) -> Repayment:
    """Note money that came back on a claim.

    Raises:
        NotAllowed: `by` may not handle payments.
        WrongState: the claim is withdrawn, the day lies ahead, or it would be more than is claimed.
    """
    claim = _lock_claim(claim_id)
    must_handle_payments(by)
    _must_be_open(claim)
    if repaid_on > swedish_day(at):
        raise WrongState(_("The day lies ahead."), field="repaid_on")
    if len(reference) > REFERENCE_MAX:
        raise WrongState(
            _("The text is too long: at most %(limit)d characters.") % {"limit": REFERENCE_MAX},
            field="reference",
        )
    outstanding = claim.amount_kr - money.repaid_on(claim)
    if not 0 < amount_kr <= outstanding:
        raise WrongState(
            _("At most %(most)s is outstanding on the claim.") % {"most": money.kronor(outstanding)},
            field="amount_kr",
        )
    return Repayment.objects.create(
        claim=claim,
        amount_kr=amount_kr,
        repaid_on=repaid_on,
        reference=" ".join(reference.split()),
        noted_by_name=by.name,
        noted_at=at,
    )


@transaction.atomic
def strike_repayment(*, repayment_id: int, grant_id: int, reason: str, by: User, at: datetime) -> Repayment:
    """Strike a repayment that was noted by mistake. The row stays.

    Raises:
        NotAllowed: `by` may not handle payments.
        WrongState: it is struck already, of another grant, or there is no reason.
    """
    lock_grant(grant_id)
    must_handle_payments(by)
    repayment = Repayment.objects.filter(pk=repayment_id, claim__round_grant=grant_id).first()
    if repayment is None:
        raise WrongState(_("The grant has no such repayment."))
    if repayment.struck_at is not None:
        raise WrongState(_("The repayment has been struck already."))
    repayment.struck_reason, repayment.struck_by_name, repayment.struck_at = (
        written_reason(reason),
        by.name,
        at,
    )
    repayment.save(update_fields=["struck_reason", "struck_by_name", "struck_at"])
    return repayment


def _lock_claim(claim_id: int) -> RepaymentClaim:
    lock_grant(RepaymentClaim.objects.values_list("round_grant_id", flat=True).get(pk=claim_id))
    return RepaymentClaim.objects.select_related("round_grant__reporting_round", "region").get(pk=claim_id)


def _must_be_open(claim: RepaymentClaim) -> None:
    if claim.state == ClaimState.PROPOSED:
        raise WrongState(_("The claim waits for confirmation, so nothing is asked for yet."))
    if claim.state != ClaimState.OPEN:
        raise WrongState(_("The claim has been withdrawn."))
