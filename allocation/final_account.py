"""What a final report on a grant tells: the frozen run, what was paid, and the sentences about both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from allocation import decided, money, selectors
from allocation.engine import RuleSet, parse_rules
from allocation.errors import ReportNotDrawn
from allocation.explanation import explain
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
from reporting.templatetags.platsplan import kr


@dataclass(frozen=True, slots=True)
class Account:
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
        """The balances of all regions together."""
        return money.total_of(list(self.balances.values()))

    @property
    def is_example(self) -> bool:
        """Whether the figures are a demonstration's."""
        return self.grant.reporting_round.is_demo or self.grant.year in selectors.example_years()

    @property
    def titles(self) -> dict[str, str]:
        """Pot -> its title."""
        return {pot.id: pot.title for pot in self.rules.pots}


def account_of(grant: RoundGrant, *, at: datetime) -> Account:
    """Read everything that a final report tells of.

    Raises:
        ReportNotDrawn: nothing is decided.
    """
    decision = decided.decision_in_force(grant)
    if decision is None:
        raise ReportNotDrawn(_("Nothing is decided yet, so there is nothing to report."))
    run = decision.run
    made = Decision.objects.filter(round_grant=grant, state=DecisionState.DECIDED)
    claims = RepaymentClaim.objects.filter(round_grant=grant, state=ClaimState.OPEN)
    return Account(
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


def title_of(account: Account) -> str:
    """The report's title."""
    return _("Final report: state grant, %(grant)s") % {"grant": account.grant.title}


def why_of(account: Account, award: Award) -> str:
    """Why a region got an award, in one sentence or two."""
    if not award.eligible:
        return str(reason_text(award.reason))
    pot = next(pot for pot in account.rules.pots if pot.id == award.pot)
    told = explain(award.trace, pot=pot, rules=account.rules, eligible=True, reason=award.reason)
    figure = told.figure if told.figure != "–" else ""
    return f"{figure} {told.figure_text}".strip()


def summary_of(account: Account) -> list[str]:
    """What was paid, what is left, what was claimed back: one sentence each."""
    paid = sum(1 for one in account.balances.values() if one.paid_kr)
    total, words = account.total, {"agency": settings.AGENCY_NAME, "grant": account.grant.title}
    sentences = [
        _("%(agency)s has paid %(amount)s in state grant for %(grant)s to %(count)d of %(all)d regions.")
        % {**words, "amount": kr(total.paid_kr), "count": paid, "all": len(account.rows)}
    ]
    left = total.waiting_kr + total.to_pay_kr
    if left:
        sentences.append(_("%(left)s is decided and not paid yet.") % {"left": kr(left)})
    if total.to_claim_kr:
        sentences.append(
            _("%(over)s has been paid beyond the decision in force and has not been claimed back yet.")
            % {"over": kr(total.to_claim_kr)}
        )
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


def assumptions_and_sources(account: Account) -> tuple[list[str], list[str]]:
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


def method_of(account: Account) -> list[str]:
    """How the amounts came about, and by whom."""
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
            "Amounts are whole kronor. For each region: decided = paid + left to pay − to claim − claimed "
            "back because of a later decision."
        ),
    ]


def corrections_of(account: Account) -> list[str]:
    """A sentence for each decision that replaced one before."""
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


def claims_of(account: Account) -> list[str]:
    """A sentence for each claim for repayment."""
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


def headings(year: int) -> dict[str, Any]:
    """Headings and heads of columns."""
    return {
        "page": _("Page"),
        "of": _("of"),
        "total": _("Total"),
        "none": _("None."),
        "money": _("What was paid to whom"),
        "money-heads": [
            _("Region"),
            _("Amount decided"),
            _("Amount paid"),
            _("Left to pay"),
            _("To claim"),
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
