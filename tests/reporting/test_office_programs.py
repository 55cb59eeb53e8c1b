"""Templates that a real office program has opened, filled in and saved: LibreOffice, in Swedish.

The kept files were filled in by LibreOffice 7.4 with "1 062" and "102,5" typed as a person in Sweden does.
Where LibreOffice is on the machine, it saves today's template as well.
"""

import os
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from openpyxl import load_workbook

from reporting.exchange.csv_template import csv_template
from reporting.exchange.difference import Change
from reporting.exchange.draft import filling_of
from reporting.exchange.excel_template import MARKING_SHEET, excel_template
from reporting.models import Submission, User
from reporting.services.uploads import preview_upload, receive_upload
from tests.factories import make_draft, make_region_member, make_round, moment, report_texts

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parent / "files"
SOFFICE = shutil.which("soffice")
TYPED = {"at_2022": "61", "at_2023": "1062", "gp_own_full_time": "102,5", "gp_vacancies": "–"}
TYPED_IN_EXCEL = TYPED | {
    "at_2024": "1063",
    "st_2022": "–",
    "gp_private_full_time": "1041,5",
    "comment_at_2022": "Nya block från hösten",
    "comment_gp_vacancies": "Räknas i december",
}


@pytest.fixture
def person() -> User:
    return make_region_member()


@pytest.fixture
def report(person: User) -> Submission:
    texts: dict[str, Any] = report_texts(
        gm_2024="-", comment_at_2022="- fyra block", contact_name="@Åsa Öberg", gp_own_full_time="41.5"
    )
    return make_draft(make_round(slug="saved-by-others"), by=person, **texts)


def changes(report: Submission, content: bytes, name: str, by: User) -> dict[str, str]:
    """Field -> text of the file where it says something else than the draft."""
    pending = receive_upload(
        submission_id=report.pk, content=content, file_name=name, by=by, at=moment(minute=5)
    )
    lines = preview_upload(pending).lines
    return {line.name: line.file for line in lines if line.change != Change.UNCHANGED}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("saved-by-libreoffice.xlsx", TYPED_IN_EXCEL),
        ("saved-by-libreoffice.csv", TYPED),
        pytest.param("saved-by-libreoffice-1252.csv", TYPED, id="commas between columns, Windows-1252"),
    ],
)
def test_what_was_typed_in_libreoffice_is_all_that_changes(
    report: Submission, person: User, name: str, typed: dict[str, str]
) -> None:
    assert changes(report, (FILES / name).read_bytes(), name, person) == typed


def test_libreoffice_keeps_protection_rules_and_what_is_hidden() -> None:
    assert_still_guarded((FILES / "saved-by-libreoffice.xlsx").read_bytes())


def assert_still_guarded(content: bytes) -> None:
    workbook = load_workbook(BytesIO(content))
    posts, indicators, _help, marking = workbook.worksheets
    assert all(sheet.protection.sheet for sheet in workbook.worksheets)
    assert (marking.title, marking.sheet_state == "visible") == (MARKING_SHEET, False)
    for sheet in (posts, indicators):
        assert sheet.row_dimensions[6].hidden
        assert sheet.column_dimensions["A"].hidden
    rule = next(rule for rule in posts.data_validations.dataValidation if "D7" in rule.sqref)
    assert rule.type == "custom"
    assert "ROUND" in str(rule.formula1)
    assert rule.error
    assert rule.prompt
    assert not posts["D7"].protection.locked
    assert posts["B7"].protection.locked


def test_every_row_of_the_template_has_room_for_its_texts(report: Submission) -> None:
    """LibreOffice does not fit rows to what openpyxl has written: texts would lie over each other."""
    content = excel_template(filling_of(report, at=moment(), address="https://x/"), template=2)
    for sheet in load_workbook(BytesIO(content)).worksheets:
        if sheet.title == MARKING_SHEET:
            continue
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and not sheet.row_dimensions[cell.row].hidden:
                    assert cell.font.name == "Calibri", cell.coordinate
                    assert sheet.row_dimensions[cell.row].height, cell.coordinate


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (soffice)")
def test_libreoffice_saves_todays_template_without_changing_it(
    report: Submission, person: User, tmp_path: Path
) -> None:
    with translation.override("sv"):
        filling = filling_of(report, at=moment(), address="https://platsplan.example/")
        (tmp_path / "template.xlsx").write_bytes(excel_template(filling, template=2))
        (tmp_path / "template.csv").write_bytes(csv_template(filling, template=2))
    handbook = (settings.BASE_DIR / "docs" / "excel.md").read_text(encoding="utf-8")
    [commands] = re.findall(r"```sh\n(.*?)```", handbook, re.DOTALL)
    subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=tmp_path, check=True, capture_output=True, timeout=90,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    assert (tmp_path / "template.pdf").read_bytes().startswith(b"%PDF")
    for name in ("template.xlsx", "template.csv"):
        saved = (tmp_path / "saved" / name).read_bytes()
        assert saved != (tmp_path / name).read_bytes()
        assert changes(report, saved, name, person) == {}
    assert_still_guarded((tmp_path / "saved" / "template.xlsx").read_bytes())
