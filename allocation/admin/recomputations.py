"""Requests to recompute: who asked, why, and what came of it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocation.models import Recomputation, RequestState
from reporting.admin.readonly import ReadOnlyMixin
from reporting.templatetags.platsplan import chip

REASONS: dict[str, str | Promise] = {
    "submitted": _("A report was submitted"),
    "approved": _("A report was approved"),
    "returned": _("A report was returned"),
    "grant": _("A grant was added"),
    "asked": _("Asked for by hand"),
}
CHIPS = {RequestState.REQUESTED: "submitted", RequestState.DONE: "ok", RequestState.FAILED: "error"}


@admin.register(Recomputation)
class RecomputationAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The worker's book. Nothing is edited here; a new request is made on the round or the run."""

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
    list_select_related = ["reporting_round", "requested_by"]
    show_full_result_count = False
    list_per_page = 50
    fields = [
        "reporting_round",
        "why",
        "requested_by",
        "requested_at",
        "state_chip",
        "finished_at",
        "error",
        "run_list",
    ]
    readonly_fields = ["why", "state_chip", "run_list"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recomputation]:
        """With the runs that the list links to."""
        return super().get_queryset(request).prefetch_related("runs__round_grant")

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, obj: Recomputation) -> str:
        """What asked for it, in words."""
        return str(REASONS.get(obj.reason, obj.reason))

    @admin.display(description=_("state"), ordering="state")
    def state_chip(self, obj: Recomputation) -> str:
        """The state as a chip."""
        return chip(CHIPS[RequestState(obj.state)], str(obj.get_state_display()))

    @admin.display(description=_("runs"))
    def run_list(self, obj: Recomputation) -> str:
        """Links to the runs that answered it."""
        return render_to_string("admin/_runs.html", {"runs": obj.runs.all()})
