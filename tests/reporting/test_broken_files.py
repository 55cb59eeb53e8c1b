"""Broken, hostile and strange files: a clear refusal or a clear remark, never an error of the server."""

import random
import re
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from reporting.exchange.csv_file import csv_with_remarks, read_csv
from reporting.exchange.excel_file import read_excel, with_remarks
from reporting.exchange.guard import is_workbook
from reporting.exchange.readfile import ReadFile
from reporting.exchange.refusals import FileRefused
from reporting.exchange.template import CURRENT_VERSION, TEMPLATE_VERSIONS, template_rows
from tests.reporting import broken_files

ROWS = template_rows(TEMPLATE_VERSIONS[CURRENT_VERSION], years=(2022, 2023, 2024))
BRISK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SMALL = broken_files.workbook(template=1)
PARTS = broken_files.parts(SMALL)
NASTY = (
    "", "-1", "0", "A0", "XFD9999999", "99999999999999999999", "nan", "1e999", "\u0967", "true", "../../x",
    "A1:XFD1048576", "s", "str", "d", "e", "b", "inlineStr", "array", "2022-13-45", "#REF!", "=1+1", " ",
)  # fmt: skip


def read(content: bytes, name: str = "file.xlsx") -> ReadFile:
    return (read_excel if is_workbook(content, file_name=name) else read_csv)(content, ROWS)


def survives(content: bytes, name: str = "file.xlsx") -> None:
    """Read the file as the upload does, and write remarks into it: refused with a sentence, or read."""
    with suppress(FileRefused):
        found = read(content, name)
        (with_remarks if found.kind == "xlsx" else csv_with_remarks)(content, found.problems)


@pytest.mark.parametrize(
    ("name", "code", "content"),
    [pytest.param(*case, id=f"{number}-{case[1]}") for number, case in enumerate(broken_files.corpus())],
)
def test_a_file_that_is_no_template_is_refused_with_its_reason(name: str, code: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read(content, name)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")


def test_a_workbook_saved_by_another_program_reads_the_same() -> None:
    other = broken_files.saved_by_another_program()
    assert "xl/sharedStrings.xml" in zipfile.ZipFile(BytesIO(other)).namelist()
    assert "xl/sharedStrings.xml" not in PARTS
    one, two = read(broken_files.workbook()), read(other)
    assert {name: found.text for name, found in one.texts.items()} == {
        name: found.text for name, found in two.texts.items()
    }
    assert one.marking == two.marking
    assert two.problems == []


def test_names_and_hidden_sheets_of_somebodys_own_are_left_alone() -> None:
    book = load_workbook(BytesIO(broken_files.workbook()))
    for name, text in (
        ("at_2022", "'[1]Other book'!$A$1"),
        ("Remote", "cmd|'/c calc'!A1"),
        ("_xlnm.Auto_Open", "Other!$A$1"),
    ):
        book.defined_names[name] = DefinedName(name, attr_text=text)
    book.create_sheet("Other")["A1"] = 4711
    book["Other"].sheet_state = "veryHidden"
    one, two = read(broken_files.workbook()), read(saved(book))
    assert {name: found.text for name, found in one.texts.items()} == {
        name: found.text for name, found in two.texts.items()
    }
    assert two.problems == []


def test_a_hidden_copy_of_a_sheet_is_told_and_never_read_in_place_of_the_one_that_is_seen() -> None:
    book = load_workbook(BytesIO(broken_files.workbook()))
    copy = book.copy_worksheet(book.worksheets[0])
    copy.sheet_state = "hidden"
    [row] = [cells for cells in copy.iter_rows() if cells[0].value == "at_2022"]
    row[3].value = 4711
    found = read(saved(book))
    assert found.texts["at_2022"].text == "50"
    assert any(problem.place.sheet == copy.title and "D7" in str(problem) for problem in found.problems)


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_is_read_as_excel_writes_it(encoding: str, delimiter: str) -> None:
    text = broken_files.table().decode("utf-8-sig").replace(";", delimiter)
    found = read(text.encode(encoding), "file.csv")
    assert found.problems == []
    assert found.texts["contact_name"].text == "Åsa Öberg"
    assert found.texts["gp_own_full_time"].text == "40,5"
    assert found.marking == read(broken_files.table(), "file.csv").marking


def test_decimal_commas_between_commas_are_told_and_not_guessed() -> None:
    text = "field,value\r\ngp_own_full_time,40,5\r\nat_2022,50\r\n"
    [problem] = read(text.encode(), "file.csv").problems
    assert "semicolons" in str(problem.title)
    assert problem.place.line == 2


def test_a_row_that_stands_twice_is_told_with_the_place_of_the_first() -> None:
    text = "field;value\r\nat_2022;50\r\nst_2022;1\r\nat_2022;51\r\nat_1999;1\r\n"
    twice, unknown = read(text.encode(), "file.csv").problems
    assert (twice.place.line, twice.read) == (4, "51")
    assert "row 2" in str(twice.title)
    assert (unknown.place.line, unknown.read) == (5, "at_1999")


def test_strange_cells_are_remarked_and_honest_ones_are_read() -> None:
    book = load_workbook(BytesIO(broken_files.workbook()))
    sheet = book["AT and ST"]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    rows["at_2022"][3].value = " 60 "
    rows["at_2023"][3].value = "1 234"
    rows["st_2022"][3].value = 12.000000000000002
    rows["st_2023"][3].value = "12,0"
    rows["st_2024"][3].value = "x" * 6000
    rows["gm_2022"][3].value = "#DIV/0!"
    rows["gm_2022"][3].data_type = "e"
    sheet.row_dimensions[int(rows["gm_2023"][0].row or 0)].hidden = True
    rows["gm_2023"][3].value = 7
    line = rows["gm_2024"][0].row
    sheet.merge_cells(f"D{line}:E{line}")
    file = BytesIO()
    book.save(file)
    found = read(file.getvalue())
    assert found.texts["at_2022"].text == " 60 "
    assert found.texts["st_2022"].text == "12"
    assert found.texts["gm_2023"].text == "7"
    titles = {problem.name: str(problem.title) for problem in found.problems}
    assert set(titles) == {"st_2024", "gm_2022", "gm_2024"}
    assert f"D{line}:E{line}" in titles["gm_2024"]
    assert "6000 characters" in titles["st_2024"]
    survives(file.getvalue())


@BRISK
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", broken_files.OLE, b"\xff\xfe", b"field;value\n"]),
)
def test_any_bytes_are_refused_or_read(tail: bytes, head: bytes) -> None:
    survives(head + tail, "file.csv")


@BRISK
@given(st.sampled_from(sorted(PARTS)), st.integers(0, 10**9), st.integers(1, 4))
def test_a_workbook_with_twisted_parts_is_refused_or_read(name: str, seed: int, times: int) -> None:
    choose = random.Random(seed)  # noqa: S311  # twists files, guards nothing
    part = PARTS[name].decode()
    for _ in range(times):
        part = _twisted(part, choose)
    survives(broken_files.repacked(SMALL, lambda old, content: part.encode() if old == name else content))


def _twisted(part: str, choose: random.Random) -> str:
    """A part with one attribute, text or element changed, left out or doubled."""
    spots = list(re.finditer(r'="([^"]*)"|>([^<>]+)<|<[^<>]*/>', part))
    if not spots:
        return part
    spot = choose.choice(spots)
    group = 1 if spot[1] is not None else 2 if spot[2] is not None else 0
    replacement = choose.choice(NASTY) if group else spot[0] * choose.choice((0, 2))
    return part[: spot.start(group)] + replacement + part[spot.end(group) :]


@BRISK
@given(st.integers(0, 10**9), st.integers(1, 30))
def test_a_workbook_with_flipped_bytes_is_refused_or_read(seed: int, times: int) -> None:
    choose = random.Random(seed)  # noqa: S311  # twists files, guards nothing
    content = bytearray(SMALL)
    for _ in range(times):
        content[choose.randrange(len(content))] = choose.randrange(256)
    survives(bytes(content))


@BRISK
@given(
    st.lists(st.tuples(st.sampled_from(["at_2022", "#platsplan", "", "x"]), st.text(max_size=20)), max_size=8)
)
def test_a_csv_of_any_words_is_refused_or_read(rows: list[tuple[str, str]]) -> None:
    text = "field;value;comment\r\n" + "\r\n".join(f"{name};{words};{words}" for name, words in rows)
    survives(text.encode("utf-8", "replace"), "file.csv")
