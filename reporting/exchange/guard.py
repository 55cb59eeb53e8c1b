"""What is looked at before a file is opened as a workbook: its kind, its true size, and what hides in it."""

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat

from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl.utils.cell import range_boundaries

from reporting.exchange.refusals import FileRefused, FileTooLarge

MAX_BYTES = 2_000_000
MAX_UNPACKED = 20_000_000
MAX_PARTS = 300
MAX_RATIO = 200
MAX_ROWS = 2_000
# A filled-in template has about 4 000 elements; one that LibreOffice has saved about 12 000.
MAX_ELEMENTS = 150_000
MAX_DEPTH = 100
MAX_MERGED_CELLS = 20_000
_CHUNK = 65_536

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
)
# What the parts of a workbook are, by how their names begin or end, that a figure never needs.
_UNWANTED_PARTS: tuple[tuple[str, str], ...] = (
    ("vbaproject", "macros"),
    ("/macrosheets/", "macros"),
    ("/dialogsheets/", "macros"),
    ("/embeddings/", "embedded"),
    ("/activex/", "embedded"),
    ("/ctrlprops/", "embedded"),
    ("/externallinks/", "external"),
    ("/querytables/", "external"),
    ("xl/connections.xml", "external"),
    ("xl/model/", "external"),
    ("xl/workbook.bin", "binary-excel"),
)
_NOT_XML = ("xl/media/", "xl/printersettings/", "docprops/thumbnail")


def refuse(code: str) -> NoReturn:
    """Refuse the file with the sentence that belongs to a code.

    Raises:
        FileRefused: always.
    """
    raise FileRefused(code, _SENTENCES[code])


_SENTENCES = {
    "empty": _("The file is empty. Choose the template that you filled in."),
    "encrypted": _("The file is protected with a password. Save it without a password and read it in again."),
    "old-excel": _("The file is in Excel's old format (.xls). Save it as .xlsx and read it in again."),
    "binary-excel": _("The file is in Excel's binary format (.xlsb). Save it as .xlsx and read it in again."),
    "opendocument": _(
        "The file is an OpenDocument spreadsheet (.ods). Save it as .xlsx and read it in again."
    ),
    "macros": _("The file holds macros. Save it as .xlsx without macros and read it in again."),
    "embedded": _("The file holds embedded objects. Move your figures to a template without them."),
    "external": _(
        "The file is linked to other files or data sources. Break the links, or move your figures to a new"
        " template."
    ),
    "not-a-workbook": _("The file is not an Excel workbook. Choose the template that you filled in."),
    "damaged": _(
        "The file is damaged and cannot be opened. Open it in Excel, save it as .xlsx and read it in again."
    ),
    "bomb": _("The file grows far too large when it is opened. Move your figures to a new template."),
    "entities": _(
        "The file holds XML declarations that a workbook never has. Move your figures to a new template."
    ),
    "too-complex": _("The file holds far more than a template. Move your figures to a new template."),
    "not-text": _(
        "The file is neither an Excel workbook nor a CSV file. Choose the template that you filled in."
    ),
}


def check_size(size: int) -> None:
    """Refuse a file that is larger than any filled-in template.

    Raises:
        FileTooLarge: it is more than `MAX_BYTES`.
    """
    if size > MAX_BYTES:
        raise FileTooLarge(
            "too-large",
            format_lazy(
                _("The file is {size} MB, and at most {limit} MB can be read in. A template is far smaller."),
                size=number_format(size / 1_000_000, 1),
                limit=MAX_BYTES // 1_000_000,
            ),
        )


def is_workbook(content: bytes, *, file_name: str) -> bool:
    """Whether the content is packed like a workbook (True) or could be CSV (False), whatever its name says.

    Raises:
        FileRefused: it is neither.
    """
    check_size(len(content))
    if not content.strip():
        refuse("empty")
    if content.startswith(_OLE):
        refuse("encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "old-excel")
    if content.startswith(b"PK"):
        return True
    for start, name in _OTHER_KINDS:
        if content.startswith(start):
            raise FileRefused(
                "other-kind",
                format_lazy(
                    _("The file is a {kind}, whatever its name says. Choose the filled-in template."),
                    kind=name,
                ),
            )
    if file_name.lower().endswith((".xlsx", ".xlsm", ".xls", ".xlsb")) or content.lstrip()[:1] == b"<":
        refuse("not-a-workbook")
    return False


def check_workbook(content: bytes) -> None:
    """Look through every part of a packed workbook, within bounds of size and time.

    Raises:
        FileRefused: it is damaged, too large when unpacked, or holds what a template never does.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_parts(archive.infolist())
            scan = _Scan()
            for part in archive.infolist():
                if not part.filename.lower().startswith(_NOT_XML) and not part.is_dir():
                    with archive.open(part) as source:
                        scan.part(part.filename, source.read)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        refuse("damaged")
    if scan.merged_cells > MAX_MERGED_CELLS:
        refuse("too-complex")


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 1 for part in parts):
        refuse("encrypted")
    if len(set(names)) < len(names):
        refuse("damaged")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        refuse("bomb")
    if any(part.file_size > 1_000_000 and part.file_size > MAX_RATIO * part.compress_size for part in parts):
        refuse("bomb")
    for mark, code in _UNWANTED_PARTS:
        if any(mark in name for name in names):
            refuse(code)
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        refuse("opendocument" if "content.xml" in names else "not-a-workbook")


class _Scan:
    """Counts what the parts of a workbook hold, and stops at what none should hold."""

    def __init__(self) -> None:
        self.elements = 0
        self.merged_cells = 0

    def part(self, name: str, read: Callable[[int], bytes]) -> None:
        """Read one part to its end.

        Raises:
            FileRefused: it is no XML, or holds what a template never does.
        """
        self.rows = self.depth = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_declarations
        parser.EntityDeclHandler = self._refuse_declarations
        try:
            while chunk := read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003  # positional only
        except expat.ExpatError:
            refuse("damaged")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            refuse("too-complex")
        name = tag.rpartition(":")[2]
        if name == "row":
            self.rows += 1
            if self.rows > MAX_ROWS:
                raise too_many_rows()
        elif name in ("mergeCell", "hyperlink"):
            self.merged_cells += _size_of(attributes.get("ref", ""))
        elif name == "Relationship" and attributes.get("TargetMode") == "External":
            if not attributes.get("Type", "").endswith("/hyperlink"):
                refuse("external")
        elif "macroEnabled" in attributes.get("ContentType", ""):
            refuse("macros")

    def _end(self, tag: str) -> None:
        self.depth -= 1

    def _refuse_declarations(self, *declaration: object) -> None:
        refuse("entities")


def too_many_rows() -> FileRefused:
    """The refusal of a file with more rows than any template."""
    return FileRefused(
        "too-many-rows",
        format_lazy(
            _("The file has more than {limit} rows, and a template fewer than 100. Use the template."),
            limit=f"{MAX_ROWS:,}".replace(",", "\u00a0"),
        ),
    )


def _size_of(reference: str) -> int:
    """How many cells a reference such as "A1:C3" spans; a great many where it cannot be read."""
    try:
        first_column, first_row, last_column, last_row = range_boundaries(reference)
    except (TypeError, ValueError):
        return MAX_MERGED_CELLS + 1
    if first_column is None or first_row is None or last_column is None or last_row is None:
        return MAX_MERGED_CELLS + 1
    return abs(last_column - first_column + 1) * abs(last_row - first_row + 1)
