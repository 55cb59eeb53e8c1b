"""The pages about money: two people pay a grant by hand, and nobody else can."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils.timezone import localdate
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.admin.payments import batch_chip
from allocation.models import BatchState, FinalReport, PaymentBatch, RepaymentClaim
from allocation.services.publications import publish_run, withdraw_publication
from allocation.services.reclaims import claim_repayment, confirm_claim, note_repayment
from allocation.services.scenarios import base_of_run, create_scenario
from reporting.models import STOCKHOLM, User
from tests.allocation.test_decision_pages import page, signed_in
from tests.allocation.test_decisions import letters_as_data
from tests.allocation.test_payments import LATER, DecidedYear, pay
from tests.factories import make_region_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


@pytest.fixture(autouse=True)
def _payer(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")


def test_a_grant_is_paid_claimed_back_and_reported_from_the_pages(
    decided_year: DecidedYear, django_assert_max_num_queries
) -> None:
    officer, decider, decision = decided_year
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
    made_on = localdate(batch.made_at, STOCKHOLM).isoformat()
    desk.post(act, {"action": "paid", "paid_on": made_on, "codes": ["03"], "reference": "B1"})
    assert PaymentBatch.objects.get().state == "done"
    claim = {"action": "claim", "code": "03", "kind": "other", "due_on": "2099-12-31", "reason": "Unused."}
    assert "There is nothing" not in desk.post(grant, {**claim, "amount_kr": "1 000"}).content.decode()
    made = RepaymentClaim.objects.get()
    assert (made.amount_kr, made.state) == (1_000, "proposed")
    confirm = page("paymentbatch_confirm_claim", made.pk)
    assert confirm not in desk.get(grant).content.decode()
    assert confirm in other.get(grant).content.decode()
    assert desk.post(confirm).status_code == 403
    assert "The claim holds" in other.post(confirm, follow=True).content.decode()
    assert RepaymentClaim.objects.get().confirmed_by == decider
    assert "Enter a number" in desk.post(grant, {**claim, "amount_kr": "x"}).content.decode()
    desk.post(grant, {"action": "issue"})
    assert FinalReport.objects.get().issued_by_name == officer.name
    for address in ("pdf", "xlsx"):
        assert desk.get(page("paymentbatch_report", decision.round_grant_id, 1, address)).status_code == 200
    assert b"%PDF" in desk.get(page("paymentbatch_draft_pdf", decision.round_grant_id)).content[:8]


def test_a_region_sees_what_it_was_paid_and_what_it_owes_and_nobody_elses(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
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


def marked(shown: str, ident: str) -> str:
    """What stands at a field, if it is marked as wrong; and that the summary on top leads there."""
    found = re.search(rf'id="{ident}_error">(.*?)</div>', shown, re.DOTALL)
    assert found, ident
    assert f'href="#{ident}"' in shown
    assert re.search(rf'aria-invalid="true"[^>]*aria-describedby="[^"]*{ident}_error', shown), ident
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip()


WRONG = [
    ({"due_on": "2022-01-01"}, "due_on", "must lie ahead"),
    ({"due_on": "soon"}, "due_on", "year-month-day"),
    ({"amount_kr": "99 999 999"}, "amount_kr", "At most 10 500 000 kr can be claimed back"),
    ({"amount_kr": "much"}, "amount_kr", "Enter a number"),
    ({"reason": " "}, "reason", "Write the reason"),
]


def test_what_is_wrong_with_a_claim_stands_at_its_field(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
    pay(decision, officer, decider)
    desk, grant = signed_in(officer), page("paymentbatch_grant", decision.round_grant_id)
    right = {"action": "claim", "code": "03", "kind": "other", "amount_kr": "1 000", "due_on": "2099-12-31",
             "reason": "Unused."}  # fmt: skip
    for typed, field, said in WRONG:
        shown = desk.post(grant, right | typed).content.decode().replace("\xa0", " ")
        assert said in marked(shown, f"claim-{field}")
    assert not RepaymentClaim.objects.exists()


def test_what_is_wrong_with_an_answer_to_a_claim_or_a_batch_stands_at_its_field(
    decided_year: DecidedYear,
) -> None:
    officer, decider, decision = decided_year
    batch = pay(decision, officer, decider)
    one, other = (
        claim_repayment(
            grant_id=decision.round_grant_id, code="03", kind="other", amount_kr=400_000, reason="Not used.",
            due_on=(LATER + timedelta(days=30)).date(), by=officer, at=LATER,
        ).pk
        for _number in range(2)
    )  # fmt: skip
    confirm_claim(claim_id=one, by=decider, at=LATER)
    desk, grant = signed_in(officer), page("paymentbatch_grant", decision.round_grant_id)
    came = {"action": "repaid", "claim_id": one, "repaid_on": "2022-11-20"}
    shown = desk.post(grant, {**came, "amount_kr": "400 001"}).content.decode()
    assert "is outstanding on the claim" in marked(shown, f"repaid{one}-amount_kr")
    assert shown.count(f'id="withdraw{other}-reason"') == 1
    shown = desk.post(grant, {"action": "withdraw", "claim_id": other, "reason": ""}).content.decode()
    assert "Write the reason" in marked(shown, f"withdraw{other}-reason")
    for other_key in ("0", "9" * 5_000):
        assert desk.post(grant, {**came, "claim_id": other_key, "amount_kr": "1"}).status_code == 404
    stop = {"action": "stop", "code": "03", "reason": "Sent back."}
    shown = desk.post(page("paymentbatch_act", batch.pk), stop).content.decode()
    assert "Withdraw the claim first" in marked(shown, "stop-code")


LISTS = {
    "reporting/submission": ["Decided", "Uppsala"],
    "allocation/allocationrun": ["at-2022.1", "10500000"],
    "allocation/decision": ["at-2022.1", "10500000"],
    "allocation/paymentbatch": ["at-2022.1", "SE14 0000", "10500000", "Paid"],
    "allocation/publication": ["at-2022.1", "'=Counted", "Wrong year."],
    "allocation/scenario": ["at-2022.1", "Another rule", "10500000", "no decisions"],
    "allocation/recomputation": ["A report was submitted", "Done"],
}


def test_the_lists_of_a_grant_year_are_taken_out_with_round_and_rules(
    decided_year: DecidedYear, django_assert_max_num_queries
) -> None:
    officer, decider, decision = decided_year
    pay(decision, officer, decider)
    published = publish_run(run=decision.run, by=decider, note="=Counted", at=LATER)
    withdraw_publication(publication_id=published.pk, by=decider, reason="Wrong year.", at=LATER)
    create_scenario(base=base_of_run(decision.run), name="Another rule", by=officer, at=LATER)
    desk = signed_in(officer)
    for place, holds in LISTS.items():
        app, model = place.split("/")
        rows = list(apps.get_model(app, model).objects.values_list("pk", flat=True))
        with django_assert_max_num_queries(22):
            taken = desk.post(f"/admin/{place}/", {"action": "export_csv", "_selected_action": rows})
        text = taken.content.decode("utf-8-sig")
        for words in (decision.round_grant.reporting_round.name, *holds):
            assert words in text, (place, words)
