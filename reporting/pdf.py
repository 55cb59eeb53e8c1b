"""Drawing PDF/UA documents with Typst: accessible, tagged, the same bytes from the same data."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

# Templates of one app may import those of another by their path from here.
ROOT = Path(__file__).resolve().parent.parent

# What the document's font, Libertinus Serif, which comes with Typst, can show. Everything else would stop
# the drawing: PDF/UA has no place for a character without a glyph. Marks that turn the reading direction
# or take no room are left out on purpose, because they can make a line read as something else.
_SHOWN = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1),
    (0x3A3, 0x3CE), (0x400, 0x45F), (0x1E00, 0x1E9B), (0x1EA0, 0x1EF9), (0x2010, 0x2015), (0x2018, 0x2022),
    (0x2026, 0x2026), (0x2030, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116),
    (0x2122, 0x2122), (0x2190, 0x2195), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260),
    (0x2264, 0x2265),
)  # fmt: skip


def shown(text: str) -> str:
    """A text as the PDF can show it: what has no glyph is written as its number, such as [U+1F600]."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_shown(character) for character in composed)


def _shown(character: str) -> str:
    if character == "\n" or any(first <= ord(character) <= last for first, last in _SHOWN):
        return character
    return " " if character == "\t" else f"[U+{ord(character):04X}]"


class NotDrawn(Exception):
    """Typst refused the document."""


def draw_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """Draw a document. Everything in `data` reaches Typst as data, never as markup.

    The same data give the same bytes, with the same version of Typst: only the fonts that come in its
    wheel are used.

    Raises:
        NotDrawn: Typst refused.
    """
    try:
        pdf: bytes = typst.compile(
            str(template),
            root=str(ROOT),
            font_paths=[],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"data": json.dumps(_all_shown(data))},
        )
    except typst.TypstError as error:
        raise NotDrawn(str(error)) from error
    except BaseException as error:
        # A panic inside Typst comes as an exception that is no `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        raise NotDrawn(str(error)) from error
    return pdf


def _all_shown(data: Any) -> Any:
    if isinstance(data, str):
        return shown(data)
    if isinstance(data, Mapping):
        return {key: _all_shown(value) for key, value in data.items()}
    return [_all_shown(value) for value in data] if isinstance(data, list) else data


def moment_parts(at: datetime) -> dict[str, int]:
    """A moment as the date of a document, in UTC."""
    utc = at.astimezone(UTC)
    return {
        "year": utc.year, "month": utc.month, "day": utc.day,
        "hour": utc.hour, "minute": utc.minute, "second": utc.second,
    }  # fmt: skip
