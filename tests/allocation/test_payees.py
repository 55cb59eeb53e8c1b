"""Accounts of payees: by two people, with their check digits; examples are never paid to in earnest."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from allocation import money
from allocation.accounts import example_iban, iban_holds
from allocation.errors import AccountProblem, FileNotMade, NotPayable
from allocation.models import PayeeAccount, Payment, PaymentFile
from allocation.services.payees import answer_account, enter_account
from allocation.services.payments import approve_batch, export_batch, make_batch
from reporting.errors import NotAllowed, WrongState
from reporting.models import ReportingRound
from tests.allocation.test_decision_pages import page, signed_in
from tests.allocation.test_decisions import AFTER, forbidden, letters_as_data, make_decider
from tests.allocation.test_payments import LATER, make_decided, with_a_payer
from tests.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data", "with_a_payer")]
__all__ = ["letters_as_data", "with_a_payer"]


def test_an_account_is_refused_with_a_wrong_digit_and_never_confirmed_by_who_entered_it() -> None:
    officer, decider = make_officer(groups=["Handläggare", "Beslutsfattare"]), make_decider()
    fields: dict[str, Any] = {"code": "03", "name": "Region Uppsala", "by": officer, "at": AFTER}
    for kind, account in {
        "bankgiro": "991-2345", "iban": "SE4550000000058398257467", "": "991-2346",
    }.items():  # fmt: skip
        with pytest.raises(AccountProblem):
            enter_account(**fields, kind=kind, account=account)
    entered = enter_account(**fields, kind="iban", account="se45 5000 0000 0583 9825 7466")
    with pytest.raises(WrongState, match="waits"):
        enter_account(**fields, kind="bankgiro", account="9912346")
    with pytest.raises(NotAllowed, match="yourself"):
        answer_account(payee_id=entered.pk, confirmed=True, by=officer, at=AFTER)
    assert "nobody_confirms" in forbidden(
        "UPDATE allocation_payeeaccount SET state = 'confirmed', answered_by_id = proposed_by_id,"
        " answered_by_name = 'x', answered_at = now()"
    )
    answer_account(payee_id=entered.pk, confirmed=True, by=decider, at=AFTER)
    assert money.payees()["03"].written == "SE45 5000 0000 0583 9825 7466"
    assert "has been answered" in forbidden("UPDATE allocation_payeeaccount SET answered_by_name = 'y'")
    for code in ("01", "25"):
        assert iban_holds(example_iban(code))
        assert example_iban(code)[4:7] == "000"


def test_example_accounts_are_never_paid_to_in_earnest_and_without_a_payer_nothing_is_made(
    settings: Settings,
) -> None:
    officer, decider = make_officer(), make_decider()
    decision = make_decided(officer, decider)
    ReportingRound.objects.update(is_demo=False)
    made: dict[str, Any] = {
        "grant_id": decision.round_grant_id,
        "pay_on": LATER.date(),
        "by": officer,
        "at": AFTER,
    }
    with pytest.raises(NotPayable, match="only an example"):
        make_batch(**made)
    ReportingRound.objects.update(is_demo=True)
    batch = make_batch(**made)
    approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    settings.PAYER_IBAN = ""
    with pytest.raises(FileNotMade, match="PAYER_IBAN"):
        export_batch(batch_id=batch.pk, by=officer, at=AFTER)
    assert (PaymentFile.objects.count(), PayeeAccount.objects.count()) == (0, 21)
    assert Payment.objects.filter(state="waiting").count() == batch.payments.count()
    assert json.dumps(batch.label)


def test_an_account_is_entered_by_one_and_confirmed_by_another() -> None:
    officer, decider = make_officer(), make_decider()
    desk, other = signed_in(officer), signed_in(decider)
    regions = page("payeeaccount_regions")
    typed = {"code": "03", "kind": "bankgiro", "account": "991-2345", "name": "Region Uppsala"}
    assert "mistyped" in desk.post(regions, typed).content.decode()
    desk.post(regions, {**typed, "account": "991-2346"})
    entered = PayeeAccount.objects.get()
    answer = page("payeeaccount_answer", entered.pk)
    assert "991-2346" in other.get(regions).content.decode()
    assert other.get(page("payeeaccount_change", entered.pk)).content.decode().count("Entered by:") == 1
    desk.post(answer, {"answer": "confirm"})
    assert PayeeAccount.objects.get().state == "proposed"
    other.post(answer, {"answer": "confirm"})
    assert PayeeAccount.objects.get().state == "confirmed"
