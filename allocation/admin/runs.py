"""Allocation runs: the list, and a run's page with pots that reconcile to the krona."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from allocation.admin import comparing
from allocation.admin.decisionpage import standing_by
from allocation.admin.decisions import may_propose
from allocation.admin.lists import GrantListMixin, runs_table
from allocation.admin.proposing import propose_page, save_exceptions
from allocation.admin.publications import PublishMixin
from allocation.admin.rounds import ask_for_recomputation, may_recompute
from allocation.admin.runpage import Reason, gather, reasons_of, run_page
from allocation.admin.tracepage import trace_json, trace_page
from allocation.bundles import bundle_of_run
from allocation.decided import with_decided
from allocation.models import AllocationRun
from allocation.publications import with_public
from allocation.staleness import staleness_of
from reporting.admin.readonly import ReadOnlyMixin
from reporting.errors import DomainError
from reporting.tables import Table
from reporting.templatetags.platsplan import day, kr

SHOWN_REASONS = 3


@admin.register(AllocationRun)
class AllocationRunAdmin(PublishMixin, GrantListMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Runs never change, so they are only shown."""

    empty_words = gettext_lazy("A run comes by itself when a region has reported and the round has a grant.")
    list_display = [
        "name",
        "grant",
        "rules_version",
        "allocated",
        "unallocated",
        "computed_at",
        "place",
        "why",
    ]
    list_filter = ["round_grant__reporting_round", "rules_version"]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["compare_two", "export_xlsx", "export_csv"]
    rules_at = "rules_version"

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """The chosen rows as a table."""
        return runs_table(queryset)

    def get_urls(self) -> list[URLPattern]:
        """The button's own address, before the page that catches everything."""
        recompute = self.admin_site.admin_view(self.recompute_view)
        bundle = self.admin_site.admin_view(self.bundle_view)
        propose = self.admin_site.admin_view(self.propose_view)
        exceptions = self.admin_site.admin_view(self.exceptions_view)
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/recompute/", recompute, name="allocation_allocationrun_recompute"),
            path("compare/", view(require_safe(comparing.choose)), name="allocation_allocationrun_choose"),
            *(
                path(
                    f"compare/<int:old>/<int:new>/{ending}",
                    view(require_safe(self.compare_view)),
                    {"kind": kind},
                    name=f"allocation_allocationrun_compare{kind and '_' + kind}",
                )
                for kind, ending in (("", ""), ("csv", "differences.csv"), ("json", "differences.json"))
            ),
            path(
                "<path:object_id>/regions/<str:code>/",
                view(require_safe(self.region_view)),
                name="allocation_allocationrun_region",
            ),
            path(
                "<path:object_id>/regions/<str:code>/trace.json",
                view(require_safe(self.region_view)),
                {"as_data": True},
                name="allocation_allocationrun_trace",
            ),
            path("<path:object_id>/bundle.json", bundle, name="allocation_allocationrun_bundle"),
            path("<path:object_id>/propose/", propose, name="allocation_allocationrun_propose"),
            path("<path:object_id>/exceptions/", exceptions, name="allocation_allocationrun_exceptions"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("run"), ordering="number")
    def name(self, obj: AllocationRun) -> str:
        """The run's number within its grant."""
        return _("Run %(number)d") % {"number": obj.number}

    @admin.display(description=gettext_lazy("grant"), ordering="round_grant")
    def grant(self, obj: AllocationRun) -> str:
        """The grant; its round is a filter beside the list."""
        return obj.round_grant.title

    @admin.display(description=gettext_lazy("shared out"), ordering="allocated_kr")
    def allocated(self, obj: AllocationRun) -> str:
        """Kronor shared out."""
        return kr(obj.allocated_kr)

    @admin.display(description=gettext_lazy("not shared out"), ordering="unallocated_kr")
    def unallocated(self, obj: AllocationRun) -> str:
        """Kronor not shared out."""
        return kr(obj.unallocated_kr)

    @admin.display(description=gettext_lazy("computed"), ordering="created_at")
    def computed_at(self, obj: AllocationRun) -> str:
        """When it was computed, in short."""
        return day(timezone.localtime(obj.created_at), "j M Y H:i")

    @admin.display(description=gettext_lazy("state"))
    def place(self, obj: AllocationRun) -> str:
        """Whether this is the run that holds now, and whether everybody sees it."""
        context = {
            "is_current": obj.round_grant.current_run_id == obj.pk,
            "is_stale": bool(self._reasons(obj)),
            "public_id": obj.public_id,  # type: ignore[attr-defined]  # with_public
            "decision": obj.is_decided,  # type: ignore[attr-defined]  # get_queryset
        }
        return render_to_string("admin/_run_place.html", context)

    @admin.display(description=gettext_lazy("changed since"))
    def why(self, obj: AllocationRun) -> str:
        """The first changes that make it stale, with links and times; all of them on its page."""
        reasons = self._reasons(obj)
        return render_to_string(
            "admin/allocation/allocationrun/_why_stale.html",
            {"run": obj, "reasons": reasons[:SHOWN_REASONS], "more": len(reasons) - SHOWN_REASONS},
        )

    def _reasons(self, obj: AllocationRun) -> tuple[Reason, ...]:
        return getattr(obj, "reasons", ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[AllocationRun]:
        """With what is public and decided, grant and round; the rules' text only for one run."""
        runs: QuerySet[AllocationRun] = with_decided(with_public(super().get_queryset(request)))
        runs = runs.select_related("round_grant__reporting_round", "round_grant__current_run")
        runs = runs.defer("round_grant__current_run__rules_text")
        match = request.resolver_match
        is_list = match is not None and match.url_name == "allocation_allocationrun_changelist"
        return runs.defer("rules_text") if is_list else runs

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with what has changed since each of the runs that are shown."""
        answer = super().changelist_view(request, extra_context)
        shown = getattr(answer, "context_data", None) or {}
        if "cl" in shown:
            runs = list(shown["cl"].result_list)
            stale = staleness_of(runs)
            for run in runs:
                run.reasons = reasons_of(stale[run.pk], run.round_grant)
            shown["cl"].result_list = runs
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A run: pots, what it counted, every region."""
        run = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        known = gather(run)
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(grant)s, run %(number)d") % {"grant": run.round_grant.title, "number": run.number},
            "opts": self.opts,
            "original": run,
            "run": run,
            "page": (page := run_page(run, known)),
            "may_recompute": may_recompute(request),
            "standing": standing_by(run, facts=known.facts, proposal=known.proposal, at=timezone.now()),
            "may_propose": may_propose(request),
            "has_view_permission": True,
            "synthetic": run.round_grant.reporting_round.is_demo,
            "is_example": page.is_example,
        }
        return TemplateResponse(request, "admin/allocation/allocationrun/change_form.html", context)

    @admin.action(description=gettext_lazy("Compare two runs"), permissions=["view"])
    def compare_two(self, request: HttpRequest, queryset: QuerySet[AllocationRun]) -> HttpResponse | None:
        """Lead to the comparison of the two runs that are marked."""
        try:
            old, new = comparing.chosen(queryset)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        return redirect("admin:allocation_allocationrun_compare", old, new)

    def compare_view(self, request: HttpRequest, old: int, new: int, kind: str) -> HttpResponse:
        """Two runs beside each other, and why they differ."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        try:
            return comparing.compare(request, old, new, kind=kind, context=context)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:allocation_allocationrun_changelist")

    def bundle_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The run as one JSON document that anybody can verify with the engine alone."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        run = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        try:
            content = bundle_of_run(run)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:allocation_allocationrun_change", run.pk)
        name = f"{run.round_grant.rules_name}-run-{run.number}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type="application/json", headers=headers)

    def region_view(
        self, request: HttpRequest, object_id: str, code: str, *, as_data: bool = False
    ) -> HttpResponse:
        """One region's part of the run, whether it holds or not, as a page or as data."""
        run = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        if as_data:
            return trace_json(run, code)
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return trace_page(request, run, code, context=context)

    def propose_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is lacking before the run can be decided on, and the proposal."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return propose_page(self, request, self.get_object(request, unquote(object_id)))

    def exceptions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Except regions whose reports are not approved, with a reason each."""
        if request.method != "POST":
            return redirect("admin:allocation_allocationrun_propose", object_id)
        return save_exceptions(self, request, self.get_object(request, unquote(object_id)))

    def recompute_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the run's round to be computed again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self.get_object(request, unquote(object_id))
        if not may_recompute(request) or not self.has_view_permission(request, run):
            raise PermissionDenied
        if run is None:
            raise Http404
        ask_for_recomputation(request, run.round_grant.reporting_round)
        return redirect("admin:allocation_allocationrun_change", run.pk)
