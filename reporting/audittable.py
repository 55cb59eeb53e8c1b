"""The history as a list to take out: a row for each column that changed."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from reporting.audit import Change
from reporting.auditwords import Line, entries_of
from reporting.tables import Column, Table, Value


def table_of(found: Iterable[Change], *, most: int) -> Table:
    """Changes as a table, one row for each column before and after.

    Args:
        most: how many rows are made; whoever asks for one more than may leave sees that there were more.
    """
    rows: list[list[Value]] = []
    for entry in entries_of(found):
        about = [entry.who, entry.email, entry.address, entry.where]
        about += [entry.action, entry.kind, entry.change.object_id, entry.title]
        for line in entry.lines or [Line("", "", "")]:
            if len(rows) == most:
                break
            rows.append([entry.change.at, *about, line.name, line.before, line.after])
    return Table(
        title=_("History"),
        facts=(),
        columns=(
            Column(_("When"), "moment", 18),
            Column(_("Who"), width=26),
            Column(_("Email"), width=30),
            Column(_("Network address"), width=18),
            Column(_("Page or task"), width=30),
            Column(_("Change"), width=12),
            Column(_("Kind"), width=22),
            Column(_("Number"), width=10),
            Column(_("What"), width=34),
            Column(_("Field"), width=24),
            Column(_("Before"), width=34),
            Column(_("After"), width=34),
        ),
        rows=rows,
    )
