"""Reads reports from a CSV file, naming row and column of whatever cannot be used."""

import csv
import io
import re

from allocation.engine.errors import DuplicateRegion, InvalidReport
from allocation.engine.reports import Report, clip

COLUMNS = ("code", "inhabitants", "planned", "reported")

_WHOLE = re.compile(r"-?[0-9]{1,40}")


def read_reports(content: bytes) -> list[Report]:
    """Read reports from the bytes of a CSV file in UTF-8 with commas.

    The first row names the columns code, inhabitants, planned and reported, in any order.
    An empty `reported` means that the region has not reported. Rows that are wholly empty are skipped.
    Rows are counted as lines of the file, the header being row 1.

    Raises:
        InvalidReport: names the row, the column and what is wrong.
        DuplicateRegion: a region's second row.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidReport("row 1", "code", "the file is UTF-16; save it as UTF-8")
    content = content.removeprefix(b"\xef\xbb\xbf")  # Excel writes a byte order mark before "CSV UTF-8"
    # Bytes that are not UTF-8 become lone surrogates, so that the cell they stand in can be named.
    text = content.decode("utf-8", errors="surrogateescape")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(next(reader, []))
        reports: list[Report] = []
        seen: dict[str, int] = {}
        for cells in reader:
            if not cells:
                continue
            row = reader.line_num
            report = _report(row, dict(zip(header, cells, strict=False)), header, cells)
            if report.code in seen:
                reason = f"region {report.code} stands on row {seen[report.code]} already"
                raise DuplicateRegion(f"row {row}", "code", reason)
            seen[report.code] = row
            reports.append(report)
    except csv.Error as error:
        raise InvalidReport(f"row {reader.line_num}", "unknown", f"the row is not CSV: {error}") from error
    return reports


def _header(names: list[str]) -> list[str]:
    expected = f"the header must be {','.join(COLUMNS)}"
    for name in names:
        if name not in COLUMNS:
            raise InvalidReport("row 1", clip(name), f"is not a known column; {expected}")
        if names.count(name) > 1:
            raise InvalidReport("row 1", name, f"stands there more than once; {expected}")
    for name in COLUMNS:
        if name not in names:
            raise InvalidReport("row 1", name, f"is missing; {expected}")
    return names


def _report(row: int, named: dict[str, str], header: list[str], cells: list[str]) -> Report:
    if len(cells) < len(header):
        reason = f"is missing; the row has {len(cells)} cells of {len(header)}"
        raise InvalidReport(f"row {row}", header[len(cells)], reason)
    if len(cells) > len(header):
        reason = f"the row has {len(cells)} cells, the header {len(header)}"
        raise InvalidReport(f"row {row}", str(len(header) + 1), reason)
    figures = {name: _whole(row, name, named[name]) for name in ("inhabitants", "planned")}
    reported = None if named["reported"] == "" else _whole(row, "reported", named["reported"])
    try:
        return Report(named["code"], figures["inhabitants"], figures["planned"], reported)
    except InvalidReport as error:
        raise InvalidReport(f"row {row}", error.column, error.reason) from error


def _whole(row: int, column: str, cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        shown = "empty" if cell == "" else clip(cell)
        raise InvalidReport(f"row {row}", column, f"must be a whole number in digits, not {shown}")
    return int(cell)
