"""Reading a filled-in CSV template, in the encodings and with the separators that Excel writes."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.utils.translation import gettext as _

from reporting.exchange.csv_template import COLUMN_WORDS, MARKING_NAME, as_meant, harmless
from reporting.exchange.guard import MAX_ROWS, refuse, too_many_rows
from reporting.exchange.marking import texts_in_line
from reporting.exchange.readfile import Place, Problem, ReadFile, ReadText, remark, shown, too_long
from reporting.exchange.refusals import FileRefused
from reporting.exchange.template import Row

_DELIMITERS = (";", "\t", ",")


def read_csv(content: bytes, rows: Sequence[Row]) -> ReadFile:
    """Read a filled-in template.

    Args:
        rows: every row that a template of the report can have.

    Raises:
        FileRefused: it is no text, or not the table of a template.
    """
    delimiter, heading_line, lines = _table(_text_of(content))
    heading = lines[heading_line - 1]
    columns = _columns(heading)
    known = {row.name: row for row in rows}
    marking = texts_in_line("")
    texts: dict[str, ReadText] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines[heading_line:], heading_line + 1):
        if not any(text.strip() for text in line):
            continue
        name = _cell(line, columns["field"]).strip()
        if name == MARKING_NAME:
            marking = texts_in_line(as_meant(_cell(line, columns["value"])))
        elif name in known and not (delimiter == "," and len(line) > len(heading)):
            _read_row(known[name], number, line, columns, texts, problems)
        else:
            problems.append(_unreadable_row(number, line, delimiter if name in known else ""))
    return ReadFile("csv", marking, texts, problems)


def _unreadable_row(number: int, line: Sequence[str], delimiter: str) -> Problem:
    sentence = (
        _("The row has more columns than the heading. Separate the columns with semicolons.")
        if delimiter
        else _("The row's name is not one of this report.")
    )
    place = Place("", _("row %(number)d") % {"number": number}, number)
    read = delimiter.join(line) if delimiter else line[0]
    return Problem(place, "", _("Unknown row"), shown(read), sentence)


def _cell(line: Sequence[str], column: int) -> str:
    return line[column] if column < len(line) else ""


def _read_row(
    row: Row,
    number: int,
    line: Sequence[str],
    columns: dict[str, int],
    texts: dict[str, ReadText],
    problems: list[Problem],
) -> None:
    for field, column, label, allowed in row.cells(columns):
        text = as_meant(_cell(line, columns[column]))
        words = {"number": number, "column": _("value") if column == "value" else _("comment")}
        place = Place("", _("row %(number)d, %(column)s") % words, number)
        hindrance = too_long(text)
        if field in texts:
            first = texts[field].place.cell
            hindrance = _("The figure stands in two rows; the first is %(place)s.") % {"place": first}
        if hindrance is None:
            texts[field] = ReadText(text, place)
        else:
            problems.append(Problem(place, field, label, shown(text), hindrance, allowed))


def _text_of(content: bytes) -> str:
    # Excel writes "CSV UTF-8" with a mark in front, "Unicode text" as UTF-16, and "CSV" in the code page of
    # Windows, which almost any bytes can be read as and which therefore comes last.
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        refuse("not-text")
    if "\x00" in text:
        refuse("not-text")
    return text


def _table(text: str) -> tuple[str, int, list[list[str]]]:
    """The separator, the number of the heading's row, and all rows."""
    heading = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader(StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    lines: list[list[str]] = []
    try:
        for line in reader:
            if len(lines) > MAX_ROWS:
                raise too_many_rows()
            lines.append(line)
    except csv.Error:
        refuse("damaged")
    filled = (number for number, line in enumerate(lines, 1) if any(word.strip() for word in line))
    heading_line = next(filled, None)
    if heading_line is None:
        refuse("empty")
    return delimiter, heading_line, lines


def _columns(heading: Sequence[str]) -> dict[str, int]:
    words = [word.strip().lower() for word in heading]
    columns = {
        key: words.index(word) for key, known in COLUMN_WORDS.items() for word in known if word in words
    }
    if not {"field", "value"} <= columns.keys():
        raise FileRefused(
            "no-heading",
            _(
                "The first row must be the template's heading, with columns separated by semicolons:"
                " %(words)s."
            )
            % {"words": "; ".join(known[0] for known in COLUMN_WORDS.values())},
        )
    return columns


def csv_with_remarks(content: bytes, problems: Sequence[Problem]) -> bytes:
    """A copy of a CSV file with a column of remarks.

    Raises:
        FileRefused: the file cannot be read again.
    """
    delimiter, heading_line, lines = _table(_text_of(content))
    by_row: dict[int, list[str]] = {}
    for problem in problems:
        by_row.setdefault(problem.place.line, []).append(remark(problem))
    width = max(map(len, lines))
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    for number, line in enumerate(lines, 1):
        last = _("remark") if number == heading_line else " ".join(by_row.get(number, []))
        writer.writerow([*(harmless(text) for text in line), *[""] * (width - len(line)), harmless(last)])
    return file.getvalue().encode("utf-8-sig")
