"""The final report on a grant: what was paid to whom and why, as PDF and as a workbook. In Swedish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from allocation import decided, money, selectors
from allocation.engine import RuleSet, parse_rules
from allocation.errors import ReportNotDrawn
from allocation.explanation import explain
from allocation.letters import case_number
from allocation.models import (
    Award,
    ClaimState,
    Decision,
    DecisionState,
    Exemption,
    RepaymentClaim,
    RoundGrant,
    RunPot,
    RunRegion,
)
from allocation.wording import reason_text
from allocation.workbooks import Column, Table, write_workbook
from reporting.models import STOCKHOLM
from reporting.pdf import NotDrawn, draw_pdf, moment_parts
from reporting.templatetags.platsplan import kr, number, signed

TEMPLATE = Path(__file__).resolve().parent / "documents" / "final.typ"
LANGUAGE = "sv"


@dataclass(frozen=True, slots=True)
class _Account:
    """Everything that a final report tells of, read once from the frozen run and from what was paid."""

    grant: RoundGrant
    decision: Decision
    rules: RuleSet
    pots: Sequence[RunPot]
    rows: Sequence[RunRegion]
    awards: dict[tuple[str, str], Award]
    balances: dict[str, money.Balance]
    decisions: Sequence[Decision]
    exemptions: Sequence[Exemption]
    claims: Sequence[RepaymentClaim]
    at: datetime

    @property
    def total(self) -> money.Balance:
        return money.total_of(list(self.balances.values()))

    @property
    def is_example(self) -> bool:
        return self.grant.reporting_round.is_demo or self.grant.year in selectors.example_years()

    @property
    def titles(self) -> dict[str, str]:
        return {pot.id: pot.title for pot in self.rules.pots}


def draft_pdf(grant: RoundGrant, *, at: datetime, label: str = "") -> bytes:
    """The final report as PDF/UA, from what is decided and paid now.

    Args:
        label: the number under which it is issued; empty for a draft, which says so.

    Raises:
        ReportNotDrawn: nothing is decided, or the PDF could not be made.
    """
    with translation.override(LANGUAGE), timezone.override(STOCKHOLM):
        try:
            return draw_pdf(TEMPLATE, _everything(_account_of(grant, at=at), label=label))
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
        account = _account_of(grant, at=at)
        return write_workbook(_tables(account, label=label), title=_title(account), at=at)


def _account_of(grant: RoundGrant, *, at: datetime) -> _Account:
    decision = decided.decision_in_force(grant)
    if decision is None:
        raise ReportNotDrawn(_("Nothing is decided yet, so there is nothing to report."))
    run = decision.run
    made = Decision.objects.filter(round_grant=grant, state=DecisionState.DECIDED)
    claims = RepaymentClaim.objects.filter(round_grant=grant, state=ClaimState.OPEN)
    return _Account(
        grant=grant,
        decision=decision,
        rules=parse_rules(run.rules_text, origin=str(run)),
        pots=list(run.pots.all()),
        rows=list(run.regions.select_related("region").order_by("region_id")),
        awards={(award.region_id, award.pot): award for award in run.awards.all()},
        balances=money.balances_of(grant, decision),
        decisions=list(made.select_related("round_grant__reporting_round", "run").order_by("number")),
        exemptions=[
            one
            for one in Exemption.objects.filter(round_grant=grant, at__lte=decision.decided_at)
            .select_related("region")
            .order_by("region_id", "-pk")
            .distinct("region_id")
            if not one.withdrawn
        ],
        claims=list(
            money.with_repaid(claims)
            .select_related("region", "round_grant__reporting_round")
            .order_by("number")
        ),
        at=at,
    )


def _title(account: _Account) -> str:
    return _("Final report: state grant, %(grant)s") % {"grant": account.grant.title}


def _everything(account: _Account, *, label: str) -> dict[str, Any]:
    decision, total = account.decision, account.total
    day = format_date(timezone.localtime(account.at), "j F Y")
    return {
        "title": _title(account),
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
        "summary": _summary(account),
        "key": [
            [_("Decided"), str(kr(total.decided_kr))],
            [_("Paid"), str(kr(total.paid_kr))],
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
                *_kr(
                    one.decided_kr, one.paid_kr, one.waiting_kr + one.to_pay_kr, one.claimed_kr, one.repaid_kr
                ),
            ]
            for row in account.rows
            for one in [account.balances[row.region_id]]
        ],
        "money-total": _kr(
            total.decided_kr,
            total.paid_kr,
            total.waiting_kr + total.to_pay_kr,
            total.claimed_kr,
            total.repaid_kr,
        ),
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
                        _why(account, account.awards[row.region_id, pot.pot]),
                    ]
                    for pot in account.pots
                ],
            ]
            for row in account.rows
        ],
        "assumptions": _assumptions(account)[0],
        "sources": _assumptions(account)[1],
        "method": _method(account),
        "exceptions": [f"{one.region.name}: {one.reason}" for one in account.exemptions],
        "corrections": _corrections(account),
        "claims": _claims(account),
        "checksums": [
            [_("Checksum of the record of the decision (SHA-256)"), decision.record.document.sha256],
            [_("Checksum of the rules (SHA-256)"), decision.run.rules_sha256],
            [_("Checksum of all regions’ figures (SHA-256)"), decision.run.inputs_sha256],
        ],
        "words": _words(account.grant.year),
    }


def _kr(*amounts: int) -> list[str]:
    return [str(number(amount)) for amount in amounts]


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


def _why(account: _Account, award: Award) -> str:
    if not award.eligible:
        return str(reason_text(award.reason))
    pot = next(pot for pot in account.rules.pots if pot.id == award.pot)
    told = explain(award.trace, pot=pot, rules=account.rules, eligible=True, reason=award.reason)
    figure = told.figure if told.figure != "–" else ""
    return f"{figure} {told.figure_text}".strip()


def _summary(account: _Account) -> list[str]:
    paid = sum(1 for one in account.balances.values() if one.paid_kr)
    total, words = account.total, {"agency": settings.AGENCY_NAME, "grant": account.grant.title}
    sentences = [
        _("%(agency)s has paid %(amount)s in state grant for %(grant)s to %(count)d of %(all)d regions.")
        % {**words, "amount": kr(total.paid_kr), "count": paid, "all": len(account.rows)}
    ]
    left = total.waiting_kr + total.to_pay_kr
    if left:
        sentences.append(_("%(left)s is decided and not paid yet.") % {"left": kr(left)})
    if account.decision.run.unallocated_kr:
        sentences.append(
            _("%(left)s of the funds has not been shared out.")
            % {"left": kr(account.decision.run.unallocated_kr)}
        )
    if total.claimed_kr:
        sentences.append(
            _("%(claimed)s has been claimed back, of which %(repaid)s is repaid.")
            % {"claimed": kr(total.claimed_kr), "repaid": kr(total.repaid_kr)}
        )
    return sentences


def _assumptions(account: _Account) -> tuple[list[str], list[str]]:
    """What was assumed, and the sources, each once in the order of the pots."""
    pots = {pot.id: pot for pot in account.rules.pots}
    assumptions: dict[str, None] = {}
    sources: dict[str, None] = {}
    for award in account.awards.values():
        told = explain(
            award.trace,
            pot=pots[award.pot],
            rules=account.rules,
            eligible=award.eligible,
            reason=award.reason,
        )
        assumptions |= dict.fromkeys(told.assumptions)
        sources |= dict.fromkeys(told.sources)
    return list(assumptions), list(sources)


def _method(account: _Account) -> list[str]:
    run, decision = account.decision.run, account.decision
    decided_on = format_date(timezone.localtime(decision.decided_at), "j F Y") if decision.decided_at else ""
    return [
        _(
            "The amounts are those of decision %(decision)s of %(day)s, which rests on run %(run)d by the "
            "rules %(rules)s. The run was frozen with the decision: its figures, its rules and its result "
            "can be computed anew by anyone who has the file."
        )
        % {"decision": decision.label, "day": decided_on, "run": run.number, "rules": run.rules_version},
        _(
            "The regions reported the number of posts. A case officer looked through every report. The "
            "decision was proposed by %(officer)s and made by %(decider)s. Payments were made by one person "
            "and approved by another."
        )
        % {"officer": decision.proposed_by_name, "decider": decision.decided_by_name},
        _(
            "Amounts are whole kronor. For each region: decided = paid + left to pay − claimed back because "
            "of a later decision."
        ),
    ]


def _corrections(account: _Account) -> list[str]:
    lines, before = [], None
    for made in account.decisions:
        if before is not None:
            lines.append(
                _("%(number)s replaced %(before)s: %(old)s became %(new)s. Reason: %(reason)s")
                % {
                    "number": made.label,
                    "before": before.label,
                    "old": kr(before.run.allocated_kr),
                    "new": kr(made.run.allocated_kr),
                    "reason": made.reason,
                }
            )
        before = made
    return lines


def _claims(account: _Account) -> list[str]:
    return [
        _("%(number)s, %(region)s: %(amount)s, due %(day)s, repaid %(repaid)s. Reason: %(reason)s")
        % {
            "number": claim.label,
            "region": claim.region.name,
            "amount": kr(claim.amount_kr),
            "day": format_date(claim.due_on, "j F Y"),
            "repaid": kr(claim.repaid_kr),  # type: ignore[attr-defined]  # with_repaid
            "reason": claim.reason,
        }
        for claim in account.claims
    ]


def _words(year: int) -> dict[str, Any]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "total": _("Total"),
        "none": _("None."),
        "money": _("What was paid to whom"),
        "money-heads": [
            _("Region"),
            _("Decided"),
            _("Paid"),
            _("Left to pay"),
            _("Claimed back"),
            _("Repaid"),
        ],
        "kronor": _("Amounts in kronor."),
        "pots": _("Parts of the grant, and what was not shared out"),
        "pots-heads": [_("Part of the grant"), _("Funds"), _("Shared out"), _("Not shared out")],
        "outcome": _("Outcome against plan"),
        "outcome-lede": _("AT posts in %(year)d: the plan of the regions, and what they have reported.")
        % {"year": year},
        "outcome-heads": [_("Region"), _("Plan"), _("Reported"), _("Difference")],
        "why": _("Why each region got its amount"),
        "assumptions": _("Assumptions"),
        "assumed": _(
            "No public text says how these points are to be counted. The agency has assumed the following:"
        ),
        "method": _("Method"),
        "sources": _("Sources of the rules"),
        "exceptions": _("Regions decided on without an approved report"),
        "corrections": _("Corrections"),
        "claims": _("Claims for repayment"),
        "checksums": _("Checksums"),
    }


def _tables(account: _Account, *, label: str) -> list[Table]:
    total, decision = account.total, account.decision
    words = _words(account.grant.year)
    lines = [
        f"{settings.AGENCY_NAME}, {case_number(decision)}",
        _("Decision %(decision)s, rules %(rules)s, run %(run)d")
        % {"decision": decision.label, "rules": decision.run.rules_version, "run": decision.run.number},
        f"{format_date(timezone.localtime(account.at), 'Y-m-d H:i')}, {label or _('Draft')}",
    ]
    warning = (
        _("Demonstration: synthetic figures. Nothing has been paid for real.") if account.is_example else ""
    )

    def sums(one: money.Balance) -> list[int]:
        return [one.decided_kr, one.paid_kr, one.waiting_kr + one.to_pay_kr, one.claimed_kr, one.repaid_kr]

    about: dict[str, Any] = {"title": _title(account), "warning": warning, "lines": lines}
    texts = [
        (words["method"], _method(account)),
        (words["assumptions"], _assumptions(account)[0]),
        (words["sources"], _assumptions(account)[1]),
        (words["exceptions"], [f"{one.region.name}: {one.reason}" for one in account.exemptions]),
        (words["corrections"], _corrections(account)),
        (words["claims"], _claims(account)),
    ]
    return [
        Table(
            name=_("Payments"),
            columns=[
                Column(head, 26 if not place else 18) for place, head in enumerate(words["money-heads"])
            ],
            rows=[[row.region.name, *sums(account.balances[row.region_id])] for row in account.rows],
            sums=[_("Total"), *sums(total)],
            **about,
        ),
        Table(
            name=_("Outcome"),
            columns=[
                Column(head, 26 if not place else 18) for place, head in enumerate(words["outcome-heads"])
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
                Column(_("Region"), 26),
                Column(_("Part of the grant"), 34),
                Column(_("Amount, kr"), 18),
                Column(_("Why"), 70),
            ],
            rows=[
                [row.region.name, account.titles.get(pot.pot, pot.pot), award.amount_kr, _why(account, award)]
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
