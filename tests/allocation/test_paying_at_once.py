"""Two people who handle the same money at the same moment, with real connections of their own."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from allocation import money
from allocation.accounts import example_iban
from allocation.errors import NotPayable
from allocation.models import PaymentBatch, RepaymentClaim
from allocation.services.payments import approve_batch, export_batch, make_batch, note_paid
from allocation.services.reclaims import claim_repayment, confirm_claim, note_repayment
from reporting.errors import WrongState
from reporting.models import Document, LogKind, Mail, MailKind
from reporting.reference import load_reference_data
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider
from tests.allocation.test_payments import LATER, make_decided
from tests.factories import make_officer, make_region_member
from tests.reporting.test_many_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


def kinds(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_the_same_money_is_paid_claimed_and_repaid_once(settings: Settings) -> None:
    load_reference_data()
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")
    officer, deciders = make_officer(), [make_decider(), make_decider()]
    make_region_member("03")
    grant = make_decided(officer, deciders[0]).round_grant
    day, due = LATER.date(), (LATER + timedelta(days=30)).date()

    made = at_once(3, lambda _: make_batch(grant_id=grant.pk, pay_on=day, by=officer, at=AFTER))
    assert kinds(made) == [NotPayable.__name__] * 2 + [PaymentBatch.__name__]
    batch = PaymentBatch.objects.get().pk
    approved = at_once(2, lambda one: approve_batch(batch_id=batch, by=deciders[one], at=AFTER))
    assert kinds(approved) == [PaymentBatch.__name__, WrongState.__name__]
    drawn = at_once(2, lambda _: export_batch(batch_id=batch, by=officer, at=AFTER))
    assert kinds(drawn) == [PaymentBatch.__name__, WrongState.__name__]
    assert Document.objects.filter(kind=LogKind.PAYMENT).count() == 3
    paid = at_once(3, lambda _: note_paid(batch_id=batch, codes=["03"], paid_on=day, by=officer, at=LATER))
    assert kinds(paid) == [WrongState.__name__] * 2 + ["int"]
    assert Mail.objects.filter(kind=MailKind.PAYMENT_MADE).count() == 1
    whole = money.balances_of(grant)["03"]
    assert (whole.paid_kr, whole.decided_kr, whole.to_pay_kr) == (10_500_000, 10_500_000, 0)

    for _ in range(2):
        claim_repayment(
            grant_id=grant.pk, code="03", kind="other", amount_kr=10_500_000, reason="Unused.", due_on=due,
            by=officer, at=LATER,
        )  # fmt: skip
    claims = list(RepaymentClaim.objects.values_list("pk", flat=True))
    confirmed = at_once(2, lambda one: confirm_claim(claim_id=claims[one], by=deciders[one], at=LATER))
    assert kinds(confirmed) == [NotPayable.__name__, RepaymentClaim.__name__]
    held = RepaymentClaim.objects.get(state="open").pk
    noted = at_once(
        3,
        lambda _: note_repayment(claim_id=held, amount_kr=10_500_000, repaid_on=day, by=officer, at=LATER),
    )
    assert kinds(noted) == ["Repayment"] + [WrongState.__name__] * 2
    ends = money.balances_of(grant)["03"]
    assert (ends.claimed_kr, ends.repaid_kr, ends.kept_kr, ends.reconciles) == (
        10_500_000,
        10_500_000,
        0,
        True,
    )
