"""The pages about money: two people pay a grant by hand, and nobody else can."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.admin.payments import batch_chip
from allocation.models import BatchState, FinalReport, PayeeAccount, PaymentBatch, RepaymentClaim
from allocation.services.reclaims import claim_repayment, confirm_claim, note_repayment
from reporting.models import User
from tests.allocation.test_decision_pages import page, signed_in
from tests.allocation.test_decisions import letters_as_data, make_decider
from tests.allocation.test_payments import LATER, make_decided, pay
from tests.factories import make_officer, make_region_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


@pytest.fixture(autouse=True)
def _payer(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")


def people() -> tuple[User, User]:
    return make_officer(), make_decider()


def test_a_grant_is_paid_claimed_back_and_reported_from_the_pages(django_assert_max_num_queries) -> None:
    officer, decider = people()
    decision = make_decided(officer, decider)
    desk, other = signed_in(officer), signed_in(decider)
    grant = page("paymentbatch_grant", decision.round_grant_id)
    with django_assert_max_num_queries(40):
        assert "It adds up" in desk.get(grant).content.decode()
    assert other.post(grant, {"action": "make", "pay_on": "2099-12-15"}).status_code == 403
    desk.post(grant, {"action": "make", "pay_on": "2099-12-15"})
    batch = PaymentBatch.objects.get()
    change, act = page("paymentbatch_change", batch.pk), page("paymentbatch_act", batch.pk)
    with django_assert_max_num_queries(30):
        assert "Somebody else approves it" in desk.get(change).content.decode()
    assert desk.post(page("paymentbatch_approve", batch.pk)).status_code == 403
    assert "Approved" in other.post(page("paymentbatch_approve", batch.pk), follow=True).content.decode()
    desk.post(act, {"action": "export"})
    first = desk.get(page("paymentbatch_file", batch.pk, "pain001")).content
    assert first == desk.get(page("paymentbatch_file", batch.pk, "pain001")).content
    PaymentBatch.objects.get(state="exported")
    made_on = batch.made_at.date().isoformat()
    desk.post(act, {"action": "paid", "paid_on": made_on, "region": ["03"], "reference": "B1"})
    assert PaymentBatch.objects.get().state == "done"
    claim = {"action": "claim", "code": "03", "kind": "other", "due_on": "2099-12-31", "reason": "Unused."}
    assert "There is nothing" not in desk.post(grant, {**claim, "amount": "1 000"}).content.decode()
    made = RepaymentClaim.objects.get()
    assert (made.amount_kr, made.state) == (1_000, "proposed")
    confirm = page("paymentbatch_confirm_claim", made.pk)
    assert confirm not in desk.get(grant).content.decode()
    assert confirm in other.get(grant).content.decode()
    assert desk.post(confirm).status_code == 403
    assert "The claim holds" in other.post(confirm, follow=True).content.decode()
    assert RepaymentClaim.objects.get().confirmed_by == decider
    assert "whole kronor" in desk.post(grant, {**claim, "amount": "x"}).content.decode()
    desk.post(grant, {"action": "issue"})
    assert FinalReport.objects.get().issued_by_name == officer.name
    for address in ("pdf", "xlsx"):
        assert desk.get(page("paymentbatch_report", decision.round_grant_id, 1, address)).status_code == 200
    assert b"%PDF" in desk.get(page("paymentbatch_draft_pdf", decision.round_grant_id)).content[:8]


def test_a_region_sees_what_it_was_paid_and_what_it_owes_and_nobody_elses() -> None:
    officer, decider = people()
    decision = make_decided(officer, decider)
    ombud = User.objects.get(memberships__region="03", memberships__role="ombud")
    start = reverse("reporting:start")
    assert "Paid to the region" not in signed_in(ombud).get(start).content.decode()
    batch = pay(decision, officer, decider)
    claim = claim_repayment(
        grant_id=decision.round_grant_id, code="03", kind="other", amount_kr=400_000, reason="Not used.",
        due_on=(LATER + timedelta(days=30)).date(), by=officer, at=LATER,
    )  # fmt: skip
    assert "Not used." not in signed_in(ombud).get(start).content.decode()
    confirm_claim(claim_id=claim.pk, by=decider, at=LATER)
    note_repayment(claim_id=claim.pk, amount_kr=150_000, repaid_on=LATER.date(), by=officer, at=LATER)
    grant = reverse("allocation:grant", args=[decision.round_grant.reporting_round.slug, "03"])
    for address in (start, grant):
        shown = signed_in(ombud).get(address).content.decode().replace("\xa0", " ")
        for said in (
            "Paid to the region",
            f"{batch.label}-03",
            "400 000 kr",
            "250 000 kr is still",
            "Not used.",
        ):
            assert said in shown, (address, said)
    other = signed_in(make_region_member("14")).get(start).content.decode()
    assert ("Paid to the region" in other, "Not used." in other) == (False, False)


def test_every_state_of_a_batch_has_its_chip() -> None:
    for state in BatchState.values:
        assert "pp-chip" in batch_chip(PaymentBatch(state=state))


def test_an_account_is_entered_by_one_and_confirmed_by_another() -> None:
    officer, decider = people()
    desk, other = signed_in(officer), signed_in(decider)
    regions = page("payeeaccount_regions")
    typed = {"code": "03", "kind": "bankgiro", "account": "991-2345", "name": "Region Uppsala"}
    assert "mistyped" in desk.post(regions, typed).content.decode()
    desk.post(regions, {**typed, "account": "991-2346"})
    entered = PayeeAccount.objects.get()
    answer = page("payeeaccount_answer", entered.pk)
    assert "991-2346" in other.get(regions).content.decode()
    desk.post(answer, {"answer": "confirm"})
    assert PayeeAccount.objects.get().state == "proposed"
    other.post(answer, {"answer": "confirm"})
    assert PayeeAccount.objects.get().state == "confirmed"
