"""Whoever may approve or confirm is told that something waits: by mail, and on the start page."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.models import Decision
from allocation.services.decisions import propose_decision
from allocation.services.payments import approve_batch, make_batch
from allocation.services.reclaims import claim_repayment, confirm_claim
from reporting.models import Mail, MailChoice, MailKind, MailRhythm, User
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_ready
from tests.allocation.test_payments import LATER, make_decided, pay
from tests.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


@pytest.fixture(autouse=True)
def _reference(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")


def told(kind: MailKind) -> set[str]:
    return set(Mail.objects.filter(kind=kind).values_list("recipient", flat=True))


def wants_no_mail() -> User:
    person = make_decider(name="Never")
    MailChoice.objects.create(user=person, rhythm=MailRhythm.NEVER)
    return person


def claimed(decision: Decision, by: User) -> int:
    return claim_repayment(
        grant_id=decision.round_grant_id,
        code="03",
        kind="other",
        amount_kr=400_000,
        reason="Not used.",
        due_on=LATER.date() + timedelta(days=30),
        by=by,
        at=LATER,
    ).pk


def waits_on_the_start_page(person: User) -> set[str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    shown = client.get("/admin/").content.decode()
    return {words for words in ("Payments to approve", "Claims to confirm") if words in shown}


def test_a_batch_and_a_claim_are_told_to_those_who_may_confirm_them_and_have_not_declined() -> None:
    officer, decider = make_officer(), make_decider()
    wants_no_mail()
    MailChoice.objects.create(user=decider, rhythm=MailRhythm.WEEKLY)
    decision = make_decided(officer, decider)
    batch = make_batch(grant_id=decision.round_grant_id, pay_on=LATER.date(), by=officer, at=AFTER)
    assert told(MailKind.MONEY_WAITS) == {decider.email}
    mail = Mail.objects.get(kind=MailKind.MONEY_WAITS)
    assert "10\u00a0500\u00a0000\u00a0kr" in mail.text
    assert (mail.declinable, f"/paymentbatch/{batch.pk}/change/" in mail.text) == (True, True)
    assert waits_on_the_start_page(decider) == {"Payments to approve"}
    approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    assert waits_on_the_start_page(decider) == set()


def test_whoever_made_a_claim_is_not_told_to_confirm_it() -> None:
    officer, decider = make_officer(), make_decider()
    decision = make_decided(officer, decider)
    pay(decision, officer, decider)
    both = make_officer(groups=["Handläggare", "Beslutsfattare"])
    claim = claimed(decision, by=both)
    about = Mail.objects.filter(kind=MailKind.MONEY_WAITS, region="03")
    assert [mail.recipient for mail in about] == [decider.email]
    assert "Not used." in about.get().text
    assert waits_on_the_start_page(decider) == {"Claims to confirm"}
    confirm_claim(claim_id=claim, by=decider, at=LATER)
    assert waits_on_the_start_page(decider) == set()


def test_a_proposal_is_told_to_those_who_may_decide_and_have_not_declined() -> None:
    officer, decider = make_officer(), make_decider()
    wants_no_mail()
    propose_decision(run_id=make_ready(officer).pk, by=officer, at=AFTER)
    assert told(MailKind.DECISION_PROPOSED) == {decider.email}
