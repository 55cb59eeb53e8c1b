"""The report as a file: what is downloaded comes back the same, and what was changed in it is found."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from reporting.errors import DraftChanged, ReportLocked, RoundNotOpen
from reporting.exchange.csv_template import csv_template
from reporting.exchange.difference import Change
from reporting.exchange.draft import filling_of
from reporting.exchange.excel_file import with_remarks
from reporting.exchange.excel_template import MARKING_SHEET, excel_template
from reporting.exchange.refusals import FileRefused
from reporting.exchange.waiting import remove_old_uploads
from reporting.fields import text_fields
from reporting.models import DraftValue, PendingUpload, Role, Submission, User
from reporting.reference import load_reference_data
from reporting.selectors import draft_texts
from reporting.services.drafts import save_draft
from reporting.services.review import approve_report
from reporting.services.uploads import (
    ChoiceMissing,
    FileHasErrors,
    UploadGone,
    UploadHasErrors,
    drop_upload,
    preview_upload,
    problems_of,
    receive_upload,
    save_upload,
)
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
    report_texts,
)

pytestmark = pytest.mark.django_db
ADDRESS = "https://platsplan.example/report/x/03/file/"


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference_data()


def excel(report: Submission, *, at: datetime | None = None, template: int = 2) -> bytes:
    return excel_template(filling_of(report, at=at or moment(), address=ADDRESS), template=template)


def csv(report: Submission, *, template: int = 2) -> str:
    return csv_template(filling_of(report, at=moment(), address=ADDRESS), template=template).decode(
        "utf-8-sig"
    )


def cells(workbook: Workbook) -> dict[str, Any]:
    """Field -> its cell."""
    found = {}
    for sheet in workbook.worksheets:
        columns: dict[str, int] = {}
        for row in sheet.iter_rows():
            if row[0].value == "field":
                columns = {str(cell.value): number for number, cell in enumerate(row)}
            elif columns and row[0].value:
                found[str(row[0].value)] = row[columns["value"]]
                found[f"comment_{row[0].value}"] = row[columns["comment"]]
    return found


def edited(content: bytes, **values: Any) -> bytes:
    workbook = load_workbook(BytesIO(content))
    places = cells(workbook)
    for name, value in values.items():
        places[name].value = value
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def upload(
    report: Submission, content: bytes | str, *, by: User, name: str = "file.xlsx", minute: int = 5
) -> PendingUpload:
    if isinstance(content, str):
        content, name = content.encode("utf-8-sig"), "file.csv"
    return receive_upload(
        submission_id=report.pk, content=content, file_name=name, by=by, at=moment(minute=minute)
    )


def save(
    pending: PendingUpload,
    *,
    by: User,
    choices: dict[str, str] | None = None,
    seen: str | None = None,
    minute: int = 6,
):
    return save_upload(
        upload_id=pending.pk,
        choices=choices or {},
        seen=preview_upload(pending).seen if seen is None else seen,
        by=by,
        at=moment(minute=minute),
    )


def changes(pending: PendingUpload) -> dict[str, str]:
    lines = preview_upload(pending).lines
    return {line.name: str(line.change) for line in lines if line.change != Change.UNCHANGED}


def filled_report(by: User) -> Submission:
    texts: dict[str, Any] = report_texts(
        gm_2024="-",
        gp_own_full_time="41.5",
        gp_vacancies="–",
        comment_gp_vacancies="=räknas i december\nsedan",
        comment_at_2022="- fyra block",
        contact_name="@Åsa Öberg",
        contact_phone="018-611 00 00",
    )
    return make_draft(make_round(), by=by, **texts)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_read_back_untouched_changes_nothing(kind: str) -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, excel(report) if kind == "xlsx" else csv(report), by=person)
    assert pending.problems == []
    assert set(pending.texts) == set(text_fields(report.reporting_round.years))
    assert changes(pending) == {}
    before = draft_texts(report)
    assert save(pending, by=person) == []
    assert draft_texts(report) == before


def test_changed_cells_are_shown_with_their_place_and_saved_together() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(
        excel(report), at_2022=60, gp_own_full_time=40.5, gp_vacancies=2.5, comment_at_2022="Fyra nya block"
    )
    pending = upload(report, content, by=person)
    assert pending.problems == []
    assert set(changes(pending)) == {"at_2022", "gp_own_full_time", "gp_vacancies", "comment_at_2022"}
    line = next(line for line in preview_upload(pending).lines if line.name == "at_2022")
    assert (line.draft, line.file, line.place.sheet) == (report_texts()["at_2022"], "60", "AT and ST")
    assert line.place.cell == cells(load_workbook(BytesIO(content)))["at_2022"].coordinate
    assert draft_texts(report)["at_2022"] != "60"

    save(pending, by=person)
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["gp_own_full_time"], texts["gp_vacancies"]) == ("60", "40,5", "2,5")
    assert texts["comment_at_2022"] == "Fyra nya block"
    assert not PendingUpload.objects.exists()


def test_a_colleagues_change_since_the_download_is_kept_or_chosen_but_never_lost() -> None:
    person, colleague = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    report = filled_report(person)
    content = edited(excel(report), at_2022=60, at_2023=61)
    save_draft(
        submission_id=report.pk,
        texts={"at_2022": "58", "st_2022": "130", "at_2023": " 61 "},
        by=colleague,
        at=moment(minute=2),
    )
    pending = upload(report, content, by=person)
    assert changes(pending) == {"at_2022": "conflict", "st_2022": "kept"}
    conflict = preview_upload(pending).with_change(Change.CONFLICT)[0]
    assert (conflict.draft, conflict.file, conflict.saved_by) == ("58", "60", colleague.name)

    with pytest.raises(ChoiceMissing, match="AT 2022"):
        save(pending, by=person)
    assert draft_texts(report)["at_2022"] == "58"
    save(pending, by=person, choices={"at_2022": "file", "st_2022": "file"})
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["st_2022"]) == ("60", "130")


def test_what_the_draft_says_holds_where_it_is_chosen() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(excel(report), at_2022=60, at_2023=61)
    save_draft(submission_id=report.pk, texts={"at_2022": "58"}, by=person, at=moment(minute=2))
    pending = upload(report, content, by=person)
    changed = save(pending, by=person, choices={"at_2022": "draft"})
    assert [line.name for line in changed] == ["at_2023"]
    assert draft_texts(report)["at_2022"] == "58"


def test_a_change_while_the_difference_is_on_the_screen_stops_the_saving() -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, edited(excel(report), at_2022=60), by=person)
    seen = preview_upload(pending).seen
    save_draft(submission_id=report.pk, texts={"at_2022": "58"}, by=person, at=moment(minute=5))
    with pytest.raises(DraftChanged):
        save(pending, by=person, seen=seen)
    assert draft_texts(report)["at_2022"] == "58"


def test_the_second_of_two_clicks_finds_the_file_saved() -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, edited(excel(report), at_2022=60), by=person)
    seen = preview_upload(pending).seen
    save(pending, by=person, seen=seen)
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=person, at=moment(minute=7))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_template_without_indicators_from_before_can_still_be_read(kind: str) -> None:
    person = make_region_member()
    report = filled_report(person)
    if kind == "xlsx":
        workbook = edited(excel(report, template=1), at_2022=60)
        content: bytes | str = workbook
        assert load_workbook(BytesIO(workbook)).sheetnames == ["AT and ST", "Help", MARKING_SHEET]
    else:
        content = csv(report, template=1).replace(
            f"at_2022;AT 2022;{report_texts()['at_2022']};", "at_2022;AT 2022;60;"
        )
        assert "gp_vacancies;" not in content
    pending = upload(report, content, by=person)
    assert pending.template == 1
    assert changes(pending) == {"at_2022": "changed"}
    save(pending, by=person)
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["gp_vacancies"]) == ("60", "–")


def test_yesterdays_template_is_read_and_compared_with_the_draft_it_was_filled_from() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(excel(report, at=moment(18)), at_2022=60)
    for text in ("57", "58", report_texts()["at_2022"]):
        save_draft(submission_id=report.pk, texts={"at_2022": text}, by=person, at=moment(minute=1))
    assert changes(upload(report, content, by=person)) == {"at_2022": "changed"}


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


def test_no_cell_that_we_write_starts_a_formula() -> None:
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


def test_a_file_waits_for_its_own_reader_and_two_hours() -> None:
    person, other = make_region_member(), make_region_member("04")
    report = filled_report(person)
    pending = upload(report, excel(report), by=person)
    seen = preview_upload(pending).seen
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=other, at=moment(minute=6))
    drop_upload(upload_id=pending.pk, by=other)
    assert PendingUpload.objects.count() == 1
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=person, at=moment(hour=12, minute=5))
    assert remove_old_uploads(at=moment(hour=12, minute=4)) == 0
    assert remove_old_uploads(at=moment(hour=12, minute=5)) == 1


def test_only_the_latest_files_of_a_person_are_kept() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = excel(report)
    kept = [upload(report, content, by=person, minute=minute).pk for minute in range(5)]
    assert set(PendingUpload.objects.values_list("pk", flat=True)) == set(kept[-3:])


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
