"""File names as people give them, made safe to store, show and offer for download."""

import re
import unicodedata

from reporting.models import NAME_MAX, FileKind

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"|?*%]')


def safe_name(given: str, *, kind: FileKind) -> str:
    """A name without folders, invisible or reserved characters, ending in the kind's own ending.

    >>> safe_name("C:\\\\temp\\\\Beslut.PDF", kind=FileKind.PDF)
    'Beslut.pdf'
    """
    text = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    # Category C holds control characters, and the marks that turn the direction of what follows.
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    stem = re.sub(r"\s+", " ", _UNSAFE.sub("_", visible))
    stem = stem.removesuffix(ending_of(stem)).strip(" .")
    if not stem:
        stem = "file"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem[: NAME_MAX - 6].rstrip(' .')}.{kind}"


def ending_of(name: str) -> str:
    """The ending with its dot, in the case given; empty where there is none."""
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", name.strip())
    return found.group(0) if found else ""


def ending_fits(name: str, *, kind: FileKind) -> bool:
    """Whether the name's ending is the kind's own. A name without an ending fits every kind."""
    return ending_of(name).lower() in ("", f".{kind}")
