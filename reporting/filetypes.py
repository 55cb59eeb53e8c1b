"""What a file is, told from its content alone: PDF, PNG, Excel or Word, or refused with a reason.

Nothing is decompressed but the small lists at the front of an Office file, and those with a limit.
This tells kinds apart and refuses what a document has no business to hold; it is no virus scanner.
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from reporting.errors import DomainError
from reporting.models import FileKind

MAX_PIXELS = 100_000_000
MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 200_000_000
# Sheets of repeated zeros reach a hundred; a bomb starts at about a thousand.
MAX_RATIO = 250
RATIO_COUNTS_FROM_BYTES = 5_000_000
MAX_LIST_BYTES = 1_000_000
MAX_EMBEDDED_BYTES = 20_000_000
PDF_END_WITHIN_BYTES = 1_024

_ZIP_START = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_PNG_START = b"\x89PNG\r\n\x1a\n"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_BIT = 0x1
_CONTENT_TYPES_NAME = "[Content_Types].xml"
_MAIN_TYPES: dict[str, FileKind] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": FileKind.DOCX,
}
_MACROS = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet|activex", re.IGNORECASE)
_EMBEDDED = re.compile(r"oleobject", re.IGNORECASE)
_PDF_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?)\b")
# A name in a PDF may write any sign as its number: /#4aavaScript is /JavaScript. Source: ISO 32000-1, 7.3.5.
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class FileRefused(DomainError):
    """The file is of a kind that is not taken, or is not what it seems."""


class _NotReadable(Exception):
    """The structure of a file breaks its format's rules."""


def kind_of(content: BinaryIO) -> FileKind:
    """Tell the kind of a file from its content.

    Args:
        content: the whole file, seekable; left at an arbitrary place.

    Raises:
        FileRefused: empty, of another kind, damaged, locked, with macros, or far larger than it seems.
    """
    content.seek(0)
    start = content.read(8)
    if not start:
        raise FileRefused(_("The file is empty."))
    try:
        if start.startswith(b"%PDF-"):
            return _pdf(content)
        if start == _PNG_START:
            return _png(content)
        if start.startswith(_ZIP_START):
            return _office(content, embedded=False)
    except (_NotReadable, BadZipFile, expat.ExpatError, UnicodeError, ValueError, zlib.error) as error:
        raise FileRefused(_("The file is damaged or is not what its name says. Save it anew.")) from error
    except (NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise FileRefused(_("The file cannot be read. Save it anew.")) from error
    if start == _OLD_OFFICE:
        raise FileRefused(
            _(
                "This is an older Office file, or one with a password. "
                "Save it without a password as .xlsx or .docx."
            )
        )
    raise FileRefused(_("Only PDF, Excel (.xlsx), Word (.docx) and PNG files can be attached."))


def _pdf(content: BinaryIO) -> FileKind:
    content.seek(0)
    whole = content.read()
    if not re.match(rb"%PDF-[12]\.\d", whole) or b"%%EOF" not in whole[-PDF_END_WITHIN_BYTES:]:
        raise _NotReadable("a PDF begins with its version and ends with its mark")
    plain = _PDF_ESCAPE.sub(lambda sign: bytes.fromhex(sign[1].decode()), whole)
    if _PDF_ENCRYPTED.search(plain):
        raise FileRefused(_("The PDF is locked with a password. Save it without one."))
    if _PDF_ACTIVE.search(plain):
        raise FileRefused(_("The PDF holds scripts or other files. Print it to a plain PDF."))
    if _ZIP_END in whole[-(_ZIP_END_BYTES + 65_535) :]:
        raise _NotReadable("the file can be read as an archive too")
    return FileKind.PDF


def _png(content: BinaryIO) -> FileKind:
    """Walk through every chunk: sizes, checksums, and nothing after the end."""
    content.seek(len(_PNG_START))
    names: list[bytes] = []
    for name, data in _chunks(content):
        if not names:
            width, height = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
            if name != b"IHDR" or len(data) != 13 or not 0 < width * height <= MAX_PIXELS:
                raise _NotReadable("a PNG begins with its size")
        names.append(name)
    if b"IDAT" not in names or names[-1] != b"IEND" or content.read(1):
        raise _NotReadable("a PNG holds a picture, and ends where it says")
    return FileKind.PNG


def _chunks(content: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each chunk, until the end chunk."""
    name = b""
    while name != b"IEND":
        head = content.read(8)
        name, data = head[4:], content.read(int.from_bytes(head[:4]))
        if len(head) != 8 or content.read(4) != zlib.crc32(name + data).to_bytes(4):
            raise _NotReadable("a chunk is cut off or changed")
        yield name, data


def _office(content: BinaryIO, *, embedded: bool) -> FileKind:
    size = content.seek(0, 2)
    content.seek(max(0, size - _ZIP_END_BYTES))
    end = content.read()
    if not end.startswith(_ZIP_END) or not end.endswith(b"\x00\x00"):
        raise _NotReadable("something stands after the archive")
    with ZipFile(content) as archive:
        entries = archive.infolist()
        _must_be_modest(entries, size=size)
        names = {entry.filename for entry in entries}
        if len(names) != len(entries) or any(_leads_elsewhere(name) for name in names):
            raise _NotReadable("two parts have one name, or a name leads elsewhere")
        if _CONTENT_TYPES_NAME not in names:
            raise FileRefused(_("Only PDF, Excel (.xlsx), Word (.docx) and PNG files can be attached."))
        types = _content_types(_read(archive, _CONTENT_TYPES_NAME, limit=MAX_LIST_BYTES))
        _must_be_passive(names, types)
        kinds = {_MAIN_TYPES[kind]: part for part, kind in types if kind in _MAIN_TYPES}
        if len(kinds) != 1:
            raise FileRefused(_("Only PDF, Excel (.xlsx), Word (.docx) and PNG files can be attached."))
        [(kind, part)] = kinds.items()
        if part.lstrip("/") not in names:
            raise _NotReadable("the document itself is not there")
        for name in names:
            if "/embeddings/" in name and not name.endswith("/"):
                _must_be_a_plain_document(archive, name, inside_another=embedded)
    return kind


def _leads_elsewhere(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _must_be_modest(entries: list[ZipInfo], *, size: int) -> None:
    if any(entry.flag_bits & _ENCRYPTED_BIT for entry in entries):
        raise FileRefused(_("The file is locked with a password. Save it without one."))
    unpacked = sum(entry.file_size for entry in entries)
    swollen = unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > size * MAX_RATIO
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or swollen:
        raise FileRefused(_("The file would become far too large when it is opened."))


def _must_be_passive(names: set[str], types: list[tuple[str, str]]) -> None:
    if any(_MACROS.search(text) for text in (*names, *(kind for _part, kind in types))):
        raise FileRefused(_("The file holds macros. Save it without macros, as .xlsx or .docx."))
    if any(_EMBEDDED.search(text) for text in (*names, *(kind for _part, kind in types))):
        raise FileRefused(_("The file holds other files inside. Attach them one by one instead."))


def _must_be_a_plain_document(archive: ZipFile, name: str, *, inside_another: bool) -> None:
    """A chart brings its sheet along; that sheet is held to the same rules, and may bring nothing itself."""
    if inside_another:
        raise FileRefused(_("The file holds other files inside. Attach them one by one instead."))
    inner = _read(archive, name, limit=MAX_EMBEDDED_BYTES)
    if not inner.startswith(_ZIP_START):
        raise FileRefused(_("The file holds other files inside. Attach them one by one instead."))
    _office(BytesIO(inner), embedded=True)


def _read(archive: ZipFile, name: str, *, limit: int) -> bytes:
    with archive.open(name) as part:
        data = part.read(limit + 1)
    if len(data) > limit:
        raise FileRefused(_("The file would become far too large when it is opened."))
    return data


def _content_types(data: bytes) -> list[tuple[str, str]]:
    """Part name (or ending) and content type of each line of the list, in lower-case types.

    Only plain UTF-8 without a document type: an entity could grow without end.
    """
    found: list[tuple[str, str]] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] in ("Override", "Default"):
            part = attributes.get("PartName") or attributes.get("Extension", "")
            found.append((part, attributes.get("ContentType", "").strip()))

    def refuse(*_declaration: object) -> None:
        raise _NotReadable("the list of parts declares a document type")

    data.decode("utf-8")
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)  # noqa: FBT003  # that this is all
    return found
