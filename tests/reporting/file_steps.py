"""Filling in a template and reading it in, for tests."""

from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from reporting.exchange.csv_template import csv_template
from reporting.exchange.difference import Change
from reporting.exchange.draft import filling_of
from reporting.exchange.excel_template import excel_template
from reporting.models import PendingUpload, Submission, User
from reporting.services.uploads import (
    preview_upload,
    receive_upload,
    save_upload,
)
from tests.factories import (
    make_draft,
    make_round,
    moment,
    report_texts,
)

ADDRESS = "https://platsplan.example/report/x/03/file/"


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
