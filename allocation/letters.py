"""The letter to each region about a decision: what it says, and its PDF. In Swedish."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from allocation import decided, selectors
from allocation.engine import RuleSet, parse_rules
from allocation.errors import LetterNotDrawn
from allocation.explanation import Explanation, explain
from allocation.models import Award, Decision, Exemption, RunRegion
from reporting.models import STOCKHOLM, Region, Revision, Submission
from reporting.pdf import NotDrawn, draw_pdf, moment_parts
from reporting.templatetags.platsplan import kr, number, rate, signed

TEMPLATE = Path(__file__).resolve().parent / "documents" / "letter.typ"
LANGUAGE = "sv"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter that has been drawn: to whom, under which number, about how many kronor."""

    region: Region
    number: str
    amount_kr: int
    pdf: bytes


@dataclass(frozen=True, slots=True)
class _Case:
    """What every letter about one decision says alike."""

    decision: Decision
    rules: RuleSet
    record_sha256: str
    before: Mapping[str, int]
    exemptions: Mapping[str, Exemption]
    revisions: Mapping[str, Revision]
    is_example: bool


def draw_letters(decision: Decision, *, record_sha256: str, exemptions: Iterable[Exemption]) -> list[Drawn]:
    """Draw the letter to every region, in the order of the county codes. A fixed number of queries.

    Args:
        decision: with who decided and when, whether it has been saved or not.
        record_sha256: the checksum of the decision's record.
        exemptions: those that held when it was decided.

    Raises:
        LetterNotDrawn: a letter could not be made.
    """
    run = decision.run
    case = _Case(
        decision=decision,
        rules=parse_rules(run.rules_text, origin=str(run)),
        record_sha256=record_sha256,
        before=decided.amounts_of(decision.corrects) if decision.corrects else {},
        exemptions={exemption.region_id: exemption for exemption in exemptions},
        revisions=_newest_revisions(decision),
        is_example=run.round_grant.reporting_round.is_demo
        or run.round_grant.year in selectors.example_years(),
    )
    awards: dict[str, list[Award]] = {}
    for award in run.awards.all():
        awards.setdefault(award.region_id, []).append(award)
    rows = run.regions.select_related("region").order_by("region_id")
    return [_drawn(case, row, awards[row.region_id]) for row in rows]


def _newest_revisions(decision: Decision) -> dict[str, Revision]:
    """Region code -> the version that the run counted: while nothing has changed since, the newest."""
    reports = Submission.objects.filter(reporting_round=decision.round_grant.reporting_round_id)
    newest = dict(reports.values_list("region_id", "revision_count"))
    revisions = Revision.objects.filter(submission__in=reports.values("pk")).select_related(
        "submission", "receipt"
    )
    return {
        revision.submission.region_id: revision
        for revision in revisions
        if revision.number == newest[revision.submission.region_id]
    }


def _drawn(case: _Case, row: RunRegion, awards: Sequence[Award]) -> Drawn:
    name = f"{case.decision.label}-{row.region_id}"
    with translation.override(LANGUAGE), timezone.override(STOCKHOLM):
        data = _everything(case, row, awards, letter_number=name)
    try:
        pdf = draw_pdf(TEMPLATE, data)
    except NotDrawn as error:
        raise LetterNotDrawn(
            _("The letter to %(region)s could not be made, so nothing was decided: %(error)s")
            % {"region": row.region, "error": error}
        ) from error
    return Drawn(region=row.region, number=name, amount_kr=row.total_kr, pdf=pdf)


def _everything(
    case: _Case, row: RunRegion, awards: Sequence[Award], *, letter_number: str
) -> dict[str, Any]:
    decision, grant = case.decision, case.decision.round_grant
    by_pot = {award.pot: award for award in awards}
    explanations = [
        explain(
            by_pot[pot.id].trace,
            pot=pot,
            rules=case.rules,
            eligible=by_pot[pot.id].eligible,
            reason=by_pot[pot.id].reason,
        )
        for pot in case.rules.pots
    ]
    day = format_date(timezone.localtime(_made_at(decision)), "j F Y")
    return {
        "title": _("Decision on state grant, %(grant)s, %(region)s")
        % {"grant": grant.title, "region": row.region.name},
        "kind": _("Decision"),
        "agency": settings.AGENCY_NAME,
        "moment": moment_parts(_made_at(decision)),
        "number": letter_number,
        "running": _("Decision %(day)s, %(case)s") % {"day": day, "case": case_number(decision)},
        "facts": [
            [_("Date"), day],
            [_("Case number"), case_number(decision)],
            [_("Decision"), decision.label],
            [_("Case officer"), decision.proposed_by_name],
        ],
        "region": row.region.name,
        "recipient": _("Organisation number %(number)s") % {"number": row.region.organisation_number},
        "example": [
            _("Demonstration"),
            _("The letter is an example. Its figures are synthetic, and nothing has been decided for real."),
        ]
        if case.is_example
        else None,
        "heading": _("Decision on state grant, %(grant)s") % {"grant": grant.title},
        "decision": _decision_sentence(case, row),
        "after": _after(case, row),
        "pots": [
            {"title": explanation.title, "amount": str(kr(explanation.amount_kr))}
            for explanation in explanations
        ],
        "total": str(kr(row.total_kr)),
        "reasons": [_reasons(explanation) for explanation in explanations],
        "assumptions": list(dict.fromkeys(why for one in explanations for why in one.assumptions)),
        "sources": list(dict.fromkeys(source for one in explanations for source in one.sources)),
        "figures": _figures(case, row),
        "checksums": _checksums(case, row),
        "appeal": [part for part in grant.appeal_text.replace("\r", "").split("\n") if part.strip()],
        "made-by": _("The decision was made on the proposal of the case officer, by another person."),
        "people": [
            [decision.decided_by_name, _("Decision-maker")],
            [decision.proposed_by_name, _("Case officer")],
        ],
        "genuine": _(
            "Open %(address)s and give this file: the page tells whether it is the one that was issued. The "
            "record of the decision has the checksum below, which can be asked for at the same address."
        )
        % {"address": f"{settings.PLATSPLAN_BASE_URL}{reverse('publication:verify')}"},
        "record": case.record_sha256,
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "part": _("Part of the grant"),
        "amount": _("Amount"),
        "total": _("Total"),
        "reasons": _("Reasons for the decision"),
        "calculation": _("Calculation"),
        "value": _("Value"),
        "assumptions": _("Assumptions"),
        "assumed": _(
            "No public text says how these points are to be counted. The agency has assumed the following:"
        ),
        "sources": _("Sources of the rules"),
        "figures": _("What the decision rests on"),
        "appeal": _("How to appeal"),
        "genuine": _("Is this letter genuine?"),
        "record": _("Checksum of the record of the decision (SHA-256)"),
    }


def _made_at(decision: Decision) -> Any:
    if decision.decided_at is None:
        raise LetterNotDrawn(_("Nothing has been decided, so there is no letter."))
    return decision.decided_at


def case_number(decision: Decision) -> str:
    """The agency's own case number, or the beginning of the decision's where none is registered."""
    return decision.round_grant.case_number or decision.round_grant.number_text


def _decision_sentence(case: _Case, row: RunRegion) -> str:
    words = {
        "agency": settings.AGENCY_NAME,
        "region": row.region.name,
        "amount": kr(row.total_kr),
        "grant": case.decision.round_grant.title,
    }
    if row.total_kr:
        return _("%(agency)s decides that %(region)s gets %(amount)s in state grant for %(grant)s.") % words
    return (
        _("%(agency)s decides that %(region)s gets no state grant for %(grant)s: %(amount)s.") % words
        + " "
        + _("The reasons follow below.")
    )


def _after(case: _Case, row: RunRegion) -> list[str]:
    """What follows the sentence: the decision that is corrected, and the report that was not approved."""
    after = []
    corrected = case.decision.corrects
    if corrected is not None:
        before = case.before.get(row.region_id, 0)
        words = {
            "number": corrected.label,
            "day": format_date(timezone.localtime(_made_at(corrected)), "j F Y"),
            "before": kr(before),
            "difference": signed(row.total_kr - before),
        }
        after.append(
            _("The decision replaces decision %(number)s of %(day)s.") % words
            + " "
            + (
                _("The amount was %(before)s then; the difference is %(difference)s kr.") % words
                if before != row.total_kr
                else _("The amount is the same, %(before)s.") % words
            )
        )
        after.append(_("Reason for the correction: %(reason)s") % {"reason": case.decision.reason})
    exemption = case.exemptions.get(row.region_id)
    if exemption is not None:
        after.append(
            _("The region’s report was not approved when the decision was made. Reason: %(reason)s")
            % {"reason": exemption.reason}
        )
    return after


def _reasons(explanation: Explanation) -> dict[str, Any]:
    figure = explanation.figure if explanation.figure != "–" else ""
    return {
        "title": explanation.title,
        "amount": str(kr(explanation.amount_kr)),
        "figure": f"{figure} {explanation.figure_text}".strip(),
        "rule": " ".join(explanation.rule),
        "lines": [
            {"label": str(line.label), "value": str(line.value), "sum": line.is_sum}
            for line in explanation.lines
        ],
        "note": str(explanation.note),
    }


def _figures(case: _Case, row: RunRegion) -> list[list[str]]:
    run = case.decision.run
    revision = case.revisions.get(row.region_id)
    year = run.round_grant.year
    figures = [
        [_("AT posts in the plan, %(year)d") % {"year": year}, str(number(row.planned_posts))],
        [
            _("AT posts reported, %(year)d") % {"year": year},
            _("not reported") if row.reported_posts is None else str(number(row.reported_posts)),
        ],
        [_("Inhabitants"), str(number(row.inhabitants))],
        [_("Plan per 100 000 inhabitants"), str(rate(row.planned_rate))],
        [
            _("Reported per 100 000 inhabitants"),
            "–" if row.reported_rate is None else str(rate(row.reported_rate)),
        ],
    ]
    if revision is not None:
        moment = format_date(timezone.localtime(revision.submitted_at), "j F Y H:i")
        submitted = {"number": revision.number, "moment": moment, "name": revision.submitted_by_name}
        figures.append([_("Report"), _("version %(number)d, submitted %(moment)s by %(name)s") % submitted])
        figures.append([_("Receipt"), revision.receipt_number])
    else:
        figures.append([_("Report"), _("nothing was submitted")])
    computed = format_date(timezone.localtime(run.created_at), "j F Y H:i")
    figures.append(
        [_("Computation"), _("run %(number)d of %(moment)s") % {"number": run.number, "moment": computed}]
    )
    figures.append([_("Rules"), _("version %(version)s") % {"version": run.rules_version}])
    return figures


def _checksums(case: _Case, row: RunRegion) -> list[list[str]]:
    """Each one's label and the whole checksum."""
    run = case.decision.run
    revision = case.revisions.get(row.region_id)
    receipt = getattr(revision, "receipt", None) if revision else None
    checksums = [
        [_("Checksum of the rules (SHA-256)"), run.rules_sha256],
        [_("Checksum of all regions’ figures (SHA-256)"), run.inputs_sha256],
    ]
    if receipt is not None:
        checksums.insert(0, [_("Checksum of the region’s receipt (SHA-256)"), receipt.sha256])
    return checksums
