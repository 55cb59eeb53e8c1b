"""One region in one run, replaced or not: its figures, its amounts and how each came about."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from allocation import decided
from allocation.bundles import computed_again
from allocation.engine import EngineError, parse_rules
from allocation.explanation import Explanation, explain
from allocation.models import AllocationRun, Award, RunRegion
from reporting.errors import DomainError

TEMPLATE = "admin/allocation/allocationrun/region.html"


@dataclass(frozen=True, slots=True)
class RegionTrace:
    """A region's part of a run; `before` and `after` are its neighbours in the order of the county codes."""

    figures: RunRegion
    awards: tuple[Award, ...]
    explanations: tuple[Explanation, ...]
    problem: str
    before: RunRegion | None
    after: RunRegion | None


def trace_of(run: AllocationRun, code: str) -> RegionTrace:
    """A region's part of a run, from the traces as they were stored; the run is computed again beside them.

    Raises:
        Http404: the region is not in the run.
    """
    rows = list(run.regions.select_related("region", "revision__submission").order_by("region_id"))
    place = next((at for at, row in enumerate(rows) if row.region_id == code), None)
    if place is None:
        raise Http404
    awards = list(run.awards.all())
    rules = parse_rules(run.rules_text, origin=run.rules_version)
    own = {award.pot: award for award in awards if award.region_id == code}
    problem = ""
    try:
        computed_again(run, rows=rows, awards=awards)
    except (DomainError, EngineError) as error:
        problem = str(error)
    return RegionTrace(
        figures=rows[place],
        awards=tuple(own[pot.id] for pot in rules.pots),
        explanations=tuple(
            explain(
                own[pot.id].trace,
                pot=pot,
                rules=rules,
                eligible=own[pot.id].eligible,
                reason=own[pot.id].reason,
            )
            for pot in rules.pots
        ),
        problem=problem,
        before=rows[place - 1] if place else None,
        after=rows[place + 1] if place + 1 < len(rows) else None,
    )


def trace_page(
    request: HttpRequest, run: AllocationRun, code: str, *, context: dict[str, Any]
) -> HttpResponse:
    """The region's part of the run as a page."""
    trace = trace_of(run, code)
    in_force = decided.on_grant(run.round_grant).in_force
    words = {"region": trace.figures.region.name, "number": run.number}
    return TemplateResponse(
        request,
        TEMPLATE,
        {
            **context,
            "title": _("%(region)s in run %(number)d") % words,
            "run": run,
            "trace": trace,
            "is_current": run.round_grant.current_run_id == run.pk,
            "decision": in_force if in_force is not None and in_force.run_id == run.pk else None,
            "synthetic": run.round_grant.reporting_round.is_demo,
        },
    )


def trace_json(run: AllocationRun, code: str) -> HttpResponse:
    """The same as data: figures, amounts, every step, and the checksums of what they rest on."""
    trace = trace_of(run, code)
    figures = trace.figures
    return JsonResponse(
        {
            "round": run.round_grant.reporting_round.slug,
            "grant": run.round_grant.title,
            "run": run.number,
            "computed_at": run.created_at.isoformat(),
            "holds_now": run.round_grant.current_run_id == run.pk,
            "synthetic": run.round_grant.reporting_round.is_demo,
            "rules_version": run.rules_version,
            "rules_sha256": run.rules_sha256,
            "inputs_sha256": run.inputs_sha256,
            "computed_again_the_same": not trace.problem,
            "region": code,
            "report_version": figures.revision.number if figures.revision else None,
            "inhabitants": figures.inhabitants,
            "planned_posts": figures.planned_posts,
            "reported_posts": figures.reported_posts,
            "total_kr": figures.total_kr,
            "pots": [
                {
                    "pot": award.pot,
                    "amount_kr": award.amount_kr,
                    "eligible": award.eligible,
                    "reason": award.reason,
                    "assumed": award.assumed,
                    "trace": award.trace,
                }
                for award in trace.awards
            ],
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
