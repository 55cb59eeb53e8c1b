"""What a file would change in the draft, cell by cell, also when somebody has changed the draft meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.exchange.readfile import Place, ReadText
from reporting.exchange.template import Row, meaning
from reporting.fields import Text
from reporting.models import DraftValue, content_sha256


class Change(StrEnum):
    """What becomes of a field when the file is saved."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    # a colleague has changed the draft since, and the file still holds what it was filled with
    KEPT = "kept"
    # both the file and a colleague have changed the field, to different texts
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a file beside the draft.

    Attributes:
        draft: the text in the draft.
        file: the text in the file.
        version: the version of the draft's text; 0 where the field was never filled in.
        saved_by, saved_at: who put the draft's text there, and when.
    """

    name: str
    label: Text
    page: str
    place: Place
    draft: str
    file: str
    version: int
    change: Change
    saved_by: str = ""
    saved_at: datetime | None = None


def difference(
    rows: Sequence[Row],
    texts: Mapping[str, ReadText],
    values: Mapping[str, DraftValue],
    filled_from: Mapping[str, str | None],
) -> tuple[Line, ...]:
    """Every field of a file beside the draft, in the order of the template.

    Args:
        rows: the rows of the file's template.
        texts: what the file says.
        values: field -> what stands in the draft, with who saved it.
        filled_from: field -> the draft's text when the file was filled; None where that is not known.
    """
    lines = []
    for row in rows:
        for name in row.names:
            if name not in texts:
                continue
            field = row.field if name == row.name else None
            value = values.get(name)
            file, draft = (
                meaning(texts[name].text, field=field),
                meaning(value.text if value else "", field=field),
            )
            before = filled_from.get(name, "")
            lines.append(
                Line(
                    name,
                    row.label if name == row.name else format_lazy(_("Comment on {label}"), label=row.label),
                    row.page,
                    texts[name].place,
                    draft,
                    file,
                    value.version if value else 0,
                    _change(file, draft, None if before is None else meaning(before, field=field)),
                    value.saved_by if value else "",
                    value.updated_at if value else None,
                )
            )
    return tuple(lines)


def _change(file: str, draft: str, before: str | None) -> Change:
    if file == draft:
        return Change.UNCHANGED
    if draft == before:
        return Change.CHANGED
    return Change.KEPT if file == before else Change.CONFLICT


def fingerprint(lines: Sequence[Line]) -> str:
    """A checksum of what the difference shows, which tells whether it is still the one that was seen."""
    return content_sha256(
        {line.name: [line.version, line.draft, line.file, str(line.change)] for line in lines}
    )
