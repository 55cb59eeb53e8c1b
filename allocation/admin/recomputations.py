"""Requests to recompute: who asked, why, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from allocation.admin.lists import recomputations_table
from allocation.models import Recomputation, RequestState
from allocation.services.runs import may_ask_for_recomputation, restart_recomputation
from reporting.admin.exports import ExportMixin
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError, NotAllowed
from reporting.tables import Table
from reporting.templatetags.platsplan import chip

CHIPS = {
    RequestState.REQUESTED: "submitted",
    RequestState.RUNNING: "preliminary",
    RequestState.STUCK: "error",
    RequestState.DONE: "ok",
    RequestState.FAILED: "error",
}

# What a person may start again; where it is waiting the sweeper does so within seconds.
RESTARTABLE = (RequestState.STUCK, RequestState.FAILED)


@admin.register(Recomputation)
class RecomputationAdmin(ExportMixin, ReadOnlyMixin, admin.ModelAdmin):
    """The worker's book. Nothing is edited here; a new request is made on the round or the run."""

    empty_words = _(
        "A recomputation is asked for by itself when figures come in, or with the button on a run."
    )
    list_display = [
        "requested_at",
        "reporting_round",
        "why",
        "requested_by",
        "state_chip",
        "finished_at",
        "run_list",
    ]
    list_filter = ["state", "reporting_round"]
    actions = ["export_xlsx", "export_csv"]
    list_select_related = ["reporting_round", "requested_by"]
    show_full_result_count = False
    list_per_page = 50
    fields = [
        "reporting_round",
        "why",
        "requested_by",
        "requested_at",
        "state_chip",
        "worker",
        "attempts",
        "started_at",
        "heartbeat_at",
        "finished_at",
        "error",
        "run_list",
    ]
    readonly_fields = ["why", "state_chip", "run_list"]

    def table_of(self, request: HttpRequest, queryset: QuerySet[Recomputation]) -> Table:
        """What is taken out: a row for each request."""
        return recomputations_table(queryset)

    def rounds_of(self, queryset: QuerySet[Recomputation]) -> Sequence[str]:
        """The rounds that they belong to."""
        return sorted(set(queryset.order_by().values_list("reporting_round__name", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        """The button's own address, before the page that catches everything."""
        restart = self.admin_site.admin_view(require_POST(self.restart_view))
        return [
            path("<path:object_id>/restart/", restart, name="allocation_recomputation_restart"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The request, with the button for whoever may start it again."""
        asked = self.get_object(request, unquote(object_id))
        may = {
            "may_restart": may_ask_for_recomputation(signed_in(request)),
            "restartable": RESTARTABLE,
            "seems_stuck": asked is not None and asked.seems_stuck(at=timezone.now()),
        }
        return super().change_view(request, object_id, form_url, {**may, **(extra_context or {})})

    def restart_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start a stuck request again, or ask anew where it failed."""
        asked = self.get_object(request, unquote(object_id))
        if asked is None:
            raise Http404
        try:
            started = restart_recomputation(recomputation_id=asked.pk, by=signed_in(request))
        except NotAllowed as error:
            raise PermissionDenied from error
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect("admin:allocation_recomputation_change", asked.pk)
        self.message_user(request, gettext("It starts again as soon as a worker is free."), messages.SUCCESS)
        return redirect("admin:allocation_recomputation_change", started.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recomputation]:
        """With the runs that the list links to."""
        return super().get_queryset(request).prefetch_related("runs__round_grant")

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, obj: Recomputation) -> str:
        """What asked for it, in words."""
        return str(obj.get_reason_display())

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, obj: Recomputation) -> str:
        """The state as a chip; stuck also while no worker is there to mark it so."""
        stuck = obj.seems_stuck(at=timezone.now())
        state = RequestState.STUCK if stuck else RequestState(obj.state)
        return chip(CHIPS[state], str(state.label))

    @admin.display(description=_("runs"))
    def run_list(self, obj: Recomputation) -> str:
        """Links to the runs that answered it."""
        return render_to_string("admin/_runs.html", {"runs": obj.runs.all()})
