"""What a file says: the texts in its input cells, where each stands, and what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from reporting.fields import Text

Kind = Literal["xlsx", "csv"]
# Longer than any field takes; what is longer still is not kept to be looked through.
TEXT_MAX = 5_000
SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.

    Attributes:
        sheet: the sheet of a workbook; empty in CSV.
        cell: the cell of a workbook, such as "D7", or the words for a row and column of CSV.
        line: the row of CSV; 0 in a workbook.
    """

    sheet: str
    cell: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ReadText:
    """The text of one field as the file has it."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that hinders saving.

    Attributes:
        name: the field; empty where the row is of no known field.
        label: what the field is called.
        read: what stands in the cell.
        title: what is the matter.
        allowed: what the cell may hold.
    """

    place: Place
    name: str
    label: Text
    read: str
    title: Text
    allowed: Text = ""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that could be read.

    Attributes:
        marking: the marking's keys and texts as they stand.
        texts: field -> its text.
        problems: cells that could not be read as a text.
    """

    kind: Kind
    marking: Mapping[str, str]
    texts: Mapping[str, ReadText]
    problems: Sequence[Problem]


def too_long(text: str) -> Text | None:
    """What hinders reading a text that is longer than `TEXT_MAX` characters; None for any other."""
    if len(text) <= TEXT_MAX:
        return None
    return _("The cell holds %(count)d characters, far more than fit.") % {"count": len(text)}


def shown(text: str) -> str:
    """A text as a problem quotes it: at most `SHOWN_MAX` characters of it."""
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def remark(problem: Problem) -> str:
    """What is said about a problem in one line: what is the matter, what was read, what is allowed."""
    words = [str(problem.title)]
    if problem.read:
        words.append(_("Read: “%(text)s”.") % {"text": problem.read})
    if problem.allowed:
        words.append(_("Allowed: %(rule)s") % {"rule": problem.allowed})
    return " ".join(words)
