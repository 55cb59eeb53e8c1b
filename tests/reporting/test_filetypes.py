"""What may be attached: told by content, never by name; a corpus of what may not."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.filenames import ending_fits, safe_name
from reporting.filetypes import FileRefused, kind_of
from reporting.models import NAME_MAX, FileKind
from tests.files import (
    DOCUMENT,
    EXE,
    MACRO_SHEET,
    OLD_OFFICE,
    SHEET,
    archive,
    docx,
    encrypted,
    office,
    pdf,
    png,
    types,
    xlsx,
)

BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>'
)
OLE = "application/vnd.openxmlformats-officedocument.oleObject"
WITH_OLE = archive({"[Content_Types].xml": types(DOCUMENT, ending_type=OLE), "word/document.xml": b""})
IN_UTF_16 = archive({"[Content_Types].xml": types(DOCUMENT).decode().encode("utf-16")})
ENTITIES = archive({"[Content_Types].xml": BILLION_LAUGHS, "word/document.xml": b""})
NESTED = docx(word__embeddings__a=docx(word__embeddings__b=docx()))
MACRO_SHEETS = office(SHEET, main="xl/workbook.xml", xl__macrosheets__a=b"x")
SCRIPT = b"3 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj"
CHANGED_PICTURE = png().replace(b"IDAT\x78", b"IDAT\x79")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(pdf(), FileKind.PDF, id="pdf"),
        pytest.param(png(), FileKind.PNG, id="png"),
        pytest.param(xlsx(), FileKind.XLSX, id="xlsx as openpyxl writes it"),
        pytest.param(office(SHEET, main="xl/workbook.xml"), FileKind.XLSX, id="xlsx"),
        pytest.param(docx(), FileKind.DOCX, id="docx"),
        pytest.param(
            docx(word__embeddings__sheet=xlsx()),
            FileKind.DOCX,
            id="docx with the sheet of a chart",
        ),
        pytest.param(pdf(b"(the word /Encrypted in a text)"), FileKind.PDF, id="pdf that only says encrypt"),
    ],
)
def test_the_content_tells_the_kind(content: bytes, kind: FileKind) -> None:
    assert kind_of(io.BytesIO(content)) == kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(EXE, "Only PDF", id="renamed exe"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", "Only PDF", id="html"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "Only PDF", id="svg"),
        pytest.param(b"GIF89a" + b"\x00" * 40, "Only PDF", id="gif"),
        pytest.param(OLD_OFFICE, "older Office", id="old or locked Office file"),
        pytest.param(archive({"a.txt": b"a"}), "Only PDF", id="plain zip"),
        pytest.param(office("application/vnd.oasis.opendocument.text"), "Only PDF", id="another kind of zip"),
        pytest.param(office(MACRO_SHEET, main="xl/workbook.xml"), "macros", id="xlsm"),
        pytest.param(docx(word__vbaProject=b"x"), "macros", id="vba in a docx"),
        pytest.param(MACRO_SHEETS, "macros", id="macro sheet"),
        pytest.param(docx(word__activeX__activeX1=b"x"), "macros", id="activeX"),
        pytest.param(docx(word__embeddings__oleObject1=b"x"), "other files", id="ole by name"),
        pytest.param(docx(word__embeddings__a=EXE), "other files", id="exe inside"),
        pytest.param(docx(word__embeddings__a=office(MACRO_SHEET)), "macros", id="macros inside"),
        pytest.param(NESTED, "other files", id="documents in documents"),
        pytest.param(WITH_OLE, "other files", id="ole by type"),
        pytest.param(encrypted(xlsx()), "locked", id="encrypted zip"),
        pytest.param(docx(word__a=b"\x00" * 60_000_000), "far too large", id="zip bomb"),
        pytest.param(archive({f"{n}": b"" for n in range(5_001)}), "far too large", id="too many parts"),
        pytest.param(
            archive({"[Content_Types].xml": b" " * 1_000_001}), "far too large", id="endless list of parts"
        ),
        pytest.param(ENTITIES, "damaged", id="entities"),
        pytest.param(IN_UTF_16, "damaged", id="list in UTF-16"),
        pytest.param(archive({"[Content_Types].xml": b"<Types"}), "damaged", id="broken list"),
        pytest.param(docx(**{"..__..__x": b"x"}), "damaged", id="path upwards"),
        pytest.param(archive({"[Content_Types].xml": types(SHEET)}), "damaged", id="no document in it"),
        pytest.param(xlsx()[:-30], "damaged", id="cut-off zip"),
        pytest.param(xlsx() + b"MZ trailing", "damaged", id="something after the zip"),
        pytest.param(EXE + xlsx(), "Only PDF", id="self-extracting"),
        pytest.param(pdf()[:-8], "damaged", id="cut-off pdf"),
        pytest.param(b"%PDF-\n%%EOF", "damaged", id="pdf in name only"),
        pytest.param(pdf(trailer=b"/Encrypt 5 0 R"), "locked", id="encrypted pdf"),
        pytest.param(pdf(SCRIPT), "scripts", id="pdf with script"),
        pytest.param(pdf(b"3 0 obj<</S/Launch/F(cmd.exe)>>endobj"), "scripts", id="pdf that starts programs"),
        pytest.param(pdf(b"3 0 obj<</S/#4aava#53cript/JS(x)>>endobj"), "scripts", id="masked script"),
        pytest.param(pdf(trailer=b"/#45ncrypt 5 0 R"), "locked", id="pdf masked as open"),
        pytest.param(pdf(xlsx()), "damaged", id="pdf and zip at once"),
        pytest.param(png(after=b"<script>"), "damaged", id="something after the picture"),
        pytest.param(png(width=60_000, height=60_000), "damaged", id="picture bomb"),
        pytest.param(png(width=0), "damaged", id="no picture"),
        pytest.param(CHANGED_PICTURE, "damaged", id="changed picture"),
        pytest.param(png()[:-6], "damaged", id="cut-off picture"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"<html>", "damaged", id="html behind a picture's start"),
    ],
)
def test_everything_else_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        kind_of(io.BytesIO(content))


WHOLE_FILES = (pdf(), png(), xlsx(), docx())  # made once: a workbook holds the moment it was made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_broken_file_is_taken_or_refused_but_never_an_error(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE_FILES)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        kind_of(io.BytesIO(bytes(content[:cut] if data.draw(st.booleans()) else content)))
    except FileRefused:
        return


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("Beslut.PDF", "Beslut.pdf"),
        ("C:\\temp\\Åsas beslut.pdf", "Åsas beslut.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("faktura\u202efdp.exe.pdf", "faktura fdp.exe.pdf"),
        ('<b>"x"|?*.pdf', "_b__x____.pdf"),
        ("con.pdf", "_con.pdf"),
        (" . .pdf", "file.pdf"),
        ("", "file.pdf"),
        ("A\u030a.pdf", "Å.pdf"),
        ("x" * 300 + ".pdf", "x" * (NAME_MAX - 6) + ".pdf"),
    ],
)
def test_names_are_made_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name, kind=FileKind.PDF) == safe


@given(st.text())
def test_every_name_becomes_one_that_can_be_stored(name: str) -> None:
    made = safe_name(name, kind=FileKind.XLSX)
    assert 6 <= len(made) <= NAME_MAX
    assert made.endswith(".xlsx")
    assert made.isprintable()
    assert not set('/\\<>:"|?*\r\n') & set(made)


def test_the_ending_must_fit_the_content() -> None:
    assert ending_fits("a.PDF", kind=FileKind.PDF)
    assert ending_fits("a", kind=FileKind.PDF)
    assert not ending_fits("a.xlsm", kind=FileKind.XLSX)
    assert not ending_fits("a.pdf", kind=FileKind.PNG)
