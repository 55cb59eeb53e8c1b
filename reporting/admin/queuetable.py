"""The queue of reports as a table to take out."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reporting.admin.flags import counted
from reporting.models import Submission
from reporting.tables import Column, Table, Value


def queue_table(reports: Sequence[Submission]) -> Table:
    """Where each report stands, with its deadline, its officer and its open flags.

    Args:
        reports: with `officer_name` and `open_flags`; see `SubmissionAdmin.table_of`.
    """
    rows: list[list[Value]] = [
        [
            report.reporting_round.name,
            report.region_id,
            report.region.short_name,
            report.case_number,
            str(report.get_state_display()),
            report.revision_count or None,
            report.closes_at,
            report.answer_by,
            report.officer_name or "",  # type: ignore[attr-defined]  # annotated by table_of
            ", ".join(
                f"{label} ({count})"
                # annotated by table_of
                for label, count in counted(report.open_flags)  # type: ignore[attr-defined]
            ),
        ]
        for report in reports
    ]
    columns = [
        Column(_("Round"), width=36),
        Column(_("Code"), width=8),
        Column(_("Region"), width=22),
        Column(_("Case"), width=20),
        Column(_("State"), width=18),
        Column(_("Version"), "number", 10),
        Column(_("Deadline"), "moment", 18),
        Column(_("Answer by"), "day", 14),
        Column(_("Assigned to"), width=24),
        Column(_("Flags"), width=60),
    ]
    return Table(_("Reports"), [], columns, rows)
