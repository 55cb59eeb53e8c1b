"""Lists as files: a workbook in the house's look, or CSV, with what the list is written above it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from textwrap import wrap
from typing import Literal

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reporting.exchange.csv_template import harmless
from reporting.exchange.excel_template import put_text
from reporting.models import STOCKHOLM

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# Excel takes few more in a cell, and counts what it keeps in UTF-16: an emoji is two. What is cut says so.
CELL_MAX = 32_000
# Points; Excel says that a file with a higher row is damaged.
HIGHEST = 409

Kind = Literal["text", "number", "year", "kr", "rate", "moment", "day"]
Value = str | int | Decimal | datetime | date | None
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "number": "#,##0",
    "year": "0",
    "kr": '#,##0" kr"',
    "rate": "0.00",
    "moment": "yyyy-mm-dd hh:mm",
    "day": "yyyy-mm-dd",
}
_FONT = "Calibri"
_PINE, _INK, _INK_2, _BAND, _WHITE = "FF0B3329", "FF14231E", "FF4B5B54", "FFE2EEE9", "FFFFFFFF"
_HAIRLINE = Border(bottom=Side(style="thin", color="FFDCDAD1"))
_SUM_LINE = Border(top=Side(style="thin", color="FF14231E"))
_ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what stands in it, how wide it is in digits, whether it is summed."""

    title: str
    kind: Kind = "text"
    width: int = 18
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list with what it is: facts such as the round, the time and the version of the rules.

    `rows` hold one value for each column; moments are aware; None is a figure that is missing.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]] = field(default_factory=tuple)

    @property
    def sums(self) -> list[Value]:
        """The last row: the sums of the columns that are summed. Empty where none is."""
        if not any(column.is_summed for column in self.columns):
            return []
        sums: list[Value] = [None] * len(self.columns)
        for place, column in enumerate(self.columns):
            if column.is_summed:
                sums[place] = sum(row[place] or 0 for row in self.rows)  # type: ignore[misc]  # numbers
        if not self.columns[0].is_summed:
            sums[0] = _("Sum")
        return sums


def workbook_of(tables: Sequence[Table], *, at: datetime) -> bytes:
    """A workbook with a sheet for each table; no text in it is ever taken for a formula."""
    workbook = Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]  # a new workbook has one
    for table in tables:
        sheet = workbook.create_sheet(_sheet_name(table.title, workbook.sheetnames))
        _fill(sheet, table)
    workbook.properties.title = tables[0].title
    workbook.properties.creator = "Platsplan"
    workbook.properties.created = workbook.properties.modified = at.astimezone(STOCKHOLM).replace(tzinfo=None)
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def csv_of(table: Table) -> bytes:
    """The table as CSV with semicolons, as Excel opens it in Sweden: the facts, an empty row, the list."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(table.title)])
    writer.writerows([harmless(_clean(label)), harmless(_clean(value))] for label, value in table.facts)
    writer.writerow([])
    writer.writerow([harmless(column.title) for column in table.columns])
    writer.writerows([_csv_text(value) for value in row] for row in table.rows)
    return file.getvalue().encode("utf-8-sig")


def _csv_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return harmless(_clean(value)) if isinstance(value, str) else str(value)


def _clean(text: str) -> str:
    text = text.translate(_ILLEGAL)
    if 2 * len(text) <= CELL_MAX:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_MAX:
        return text
    return f"{units[: 2 * CELL_MAX].decode('utf-16-le', errors='ignore')}…"


def _fill(sheet: Worksheet, table: Table) -> None:
    put_text(sheet["A1"], _clean(table.title))
    sheet["A1"].font = Font(name=_FONT, size=16, bold=True, color=_PINE)
    sheet.row_dimensions[1].height = 26
    for number, (label, words) in enumerate(table.facts, 2):
        put_text(sheet.cell(number, 1), _clean(label))
        sheet.cell(number, 1).font = Font(name=_FONT, color=_INK_2)
        put_text(sheet.cell(number, 2), _clean(words))
        sheet.cell(number, 2).font = Font(name=_FONT, color=_INK)
    heading = len(table.facts) + 3
    for place, column in enumerate(table.columns, 1):
        cell = sheet.cell(heading, place)
        put_text(cell, column.title)
        cell.font = Font(name=_FONT, bold=True, color=_WHITE)
        cell.fill = PatternFill("solid", fgColor=_PINE)
        cell.alignment = Alignment(
            horizontal="left" if column.kind == "text" else "right", vertical="center", wrap_text=True
        )
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.row_dimensions[heading].height = 34
    for number, row in enumerate(table.rows, heading + 1):
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True), 1):
            _put(sheet.cell(number, place), value, column.kind)
        if (lines := max(map(_lines, row, table.columns), default=1)) > 1:
            sheet.row_dimensions[number].height = min(15 * lines, HIGHEST)
    if sums := table.sums:
        number = heading + len(table.rows) + 1
        for place, (value, column) in enumerate(zip(sums, table.columns, strict=True), 1):
            cell = sheet.cell(number, place)
            _put(cell, value, "text" if isinstance(value, str) else column.kind, missing="")
            cell.font = Font(name=_FONT, bold=True, color=_INK)
            cell.fill = PatternFill("solid", fgColor=_BAND)
            cell.border = _SUM_LINE
    _lay_out(sheet, table, heading=heading)


def _lines(value: Value, column: Column) -> int:
    """How many lines a value takes in its column: not every program makes a row high enough by itself."""
    if not isinstance(value, str):
        return 1
    return sum(_wrapped(line, column.width) for line in _clean(value).splitlines()) or 1


def _wrapped(line: str, width: int) -> int:
    return len(wrap(line, width)) or 1 if len(line) > width else 1


def _put(cell: Cell | MergedCell, value: Value, kind: Kind, *, missing: str = "–") -> None:
    cell.font = Font(name=_FONT, color=_INK)
    cell.border = _HAIRLINE
    cell.alignment = Alignment(
        horizontal="left" if kind == "text" else "right", vertical="top", wrap_text=kind == "text"
    )
    if value is None:
        put_text(cell, missing)
        return
    if isinstance(value, str):
        put_text(cell, _clean(value))
        return
    cell.value = value.astimezone(STOCKHOLM).replace(tzinfo=None) if isinstance(value, datetime) else value
    cell.number_format = _FORMATS[kind]


def _lay_out(sheet: Worksheet, table: Table, *, heading: int) -> None:
    last = get_column_letter(len(table.columns))
    sheet.freeze_panes = f"B{heading + 1}"
    sheet.auto_filter.ref = f"A{heading}:{last}{heading + max(len(table.rows), 1)}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{heading}:{heading}"


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    name = "".join(" " if sign in r"[]:*?/\'" else sign for sign in _clean(title))[:28].strip() or "1"
    return name if name not in taken else f"{name} {len(taken) + 1}"
