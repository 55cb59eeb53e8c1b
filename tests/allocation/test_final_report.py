"""The final report: its sums are those that were decided and paid, and it is kept as it was issued."""

import io
import re

import openpyxl
import pytest
from pypdf import PdfReader
from pytest_django import Settings

from allocation import money
from allocation.accounts import example_iban
from allocation.final_report import draft_pdf, draft_workbook
from allocation.services.final_reports import issue_final_report
from reporting.chain import check_log
from reporting.errors import NotAllowed
from reporting.templatetags.platsplan import number
from tests.allocation.test_decisions import forbidden, letters_as_data
from tests.allocation.test_payments import LATER, DecidedYear, correct, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


def test_the_report_says_what_was_paid_to_the_krona_and_stays(
    decided_year: DecidedYear, settings: Settings
) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")
    officer, decider, decision = decided_year
    pay(decision, officer, decider)
    with pytest.raises(NotAllowed):
        issue_final_report(grant_id=decision.round_grant_id, by=decider, at=LATER)
    report = issue_final_report(grant_id=decision.round_grant_id, by=officer, at=LATER)
    total = money.total_of(list(money.balances_of(decision.round_grant).values()))
    assert total.paid_kr == decision.run.allocated_kr
    pdf = PdfReader(io.BytesIO(bytes(report.pdf.content)))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages)).replace("\xa0", " ")
    for said in (str(number(total.paid_kr)), str(number(decision.run.unallocated_kr)), report.pdf.number):
        assert said.replace("\xa0", " ") in text
    assert b"pdfuaid" in bytes(report.pdf.content)
    workbook = openpyxl.load_workbook(io.BytesIO(bytes(report.workbook.content)))
    rows = [row for row in workbook.worksheets[0].iter_rows(values_only=True) if isinstance(row[1], int)]
    assert (len(rows), rows[-1][2], sum(int(str(row[2])) for row in rows[:-1])) == (
        22,
        total.paid_kr,
        total.paid_kr,
    )
    assert "Cannot" in forbidden("UPDATE allocation_finalreport SET number = 9")
    assert check_log().flaws == ()


def test_what_is_paid_beyond_a_later_decision_stands_in_the_report_so_that_its_sums_close(
    decided_year: DecidedYear,
    settings: Settings,
) -> None:
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")
    officer, decider, decision = decided_year
    pay(decision, officer, decider)
    correct(decision, officer, decider, posts="59")
    grant = decision.round_grant
    workbook = openpyxl.load_workbook(io.BytesIO(draft_workbook(grant, at=LATER)))
    rows = [row for row in workbook.worksheets[0].iter_rows(values_only=True) if isinstance(row[1], int)]
    assert len(rows) == 22
    for _name, decided, paid, left, to_claim, _claimed, _repaid in rows:
        assert int(str(decided)) == int(str(paid)) + int(str(left)) - int(str(to_claim))
    assert rows[-1][4] == 10_500_000
    pdf = PdfReader(io.BytesIO(draft_pdf(grant, at=LATER)))
    text = re.sub(r"\s+", " ", pdf.pages[0].extract_text()).replace("\xa0", " ")
    assert "10 500 000 kr har betalats utöver det gällande beslutet" in text
