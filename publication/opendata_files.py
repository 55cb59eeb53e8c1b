"""The open data as files: CSV, JSON and Excel, the same rows in each."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from publication.opendata_tables import Column, Kind, Row, Table, Text, Value

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
# A run's bundle is checked with these, in a copy of the source code; docs/open-data.md has the same lines.
VERIFY = "python -m allocation.engine verify {file}"
EXPLAIN = "python -m allocation.engine explain --region {code} {file}"
MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CONTENT_TYPES = MEDIA_TYPES | {"csv": "text/csv; charset=utf-8; header=present"}
# A spreadsheet takes a text that begins so for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\n|%＝＋－＠]")
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def run_file_name(round_slug: str, grant: str, number: int) -> str:
    """What a run's files are called once saved, without ending."""
    return f"platsplan-{round_slug}-{grant}-run-{number}"


def file_of(
    extension: str, table: Table, rows: Sequence[Row], *, about: Mapping[str, Any], at: datetime
) -> bytes:
    """A table as a file, the same bytes each time.

    Args:
        extension: one of `CONTENT_TYPES`.
        about: what the file is, besides its rows; stands in JSON and Excel.
        at: the moment that the workbook bears as its own.
    """
    if extension == "csv":
        return _csv(table, rows)
    if extension == "json":
        return _json(table, rows, about)
    return _xlsx(table, rows, about, at)


def _csv(table: Table, rows: Sequence[Row]) -> bytes:
    """RFC 4180, UTF-8 without a byte order mark, so that the first column's name reads as it is."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(column.name for column in table.columns)
    for row in rows:
        writer.writerow(_harmless(_plain(row[column.name], column)) for column in table.columns)
    return file.getvalue().encode()


def _json(table: Table, rows: Sequence[Row], about: Mapping[str, Any]) -> bytes:
    whole = {
        "about": dict(about) | {"licence": LICENCE},
        "columns": dictionary_of(table),
        "rows": [{column.name: _json_value(row[column.name]) for column in table.columns} for row in rows],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def dictionary_of(table: Table) -> list[dict[str, Any]]:
    """The columns with their meaning in English and Swedish, and with that of each of their codes."""
    texts = [text for column in table.columns for text in (column.meaning, *_meanings(column))]
    with override("en"):
        english = iter([str(text) for text in texts])
    with override("sv"):
        swedish = iter([str(text) for text in texts])
    found: list[dict[str, Any]] = []
    for column in table.columns:
        entry: dict[str, Any] = {"name": column.name, "type": str(column.kind), "unit": column.unit}
        entry |= {"en": next(english), "sv": next(swedish)}
        if column.codes:
            entry["codes"] = [
                {"code": code.code, "en": next(english), "sv": next(swedish)} for code in column.codes
            ]
        found.append(entry)
    return found


def _meanings(column: Column) -> list[Text]:
    return [code.meaning for code in column.codes]


def _xlsx(table: Table, rows: Sequence[Row], about: Mapping[str, Any], at: datetime) -> bytes:
    book = Workbook(write_only=True)
    book.properties.creator = "Platsplan"
    data = book.create_sheet("data")
    data.freeze_panes = "A2"
    for place, column in enumerate(table.columns, start=1):
        data.column_dimensions[get_column_letter(place)].width = max(12, len(column.name) + 3)
    data.append([_bold(data, column.name) for column in table.columns])
    for row in rows:
        data.append([_cell(data, row[column.name], column) for column in table.columns])
    notes = book.create_sheet("about")
    notes.column_dimensions["A"].width = 24
    notes.column_dimensions["D"].width = notes.column_dimensions["E"].width = 70
    for name, value in (dict(about) | {"licence": LICENCE}).items():
        notes.append([_bold(notes, name), _text_cell(notes, str(value))])
    notes.append([])
    notes.append([_bold(notes, name) for name in ("name", "type", "unit", "en", "sv")])
    entries = dictionary_of(table)
    for entry in entries:
        notes.append([_text_cell(notes, entry[name]) for name in ("name", "type", "unit", "en", "sv")])
    for entry in entries:
        for code in entry.get("codes", ()):
            notes.append(
                [
                    _text_cell(notes, text)
                    for text in (entry["name"], "code", code["code"], code["en"], code["sv"])
                ]
            )
    file = io.BytesIO()
    book.save(file)
    return _steady(file.getvalue(), at)


def _steady(book: bytes, at: datetime) -> bytes:
    """The workbook without the second it was packed in, so that its ETag holds for every process."""
    packed = io.BytesIO()
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MOMENT.sub(moment, content)
            steady = zipfile.ZipInfo(entry.filename)
            steady.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(steady, content)
    return packed.getvalue()


def _bold(sheet: Any, text: str) -> Any:
    cell = _text_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Value, column: Column) -> Any:
    if value is None:
        return None
    number: Any = value
    if column.kind is Kind.RATE:
        cell = WriteOnlyCell(sheet, value=number)
        cell.number_format = "0.00"
        return cell
    if column.kind in (Kind.WHOLE, Kind.DECIMAL, Kind.TRUTH):
        return WriteOnlyCell(sheet, value=number)
    return _text_cell(sheet, _plain(value, column))


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value="")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"  # else a text that begins with = would be a formula
    return cell


def _plain(value: Value, column: Column) -> str:
    if value is None:
        return ""
    if column.kind is Kind.TRUTH:
        return "true" if value else "false"
    if column.kind is Kind.JSON:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it; a number stays a number."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _json_value(value: Value) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value
