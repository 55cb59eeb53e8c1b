"""The final report on a grant: what was paid to whom and why, as PDF and as a workbook. In Swedish."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from allocation import money
from allocation.errors import ReportNotDrawn
from allocation.final_account import (
    Account,
    account_of,
    assumptions_and_sources,
    claims_of,
    corrections_of,
    headings,
    method_of,
    summary_of,
    title_of,
    why_of,
)
from allocation.letters import case_number
from allocation.models import RoundGrant, RunRegion
from allocation.workbooks import Column, Table, write_workbook
from reporting.models import STOCKHOLM
from reporting.pdf import NotDrawn, draw_pdf, moment_parts
from reporting.templatetags.platsplan import kr, number, signed

TEMPLATE = Path(__file__).resolve().parent / "documents" / "final.typ"
LANGUAGE = "sv"


def draft_pdf(grant: RoundGrant, *, at: datetime, label: str = "") -> bytes:
    """The final report as PDF/UA, from what is decided and paid now.

    Args:
        label: the number under which it is issued; empty for a draft, which says so.

    Raises:
        ReportNotDrawn: nothing is decided, or the PDF could not be made.
    """
    with translation.override(LANGUAGE), timezone.override(STOCKHOLM):
        try:
            return draw_pdf(TEMPLATE, _everything(account_of(grant, at=at), label=label))
        except NotDrawn as error:
            raise ReportNotDrawn(
                _("The final report could not be made: %(error)s") % {"error": error}
            ) from error


def draft_workbook(grant: RoundGrant, *, at: datetime, label: str = "") -> bytes:
    """The final report as a workbook that says the same as the PDF.

    Raises:
        ReportNotDrawn: nothing is decided.
    """
    with translation.override(LANGUAGE), timezone.override(STOCKHOLM):
        account = account_of(grant, at=at)
        return write_workbook(_tables(account, label=label), title=title_of(account), at=at)


def _everything(account: Account, *, label: str) -> dict[str, Any]:
    decision, total = account.decision, account.total
    day = format_date(timezone.localtime(account.at), "j F Y")
    return {
        "title": title_of(account),
        "kind": _("Final report"),
        "agency": settings.AGENCY_NAME,
        "moment": moment_parts(account.at),
        "number": label or _("Draft"),
        "running": f"{account.grant.title}, {case_number(decision)}",
        "facts": [
            [_("Date"), day],
            [_("Case number"), case_number(decision)],
            [_("Decision"), decision.label],
            [_("Rules"), decision.run.rules_version],
        ],
        "example": [
            _("Demonstration"),
            _("The report is an example. Its figures are synthetic, and nothing has been paid for real."),
        ]
        if account.is_example
        else None,
        "draft": "" if label else _("This is a draft. It has not been issued."),
        "summary": summary_of(account),
        "key": [
            [_("Amount decided"), str(kr(total.decided_kr))],
            [_("Amount paid"), str(kr(total.paid_kr))],
            [_("Repaid"), str(kr(total.repaid_kr))],
            [_("Not shared out"), str(kr(decision.run.unallocated_kr))],
        ],
        "pots": [
            [account.titles.get(pot.pot, pot.pot), *_kr(pot.amount_kr, pot.allocated_kr, pot.unallocated_kr)]
            for pot in account.pots
        ],
        "pots-total": _kr(
            *(
                sum(getattr(pot, name) for pot in account.pots)
                for name in ("amount_kr", "allocated_kr", "unallocated_kr")
            )
        ),
        "money": [
            [
                row.region.short_name,
                *_kr(*_sums(account.balances[row.region_id])),
            ]
            for row in account.rows
        ],
        "money-total": _kr(*_sums(total)),
        "outcome": [[row.region.short_name, *_posts(row)] for row in account.rows],
        "outcome-total": _posts_total(account.rows),
        "why": [
            [
                row.region.name,
                str(kr(row.total_kr)),
                [
                    [
                        account.titles.get(pot.pot, pot.pot),
                        str(kr(account.awards[row.region_id, pot.pot].amount_kr)),
                        why_of(account, account.awards[row.region_id, pot.pot]),
                    ]
                    for pot in account.pots
                ],
            ]
            for row in account.rows
        ],
        "assumptions": assumptions_and_sources(account)[0],
        "sources": assumptions_and_sources(account)[1],
        "method": method_of(account),
        "exceptions": [f"{one.region.name}: {one.reason}" for one in account.exemptions],
        "corrections": corrections_of(account),
        "claims": claims_of(account),
        "checksums": [
            [_("Checksum of the record of the decision (SHA-256)"), decision.record.document.sha256],
            [_("Checksum of the rules (SHA-256)"), decision.run.rules_sha256],
            [_("Checksum of all regions’ figures (SHA-256)"), decision.run.inputs_sha256],
        ],
        "words": headings(account.grant.year),
    }


def _kr(*amounts: int) -> list[str]:
    return [str(number(amount)) for amount in amounts]


def _sums(one: money.Balance) -> tuple[int, ...]:
    """Decided, paid, left to pay, to claim, claimed back and repaid, in kronor."""
    left_kr = one.waiting_kr + one.to_pay_kr
    return one.decided_kr, one.paid_kr, left_kr, one.to_claim_kr, one.claimed_kr, one.repaid_kr


def _posts(row: RunRegion) -> list[str]:
    if row.reported_posts is None:
        return [str(number(row.planned_posts)), _("not reported"), "–"]
    difference = row.reported_posts - row.planned_posts
    return [str(number(row.planned_posts)), str(number(row.reported_posts)), str(signed(difference))]


def _posts_total(rows: Sequence[RunRegion]) -> list[str]:
    planned = sum(row.planned_posts for row in rows)
    reported = [row for row in rows if row.reported_posts is not None]
    difference = sum((row.reported_posts or 0) - row.planned_posts for row in reported)
    posts = sum(row.reported_posts or 0 for row in reported)
    return [str(number(planned)), str(number(posts)), str(signed(difference))]


def _tables(account: Account, *, label: str) -> list[Table]:
    total, decision = account.total, account.decision
    words = headings(account.grant.year)
    lines = [
        f"{settings.AGENCY_NAME}, {case_number(decision)}",
        _("Decision %(decision)s, rules %(rules)s, run %(run)d")
        % {"decision": decision.label, "rules": decision.run.rules_version, "run": decision.run.number},
        f"{format_date(timezone.localtime(account.at), 'Y-m-d H:i')}, {label or _('Draft')}",
    ]
    warning = (
        _("Demonstration: synthetic figures. Nothing has been paid for real.") if account.is_example else ""
    )

    about: dict[str, Any] = {"title": title_of(account), "warning": warning, "lines": lines}
    texts = [
        (words["method"], method_of(account)),
        (words["assumptions"], assumptions_and_sources(account)[0]),
        (words["sources"], assumptions_and_sources(account)[1]),
        (words["exceptions"], [f"{one.region.name}: {one.reason}" for one in account.exemptions]),
        (words["corrections"], corrections_of(account)),
        (words["claims"], claims_of(account)),
    ]
    return [
        Table(
            name=_("Payments"),
            columns=[
                Column(head, 30 if not place else 18) for place, head in enumerate(words["money-heads"])
            ],
            rows=[[row.region.name, *_sums(account.balances[row.region_id])] for row in account.rows],
            sums=[_("Total"), *_sums(total)],
            **about,
        ),
        Table(
            name=_("Outcome"),
            columns=[
                Column(head, 30 if not place else 18) for place, head in enumerate(words["outcome-heads"])
            ],
            rows=[
                [
                    row.region.name,
                    row.planned_posts,
                    row.reported_posts if row.reported_posts is not None else _("not reported"),
                    row.reported_posts - row.planned_posts if row.reported_posts is not None else "–",
                ]
                for row in account.rows
            ],
            sums=[
                _("Total"),
                sum(row.planned_posts for row in account.rows),
                sum(row.reported_posts or 0 for row in account.rows),
                sum(
                    row.reported_posts - row.planned_posts
                    for row in account.rows
                    if row.reported_posts is not None
                ),
            ],
            **about,
        ),
        Table(
            name=_("Parts"),
            columns=[Column(head, 44 if not place else 18) for place, head in enumerate(words["pots-heads"])],
            rows=[
                [account.titles.get(pot.pot, pot.pot), pot.amount_kr, pot.allocated_kr, pot.unallocated_kr]
                for pot in account.pots
            ],
            sums=[
                _("Total"),
                *(
                    sum(getattr(pot, name) for pot in account.pots)
                    for name in ("amount_kr", "allocated_kr", "unallocated_kr")
                ),
            ],
            **about,
        ),
        Table(
            name=_("Why"),
            columns=[
                Column(_("Region"), 30),
                Column(_("Part of the grant"), 34),
                Column(_("Amount, kr"), 18),
                Column(_("Why"), 70),
            ],
            rows=[
                [
                    row.region.name,
                    account.titles.get(pot.pot, pot.pot),
                    award.amount_kr,
                    why_of(account, award),
                ]
                for row in account.rows
                for pot in account.pots
                for award in [account.awards[row.region_id, pot.pot]]
            ],
            **about,
        ),
        Table(
            name=_("Notes"),
            columns=[Column(_("Kind"), 34), Column(_("Text"), 110)],
            rows=[[heading, text] for heading, parts in texts for text in parts or [words["none"]]],
            **about,
        ),
    ]
