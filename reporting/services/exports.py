"""Taking a list out as a file: who may, what stands in it, and the note of who did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from reporting.errors import DomainError
from reporting.models import STOCKHOLM, Export, ExportFormat, User
from reporting.services.roles import must_have
from reporting.tables import CSV, XLSX, Table, csv_of, workbook_of

EXPORT = "reporting.make_export"
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to hand out."""

    name: str
    content: bytes
    media_type: str


@transaction.atomic
def export_table(
    table: Table,
    *,
    kind: ExportFormat,
    by: User,
    at: datetime,
    rounds: Sequence[str] = (),
    rules: Sequence[str] = (),
) -> ExportedFile:
    """Make a file of a list, with round, time, rules and person above it, and keep a note of it.

    Args:
        rounds: names of the rounds that the rows belong to; none for a list that belongs to no round.
        rules: versions of the rule sets of those rounds.

    Raises:
        NotAllowed: the role of `by` does not include exports.
        DomainError: there is nothing to take out, or more than a file should hold.
    """
    must_have(by, EXPORT)
    if not table.rows:
        raise DomainError(_("There is nothing to take out."))
    if len(table.rows) > MAX_ROWS:
        raise DomainError(
            _("The list has more than %(count)d rows. Narrow it down first.") % {"count": MAX_ROWS}
        )
    facts = [
        (_("Round"), ", ".join(rounds) or "–"),
        (_("Version of the rules"), ", ".join(rules) or "–"),
        (_("Time"), f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"),
        (_("Taken out by"), by.name),
        *table.facts,
    ]
    whole = replace(table, facts=facts)
    content = workbook_of([whole], at=at) if kind == ExportFormat.XLSX else csv_of(whole)
    Export.objects.create(
        title=table.title[:120],
        format=kind,
        row_count=len(table.rows),
        rounds=", ".join(rounds)[:300],
        rules=", ".join(rules)[:300],
        sha256=sha256(content).hexdigest(),
        by=by,
        by_name=by.name,
        at=at,
    )
    name = f"{slugify(table.title) or 'export'}-{at.astimezone(STOCKHOLM):%Y%m%d-%H%M}.{kind}"
    return ExportedFile(name, content, XLSX if kind == ExportFormat.XLSX else CSV)
