"""Scenarios: the list, a scenario beside the official rules, editing, copying, comparing, deleting."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.admin.lists import GrantListMixin, scenarios_table
from allocation.admin.scenarioforms import (
    NameForm,
    NewScenarioForm,
    ScenarioForm,
    initial_of,
    with_other_rows,
)
from allocation.admin.scenariopage import MOST_COMPARED, comparison_csv, side_by_side
from allocation.admin.starts import START_RUN, chosen_start, grant_starts
from allocation.comparison import compare, read_rules
from allocation.engine import InvalidReport, RuleSetInvalid
from allocation.errors import NameTaken, ScenarioChanged, ScenarioGone, ScenarioProblem
from allocation.models import Scenario, ScenarioRegion
from allocation.ruleedit import edit_of
from allocation.services import scenarios as services
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError
from reporting.models import PopulationReference
from reporting.tables import Table
from reporting.templatetags.platsplan import kr, signed

FOLDER = "admin/allocation/scenario"


@admin.register(Scenario)
class ScenarioAdmin(GrantListMixin, admin.ModelAdmin):
    """Scenarios belong to the desk: every case officer may edit each of them."""

    empty_words = gettext_lazy(
        "A scenario is a copy of a run with other rules or figures. It changes nothing that is decided."
    )
    list_display = ["name", "round_grant", "shared_out", "difference", "changed_at", "changed_by"]
    list_filter = ["round_grant"]
    search_fields = ["name", "note"]
    list_select_related = ["round_grant__reporting_round", "changed_by"]
    ordering = ["-changed_at", "-pk"]
    show_full_result_count = False
    list_per_page = 50
    rules_at = "base_rules_version"
    actions = ["compare_selected", "export_xlsx", "export_csv"]

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        view = self.admin_site.admin_view
        own = {
            "edit": ("edit/", self.edit_view),
            "copy": ("copy/", self.copy_view),
            "csv": ("comparison.csv", self.csv_view),
        }
        return [
            path("compare/", view(self.compare_view), name="allocation_scenario_compare"),
            *(
                path(f"<path:object_id>/{end}", view(page), name=f"allocation_scenario_{name}")
                for name, (end, page) in own.items()
            ),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting goes by the page of one scenario, which says what goes with it."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def table_of(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> Table:
        """What is taken out: a row for each scenario."""
        return scenarios_table(queryset)

    @admin.display(description=gettext_lazy("shared out"), ordering="allocated_kr")
    def shared_out(self, obj: Scenario) -> str:
        """Kronor shared out in the scenario."""
        return kr(obj.allocated_kr)

    @admin.display(description=gettext_lazy("against official"))
    def difference(self, obj: Scenario) -> str:
        """How much more than officially."""
        return signed(obj.allocated_kr - obj.base_allocated_kr)

    @admin.action(description=gettext_lazy("Compare the selected scenarios"), permissions=["view"])
    def compare_selected(self, request: HttpRequest, queryset: QuerySet[Scenario]) -> HttpResponse | None:
        """Go to the page that puts two or three beside each other."""
        chosen = list(queryset.values_list("pk", flat=True)[: MOST_COMPARED + 1])
        if not 2 <= len(chosen) <= MOST_COMPARED:
            text = _("Select two or three scenarios to compare.")
            self.message_user(request, text, messages.WARNING)
            return None
        return redirect(_compare_address(chosen))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Copy official rules and figures into a new scenario."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        starts = grant_starts()
        data = request.POST if request.method == "POST" else None
        first = {"start": f"{START_RUN}:{request.GET.get('run', '')}"}
        form = NewScenarioForm(data, starts=starts, initial=first)
        if form.is_valid():
            by, at = signed_in(request), timezone.now()
            typed = form.cleaned_data
            try:
                base = chosen_start(typed["start"], at=at)
                scenario = services.create_scenario(
                    base=base, name=typed["name"], note=typed["note"], by=by, at=at
                )
            except NameTaken as error:
                form.add_error("name", str(error))
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, scenario, [{"added": {}}])
                text = _("The scenario has been made. Change what you want to try.")
                messages.success(request, text)
                return redirect("admin:allocation_scenario_edit", scenario.pk)
        context = self._context(request, title=_("New scenario"), form=form, starts=starts)
        return TemplateResponse(request, f"{FOLDER}/new.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A scenario beside what it began from."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        scenario = self._scenario(request, object_id)
        others = Scenario.objects.filter(round_grant=scenario.round_grant).exclude(pk=scenario.pk)
        context = self._context(
            request,
            scenario,
            title=scenario.name,
            comparison=_comparison(scenario),
            population_titles=dict(PopulationReference.objects.values_list("slug", "title")),
            others=list(others.values_list("pk", "name")[:50]),
            sweeps=list(scenario.sweeps.all()[:10]),
            current=scenario.round_grant.current_run,
            may_sweep=signed_in(request).has_perm("allocation.add_sweeprun"),
        )
        return TemplateResponse(request, f"{FOLDER}/page.html", context)

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change a scenario's rules and figures; saving computes it."""
        scenario = self._scenario(request, object_id)
        if not self.has_change_permission(request, scenario):
            raise PermissionDenied
        rows = _rows(scenario)
        base = read_rules(scenario.base_rules_text, scenario.base_rules_name)
        populations = list(PopulationReference.objects.values_list("slug", "title"))
        typed = request.POST if request.method == "POST" else None
        other_rows = with_other_rows(typed.dict()) if typed is not None else None
        initial = initial_of(scenario, edit_of(read_rules(scenario.rules_text)), rows)
        form = ScenarioForm(
            typed if other_rows is None else None,
            initial=other_rows or initial,
            base=base,
            rows=rows,
            populations=populations,
        )
        if form.is_valid() and self._saved(request, scenario, form):
            messages.success(request, _("The scenario has been saved and computed."))
            return redirect("admin:allocation_scenario_change", scenario.pk)
        title = _("Edit: %(name)s") % {"name": scenario.name}
        context = self._context(request, scenario, title=title, form=form)
        return TemplateResponse(request, f"{FOLDER}/edit.html", context)

    def copy_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make another scenario from this one."""
        scenario = self._scenario(request, object_id)
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = NameForm(data, initial={"name": _("%(name)s, copy") % {"name": scenario.name[:70]}})
        if form.is_valid():
            try:
                copy = services.copy_scenario(
                    scenario_id=scenario.pk,
                    name=form.cleaned_data["name"],
                    by=signed_in(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                form.add_error("name", str(error))
            else:
                self.log_addition(request, copy, [{"added": {}}])
                return redirect("admin:allocation_scenario_edit", copy.pk)
        title = _("Copy: %(name)s") % {"name": scenario.name}
        return TemplateResponse(
            request, f"{FOLDER}/copy.html", self._context(request, scenario, title=title, form=form)
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete a scenario and its sweeps, after a question."""
        scenario = self._scenario(request, object_id)
        if not self.has_delete_permission(request, scenario):
            raise PermissionDenied
        if request.method == "POST":
            try:
                services.delete_scenario(scenario_id=scenario.pk, by=signed_in(request))
            except ScenarioGone as error:
                messages.warning(request, str(error))
            else:
                self.log_deletions(request, [scenario])  # type: ignore[arg-type]  # it is gone from every query
                messages.success(request, _("%(name)s has been deleted.") % {"name": scenario.name})
            return redirect("admin:allocation_scenario_changelist")
        title = _("Delete: %(name)s") % {"name": scenario.name}
        context = self._context(request, scenario, title=title, sweep_count=scenario.sweeps.count())
        return TemplateResponse(request, f"{FOLDER}/delete.html", context)

    def compare_view(self, request: HttpRequest) -> HttpResponse:
        """Two or three scenarios beside each other."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = [int(text) for text in request.GET.getlist("with") if text.isascii() and text.isdigit()]
        wanted = list(dict.fromkeys(number for number in wanted if number < 2**62))[:MOST_COMPARED]
        found = Scenario.objects.select_related("round_grant__reporting_round", "base_run").in_bulk(wanted)
        chosen = [found[number] for number in wanted if number in found]
        if any(scenario.round_grant_id != chosen[0].round_grant_id for scenario in chosen):
            messages.warning(request, _("Scenarios of different grants cannot be compared."))
            chosen = chosen[:1]
        choices = Scenario.objects.order_by("round_grant", "name").select_related("round_grant")
        context = self._context(
            request,
            title=_("Compare scenarios"),
            side=side_by_side(chosen) if len(chosen) > 1 else None,
            chosen=[scenario.pk for scenario in chosen],
            slots=range(MOST_COMPARED),
            choices=list(choices[:200]),
            synthetic=any(scenario.round_grant.reporting_round.is_demo for scenario in chosen),
        )
        return TemplateResponse(request, f"{FOLDER}/compare.html", context)

    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The comparison as a table for a spreadsheet."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        scenario = self._scenario(request, object_id)
        headers = {"Content-Disposition": f'attachment; filename="scenario-{scenario.pk}.csv"'}
        content = comparison_csv(_comparison(scenario))
        return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

    def _saved(self, request: HttpRequest, scenario: Scenario, form: ScenarioForm) -> bool:
        """Save what the form holds; what is wrong with it goes to the fields."""
        typed = form.cleaned_data
        try:
            saved = services.save_scenario(
                scenario_id=scenario.pk,
                version=typed["version"],
                name=typed["name"],
                note=typed["note"],
                edit=form.edit(),
                figures=form.figures(),
                by=signed_in(request),
                at=timezone.now(),
            )
        except NameTaken as error:
            form.add_error("name", str(error))
        except ScenarioProblem as error:
            form.add_error(error.field, str(error))
        except RuleSetInvalid as error:
            form.add_rule_error(error)
        except (ScenarioChanged, ScenarioGone, InvalidReport) as error:
            form.add_error(None, str(error))
        else:
            self.log_change(request, saved, [{"changed": {"fields": form.changed_data[:20]}}])
            return True
        return False

    def _scenario(self, request: HttpRequest, object_id: str) -> Scenario:
        number = unquote(object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        scenario = None
        if number.isascii() and number.isdigit() and int(number) < 2**62:
            related = ("round_grant__reporting_round", "round_grant__current_run", "base_run")
            people = ("created_by", "changed_by")
            scenario = Scenario.objects.select_related(*related, *people).filter(pk=int(number)).first()
        if scenario is None:
            raise Http404
        return scenario

    def _context(self, request: HttpRequest, scenario: Scenario | None = None, **more: Any) -> dict[str, Any]:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "has_view_permission": True,
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            "may_delete": self.has_delete_permission(request),
        }
        if scenario is not None:
            demo = scenario.round_grant.reporting_round.is_demo
            context |= {"scenario": scenario, "original": scenario, "synthetic": demo}
        return context | more


def _rows(scenario: Scenario) -> list[ScenarioRegion]:
    return list(scenario.regions.select_related("region").order_by("region"))


def _comparison(scenario: Scenario) -> Any:
    rows = _rows(scenario)
    names: Mapping[str, str] = {row.region_id: row.region.short_name for row in rows}
    return compare(scenario, rows, names)


def _compare_address(numbers: list[int]) -> str:
    query = QueryDict(mutable=True)
    query.setlist("with", [str(number) for number in numbers])
    return f"{reverse('admin:allocation_scenario_compare')}?{query.urlencode()}"
