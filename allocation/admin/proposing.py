"""Proposing a run for decision, from its page: what is lacking, who is excepted, and the proposal itself."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocation.admin.decisionpage import standing_of
from allocation.admin.decisions import may_propose
from allocation.decided import changes_between
from allocation.models import REASON_MAX, AllocationRun
from allocation.services.decisions import except_region, propose_decision, withdraw_exemption
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError


def propose_page(
    model_admin: admin.ModelAdmin, request: HttpRequest, run: AllocationRun | None
) -> HttpResponse:
    """Show what is lacking and who is excepted; propose the run where nothing is."""
    if not may_propose(request):
        raise PermissionDenied
    if run is None:
        raise Http404
    typed = {"note": request.POST.get("note", ""), "reason": request.POST.get("reason", "")}
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            proposal = propose_decision(run_id=run.pk, by=signed_in(request), at=timezone.now(), **typed)
        except DomainError as error:
            failure = error
        else:
            text = _("%(number)s is proposed. Those who may decide get a mail.")
            messages.success(request, text % {"number": proposal.label})
            return redirect("admin:allocation_decision_change", proposal.pk)
    return _page(model_admin, request, run, failure=failure, typed=typed)


def save_exceptions(
    model_admin: admin.ModelAdmin, request: HttpRequest, run: AllocationRun | None
) -> HttpResponse:
    """Except each region that a reason was written for, or take one exception back."""
    if not may_propose(request):
        raise PermissionDenied
    if run is None:
        raise Http404
    by, at = signed_in(request), timezone.now()
    given = {
        name[7:]: text
        for name, text in request.POST.dict().items()
        if name.startswith("except-") and text.strip()
    }
    withdrawn = request.POST.get("withdraw", "")
    if any(not re.fullmatch(r"\d{2}", code) for code in [*given, *filter(None, [withdrawn])]):
        raise BadRequest("There is no such region.")
    try:
        if withdrawn:
            withdraw_exemption(run_id=run.pk, region_code=withdrawn, by=by, at=at)
            messages.success(request, _("The exception is taken back."))
        else:
            for code, reason in given.items():
                except_region(run_id=run.pk, region_code=code, reason=reason, by=by, at=at)
            text = ngettext("%(count)d region is excepted.", "%(count)d regions are excepted.", len(given))
            messages.success(request, text % {"count": len(given)})
    except DomainError as error:
        return _page(model_admin, request, run, failure=error, exceptions=given)
    return redirect("admin:allocation_allocationrun_propose", run.pk)


def _page(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    run: AllocationRun,
    *,
    failure: DomainError | None = None,
    typed: dict[str, str] | None = None,
    exceptions: dict[str, str] | None = None,
) -> HttpResponse:
    standing = standing_of(run, at=timezone.now())
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Propose %(grant)s, run %(number)d")
        % {"grant": run.round_grant.title, "number": run.number},
        "opts": model_admin.opts,
        "original": run,
        "run": run,
        "standing": standing,
        "regions": [
            (region, (exceptions or {}).get(region.submission.region_id, ""))
            for region in standing.readiness.unapproved
        ],
        "changes": changes_between(standing.in_force.run_id, run.pk) if standing.in_force else (),
        "failure": failure,
        "typed": typed or {},
        "reason_max": REASON_MAX,
        "has_view_permission": True,
        "synthetic": run.round_grant.reporting_round.is_demo,
    }
    return TemplateResponse(request, "admin/allocation/allocationrun/propose.html", context)
