"""The accounts that regions are paid to: one person enters, another confirms."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation.accounts import example_iban, read_account
from allocation.errors import AccountProblem
from allocation.models import AccountKind, PayeeAccount, PayeeState
from allocation.services.rights import must_handle_payments, must_have_right
from reporting.errors import NotAllowed, WrongState
from reporting.locks import lock_region
from reporting.models import Region, User


@transaction.atomic
def enter_account(
    *,
    code: str,
    kind: str,
    account: str,
    name: str,
    by: User,
    at: datetime,
    bic: str = "",
    reference: str = "",
) -> PayeeAccount:
    """Enter a region's account. It is paid to once somebody else has confirmed it.

    Args:
        account: as it is typed, with spaces or hyphens.
        name: whose the account is, as the bank knows it; at most 70 characters.

    Raises:
        NotAllowed: `by` may not handle payments.
        AccountProblem: the account cannot be right.
        WrongState: an account of the region waits for confirmation already.
        ValidationError: another field does not hold; by field.
    """
    must_handle_payments(by)
    lock_region(code)
    if PayeeAccount.objects.filter(region_id=code, state=PayeeState.PROPOSED).exists():
        raise WrongState(_("An account of the region waits for confirmation. Have it answered first."))
    if not name.strip():
        raise AccountProblem(_("Write whose the account is."), field="name")
    entered = PayeeAccount(
        region_id=code,
        kind=kind,
        account=read_account(kind, account),
        bic="".join(bic.split()).upper() if kind == AccountKind.IBAN else "",
        name=" ".join(name.split()),
        reference=" ".join(reference.split()),
        proposed_by=by,
        proposed_by_name=by.name,
        proposed_at=at,
    )
    entered.full_clean(exclude=["answered_by", "answered_at"])
    entered.save()
    return entered


@transaction.atomic
def answer_account(*, payee_id: int, confirmed: bool, by: User, at: datetime) -> PayeeAccount:
    """Confirm an account that somebody else has entered, or refuse it. Whoever entered it may refuse too.

    Raises:
        NotAllowed: `by` may not approve payments, or entered the account.
        WrongState: it has been answered.
    """
    lock_region(PayeeAccount.objects.values_list("region_id", flat=True).get(pk=payee_id))
    payee = PayeeAccount.objects.select_related("region").get(pk=payee_id)
    if confirmed:
        must_have_right(by, "approve_payment")
        if payee.proposed_by_id == by.pk:
            raise NotAllowed(_("You entered the account yourself. Somebody else confirms it."))
    elif payee.proposed_by_id != by.pk:
        must_have_right(by, "approve_payment")
    if payee.state != PayeeState.PROPOSED:
        raise WrongState(_("The account has been answered already."))
    payee.state = PayeeState.CONFIRMED if confirmed else PayeeState.REFUSED
    payee.answered_by, payee.answered_by_name, payee.answered_at = by, by.name, at
    payee.save(update_fields=["state", "answered_by", "answered_by_name", "answered_at"])
    return payee


@transaction.atomic
def load_example_accounts(*, at: datetime) -> int:
    """Give every region without an account one that leads nowhere. For demonstration data only.

    Returns:
        how many there were to give.
    """
    having = PayeeAccount.objects.values("region")
    regions = Region.objects.exclude(pk__in=having).order_by("code")
    for region in regions:
        payee = PayeeAccount.objects.create(
            region=region,
            kind=AccountKind.IBAN,
            account=example_iban(region.code),
            name=f"EXEMPEL {region.name}"[:70],
            is_example=True,
            proposed_by_name="Platsplan",
            proposed_at=at,
        )
        payee.state, payee.answered_by_name, payee.answered_at = PayeeState.CONFIRMED, "Platsplan", at
        payee.save(update_fields=["state", "answered_by_name", "answered_at"])
    return len(regions)
