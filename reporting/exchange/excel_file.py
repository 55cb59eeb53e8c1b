"""Reading a filled-in Excel template, whoever saved it, and writing remarks into a copy of it."""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from reporting.exchange.excel_template import MARKING_SHEET, put_text
from reporting.exchange.guard import MAX_ROWS, check_workbook, refuse
from reporting.exchange.marking import MARKING_KEYS
from reporting.exchange.readfile import Place, Problem, ReadFile, ReadText, remark, shown, too_long
from reporting.exchange.template import Row, is_like_formula
from reporting.fields import OUT_OF_REACH, TOO_LARGE, Text, number_text

MAX_COLUMNS = 20
# Everything that openpyxl has been seen to raise at a workbook that is not one; a fault of ours would be
# another, such as a NameError.
_UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_ERROR = PatternFill("solid", fgColor="FFFBE9EA")
_RED = "FF9D1F2E"


def read_excel(content: bytes, rows: Sequence[Row]) -> ReadFile:
    """Read a filled-in template.

    Args:
        rows: every row that a template of the report can have.

    Raises:
        FileRefused: it is no workbook, or one that is not opened.
    """
    workbook = _open(content)
    reading = _Reading(rows)
    try:
        for sheet in workbook.worksheets:
            if sheet.title != MARKING_SHEET:
                reading.sheet(sheet)
        marking = _marking(workbook)
    except _UNREADABLE:
        refuse("damaged")
    return ReadFile("xlsx", marking, reading.texts, reading.problems)


def _open(content: bytes) -> Workbook:
    check_workbook(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out, such as pictures, is no figure
            return load_workbook(BytesIO(content), keep_links=False)
    except _UNREADABLE:
        refuse("damaged")


def _marking(workbook: Workbook) -> dict[str, str]:
    if MARKING_SHEET not in workbook.sheetnames:
        return {}
    sheet = workbook[MARKING_SHEET]
    lines = sheet.iter_rows(min_row=1, max_row=20, min_col=1, max_col=2, values_only=True)
    texts = {str(key): str(text) for key, text in lines if key is not None and text is not None}
    return {key: texts.get(key, "") for key in MARKING_KEYS}


class _Reading:
    """The fields of a workbook's sheets, found by the keys in the hidden row and column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = {row.name: row for row in rows}
        self.texts: dict[str, ReadText] = {}
        self.problems: list[Problem] = []

    def sheet(self, sheet: Worksheet) -> None:
        """Read one sheet; a sheet without keys is somebody's own, and is left alone."""
        columns: dict[str, int] = {}
        merged = _merged_cells(sheet)
        last = min(sheet.max_row or 0, MAX_ROWS)
        for cells in sheet.iter_rows(min_row=1, max_row=last, min_col=1, max_col=MAX_COLUMNS):
            keys = {str(cell.value): number for number, cell in enumerate(cells) if cell.value is not None}
            if keys.get("field") == 0 and "value" in keys:
                columns = keys
            elif columns and cells[0].value is not None:
                self._row(str(cells[0].value).strip(), cells, columns, merged, sheet.title)

    def _row(
        self,
        name: str,
        cells: Sequence[Cell | MergedCell],
        columns: dict[str, int],
        merged: dict[str, str],
        title: str,
    ) -> None:
        row = self.rows.get(name)
        if row is None:
            place = Place(title, cells[0].coordinate)
            sentence = _("The row's hidden name is not one of this report.")
            self.problems.append(Problem(place, "", _("Unknown row"), shown(name), sentence))
            return
        for field, column, label, allowed in row.cells(columns):
            cell = cells[columns[column]]
            place = Place(title, cell.coordinate)
            text, hindrance = _text_in(cell, merged)
            if field in self.texts:
                first = self.texts[field].place
                hindrance = _("The figure stands in two places; the first is %(sheet)s, %(cell)s.") % {
                    "sheet": first.sheet,
                    "cell": first.cell,
                }
            if hindrance is None:
                self.texts[field] = ReadText(text, place)
            else:
                self.problems.append(Problem(place, field, label, shown(text), hindrance, allowed))


def _merged_cells(sheet: Worksheet) -> dict[str, str]:
    """Cell -> the merged range that it is part of."""
    return {
        f"{get_column_letter(column)}{row}": merged.coord
        for merged in sheet.merged_cells.ranges
        if merged.min_row <= MAX_ROWS and merged.min_col <= MAX_COLUMNS
        for row in range(merged.min_row, min(merged.max_row, MAX_ROWS) + 1)
        for column in range(merged.min_col, min(merged.max_col, MAX_COLUMNS) + 1)
    }


def _text_in(cell: Cell | MergedCell, merged: dict[str, str]) -> tuple[str, Text | None]:
    """The text of a cell as it would be typed, and what hinders reading it."""
    value = cell.value
    if cell.coordinate in merged:
        sentence = _("The cell is part of the merged cells %(range)s. Split them.")
        return _plain(value), sentence % {"range": merged[cell.coordinate]}
    if cell.data_type == "f":
        text = value if isinstance(value, str) else f"={getattr(value, 'text', '') or ''}"
        return text, _("The cell holds a formula. Enter its result as a number.")
    if cell.data_type == "e":
        return str(value), _("The cell shows an error of a calculation. Enter the number.")
    if isinstance(value, bool):
        return str(value).upper(), _("The cell holds a truth value. Enter a number.")
    if isinstance(value, datetime | date | time | timedelta):
        return str(value), _(
            "The cell holds a date or a time. Give it the format of a number and enter it again."
        )
    text = _plain(value)
    return text, too_long(text)


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < OUT_OF_REACH else TOO_LARGE
    if isinstance(value, float):
        # Excel keeps 12.3 as 12.300000000000001; it shows fifteen digits itself.
        return number_text(Decimal(f"{value:.12g}").normalize()) if abs(value) < OUT_OF_REACH else TOO_LARGE
    return str(value).replace("_x000D_", "").replace("\x00", "")


def with_remarks(content: bytes, problems: Sequence[Problem]) -> bytes:
    """A copy of a workbook with every problem written at its cell and in a column of remarks.

    Raises:
        FileRefused: the workbook cannot be written again.
    """
    workbook = _open(content)
    try:
        for sheet in workbook.worksheets:
            _write_remarks(sheet, [problem for problem in problems if problem.place.sheet == sheet.title])
        file = BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook.save(file)
    except _UNREADABLE:
        refuse("damaged")
    return file.getvalue()


def _write_remarks(sheet: Worksheet, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    heading_row, column = _remarks_place(sheet)
    heading = sheet.cell(heading_row, column, _("Remark"))
    heading.font, heading.fill = Font(bold=True, color=_RED), _ERROR
    sheet.column_dimensions[get_column_letter(column)].width = 60
    lines: dict[int, list[str]] = {}
    for problem in problems:
        row, column_of_cell = coordinate_to_tuple(problem.place.cell)
        lines.setdefault(row, []).append(f"{problem.place.cell}: {remark(problem)}")
        cell = sheet.cell(row, column_of_cell)
        if isinstance(cell, Cell):  # only the first of merged cells can carry anything
            cell.fill = _ERROR
            cell.comment = Comment(remark(problem), "Platsplan", height=140, width=320)
    for row, remarks in lines.items():
        cell = sheet.cell(row, column)
        put_text(cell, "\n".join(remarks))
        cell.font, cell.alignment = Font(color=_RED), Alignment(vertical="top", wrap_text=True)
    # Somebody's formula stays theirs; a text of theirs stays a text.
    for cell in _texts_like_formulas(sheet):
        cell.quotePrefix = True


def _remarks_place(sheet: Worksheet) -> tuple[int, int]:
    """The row of the headings, and the first column after the template's own."""
    last = min(sheet.max_row or 1, MAX_ROWS)
    lines = sheet.iter_rows(min_row=1, max_row=last, min_col=1, max_col=MAX_COLUMNS, values_only=True)
    for number, keys in enumerate(lines, 1):
        if keys[0] == "field" and "value" in keys:
            return max(number - 1, 1), max(
                column for column, key in enumerate(keys, 1) if key is not None
            ) + 1
    return 1, MAX_COLUMNS


def _texts_like_formulas(sheet: Worksheet) -> Iterator[Cell]:
    last = min(sheet.max_row or 1, MAX_ROWS)
    for cells in sheet.iter_rows(min_row=1, max_row=last, min_col=1, max_col=MAX_COLUMNS):
        for cell in cells:
            if isinstance(cell, Cell) and cell.data_type == "s" and is_like_formula(str(cell.value)):
                yield cell
