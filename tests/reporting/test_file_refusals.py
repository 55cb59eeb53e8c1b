"""Files that are refused whole or cell by cell, and what is told about them."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.signing import Signer
from openpyxl import load_workbook

from reporting.errors import ReportLocked, RoundNotOpen
from reporting.exchange.excel_file import with_remarks
from reporting.exchange.excel_template import MARKING_SHEET
from reporting.exchange.refusals import FileRefused
from reporting.models import DraftValue
from reporting.selectors import draft_texts
from reporting.services.drafts import save_draft
from reporting.services.review import approve_report
from reporting.services.uploads import (
    FileHasErrors,
    UploadHasErrors,
    preview_upload,
    problems_of,
    receive_upload,
)
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)
from tests.reporting.file_steps import (
    cells,
    changes,
    csv,
    edited,
    excel,
    filled_report,
    save,
    upload,
)

pytestmark = pytest.mark.django_db


def test_a_file_of_another_region_or_round_is_refused_with_both_names() -> None:
    person = make_region_member()
    own, earlier = make_round(), make_round()
    report = make_draft(own, by=person)
    with pytest.raises(FileRefused) as refused:
        upload(report, excel(report_of(own, "04")), by=person)
    assert refused.value.code == "other-region"
    assert report.region.name in str(refused.value)
    assert report_of(own, "04").region.name in str(refused.value)
    with pytest.raises(FileRefused) as refused:
        upload(report, csv(report_of(earlier)), by=person)
    assert refused.value.code == "other-round"
    assert own.name in str(refused.value)
    assert earlier.name in str(refused.value)


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("template", "3", "unknown-template"),
        ("versions", "at_2022:7", "marking-changed"),
        ("issued", "2022-09-19T11:00:00+02:00", "marking-changed"),
        ("seal", "x", "marking-changed"),
        ("seal", None, "no-marking"),
        ("template", None, "no-marking"),
    ],
)
def test_a_marking_that_platsplan_did_not_write_is_refused(key: str, text: str | None, code: str) -> None:
    person = make_region_member()
    report = filled_report(person)
    workbook = load_workbook(BytesIO(excel(report)))
    for row in workbook[MARKING_SHEET].iter_rows():
        if row[0].value == key:
            row[1].value = text
    file = BytesIO()
    workbook.save(file)
    with pytest.raises(FileRefused) as refused:
        upload(report, file.getvalue(), by=person)
    assert refused.value.code == code


def test_every_wrong_cell_is_told_with_place_text_and_rule_and_nothing_is_saved() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(
        excel(report),
        at_2022="sixty",
        at_2023="=1+1",
        at_2024=datetime(2022, 5, 1),  # noqa: DTZ001  # Excel knows no zones
        st_2022=12.5,
        gm_2023=500,
        gp_own_persons=-1,
        gp_retiring_5=True,
        at_wait=3.25,
        comment_at_2022="x" * 601,
        contact_name="n" * 151,
    )
    pending = upload(report, content, by=person)
    problems = {problem.name: problem for problem in problems_of(pending)}
    assert set(problems) == {
        "at_2022", "at_2023", "at_2024", "st_2022", "gm_2023", "gp_own_persons", "gp_retiring_5", "at_wait",
        "comment_at_2022", "contact_name",
    }  # fmt: skip
    places = cells(load_workbook(BytesIO(content)))
    assert problems["at_2022"].place.cell == places["at_2022"].coordinate
    assert problems["at_2022"].read == "sixty"
    assert "whole number from 0 to 9" in str(problems["at_2022"].allowed)
    assert "formula" in str(problems["at_2023"].title)
    assert "date" in str(problems["at_2024"].title)
    assert "120" in str(problems["gm_2023"].title)
    assert problems["comment_at_2022"].place.cell == places["comment_at_2022"].coordinate
    with pytest.raises(FileHasErrors):
        save(pending, by=person)
    assert draft_texts(report)["at_2022"] != "sixty"


def test_the_copy_with_remarks_is_the_persons_own_file_and_can_be_read_again() -> None:
    person = make_region_member()
    report = filled_report(person)
    workbook = load_workbook(BytesIO(excel(report)))
    workbook["AT and ST"]["J20"] = "my own note"
    file = BytesIO()
    workbook.save(file)
    content = edited(file.getvalue(), at_2022="=HYPERLINK(1)", st_2022="many")
    pending = upload(report, content, by=person)
    copy = with_remarks(content, problems_of(pending))
    marked = load_workbook(BytesIO(copy))
    cell = cells(marked)["st_2022"]
    assert "Enter a whole number" in cell.comment.text
    assert "many" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFFBE9EA"
    remarks = {row[8].value for row in marked["AT and ST"].iter_rows() if row[8].value}
    assert "Remark" in remarks
    assert any(str(remark).startswith(cell.coordinate) for remark in remarks)
    assert marked["AT and ST"]["J20"].value == "my own note"
    assert cells(marked)["at_2023"].comment is None

    corrected = upload(report, edited(copy, at_2022=60, st_2022=130), by=person)
    assert corrected.problems == []
    assert changes(corrected) == {"at_2022": "changed", "st_2022": "changed"}


def test_no_cell_that_we_write_starts_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Signer, "signature", lambda _signer, _text: "-a seal")  # one in 64 begins so
    person = make_region_member()
    wild = ["=1+1", "+46 18", "-5", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]
    names = [
        "contact_name",
        "contact_phone",
        "at_2022",
        "comment_at_2022",
        "comment_at_2023",
        "comment_at_2024",
    ]
    texts: dict[str, Any] = dict(zip(names, wild, strict=True))
    report = make_draft(make_round(), by=person, **texts)
    workbook = load_workbook(BytesIO(excel(report)))
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t")):
                    assert cell.quotePrefix, cell.coordinate
    for line in csv(report).splitlines():
        assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in line.split(";")), line


def test_the_draft_must_be_right_with_the_file_in_it() -> None:
    """The file is right by itself, and a colleague has lowered the whole that its part belongs to."""
    person = make_region_member()
    report = filled_report(person)
    content = edited(excel(report), gm_2022=100)
    pending = upload(report, content, by=person)
    save_draft(submission_id=report.pk, texts={"st_2022": "90"}, by=person, at=moment(minute=5))
    assert changes(pending) == {"gm_2022": "changed", "st_2022": "kept"}
    with pytest.raises(UploadHasErrors):
        save(pending, by=person)
    assert draft_texts(report)["gm_2022"] == "40"


def test_a_report_that_is_closed_or_locked_takes_no_file() -> None:
    person = make_region_member()
    reporting_round = make_round()
    revision = make_submission(reporting_round, by=person)
    report = revision.submission
    content = excel(report)
    with pytest.raises(RoundNotOpen):
        receive_upload(
            submission_id=report.pk, content=content, file_name="a.xlsx", by=person, at=moment(2, month=10)
        )
    pending = upload(report, edited(content, at_2022=60), by=person)
    seen = preview_upload(pending).seen
    approve_report(submission_id=report.pk, revision_number=1, by=make_officer(), at=moment(minute=6))
    with pytest.raises(ReportLocked):
        save(pending, by=person, seen=seen)
    assert DraftValue.objects.get(submission=report, field="at_2022").text != "60"
