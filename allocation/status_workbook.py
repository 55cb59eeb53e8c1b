"""The workbook that goes with the status report: the regions, and what the figures give."""

from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reporting.models import STOCKHOLM, State
from reporting.tables import Column, Table, Value, workbook_of

if TYPE_CHECKING:
    from allocation.status_reports import StatusReport


def status_workbook(report: "StatusReport", *, language: str) -> bytes:
    """The report as a workbook in a language: the regions, the pots, and the regions' amounts."""
    with translation.override(language):
        tables = [_regions(report)]
        if report.grants:
            tables += [_pots(report), _amounts(report)]
        return workbook_of(tables, at=report.at)


def status_file_name(report: "StatusReport") -> str:
    """Such as "status-2022-2024-20220919-0705.xlsx"."""
    moment = report.at.astimezone(STOCKHOLM)
    return f"status-{report.reporting_round.slug}-{moment:%Y%m%d-%H%M}.xlsx"


def _facts(report: "StatusReport") -> list[tuple[str, str]]:
    moment = report.at.astimezone(STOCKHOLM)
    versions = ", ".join(f"{grant.run.rules_version} ({grant.run})" for grant in report.grants)
    standings = [
        (grant.title, unescape(render_to_string("email/_grant_decided.html", {"grant": grant})).strip())
        for grant in report.grants
    ]
    facts = [
        (_("Round"), f"{report.reporting_round.name} ({report.reporting_round.slug})"),
        (_("Time"), f"{moment:%Y-%m-%d %H:%M}"),
        (_("Version of the rules"), versions or _("Nothing has been computed yet.")),
        *standings,
    ]
    if report.reporting_round.is_demo:
        facts.append((_("Example data"), _("The figures are made up.")))
    return facts


def _regions(report: "StatusReport") -> Table:
    holders = {"agency": _("The agency"), "region": _("The region"), "done": "–"}
    rows: list[Sequence[Value]] = [
        [
            row.code,
            row.name,
            str(State(row.state).label),
            holders[row.holder],
            row.changed_at,
            row.answer_by,
            "" if row.has_signatory else _("Nobody can submit"),
        ]
        for group in report.groups
        for row in group.rows
    ]
    columns = [
        Column(_("Code"), width=22),
        Column(_("Region"), width=22),
        Column(_("State"), width=20),
        Column(_("Next step"), width=16),
        Column(_("Last changed"), "moment"),
        Column(_("Answer by"), "day", 14),
        Column(_("Remark"), width=24),
    ]
    return Table(
        _("Status of the reports"), _facts(report), columns, sorted(rows, key=lambda row: str(row[0]))
    )


def _pots(report: "StatusReport") -> Table:
    rows: list[Sequence[Value]] = [
        [grant.title, pot.title, pot.region_count, pot.allocated_kr, pot.unallocated_kr, pot.amount_kr]
        for grant in report.grants
        for pot in grant.pots
    ]
    columns = [
        Column(_("Grant"), width=22),
        Column(_("Pot"), width=30),
        Column(_("Regions"), "number", 10),
        Column(_("Shared out"), "kr", is_summed=True),
        Column(_("Not shared out"), "kr", is_summed=True),
        Column(_("The pot"), "kr", is_summed=True),
    ]
    return Table(_("The pots"), _facts(report), columns, rows)


def _amounts(report: "StatusReport") -> Table:
    rows: list[Sequence[Value]] = [
        [
            region.region_id,
            region.region.short_name,
            grant.title,
            region.planned_posts,
            region.reported_posts,
            region.reported_rate,
            region.total_kr,
        ]
        for grant in report.grants
        for region in grant.regions
    ]
    columns = [
        Column(_("Code"), width=22),
        Column(_("Region"), width=22),
        Column(_("Grant")),
        Column(_("Plan"), "number", 10),
        Column(_("Reported"), "number", 12),
        Column(_("Rate"), "rate", 10),
        Column(_("Amount"), "kr", 20, is_summed=True),
    ]
    return Table(_("The regions’ amounts"), _facts(report), columns, rows)
