"""Two runs compared: the page, and the same as CSV and JSON."""

import csv
import io
import json
from dataclasses import asdict

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from allocation.diffwords import difference_sentence
from allocation.errors import RunFailed
from allocation.models import AllocationRun
from allocation.rundiff import RunDifference, difference_of

MOST_RUNS = 200
COLUMNS = (
    "region", "name", "pot", "before_kr", "after_kr", "change_kr",
    "data_changed_kr", "correction_kr", "others_data_changed_kr", "rule_changed_kr",
    "version_before", "version_after", "reported_before", "reported_after", "why",
)  # fmt: skip


def choose(request: HttpRequest) -> HttpResponse:
    """Lead from the form to the stable address of the comparison."""
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    if not (old.isascii() and old.isdecimal() and new.isascii() and new.isdecimal()):
        raise Http404
    return redirect("admin:allocation_allocationrun_compare", int(old), int(new))


def chosen(queryset: QuerySet[AllocationRun]) -> tuple[int, int]:
    """The two runs that are marked in the list, the older one first.

    Raises:
        RunFailed: it is not two runs of one grant.
    """
    runs = list(queryset.order_by("number")[:3])
    if len(runs) != 2:
        raise RunFailed(_("Mark exactly two runs of the same grant."))
    if runs[0].round_grant_id != runs[1].round_grant_id:
        raise RunFailed(_("Only runs of the same grant can be compared."))
    return runs[0].pk, runs[1].pk


def compare(
    request: HttpRequest, old: int, new: int, *, kind: str, context: dict[str, object]
) -> HttpResponse:
    """The comparison of two runs as a page, as CSV or as JSON.

    Raises:
        RunFailed: they cannot be compared.
    """
    runs = AllocationRun.objects.select_related("round_grant__reporting_round").in_bulk([old, new])
    if len(runs) < len({old, new}):
        raise Http404
    difference = difference_of(runs[old], runs[new])
    name = f"{runs[new].round_grant.rules_name}-run-{runs[old].number}-to-{runs[new].number}"
    if kind == "csv":
        return _file(_csv(difference), "text/csv; charset=utf-8", f"{name}.csv")
    if kind == "json":
        return _file(_json(difference), "application/json", f"{name}.json")
    choices = AllocationRun.objects.filter(round_grant=runs[new].round_grant_id).order_by("-number")
    words = {"old": runs[old].number, "new": runs[new].number}
    return TemplateResponse(
        request,
        "admin/allocation/allocationrun/compare.html",
        {
            **context,
            "title": _("Run %(old)d against run %(new)d") % words,
            "difference": difference,
            "sentences": [(row, difference_sentence(row)) for row in difference.rows],
            "choices": choices.only("number", "created_at")[:MOST_RUNS],
            "synthetic": runs[new].round_grant.reporting_round.is_demo,
        },
    )


def _file(content: str, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def _csv(difference: RunDifference) -> str:
    # Numbers, codes, names of the reference data and our own sentences: nothing that a person has typed.
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(_lines(difference))
    return "\ufeff" + out.getvalue()


def _json(difference: RunDifference) -> str:
    runs = {
        side: {
            "run": run.number,
            "computed_at": run.created_at.isoformat(),
            "rules_version": run.rules_version,
            "rules_sha256": run.rules_sha256,
            "inputs_sha256": run.inputs_sha256,
            "allocated_kr": run.allocated_kr,
        }
        for side, run in (("before", difference.before), ("after", difference.after))
    }
    total = {**asdict(difference.total), "change_kr": difference.total.change_kr}
    return json.dumps({**runs, "total": total, "rows": _lines(difference)}, ensure_ascii=False, indent=1)


def _lines(difference: RunDifference) -> list[dict[str, object]]:
    before, after = (
        {(award.region_id, award.pot): award.amount_kr for award in run.awards.all()}
        for run in (difference.before, difference.after)
    )
    return [
        {
            "region": row.region.code,
            "name": row.region.short_name,
            "pot": pot.id,
            "before_kr": before.get((row.region.code, pot.id), 0),
            "after_kr": after.get((row.region.code, pot.id), 0),
            "change_kr": parts.change_kr,
            "data_changed_kr": parts.data_kr,
            "correction_kr": parts.correction_kr,
            "others_data_changed_kr": parts.others_kr,
            "rule_changed_kr": parts.rule_kr,
            "version_before": row.before.revision.number if row.before.revision else None,
            "version_after": row.after.revision.number if row.after.revision else None,
            "reported_before": row.before.reported_posts,
            "reported_after": row.after.reported_posts,
            "why": difference_sentence(row),
        }
        for row in difference.rows
        for pot, parts in zip(difference.pots, row.pots, strict=True)
    ]
