"""Batches of payments: the list, and a batch's page with its accounts, its files and what the bank did."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from allocation.admin.finalreports import FinalReportMixin
from allocation.admin.lists import GrantListMixin, payments_table
from allocation.admin.moneydoor import Step, asked, carried_out, may_approve, may_handle, money_page
from allocation.admin.moneyforms import CancelForm, ExportForm, MoneyForm, PaidForm, StopForm
from allocation.admin.moneypage import BatchPage
from allocation.admin.numbered import NumberedMixin
from allocation.models import BatchState, PaymentBatch, PaymentFile, RoundGrant
from allocation.services.payments import (
    approve_batch,
    cancel_batch,
    export_batch,
    note_paid,
    stop_payment,
)
from reporting.accounts.recency import fresh_sign_in_required
from reporting.admin.documents import as_file
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.tables import Table
from reporting.templatetags.platsplan import chip

CHIPS = {
    BatchState.MADE: "submitted",
    BatchState.APPROVED: "in_review",
    BatchState.EXPORTED: "preliminary",
    BatchState.DONE: "decided",
    BatchState.CANCELLED: "none",
}
STEPS = {
    step.form.action: step
    for step in (
        Step(ExportForm, export_batch, gettext_lazy("The files are made.")),
        Step(
            CancelForm,
            cancel_batch,
            gettext_lazy("The batch is cancelled. Its payments are left to pay again."),
        ),
        Step(PaidForm, note_paid, gettext_lazy("Noted as paid. The regions get a mail.")),
        Step(StopForm, stop_payment, gettext_lazy("Noted as stopped. The amount is left to pay again.")),
    )
}


@admin.register(PaymentBatch)
class PaymentBatchAdmin(FinalReportMixin, NumberedMixin, GrantListMixin, ReadOnlyMixin, admin.ModelAdmin):
    """Batches are made on a grant's page and go on from their own; services do it, nothing is edited."""

    empty_words = gettext_lazy(
        "A batch is made from a decided grant. The button for each decided grant stands above; before "
        "the first decision there is none."
    )
    list_display = ["label", "grant", "state_chip", "pay_on", "made_by_name", "made_at", "approved_by_name"]
    list_filter = ["state", "round_grant__reporting_round", "round_grant"]
    list_select_related = ["round_grant__reporting_round"]
    search_fields = ["made_by_name", "approved_by_name"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["export_xlsx", "export_csv"]
    rules_at = "decision__run__rules_version"

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """The chosen rows as a table."""
        return payments_table(queryset)

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        view, name = self.admin_site.admin_view, "allocation_paymentbatch"
        approve = view(fresh_sign_in_required(self.approve_view))
        file = view(require_safe(self.file_view))
        return [
            path("<int:object_id>/approve/", approve, name=f"{name}_approve"),
            path("<int:object_id>/act/", view(self.act_view), name=f"{name}_act"),
            path("<int:object_id>/files/<str:kind>", file, name=f"{name}_file"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: PaymentBatch) -> str:
        """The state as a chip."""
        return batch_chip(obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the way to each grant that is decided."""
        grants = RoundGrant.objects.filter(decisions__state="decided").select_related("reporting_round")
        return super().changelist_view(request, {**(extra_context or {}), "grants": grants.distinct()})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A batch: who, when, how much to whom, its files, and what the bank did."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._batch(request, object_id))

    def approve_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Approve a batch; the page itself is the batch's."""
        batch = self._batch(request, object_id)
        if not may_approve(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                approve_batch(batch_id=batch.pk, **asked(request))
            except DomainError as error:
                return self._page(request, self._batch(request, batch.pk), failure=error)
            text = _("The batch is approved. Its files can be made.")
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:allocation_paymentbatch_change", batch.pk)

    def act_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make the files, note what was paid or stopped, or cancel."""
        if request.method != "POST":
            return redirect("admin:allocation_paymentbatch_change", object_id)
        batch, action = self._batch(request, object_id), request.POST.get("action", "")
        if not (may_handle(request) or (action == "cancel" and may_approve(request))):
            raise PermissionDenied
        if action not in STEPS:
            raise BadRequest("There is no such action.")
        step = STEPS[action]
        options = {"page": BatchPage.of(batch)} if step.form in (PaidForm, StopForm) else {}
        form = step.form.sent(request.POST, **options)
        if carried_out(form, step.service, batch_id=batch.pk, **asked(request)) is None:
            return self._page(request, self._batch(request, batch.pk), sent=form)
        self.message_user(request, str(step.done), messages.SUCCESS)
        return redirect("admin:allocation_paymentbatch_change", batch.pk)

    def file_view(self, request: HttpRequest, object_id: int, kind: str) -> HttpResponse:
        """One of a batch's files, as it was made."""
        files = PaymentFile.objects.select_related("document")
        return as_file(get_object_or_404(files, batch=self._batch(request, object_id), kind=kind).document)

    def _batch(self, request: HttpRequest, object_id: str | int) -> PaymentBatch:
        batches = PaymentBatch.objects.select_related("round_grant__reporting_round", "decision__run")
        return self.named(request, batches, object_id)

    def _page(
        self,
        request: HttpRequest,
        batch: PaymentBatch,
        *,
        sent: MoneyForm | None = None,
        failure: DomainError | None = None,
    ) -> HttpResponse:
        page = BatchPage.of(batch)
        context = {
            "title": _("Payment %(number)s") % {"number": batch.label},
            "original": batch,
            "batch": batch,
            "page": page,
            "sent": sent,
            "failure": failure,
            "cancel": sent if isinstance(sent, CancelForm) else CancelForm.empty(),
            "export": sent if isinstance(sent, ExportForm) else ExportForm.empty(),
            "paid": sent if isinstance(sent, PaidForm) else PaidForm.empty(page=page),
            "stop": sent if isinstance(sent, StopForm) else StopForm.empty(page=page),
            "state_chip": batch_chip(batch),
            "is_own": batch.made_by_id == signed_in(request).pk,
        }
        return money_page(self, request, "page.html", grant=batch.round_grant, context=context)


def batch_chip(batch: PaymentBatch) -> str:
    """A batch's state as a chip."""
    return chip(CHIPS[BatchState(batch.state)], str(batch.get_state_display()))
