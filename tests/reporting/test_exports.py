"""Taking lists out as files: what stands in them, that no text becomes a formula, and who took them."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from allocation import runner
from allocation.models import Recomputation
from reporting.errors import DomainError, NotAllowed
from reporting.models import Export, ExportFormat, Mail, MailKind, PopulationReference, Region
from reporting.services.exports import MAX_ROWS, export_table
from reporting.tables import Column, Table
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user, moment

pytestmark = pytest.mark.django_db
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def table(rows: Any) -> Table:
    return Table("A list", [], [Column("Text"), Column("Posts", "number", is_summed=True)], rows)


def cells(content: bytes) -> list[Any]:
    return [cell for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]  # type: ignore[union-attr]  # a sheet


def test_no_text_becomes_a_formula() -> None:
    officer = make_officer(name="=cmd()")
    rows = [[text, 1] for text in FORMULAS]
    details: dict[str, Any] = {"by": officer, "at": moment(), "rounds": ["=round"], "rules": ["at-2022.1"]}
    excel = export_table(table(rows), kind=ExportFormat.XLSX, **details)
    found = cells(excel.content)
    assert not [cell for cell in found if cell.data_type == "f"]
    assert {"=1+1", "=round", "=cmd()", "at-2022.1", "2022-09-19 10:00"} <= {cell.value for cell in found}
    assert [cell.value for cell in found][-1] == len(FORMULAS)  # summed
    text = export_table(table(rows), kind=ExportFormat.CSV, **details).content.decode("utf-8-sig")
    starts = [part.strip('"') for line in text.split("\r\n") for part in line.split(";")]
    assert not [part for part in starts if part.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_row_is_high_enough_for_its_longest_text() -> None:
    texts = {
        "short": None,
        "as long as two lines are": 30,
        "two\nlines": 30,
        "halvtidstjänst halvtidstjänst halvtidstjänst": 45,
    }
    rows = [[text, 1] for text in texts]
    file = export_table(table(rows), kind=ExportFormat.XLSX, by=make_officer(), at=moment())
    sheet = load_workbook(BytesIO(file.content)).worksheets[0]
    heights = {str(cell.value): sheet.row_dimensions[cell.row].height for [cell] in sheet["A1:A20"]}
    assert {text: heights[text] for text in texts} == texts


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "y\n" * 10_000, " " * 50_000, "😀" * 20_000, "\u2028" * 500],
    ids=["long", "line ends", "spaces", "emoji", "separators"],
)
def test_no_cell_and_no_row_is_larger_than_excel_opens(text: str) -> None:
    file = export_table(table([[text, 1]]), kind=ExportFormat.XLSX, by=make_officer(), at=moment())
    sheet = load_workbook(BytesIO(file.content)).worksheets[0]
    assert max(height for row in sheet.row_dimensions.values() if (height := row.height)) <= 409
    longest = max(len(str(cell.value).encode("utf-16-le")) // 2 for [cell] in sheet["A1:A20"])
    assert 499 < longest < 32_767


def test_every_export_is_noted_and_needs_its_permission() -> None:
    officer = make_officer()
    file = export_table(table([["a", 1]]), kind=ExportFormat.CSV, by=officer, at=moment(), rounds=["R"])
    note = Export.objects.get()
    assert (note.by, note.row_count, note.rounds, note.format) == (officer, 1, "R", "csv")
    assert file.name == "a-list-20220919-1000.csv"
    for refused, rows in ((DomainError, []), (DomainError, [["a", 1]] * (MAX_ROWS + 1))):
        with pytest.raises(refused):
            export_table(table(rows), kind=ExportFormat.CSV, by=officer, at=moment())
    with pytest.raises(NotAllowed):
        export_table(table([["a", 1]]), kind=ExportFormat.CSV, by=make_user(is_staff=True), at=moment())
    assert Export.objects.count() == 1


def test_the_lists_of_the_desk_can_be_taken_out(client: Client, django_assert_max_num_queries: Any) -> None:
    reporting_round = make_round(name="AT/ST 2022-2024")
    member = make_region_member("09", name="=Evil")
    make_submission(reporting_round, "09", by=member)
    for request in Recomputation.objects.all():
        runner.recompute(request.pk, at=moment())
    Mail.objects.create(kind=MailKind.NEWS, recipient="a@example.com", occasion="o", subject="=1", text="t")
    client.force_login(make_officer())

    def taken(place: str, action: str, pk: object) -> Any:
        with django_assert_max_num_queries(22):
            return client.post(f"/admin/reporting/{place}/", {"action": action, "_selected_action": [pk]})

    figures = cells(taken("reportinground", "figures_xlsx", reporting_round.pk).content)
    assert {"AT/ST 2022-2024", "Gotland"} <= {cell.value for cell in figures}
    assert any(str(cell.value).startswith("at-2022.") for cell in figures)
    findings = taken("reportinground", "findings_csv", reporting_round.pk)
    assert findings.status_code in (200, 302)
    regions = taken("region", "export_csv", Region.objects.get(code="03").pk).content.decode()
    assert "Region Uppsala" in regions
    projection = PopulationReference.objects.get(inhabitants__persons=395_570)
    counted = taken("populationreference", "export_csv", projection.pk).content.decode()
    assert "395570" in counted
    people = taken("user", "export_csv", member.pk).content.decode()
    assert "'=Evil" in people
    mails = taken("mail", "export_xlsx", Mail.objects.get(subject="=1").pk)
    assert "=1" in {cell.value for cell in cells(mails.content)}
    assert Export.objects.filter(row_count=1).exists()
    client.force_login(make_user(is_staff=True, is_superuser=False, groups=["Beslutsfattare"]))
    assert client.get("/admin/reporting/export/").status_code == 200
