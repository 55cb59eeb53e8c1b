"""Payments: the money of a grant on one page, a batch's page with its files, and the final report."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.admin.moneypage import BatchPage, MoneyPage
from allocation.errors import NotPayable
from allocation.final_report import draft_pdf, draft_workbook
from allocation.models import (
    REASON_MAX,
    BatchState,
    ClaimKind,
    FinalReport,
    PaymentBatch,
    PaymentFile,
    RepaymentClaim,
    RoundGrant,
)
from allocation.services.final_reports import issue_final_report
from allocation.services.payments import (
    approve_batch,
    cancel_batch,
    export_batch,
    make_batch,
    note_paid,
    stop_payment,
)
from allocation.services.reclaims import (
    claim_repayment,
    confirm_claim,
    note_repayment,
    strike_repayment,
    withdraw_claim,
)
from reporting.accounts.recency import fresh_sign_in_required
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.models import Document, MediaType
from reporting.templatetags.platsplan import chip

CHIPS = {
    BatchState.MADE: "submitted",
    BatchState.APPROVED: "in_review",
    BatchState.EXPORTED: "preliminary",
    BatchState.DONE: "decided",
    BatchState.CANCELLED: "none",
}


@admin.register(PaymentBatch)
class PaymentBatchAdmin(ReadOnlyMixin, admin.ModelAdmin):
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

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        views: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("grant/<int:grant_id>/", self.grant_view, "grant"),
            ("grant/<int:grant_id>/report.pdf", self.draft_pdf_view, "draft_pdf"),
            ("grant/<int:grant_id>/report.xlsx", self.draft_workbook_view, "draft_workbook"),
            ("grant/<int:grant_id>/report/<int:number>.<str:form>", self.report_view, "report"),
            ("claims/<int:claim_id>/confirm/", fresh_sign_in_required(self.confirm_view), "confirm_claim"),
            ("<int:object_id>/approve/", fresh_sign_in_required(self.approve_view), "approve"),
            ("<int:object_id>/act/", self.act_view, "act"),
            ("<int:object_id>/files/<str:kind>", self.file_view, "file"),
        ]
        return [
            path(place, self.admin_site.admin_view(view), name=f"allocation_paymentbatch_{name}")
            for place, view, name in views
        ] + super().get_urls()

    @admin.display(description=gettext_lazy("number"), ordering="number")
    def label(self, obj: PaymentBatch) -> str:
        """The batch's number."""
        return obj.label

    @admin.display(description=gettext_lazy("grant"), ordering="round_grant")
    def grant(self, obj: PaymentBatch) -> str:
        """The grant and its round."""
        return str(obj.round_grant)

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
        return self._batch_page(request, self._batch(request, object_id), extra=extra_context)

    def approve_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Approve a batch; the page itself is the batch's."""
        batch = self._batch(request, object_id)
        if not may_approve(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:allocation_paymentbatch_change", batch.pk)
        return self._do(
            request,
            batch,
            lambda: approve_batch(batch_id=batch.pk, by=signed_in(request), at=timezone.now()),
            _("The batch is approved. Its files can be made."),
        )

    def act_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make the files, note what was paid or stopped, or cancel."""
        if request.method != "POST":
            return redirect("admin:allocation_paymentbatch_change", object_id)
        batch = self._batch(request, object_id)
        action, sent = request.POST.get("action", ""), request.POST
        if not (may_handle(request) or (action == "cancel" and may_approve(request))):
            raise PermissionDenied
        common: dict[str, Any] = {"batch_id": batch.pk, "by": signed_in(request), "at": timezone.now()}
        actions: dict[str, tuple[Callable[[], object], str]] = {
            "export": (lambda: export_batch(**common), _("The files are made.")),
            "cancel": (
                lambda: cancel_batch(**common, reason=sent.get("reason", "")),
                _("The batch is cancelled. Its payments are left to pay again."),
            ),
            "paid": (
                lambda: note_paid(
                    **common,
                    codes=sent.getlist("region"),
                    paid_on=day(sent.get("paid_on", "")),
                    reference=sent.get("reference", ""),
                ),
                _("Noted as paid. The regions get a mail."),
            ),
            "stop": (
                lambda: stop_payment(**common, code=sent.get("code", ""), reason=sent.get("reason", "")),
                _("Noted as stopped. The amount is left to pay again."),
            ),
        }
        if action not in actions:
            raise BadRequest("There is no such action.")
        return self._do(request, batch, *actions[action])

    def file_view(self, request: HttpRequest, object_id: int, kind: str) -> HttpResponse:
        """One of a batch's files, as it was made."""
        batch = self._batch(request, object_id)
        files = PaymentFile.objects.select_related("document")
        return _file(request, get_object_or_404(files, batch=batch, kind=kind).document)

    def grant_view(self, request: HttpRequest, grant_id: int) -> HttpResponse:
        """The money of a grant: what each region was decided, paid and claimed, and what is left to do."""
        grant = self._grant(request, grant_id)
        if request.method in ("GET", "HEAD"):
            return self._grant_page(request, grant)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        action = request.POST.get("action", "")
        if not (may_handle(request) or (action == "withdraw" and may_approve(request))):
            raise PermissionDenied
        actions = self._grant_actions(request, grant)
        if action not in actions:
            raise BadRequest("There is no such action.")
        try:
            made = actions[action][0]()
        except DomainError as error:
            return self._grant_page(request, grant, failure=error, typed=request.POST.dict())
        self.message_user(request, actions[action][1], messages.SUCCESS)
        if isinstance(made, PaymentBatch):
            return redirect("admin:allocation_paymentbatch_change", made.pk)
        return redirect("admin:allocation_paymentbatch_grant", grant.pk)

    def confirm_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Confirm a claim; the page itself is the grant's."""
        if not may_approve(request):
            raise PermissionDenied
        claim = get_object_or_404(RepaymentClaim, pk=claim_id)
        grant = self._grant(request, claim.round_grant_id)
        if request.method == "POST":
            try:
                confirm_claim(claim_id=claim.pk, by=signed_in(request), at=timezone.now())
            except DomainError as error:
                return self._grant_page(request, grant, failure=error)
            self.message_user(request, _("The claim holds. The region gets a mail."), messages.SUCCESS)
        return redirect("admin:allocation_paymentbatch_grant", grant.pk)

    def _grant_actions(
        self, request: HttpRequest, grant: RoundGrant
    ) -> dict[str, tuple[Callable[[], object], str]]:
        sent = request.POST
        common: dict[str, Any] = {"by": signed_in(request), "at": timezone.now()}
        reason = sent.get("reason", "")

        def claim_id() -> int:
            return get_object_or_404(RepaymentClaim, round_grant=grant, pk=number(sent.get("claim", ""))).pk

        return {
            "make": (
                lambda: make_batch(grant_id=grant.pk, pay_on=day(sent.get("pay_on", "")), **common),
                _("The batch is made. Somebody else approves it."),
            ),
            "claim": (
                lambda: claim_repayment(
                    grant_id=grant.pk,
                    code=sent.get("code", ""),
                    kind=sent.get("kind", ""),
                    amount_kr=number(sent.get("amount", "")),
                    reason=reason,
                    due_on=day(sent.get("due_on", "")),
                    **common,
                ),
                _("The claim is made. The region gets a mail when somebody else has confirmed it."),
            ),
            "repaid": (
                lambda: note_repayment(
                    claim_id=claim_id(),
                    amount_kr=number(sent.get("amount", "")),
                    repaid_on=day(sent.get("repaid_on", "")),
                    reference=sent.get("reference", ""),
                    **common,
                ),
                _("The repayment is noted."),
            ),
            "withdraw": (
                lambda: withdraw_claim(claim_id=claim_id(), reason=reason, **common),
                _("The claim is withdrawn."),
            ),
            "strike": (
                lambda: strike_repayment(
                    repayment_id=number(sent.get("repayment", "")), reason=reason, grant_id=grant.pk, **common
                ),
                _("The repayment is struck."),
            ),
            "issue": (
                lambda: issue_final_report(grant_id=grant.pk, **common),
                _("The final report is issued and kept."),
            ),
        }

    def draft_pdf_view(self, request: HttpRequest, grant_id: int) -> HttpResponse:
        """The final report as it would be issued now, as PDF."""
        return self._draft(request, grant_id, MediaType.PDF)

    def draft_workbook_view(self, request: HttpRequest, grant_id: int) -> HttpResponse:
        """The final report as it would be issued now, as a workbook."""
        return self._draft(request, grant_id, MediaType.EXCEL)

    def _draft(self, request: HttpRequest, grant_id: int, media_type: MediaType) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        grant = self._grant(request, grant_id)
        draw, ending = (draft_pdf, "pdf") if media_type == MediaType.PDF else (draft_workbook, "xlsx")
        try:
            content = draw(grant, at=timezone.now())
        except DomainError as error:
            return self._grant_page(request, grant, failure=error)
        headers = {"Content-Disposition": f'attachment; filename="{grant.number_text}-utkast.{ending}"'}
        return HttpResponse(content, content_type=media_type, headers=headers)

    def report_view(self, request: HttpRequest, grant_id: int, number: int, form: str) -> HttpResponse:
        """A final report as it was issued."""
        reports = FinalReport.objects.select_related("pdf", "workbook")
        report = get_object_or_404(reports, round_grant=self._grant(request, grant_id), number=number)
        documents = {"pdf": report.pdf, "xlsx": report.workbook}
        if form not in documents:
            raise Http404
        return _file(request, documents[form])

    def _do(
        self, request: HttpRequest, batch: PaymentBatch, action: Callable[[], object], done: str
    ) -> HttpResponse:
        try:
            action()
        except DomainError as error:
            return self._batch_page(
                request,
                self._batch(request, batch.pk),
                extra={"failure": error, "typed": request.POST.dict()},
            )
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:allocation_paymentbatch_change", batch.pk)

    def _batch(self, request: HttpRequest, object_id: str | int) -> PaymentBatch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isdecimal():
            raise Http404
        batches = PaymentBatch.objects.select_related("round_grant__reporting_round", "decision__run")
        return get_object_or_404(batches, pk=int(object_id))

    def _grant(self, request: HttpRequest, grant_id: int) -> RoundGrant:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(RoundGrant.objects.select_related("reporting_round"), pk=grant_id)

    def _batch_page(
        self, request: HttpRequest, batch: PaymentBatch, *, extra: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": _("Payment %(number)s") % {"number": batch.label},
            "original": batch,
            "batch": batch,
            "page": BatchPage.of(batch),
            "state_chip": batch_chip(batch),
            "is_own": batch.made_by_id == signed_in(request).pk,
            **(extra or {}),
        }
        return self._shown(request, "page.html", batch.round_grant, context)

    def _grant_page(
        self,
        request: HttpRequest,
        grant: RoundGrant,
        *,
        failure: DomainError | None = None,
        typed: dict[str, str] | None = None,
    ) -> HttpResponse:
        context = {
            "title": _("Payments, %(grant)s") % {"grant": grant.title},
            "page": MoneyPage.of(grant),
            "failure": failure,
            "missing": failure.missing if isinstance(failure, NotPayable) else (),
            "typed": typed or {},
            "kinds": ClaimKind.choices,
        }
        return self._shown(request, "grant.html", grant, context)

    def _shown(
        self, request: HttpRequest, template: str, grant: RoundGrant, context: dict[str, Any]
    ) -> HttpResponse:
        everything = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "grant": grant,
            "may_handle": may_handle(request),
            "may_approve": may_approve(request),
            "person_id": signed_in(request).pk,
            "today": timezone.localdate(),
            "reason_max": REASON_MAX,
            "has_view_permission": True,
            "synthetic": grant.reporting_round.is_demo,
            **context,
        }
        return TemplateResponse(request, f"admin/allocation/paymentbatch/{template}", everything)


def batch_chip(batch: PaymentBatch) -> str:
    """A batch's state as a chip."""
    return chip(CHIPS[BatchState(batch.state)], str(batch.get_state_display()))


def may_handle(request: HttpRequest) -> bool:
    """Whether the asker may handle payments."""
    return signed_in(request).has_perm("allocation.handle_payment")


def may_approve(request: HttpRequest) -> bool:
    """Whether the asker may approve payments and confirm claims."""
    return signed_in(request).has_perm("allocation.approve_payment")


def day(typed: str) -> date:
    """A day as a date field sends it.

    Raises:
        NotPayable: it is none.
    """
    try:
        found = parse_date(typed.strip())
    except ValueError:
        found = None
    if found is None:
        raise NotPayable([_("Enter the day as year-month-day, such as 2022-12-15.")])
    return found


def number(typed: str) -> int:
    """Whole kronor as they are typed, spaces allowed.

    Raises:
        NotPayable: it is no whole number.
    """
    text = "".join(typed.split())
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise NotPayable([_("Enter whole kronor, such as 1 500 000.")])
    return int(text)


def _file(request: HttpRequest, document: Document) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    headers = {"Content-Disposition": f'attachment; filename="{document.file_name}"'}
    return HttpResponse(bytes(document.content), content_type=document.media_type, headers=headers)
