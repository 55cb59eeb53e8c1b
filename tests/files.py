"""Files as people attach them, and as nobody should: made in memory, each the smallest of its kind."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import openpyxl

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_SHEET = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def pdf(inside: bytes = b"", *, trailer: bytes = b"") -> bytes:
    """A one-page PDF."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        + inside
        + b"\ntrailer<</Root 1 0 R"
        + trailer
        + b">>\nstartxref\n0\n%%EOF\n"
    )


def png(*, width: int = 1, height: int = 1, after: bytes = b"") -> bytes:
    """A PNG of one grey picture; the size may lie."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    picture = zlib.compress(b"\x00\x7f")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", picture) + chunk(b"IEND", b"") + after


def xlsx() -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.create_sheet("Rapport", 0)["A1"] = "AT 2022"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return made.getvalue()


def types(main_type: str, main: str = "word/document.xml", *, ending_type: str = "application/xml") -> bytes:
    """The list of parts of an Office file, with the type of its main part."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="bin" ContentType="{ending_type}"/>'
        f'<Override PartName="/{main}" ContentType="{main_type}"/></Types>'
    ).encode()


def office(main_type: str, *, main: str = "word/document.xml", **more: bytes) -> bytes:
    """An Office file with a main part of the given type; `more` by part name with `/` as `__`."""
    extra = {name.replace("__", "/"): data for name, data in more.items()}
    return archive({"[Content_Types].xml": types(main_type, main), main: b"<x/>", **extra})


def docx(**more: Any) -> bytes:
    """A Word document."""
    return office(DOCUMENT, **more)


def encrypted(content: bytes) -> bytes:
    """The same archive with every entry marked as encrypted."""
    marked = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = marked.find(sign)
        while place >= 0:
            marked[place + offset] |= 1
            place = marked.find(sign, place + 4)
    return bytes(marked)
