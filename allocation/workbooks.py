"""Workbooks with tables that print well: the same tables and the same moment give the same bytes."""

import io
import re
import zipfile
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reporting.exchange.template import is_like_formula
from reporting.models import STOCKHOLM

Value = str | int | date | None

_INK, _QUIET, _WHITE, _PINE, _COPPER = "14231E", "4B5B54", "FFFFFF", "0F4A3C", "A3470F"
_THIN = Border(bottom=Side(style="thin", color="DCDAD1"))
_SUM = Border(top=Side(style="medium", color="76837D"))
_KRONOR = "#,##0"
_LINE_HEIGHT = 15.0  # points
_ROWS_ON_ONE_PAGE = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and how wide it is in digits."""

    heading: str
    width: int = 16


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: a title, lines under it, a table, and a row of sums.

    Attributes:
        warning: stands first, in the colour of a warning, such as that the data are an example.
        sums: one value for each column, or nothing.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    lines: Sequence[str] = ()
    warning: str = ""
    sums: Sequence[Value] = field(default=())


def write_workbook(tables: Sequence[Table], *, title: str, at: datetime) -> bytes:
    """Write a workbook with a sheet for each table.

    Args:
        at: the moment that the file's own properties tell.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for table in tables:
        _write(workbook.create_sheet(table.name[:31]), table)
    workbook.properties.creator = "Platsplan"
    workbook.properties.title = title
    moment = at.astimezone(STOCKHOLM).replace(tzinfo=None, microsecond=0)
    workbook.properties.created = moment
    file = io.BytesIO()
    workbook.save(file)
    return _same_bytes(file.getvalue(), moment)


def _same_bytes(content: bytes, moment: datetime) -> bytes:
    """The workbook with `moment` wherever openpyxl has written when it was saved."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return made.getvalue()


def _write(sheet: Worksheet, table: Table) -> None:
    place = 1
    texts = [(table.title, Font(name="Calibri", size=16, bold=True, color=_PINE))]
    if table.warning:
        texts.append((table.warning, Font(name="Calibri", size=11, bold=True, color=_COPPER)))
    texts += [(line, Font(name="Calibri", size=10, color=_QUIET)) for line in table.lines]
    for text, font in texts:
        _put(sheet.cell(place, 1), text)
        sheet.cell(place, 1).font = font
        place += 1
    place += 1
    numeric = {
        number
        for number in range(1, len(table.columns) + 1)
        if any(number <= len(row) and isinstance(row[number - 1], int) for row in table.rows)
    }
    for number, column in enumerate(table.columns, 1):
        heading = sheet.cell(place, number)
        _put(heading, column.heading)
        heading.font = Font(name="Calibri", size=11, bold=True, color=_WHITE)
        heading.fill = PatternFill("solid", fgColor=_PINE)
        heading.alignment = _aligned(number, is_numeric=number in numeric, vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[place].height = 32
    sheet.freeze_panes = f"B{place + 1}"
    sheet.print_title_rows = f"{place}:{place}"
    for row in table.rows:
        place += 1
        _write_row(sheet, place, row, table.columns, numeric=numeric, bold=False)
    if table.sums:
        _write_row(sheet, place + 1, table.sums, table.columns, numeric=numeric, bold=True)
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    # A table of the regions ends with its sums on the page that it begins on.
    sheet.page_setup.fitToHeight = 1 if len(table.rows) <= _ROWS_ON_ONE_PAGE else 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_row(
    sheet: Worksheet,
    place: int,
    row: Sequence[Value],
    columns: Sequence[Column],
    *,
    numeric: Set[int],
    bold: bool,
) -> None:
    for number, value in enumerate(row, 1):
        cell = sheet.cell(place, number)
        _put(cell, value)
        cell.font = Font(name="Calibri", size=11, bold=bold, color=_INK)
        cell.border = _SUM if bold else _THIN
        cell.alignment = _aligned(number, is_numeric=number in numeric, vertical="top")
    # Not every program makes room for wrapped words by itself.
    lines = max(
        ceil(len(value) / max(column.width - 2, 1)) if isinstance(value, str) and value else 1
        for value, column in zip(row, columns, strict=False)
    )
    if lines > 1:
        sheet.row_dimensions[place].height = _LINE_HEIGHT * lines


def _aligned(number: int, *, is_numeric: bool, vertical: str) -> Alignment:
    """Numbers, and words in their place, to the right; words to the left, away from the number before."""
    if is_numeric:
        return Alignment(vertical=vertical, wrap_text=True, horizontal="right")
    return Alignment(vertical=vertical, wrap_text=True, horizontal="left", indent=1 if number > 1 else 0)


def _put(cell: Cell | MergedCell, value: Value) -> None:
    cell.value = value
    if isinstance(value, int):
        cell.number_format = _KRONOR
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str) and is_like_formula(value):
        cell.data_type = "s"
        cell.quotePrefix = True
