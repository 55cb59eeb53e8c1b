"""Sweeps: asking for one, its progress, its results, its file."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.admin.starts import START_RUN, START_SCENARIO, sweep_starts
from allocation.admin.sweepforms import StartForm, SweepForm
from allocation.admin.sweeppage import columns_of, ranges_of, sweep_page
from allocation.bundles import reports_of
from allocation.comparison import own_reports, read_rules
from allocation.engine import Report, RuleSet
from allocation.models import AllocationRun, Scenario, SweepRun, SweepState
from allocation.services import sweeps as services
from allocation.sweeping import axes_of
from allocation.variation import MOST_COMBINATIONS, values_at
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError
from reporting.models import Region
from reporting.templatetags.platsplan import chip

FOLDER = "admin/allocation/sweeprun"
# After this long the page says what is being done about it.
USUAL = timedelta(minutes=1)
CHIPS = {
    SweepState.RUNNING: "submitted",
    SweepState.DONE: "ok",
    SweepState.CANCELLED: "none",
    SweepState.FAILED: "error",
}


@admin.register(SweepRun)
class SweepRunAdmin(admin.ModelAdmin):
    """Sweeps are asked for, watched, read and deleted; nothing about them is edited."""

    empty_words = gettext_lazy("A sweep computes the grant for many values of one or two of the rules.")
    list_display = ["what", "rests_on", "total", "state_chip", "created_at", "created_by"]
    list_filter = ["state", "round_grant"]
    list_select_related = ["round_grant__reporting_round", "scenario", "base_run", "created_by"]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        view = self.admin_site.admin_view
        own = {
            "progress": ("progress/", self.progress_view),
            "cancel": ("cancel/", self.cancel_view),
            "csv": ("sweep.csv", self.csv_view),
        }
        return [
            *(
                path(f"<path:object_id>/{end}", view(page), name=f"allocation_sweeprun_{name}")
                for name, (end, page) in own.items()
            ),
            *super().get_urls(),
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, each row with the regions' names, which are read once."""
        listed = super().get_changelist_instance(request)
        names = _region_names()
        for sweep in listed.result_list:
            sweep.region_names = names
        return listed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a sweep."""
        return False

    @admin.display(description=gettext_lazy("sweep"))
    def what(self, obj: SweepRun) -> str:
        """What is varied, in words."""
        return " × ".join(str(part.words) for part in ranges_of(obj, obj.region_names))  # type: ignore[attr-defined]  # given by the list

    @admin.display(description=gettext_lazy("rests on"))
    def rests_on(self, obj: SweepRun) -> str:
        """The scenario or the official run."""
        return basis_words(obj)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: SweepRun) -> str:
        """The state as a chip."""
        return chip(CHIPS[SweepState(obj.state)], str(obj.get_state_display()))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose what to vary, and start."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        start = _start_of(request.GET)
        if start is None:
            return self._choose_start(request)
        rules, reports, scenario, run = start
        data = request.POST if request.method == "POST" else None
        form = SweepForm(data, rules=rules, reports=reports, regions=_region_names())
        if form.is_valid():
            by, at = signed_in(request), timezone.now()
            try:
                if scenario is not None:
                    sweep = services.sweep_scenario(scenario_id=scenario.pk, axes=form.axes, by=by, at=at)
                else:
                    assert run is not None
                    sweep = services.sweep_run(run=run, axes=form.axes, by=by, at=at)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, sweep, [{"added": {}}])
                return redirect("admin:allocation_sweeprun_change", sweep.pk)
        grant = scenario.round_grant if scenario else run.round_grant if run else None
        context = self._context(
            request,
            title=_("New sweep"),
            form=form,
            scenario=scenario,
            run=run,
            most=MOST_COMBINATIONS,
            synthetic=bool(grant and grant.reporting_round.is_demo),
        )
        return TemplateResponse(request, f"{FOLDER}/new.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A sweep: its progress while it is computed, then its answers for one region."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        sweep = self._sweep(request, object_id)
        names = _region_names()
        ready = sweep.state != SweepState.RUNNING and sweep.done > 0
        context = self._context(
            request,
            title=" × ".join(str(part.words) for part in ranges_of(sweep, names)),
            original=sweep,
            ranges=ranges_of(sweep, names),
            page=sweep_page(sweep, names, code=request.GET.get("region", "")) if ready else None,
            basis=basis_words(sweep),
            synthetic=sweep.round_grant.reporting_round.is_demo,
            **self._progress(request, sweep),
        )
        return TemplateResponse(request, f"{FOLDER}/page.html", context)

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The bar alone, for htmx; when the sweep has ended the whole page is fetched anew."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        try:
            sweep = self._sweep(request, object_id)
        except Http404:
            # A page that is still open would ask for the bar of a deleted sweep each second, for ever.
            if getattr(request, "htmx", False):
                return HttpResponse(status=404, headers={"HX-Refresh": "true"})
            raise
        if not getattr(request, "htmx", False):
            return redirect("admin:allocation_sweeprun_change", sweep.pk)
        answer = TemplateResponse(request, f"{FOLDER}/_progress.html", self._progress(request, sweep))
        if sweep.state != SweepState.RUNNING:
            answer["HX-Refresh"] = "true"
        return answer

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop a sweep."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sweep = self._sweep(request, object_id)
        if not signed_in(request).has_perm("allocation.cancel_sweeprun"):
            raise PermissionDenied
        try:
            services.cancel_sweep(sweep_id=sweep.pk, by=signed_in(request), at=timezone.now())
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("The sweep has been cancelled. What was computed is kept."))
        return redirect("admin:allocation_sweeprun_change", sweep.pk)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete a sweep, after a question."""
        sweep = self._sweep(request, object_id)
        if not self.has_delete_permission(request, sweep):
            raise PermissionDenied
        if request.method == "POST":
            services.delete_sweep(sweep_id=sweep.pk, by=signed_in(request))
            self.log_deletions(request, [sweep])  # type: ignore[arg-type]  # it is gone from every query
            messages.success(request, _("The sweep has been deleted."))
            return redirect("admin:allocation_sweeprun_changelist")
        context = self._context(
            request,
            title=_("Delete the sweep"),
            sweep=sweep,
            original=sweep,
            ranges=ranges_of(sweep, _region_names()),
        )
        return TemplateResponse(request, f"{FOLDER}/delete.html", context)

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse | StreamingHttpResponse:
        """Every combination, a column per region in kronor; an empty place is no answer."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        sweep = self._sweep(request, object_id)
        headers = {"Content-Disposition": f'attachment; filename="sweep-{sweep.pk}.csv"'}
        return StreamingHttpResponse(
            _csv_lines(sweep), content_type="text/csv; charset=utf-8", headers=headers
        )

    def _choose_start(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.GET if "start" in request.GET else None, starts=sweep_starts())
        if form.is_valid():
            kind, _colon, number = form.cleaned_data["start"].partition(":")
            return redirect(f"{request.path}?{kind}={number}")
        context = self._context(request, title=_("New sweep"), form=form)
        return TemplateResponse(request, f"{FOLDER}/start.html", context)

    def _progress(self, request: HttpRequest, sweep: SweepRun) -> dict[str, Any]:
        return {
            "sweep": sweep,
            "percent": 100 * sweep.done // sweep.total,
            "state_chip": self.state_chip(sweep),
            "is_running": sweep.state == SweepState.RUNNING,
            "is_slow": timezone.now() - sweep.created_at > USUAL,
            "may_cancel": signed_in(request).has_perm("allocation.cancel_sweeprun"),
        }

    def _sweep(self, request: HttpRequest, object_id: str) -> SweepRun:
        number = unquote(object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not (number.isascii() and number.isdigit() and int(number) < 2**62):
            raise Http404
        related = ("round_grant__reporting_round", "scenario", "base_run", "created_by")
        return get_object_or_404(SweepRun.objects.select_related(*related), pk=int(number))

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "has_view_permission": True,
            "may_add": self.has_add_permission(request),
            "may_delete": self.has_delete_permission(request),
            **more,
        }


def basis_words(sweep: SweepRun) -> str:
    """What a sweep rests on, in words."""
    if sweep.scenario is not None:
        return _("Scenario %(name)s") % {"name": sweep.scenario.name}
    if sweep.base_run is not None:
        return f"{sweep.round_grant.title}, " + _("run %(number)d") % {"number": sweep.base_run.number}
    return str(sweep.round_grant)


def _region_names() -> dict[str, str]:
    return dict(Region.objects.values_list("code", "short_name"))


def _start_of(
    query: Any,
) -> tuple[RuleSet, list[Report], Scenario | None, AllocationRun | None] | None:
    """Rules and figures of the scenario or run that the address names; None where it names none."""
    for kind in (START_SCENARIO, START_RUN):
        number = query.get(kind, "")
        if not (number.isascii() and number.isdigit() and int(number) < 2**62):
            continue
        if kind == START_SCENARIO:
            scenarios = Scenario.objects.select_related("round_grant__reporting_round")
            scenario = get_object_or_404(scenarios, pk=int(number))
            rows = list(scenario.regions.order_by("region"))
            return read_rules(scenario.rules_text), own_reports(rows), scenario, None
        runs = AllocationRun.objects.select_related("round_grant__reporting_round")
        run = get_object_or_404(runs, pk=int(number))
        return read_rules(run.rules_text, run.rules_version), reports_of(run), None, run
    return None


def _csv_lines(sweep: SweepRun) -> Iterator[str]:
    axes, columns = axes_of(sweep), columns_of(sweep)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*(axis.key for axis in axes), *(f"kr_{row[0]}" for row in sweep.figures)])
    for index in range(sweep.total):
        writer.writerow([*values_at(axes, index), *(column[index] for column in columns)])
        if index % 500 == 499:
            yield file.getvalue()
            file.seek(0)
            file.truncate()
    yield file.getvalue()
