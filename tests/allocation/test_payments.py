"""Payments: to the krona, by two people, never beyond the decision, and files that say the same."""

import csv
import io
import re
from datetime import UTC, date, timedelta
from typing import Any, NamedTuple

import openpyxl
import pytest
from django.db import connection
from pytest_django import Settings

from allocation import decided, money
from allocation.accounts import example_iban
from allocation.errors import NotPayable
from allocation.models import Decision, PaymentBatch, PaymentFile, RepaymentClaim
from allocation.payment_files import NAMESPACE, schema
from allocation.services.decisions import decide, propose_decision
from allocation.services.payees import answer_account, enter_account, load_example_accounts
from allocation.services.payments import (
    approve_batch,
    cancel_batch,
    export_batch,
    make_batch,
    note_paid,
    stop_payment,
)
from allocation.services.reclaims import (
    claim_repayment,
    confirm_claim,
    note_repayment,
    strike_repayment,
    withdraw_claim,
)
from reporting.chain import check_log
from reporting.errors import NotAllowed, WrongState
from reporting.models import Mail, MailKind, ReportingRound, User
from reporting.services.review import return_report
from tests.allocation.test_decisions import (
    AFTER,
    compute,
    forbidden,
    letters_as_data,
    make_decider,
    make_ready,
    report,
)
from tests.factories import make_officer, make_region_member, moment, report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]
LATER = AFTER + timedelta(days=3)


@pytest.fixture(autouse=True)
def with_a_payer(settings: Settings) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")


class DecidedYear(NamedTuple):
    officer: User
    decider: User
    decision: Decision


def make_decided(officer: User, decider: User, *, posts: str = "60") -> Decision:
    """A decision by which Uppsala alone gets 10 500 000 kr, in a demonstration round with accounts."""
    run = make_ready(officer, posts=posts)
    ReportingRound.objects.filter(pk=run.round_grant.reporting_round_id).update(is_demo=True)
    load_example_accounts(at=AFTER)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
    return decide(decision_id=proposal.pk, by=decider, at=AFTER)


def correct(decision: Decision, officer: User, decider: User, *, posts: str) -> Decision:
    """A later decision, after Uppsala has reported anew."""
    reporting_round = decision.round_grant.reporting_round
    region = report_of(reporting_round)
    return_report(
        submission_id=region.pk, revision_number=region.revision_count, by=officer, at=AFTER, message="Check."
    )
    report(reporting_round, officer, posts=posts)
    run = compute(reporting_round)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER, reason="Counted wrong.")
    return decide(decision_id=proposal.pk, by=decider, at=AFTER)


def make_exported(decision: Decision, officer: User, decider: User) -> PaymentBatch:
    batch = make_batch(grant_id=decision.round_grant_id, pay_on=LATER.date(), by=officer, at=AFTER)
    approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    return export_batch(batch_id=batch.pk, by=officer, at=AFTER)


def pay(decision: Decision, officer: User, decider: User) -> PaymentBatch:
    batch = make_exported(decision, officer, decider)
    codes = list(batch.payments.values_list("region_id", flat=True))
    note_paid(batch_id=batch.pk, codes=codes, paid_on=LATER.date(), by=officer, at=LATER)
    connection.check_constraints()
    return PaymentBatch.objects.get(pk=batch.pk)


def standing(decision: Decision, code: str = "03") -> money.Balance:
    return money.balances_of(decision.round_grant)[code]


def test_a_batch_pays_what_was_decided_to_the_krona_and_its_files_say_the_same(
    decided_year: DecidedYear,
) -> None:
    officer, decider, decision = decided_year
    amounts = {code: amount for code, amount in decided.amounts_of(decision).items() if amount}
    batch = make_exported(decision, officer, decider)
    connection.check_constraints()
    assert dict(batch.payments.values_list("region_id", "amount_kr")) == amounts
    files = {file.kind: bytes(file.document.content) for file in batch.files.select_related("document")}
    total = decision.run.allocated_kr
    read: Any = schema().to_dict(io.BytesIO(files["pain001"]))
    pain = read["CstmrCdtTrfInitn"]
    [group] = pain["PmtInf"]
    assert (pain["GrpHdr"]["NbOfTxs"], int(pain["GrpHdr"]["CtrlSum"])) == (str(len(amounts)), total)
    assert (group["NbOfTxs"], int(group["CtrlSum"])) == (str(len(amounts)), total)
    assert [int(row["Amt"]["InstdAmt"]["$"]) for row in group["CdtTrfTxInf"]] == list(amounts.values())
    assert {row["Amt"]["InstdAmt"]["@Ccy"] for row in group["CdtTrfTxInf"]} == {"SEK"}
    assert NAMESPACE.encode() in files["pain001"]
    sheet = openpyxl.load_workbook(io.BytesIO(files["excel"])).worksheets[0]
    column = [row[10].value for row in sheet.iter_rows() if isinstance(row[10].value, int)]
    assert (column[:-1], column[-1]) == (list(amounts.values()), total)
    lines = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")), delimiter=";"))
    assert [int(line[10]) for line in lines if len(line) == 11 and line[10].isdecimal()] == list(
        amounts.values()
    )
    assert "emonstration" in lines[0][0]
    assert check_log().flaws == ()


def test_the_same_batch_and_moment_give_the_same_bytes(
    decided_year: DecidedYear, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allocation.payment_files import draw_files

    officer, decider, decision = decided_year
    batch = make_exported(decision, officer, decider)
    payments = list(batch.payments.select_related("region", "payee", "batch").order_by("region_id"))
    again = draw_files(batch, payments, at=AFTER)
    assert {file.kind: bytes(file.document.content) for file in batch.files.all()} == dict(again)


def test_a_bankgiro_goes_to_its_clearing_and_formulas_are_texts(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
    payee = enter_account(
        code="03",
        kind="bankgiro",
        account="991-2346",
        name="Region Uppsala",
        reference="+46",
        by=officer,
        at=AFTER,
    )
    with pytest.raises(NotAllowed, match="role"):
        answer_account(payee_id=payee.pk, confirmed=True, by=officer, at=AFTER)
    answer_account(payee_id=payee.pk, confirmed=True, by=decider, at=AFTER + timedelta(hours=1))
    batch = make_exported(decision, officer, decider)
    files = {file.kind: bytes(file.document.content) for file in batch.files.select_related("document")}
    assert re.search(
        rb"<MmbId>9900<.*<Id>9912346</Id>\s*<SchmeNm>\s*<Prtry>BGNR", files["pain001"], re.DOTALL
    )
    assert "'+46" in files["csv"].decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(files["excel"])).worksheets[0]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "+46"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_day_is_that_of_sweden_right_after_midnight_too(decided_year: DecidedYear) -> None:
    """The clock that services are given runs in UTC, where it is still the day before."""
    officer, decider, decision = decided_year
    night = moment(9, hour=0, minute=30, month=10).astimezone(UTC)
    today, yesterday = date(2022, 10, 9), date(2022, 10, 8)
    assert night.date() == yesterday
    with pytest.raises(NotPayable, match="has passed"):
        make_batch(grant_id=decision.round_grant_id, pay_on=yesterday, by=officer, at=night)
    batch = make_batch(grant_id=decision.round_grant_id, pay_on=today, by=officer, at=night)
    approve_batch(batch_id=batch.pk, by=decider, at=night)
    export_batch(batch_id=batch.pk, by=officer, at=night)
    with pytest.raises(WrongState, match="must lie between"):
        note_paid(batch_id=batch.pk, codes=["03"], paid_on=yesterday, by=officer, at=night)
    assert note_paid(batch_id=batch.pk, codes=["03"], paid_on=today, by=officer, at=night) == 1
    with pytest.raises(WrongState, match="must lie ahead"):
        claim_repayment(
            grant_id=decision.round_grant_id,
            code="03",
            kind="other",
            amount_kr=1,
            reason="Unused.",
            due_on=today,
            by=officer,
            at=night,
        )


def test_two_people_pay_and_nobody_pays_twice(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
    ombud = make_region_member("04")
    both = make_officer(groups=["Handläggare", "Beslutsfattare"])
    made: dict[str, Any] = {"grant_id": decision.round_grant_id, "pay_on": LATER.date(), "at": AFTER}
    for person in (decider, ombud):
        with pytest.raises(NotAllowed):
            make_batch(**made, by=person)
    batch = make_batch(**made, by=both)
    with pytest.raises(NotPayable, match="under way"):
        make_batch(**made, by=officer)
    with pytest.raises(NotAllowed, match="yourself"):
        approve_batch(batch_id=batch.pk, by=both, at=AFTER)
    with pytest.raises(WrongState):
        export_batch(batch_id=batch.pk, by=officer, at=AFTER)
    approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    export_batch(batch_id=batch.pk, by=officer, at=AFTER)
    with pytest.raises(WrongState):
        export_batch(batch_id=batch.pk, by=officer, at=AFTER)
    with pytest.raises(WrongState):
        cancel_batch(batch_id=batch.pk, reason="x", by=officer, at=AFTER)
    settle: dict[str, Any] = {"batch_id": batch.pk, "paid_on": LATER.date(), "by": officer, "at": LATER}
    assert note_paid(**settle, codes=["03"], reference="BANK 1") == 1
    with pytest.raises(WrongState, match="settled"):
        note_paid(**settle, codes=["03"])
    assert PaymentFile.objects.count() == 3
    assert standing(decision).paid_kr == 10_500_000
    assert [mail.occasion for mail in Mail.objects.filter(kind=MailKind.PAYMENT_MADE)] == [
        f"{batch.label}-03"
    ]
    with pytest.raises(NotPayable, match="Everything"):
        make_batch(**made, by=officer)


def test_a_correction_pays_the_difference_or_claims_it_back(decided_year: DecidedYear) -> None:
    officer, decider, first = decided_year
    pay(first, officer, decider)
    more = correct(first, officer, decider, posts="70")
    assert standing(more).to_pay_kr == 10_500_000
    batch = make_batch(grant_id=more.round_grant_id, pay_on=LATER.date(), by=officer, at=AFTER)
    assert dict(batch.payments.values_list("region_id", "amount_kr")) == {"03": 10_500_000}
    less = correct(more, officer, decider, posts="60")
    with pytest.raises(WrongState, match="later decision"):
        approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    assert "in force any more" in forbidden(
        "UPDATE allocation_paymentbatch SET state = 'approved', approved_by_id = %s, approved_by_name = 'x',"
        " approved_at = now() WHERE id = %s",
        decider.pk,
        batch.pk,
    )
    cancel_batch(batch_id=batch.pk, reason="Corrected.", by=officer, at=AFTER)
    assert (standing(less).to_pay_kr, standing(less).to_claim_kr) == (0, 0)
    none = correct(less, officer, decider, posts="50")
    assert (standing(none).decided_kr, standing(none).to_claim_kr) == (0, 10_500_000)
    claim: dict[str, Any] = {
        "grant_id": none.round_grant_id,
        "code": "03",
        "reason": "Corrected.",
        "by": officer,
        "at": LATER,
    }
    due = LATER.date() + timedelta(days=30)
    with pytest.raises(NotPayable, match="At most"):
        claim_repayment(**claim, kind="correction", amount_kr=10_500_001, due_on=due)
    made = claim_repayment(**claim, kind="correction", amount_kr=10_500_000, due_on=due)
    assert (standing(none).outstanding_kr, Mail.objects.filter(kind=MailKind.REPAYMENT_CLAIMED).count()) == (
        0,
        0,
    )
    confirm_claim(claim_id=made.pk, by=decider, at=LATER)
    assert "Corrected." in Mail.objects.get(kind=MailKind.REPAYMENT_CLAIMED).text
    assert standing(none).outstanding_kr == 10_500_000
    note: dict[str, Any] = {"claim_id": made.pk, "repaid_on": LATER.date(), "by": officer, "at": LATER}
    with pytest.raises(WrongState, match="At most"):
        note_repayment(**note, amount_kr=10_500_001)
    came = note_repayment(**note, amount_kr=500_000)
    with pytest.raises(WrongState, match="stays"):
        withdraw_claim(claim_id=made.pk, reason="x", by=officer, at=LATER)
    strike_repayment(
        repayment_id=came.pk, grant_id=made.round_grant_id, reason="Another region's.", by=officer, at=LATER
    )
    note_repayment(**note, amount_kr=10_500_000)
    one = standing(none)
    assert (one.outstanding_kr, one.kept_kr, one.reconciles) == (0, 0, True)
    again = correct(none, officer, decider, posts="60")
    assert standing(again).to_pay_kr == 10_500_000
    connection.check_constraints()


def test_what_the_bank_refuses_is_left_to_pay_again(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
    batch = make_exported(decision, officer, decider)
    stop_payment(batch_id=batch.pk, code="03", reason="No such account.", by=officer, at=LATER)
    assert PaymentBatch.objects.get().state == ("done" if batch.payments.count() == 1 else "exported")
    assert standing(decision).to_pay_kr == 10_500_000
    second = pay(decision, officer, decider)
    stop_payment(batch_id=second.pk, code="03", reason="Came back.", by=officer, at=LATER)
    third = pay(decision, officer, decider)
    claim = claim_repayment(
        grant_id=decision.round_grant_id, code="03", kind="other", amount_kr=1_000, reason="Unused.",
        due_on=LATER.date() + timedelta(days=9), by=officer, at=LATER,
    )  # fmt: skip
    confirm_claim(claim_id=claim.pk, by=decider, at=LATER)
    with pytest.raises(WrongState, match="Withdraw the claim"):
        stop_payment(batch_id=third.pk, code="03", reason="Came back.", by=officer, at=LATER)
    assert (standing(decision).to_pay_kr, standing(decision).outstanding_kr) == (0, 1_000)


def test_the_database_refuses_what_the_services_refuse(decided_year: DecidedYear) -> None:
    officer, decider, decision = decided_year
    batch = make_batch(grant_id=decision.round_grant_id, pay_on=LATER.date(), by=officer, at=AFTER)
    connection.check_constraints()
    row = (
        "INSERT INTO allocation_payment (batch_id, round_grant_id, region_id, payee_id, amount_kr, state,"
        " bank_reference, settled_by_name, stop_reason) SELECT {batch}, round_grant_id, {region},"
        " (SELECT id FROM allocation_payeeaccount WHERE region_id = {region}), 1, 'waiting', '', '', ''"
        " FROM allocation_payment WHERE region_id = '03' LIMIT 1"
    )
    by_sql = (
        "INSERT INTO allocation_paymentbatch (round_grant_id, number, decision_id, pay_on, state, made_by_id,"
        " made_by_name, made_at, approved_by_name, exported_by_name, cancelled_by_name, cancel_reason)"
        " SELECT round_grant_id, 99, decision_id, pay_on, 'made', made_by_id, 'x', now(), '', '', '', ''"
        " FROM allocation_paymentbatch"
    )
    nothing = next(code for code, amount in decided.amounts_of(decision).items() if not amount)
    for words, sql in {
        "more than was decided": row.format(batch=batch.pk, region=f"'{nothing}'"),
        "one_payment_per_batch": row.format(batch=batch.pk, region="'03'"),
        "is empty": by_sql,
        "Cannot update": "UPDATE allocation_payment SET amount_kr = 1",
        "Cannot delete": "DELETE FROM allocation_payment",
        "empty": "TRUNCATE allocation_payment CASCADE",
        "not been sent": "UPDATE allocation_payment SET state = 'paid', paid_on = now(), settled_at = now()",
        "Invalid transition": "UPDATE allocation_paymentbatch SET state = 'exported'",
        "nobody_approves": "UPDATE allocation_paymentbatch SET state = 'approved',"
        " approved_by_id = made_by_id, approved_by_name = 'x', approved_at = now()",
        "does not belong": "INSERT INTO allocation_repaymentclaim (round_grant_id, number, region_id,"
        " decision_id, kind, amount_kr, reason, due_on, state, made_by_id, made_by_name, made_at,"
        " confirmed_by_name, withdrawn_by_name, withdrawal_reason) SELECT round_grant_id, 1, '03',"
        " decision_id, 'other', 1, 'x', now(), 'open', made_by_id, 'x', now(), '', '', ''"
        " FROM allocation_paymentbatch",
        "as_entered|Cannot update": "UPDATE allocation_payeeaccount SET account = 'SE0000000000000000000000'",
    }.items():
        assert re.search(words, forbidden(sql)), (words, forbidden(sql))
    approve_batch(batch_id=batch.pk, by=decider, at=AFTER)
    assert "lacks a file" in forbidden(
        "UPDATE allocation_paymentbatch SET state = 'exported', exported_at = now(), exported_by_name = 'x'"
    )
    assert "takes no payment" in forbidden(row.format(batch=batch.pk, region=f"'{nothing}'"))
    export_batch(batch_id=batch.pk, by=officer, at=AFTER)
    connection.check_constraints()
    assert "that wait" in forbidden("UPDATE allocation_paymentbatch SET state = 'done'")
    assert RepaymentClaim.objects.count() == 0


def test_a_claim_holds_when_somebody_else_has_confirmed_it_and_not_before() -> None:
    officer, decider = make_officer(groups=["Handläggare", "Beslutsfattare"]), make_decider()
    decision = make_decided(officer, decider)
    pay(decision, officer, decider)
    wanted: dict[str, Any] = {
        "grant_id": decision.round_grant_id, "code": "03", "kind": "other", "reason": "Unused.",
        "due_on": LATER.date() + timedelta(days=9), "by": officer, "at": LATER,
    }  # fmt: skip
    whole, rest = (claim_repayment(**wanted, amount_kr=amount) for amount in (10_500_000, 1_000))
    with pytest.raises(NotAllowed, match="Somebody else"):
        confirm_claim(claim_id=whole.pk, by=officer, at=LATER)
    with pytest.raises(NotAllowed):
        confirm_claim(claim_id=whole.pk, by=make_officer(), at=LATER)
    with pytest.raises(WrongState, match="waits for confirmation"):
        note_repayment(claim_id=whole.pk, amount_kr=1, repaid_on=LATER.date(), by=officer, at=LATER)
    with pytest.raises(WrongState, match="due at once"):
        confirm_claim(claim_id=whole.pk, by=decider, at=LATER + timedelta(days=9))
    confirm = (
        "UPDATE allocation_repaymentclaim SET state = 'open', confirmed_at = now(), confirmed_by_name = 'x'"
    )
    for words, sql in {
        "nobody_confirms_their_own": f"{confirm}, confirmed_by_id = made_by_id",
        "Cannot update": "UPDATE allocation_repaymentclaim SET state = 'open'",
        "more is claimed": f"{confirm}, confirmed_by_id = {decider.pk}",
    }.items():
        assert words in forbidden(sql), words
    confirm_claim(claim_id=whole.pk, by=decider, at=LATER)
    with pytest.raises(NotPayable):
        confirm_claim(claim_id=rest.pk, by=decider, at=LATER)
    with pytest.raises(WrongState, match="answered already"):
        confirm_claim(claim_id=whole.pk, by=decider, at=LATER)
    assert "Cannot update" in forbidden(
        "UPDATE allocation_repaymentclaim SET confirmed_by_name = 'y' WHERE state = 'open'"
    )
    withdraw_claim(claim_id=rest.pk, reason="Nothing is left.", by=decider, at=LATER)
    assert standing(decision).outstanding_kr == 10_500_000
    connection.check_constraints()
