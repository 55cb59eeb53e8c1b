"""Files that nobody should be able to hurt the upload with, made from a real template."""

import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from django.utils import translation

from reporting.exchange.csv_template import csv_template
from reporting.exchange.excel_template import Filling, excel_template
from reporting.models import Region, ReportingRound, Submission
from tests.factories import moment

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
RELATION = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"


def filling() -> Filling:
    """What a template is filled with, of a region and a round that are in no database."""
    reporting_round = ReportingRound(slug="2022-2024", name="2022-2024", first_year=2022, last_year=2024)
    submission = Submission(region=Region(code="03", name="Region Uppsala"), reporting_round=reporting_round)
    texts = {"at_2022": "50", "gp_own_full_time": "40,5", "contact_name": "Åsa Öberg"}
    return Filling(submission, texts, dict.fromkeys(texts, 1), {2022: 50}, moment(), "https://x.example/")


@cache
def workbook(*, template: int = 2) -> bytes:
    """A template in English."""
    with translation.override("en"):
        return excel_template(filling(), template=template)


def table() -> bytes:
    """A CSV template in English."""
    with translation.override("en"):
        return csv_template(filling(), template=2)


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """A workbook with changed parts: `change` gets name and bytes, and gives bytes or None to leave it out.

    Args:
        added: further parts; in their names __ stands for / and _dot_ for a full stop.
    """
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = change(name, source.read(name))
            if part is not None:
                target.writestr(name, part)
        for name, part in added.items():
            target.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return file.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    """Name -> bytes of every part of a workbook."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    """A template whose first sheet is changed as bytes of XML."""
    return repacked(workbook(), lambda name, part: change(part) if name == SHEET else part)


def with_part(name: str, part: bytes) -> bytes:
    """A template with one part more."""
    return repacked(
        workbook(), lambda _name, old: old, **{name.replace("/", "__").replace(".", "_dot_"): part}
    )


def many_rows() -> bytes:
    """A sheet of 100 000 rows, which still is a small file."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number) for number in range(100, 100_100)
    )
    return with_sheet(lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>"))


def bomb() -> bytes:
    """A part that grows to 15 MB from a few kilobytes."""
    return with_sheet(lambda part: part.replace(b"</sheetData>", b"</sheetData>" + b" " * 15_000_000))


def lying_bomb() -> bytes:
    """A part that is larger than the archive's directory says."""
    content = bytearray(bomb())
    place = content.find(b"PK\x01\x02")
    while content[place + 46 : place + 46 + len(SHEET)] != SHEET.encode():
        place = content.find(b"PK\x01\x02", place + 4)
    content[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    return bytes(content)


def entities() -> bytes:
    """The billion laughs."""
    lines = b"".join(
        b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)
    )
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">' + lines + b"]>"
    return with_sheet(
        lambda part: declared + part.partition(b"?>")[2] if part.startswith(b"<?") else declared + part
    )


def encrypted_zip() -> bytes:
    """A workbook whose parts say that they need a password."""
    content = bytearray(workbook())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(sign, place + 4)
    return bytes(content)


def other_zip(name: str) -> bytes:
    """An archive that is no workbook."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(name, "<x/>")
    return file.getvalue()


def twice_the_same_part() -> bytes:
    """An archive with two parts of one name."""
    file = BytesIO(workbook())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/Workbook.xml", "<x/>")
    return file.getvalue()


def saved_by_another_program() -> bytes:
    """A template as LibreOffice saves it: texts in a table of their own, shared by all cells."""
    strings: list[str] = []

    def shared(name: str, part: bytes) -> bytes:
        if name == "[Content_Types].xml":
            return part.replace(
                b"</Types>",
                b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + TYPE + b'"/></Types>',
            )
        if name == "xl/_rels/workbook.xml.rels":
            return part.replace(
                b"</Relationships>",
                b'<Relationship Id="rIdTexts" Target="sharedStrings.xml" Type="'
                + RELATION
                + b'"/></Relationships>',
            )
        if not name.startswith("xl/worksheets/sheet"):
            return part
        root = ET.fromstring(part)  # noqa: S314  # our own template
        for cell in root.iter(f"{{{MAIN}}}c"):
            inline = cell.find(f"{{{MAIN}}}is")
            if inline is not None:
                strings.append("".join(inline.itertext()))
                cell.remove(inline)
                cell.set("t", "s")
                ET.SubElement(cell, f"{{{MAIN}}}v").text = str(len(strings) - 1)
        return ET.tostring(root)

    content = repacked(workbook(), shared)
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    table_of_texts = f'<sst xmlns="{MAIN}" count="{len(strings)}">{texts}</sst>'.encode()
    return repacked(content, lambda _name, part: part, xl__sharedStrings_dot_xml=table_of_texts)


def corpus() -> Iterator[tuple[str, str, bytes]]:
    """(name of the file, code of the refusal, content), for every file that is refused as a whole."""
    yield "a.xlsx", "empty", b""
    yield "a.csv", "empty", b"  \r\n "
    yield "a.xlsx", "too-large", b"PK" + b"x" * 2_000_000
    yield "a.csv", "too-large", table() + b"x" * 2_000_000
    yield "a.xlsx", "encrypted", OLE + "EncryptedPackage".encode("utf-16-le")
    yield "a.xls", "old-excel", OLE + "Workbook".encode("utf-16-le")
    yield "a.xlsx", "other-kind", b"%PDF-1.7"
    yield "a.csv", "other-kind", b"\x89PNG\r\n"
    yield "a.xlsx", "not-a-workbook", b"just text with another name"
    yield "a.xls", "not-a-workbook", b"<html><table><tr><td>1</td></tr></table></html>"
    yield "a.csv", "not-a-workbook", b'<?xml version="1.0"?><Workbook/>'
    yield "a.xlsx", "damaged", b"PK\x03\x04 and then nothing of the kind"
    yield "a.xlsx", "damaged", workbook()[:-40]
    yield "a.xlsx", "damaged", workbook()[:5000]
    yield "a.xlsx", "encrypted", encrypted_zip()
    yield "a.xlsx", "opendocument", other_zip("content.xml")
    yield "a.xlsx", "not-a-workbook", other_zip("word/document.xml")
    yield "a.xlsx", "damaged", twice_the_same_part()
    yield "a.xlsm", "macros", with_part("xl/vbaProject.bin", b"macro")
    yield "a.xlsx", "macros", with_part("xl/macrosheets/sheet1.xml", b"<x/>")
    yield (
        "a.xlsx",
        "macros",
        repacked(
            workbook(),
            lambda name, part: (
                part.replace(b"spreadsheetml.sheet.main", b"x.sheet.macroEnabled.main")
                if name == "[Content_Types].xml"
                else part
            ),
        ),
    )
    yield "a.xlsx", "embedded", with_part("xl/embeddings/oleObject1.bin", b"x")
    for part in (
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "xl/queryTables/queryTable1.xml",
    ):
        yield "a.xlsx", "external", with_part(part, b"<x/>")
    yield (
        "a.xlsx",
        "external",
        with_part(
            "xl/worksheets/_rels/sheet1.xml.rels",
            b'<Relationships><Relationship Type="y/image" TargetMode="External"/></Relationships>',
        ),
    )
    yield "a.xlsb", "binary-excel", with_part("xl/workbook.bin", b"x")
    yield "a.xlsx", "bomb", bomb()
    yield "a.xlsx", "damaged", lying_bomb()
    yield (
        "a.xlsx",
        "bomb",
        repacked(
            workbook(),
            lambda _name, part: part,
            **{f"xl__part{number}_dot_xml": b"<x/>" for number in range(400)},
        ),
    )
    yield "a.xlsx", "too-many-rows", many_rows()
    yield "a.xlsx", "entities", entities()
    yield (
        "a.xlsx",
        "too-complex",
        with_sheet(
            lambda part: part.replace(
                b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"
            )
        ),
    )
    yield (
        "a.xlsx",
        "too-complex",
        with_sheet(
            lambda part: part.replace(
                b"</sheetData>", b"</sheetData><hyperlinks><hyperlink ref='A:XFD'/></hyperlinks>"
            )
        ),
    )
    yield "a.xlsx", "too-complex", with_part("xl/deep.xml", b"<x>" * 200 + b"</x>" * 200)
    yield "a.xlsx", "too-complex", with_part("xl/wide.xml", b"<y>" + b"<x/>" * 160_000 + b"</y>")
    yield "a.csv", "not-text", table() + b"\x00"
    yield "a.csv", "not-text", b"\x81\x8d\x8f\x90\x9d"
    yield "a.csv", "no-heading", b"1;2;3\r\n"
    yield "a.csv", "no-heading", b"at_2022 60\r\n"
    yield "a.csv", "too-many-rows", b"field;value\r\n" + b"at_2022;1\r\n" * 2500
    yield "a.csv", "damaged", b'field;value\r\nat_2022;"' + b"x" * 200_000 + b'"\r\n'
