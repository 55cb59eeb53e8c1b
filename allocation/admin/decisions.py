"""Decisions: the list, a decision's page, answering a proposal, letters and what was frozen."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from allocation.admin.decisionpage import decision_page
from allocation.admin.lists import GrantListMixin, decisions_table
from allocation.admin.numbered import NumberedMixin
from allocation.errors import NotReady
from allocation.letterzip import zip_of
from allocation.models import REASON_MAX, Decision, DecisionState, Letter
from allocation.services.decisions import decide, refuse_proposal, withdraw_proposal
from reporting.accounts.recency import fresh_sign_in_required
from reporting.admin.documents import as_file
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.tables import Table
from reporting.templatetags.platsplan import chip, kr

CHIPS = {
    DecisionState.PROPOSED: "submitted",
    DecisionState.WITHDRAWN: "none",
    DecisionState.REFUSED: "returned",
    DecisionState.DECIDED: "decided",
}
ANSWERS = ("refuse", "withdraw")
RELATED = (
    "run__round_grant",
    "round_grant__reporting_round",
    "corrects__round_grant__reporting_round",
    "record__document__log_entry",
)


@admin.register(Decision)
class DecisionAdmin(NumberedMixin, GrantListMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Decisions are proposed on a run's page and answered here; services do it, nothing is edited."""

    empty_words = gettext_lazy(
        "A decision begins as a proposal, which is made on the page of the run that holds."
    )
    list_display = [
        "label",
        "grant",
        "run_number",
        "state_chip",
        "amount",
        "proposed_by_name",
        "proposed_at",
        "decided_by_name",
        "decided_at",
    ]
    list_filter = ["state", "round_grant__reporting_round", "round_grant"]
    list_select_related = ["round_grant__reporting_round", "run"]
    search_fields = ["proposed_by_name", "decided_by_name", "round_grant__case_number"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["export_xlsx", "export_csv"]
    rules_at = "run__rules_version"

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """The chosen rows as a table."""
        return decisions_table(queryset)

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        views: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("decide/", fresh_sign_in_required(self.decide_view), "decide"),
            ("answer/", self.answer_view, "answer"),
            ("letters.zip", require_safe(self.zip_view), "zip"),
            ("letters/<str:code>.pdf", require_safe(self.letter_view), "letter"),
            ("bundle.json", require_safe(self.bundle_view), "bundle"),
            ("decision.json", require_safe(self.record_view), "record"),
        ]
        return [
            path(
                f"<int:object_id>/{place}",
                self.admin_site.admin_view(view),
                name=f"allocation_decision_{name}",
            )
            for place, view, name in views
        ] + super().get_urls()

    @admin.display(description=gettext_lazy("run"), ordering="run__number")
    def run_number(self, obj: Decision) -> str:
        """The number of the run that it rests on."""
        return str(obj.run.number)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: Decision) -> str:
        """The state as a chip."""
        return state_chip(obj)

    @admin.display(description=gettext_lazy("shared out"), ordering="run__allocated_kr")
    def amount(self, obj: Decision) -> str:
        """Kronor shared out."""
        return kr(obj.run.allocated_kr)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A decision: who, when, how much to whom, its letters; and the answer, while it waits for one."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._found(request, object_id), extra=extra_context)

    def decide_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Read once more what the decision means, and make it."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        decision = self._found(request, object_id)
        if not may_decide(request):
            raise PermissionDenied
        failure: DomainError | None = None
        if request.method == "POST":
            try:
                made = decide(decision_id=decision.pk, by=signed_in(request), at=timezone.now())
            except DomainError as error:
                failure = error
                decision = self._found(request, object_id)
            else:
                text = _("%(number)s is decided. Every region gets its letter by mail.")
                self.message_user(request, text % {"number": made.label}, messages.SUCCESS)
                return redirect("admin:allocation_decision_change", made.pk)
        return self._page(
            request,
            decision,
            template="decide.html",
            extra={
                "title": _("Decide %(number)s") % {"number": decision.label},
                "failure": failure,
                "missing": failure.missing if isinstance(failure, NotReady) else (),
            },
        )

    def answer_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send a proposal back, or withdraw it."""
        if request.method != "POST":
            return redirect("admin:allocation_decision_change", object_id)
        decision = self._found(request, object_id)
        answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")
        if answer not in ANSWERS:
            raise BadRequest("There is no such answer.")
        if not (may_decide(request) if answer == "refuse" else may_propose(request)):
            raise PermissionDenied
        service = refuse_proposal if answer == "refuse" else withdraw_proposal
        try:
            service(decision_id=decision.pk, by=signed_in(request), at=timezone.now(), reason=reason)
        except DomainError as error:
            fresh = self._found(request, object_id)
            return self._page(request, fresh, extra={"failure": error, "typed": reason})
        done = _("The proposal is sent back.") if answer == "refuse" else _("The proposal is withdrawn.")
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:allocation_decision_change", decision.pk)

    def zip_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """All letters of a decision in one file, written while it is sent."""
        decision = self._found(request, object_id)
        letters = Letter.objects.filter(decision=decision).select_related("document").order_by("region_id")
        if not letters.exists():
            raise Http404
        response = StreamingHttpResponse(zip_of(letters), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{decision.label}.zip"'
        return response

    def letter_view(self, request: HttpRequest, object_id: int, code: str) -> HttpResponse:
        """One region's letter."""
        decision = self._found(request, object_id)
        letter = get_object_or_404(Letter.objects.select_related("document"), decision=decision, region=code)
        return as_file(letter.document)

    def bundle_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The run that was frozen, as `python -m allocation.engine verify` takes it."""
        decision = self._found(request, object_id)
        if not decision.is_decided:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{decision.label}-bundle.json"'}
        return HttpResponse(decision.record.bundle, content_type="application/json", headers=headers)

    def record_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The record of a decision, as it stands in the log."""
        decision = self._found(request, object_id)
        if not decision.is_decided:
            raise Http404
        return as_file(decision.record.document)

    def _found(self, request: HttpRequest, object_id: str | int) -> Decision:
        decisions = Decision.objects.select_related(*RELATED).defer(
            "record__bundle", "record__document__content"
        )
        return self.named(request, decisions, object_id)

    def _page(
        self,
        request: HttpRequest,
        decision: Decision,
        *,
        template: str = "page.html",
        extra: dict[str, Any] | None = None,
    ) -> HttpResponse:
        is_own = decision.proposed_by_id == signed_in(request).pk
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decision %(number)s") % {"number": decision.label},
            "opts": self.opts,
            "original": decision,
            "decision": decision,
            "grant": decision.round_grant,
            "run": decision.run,
            "page": decision_page(decision, at=timezone.now()),
            "state_chip": state_chip(decision),
            "is_own": is_own,
            "may_decide": decision.is_open and may_decide(request) and not is_own,
            "may_withdraw": decision.is_open and may_propose(request),
            "reason_max": REASON_MAX,
            "has_view_permission": True,
            "synthetic": decision.round_grant.reporting_round.is_demo,
            **(extra or {}),
        }
        return TemplateResponse(request, f"admin/allocation/decision/{template}", context)


def state_chip(decision: Decision) -> str:
    """A decision's state as a chip."""
    return chip(CHIPS[DecisionState(decision.state)], str(decision.get_state_display()))


def may_propose(request: HttpRequest) -> bool:
    """Whether the asker may propose decisions."""
    return signed_in(request).has_perm("allocation.propose_decision")


def may_decide(request: HttpRequest) -> bool:
    """Whether the asker may decide."""
    return signed_in(request).has_perm("allocation.decide_decision")
