"""The money of a grant on one page: make a batch, claim back, note what came, issue the final report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.admin.moneydoor import Step, asked, carried_out, may_approve, may_handle, money_page
from allocation.admin.moneyforms import (
    ClaimForm,
    IssueForm,
    MakeForm,
    MoneyForm,
    RepaymentForm,
    StrikeForm,
    WithdrawForm,
)
from allocation.admin.moneypage import ClaimRow, MoneyPage
from allocation.models import PaymentBatch, Repayment, RepaymentClaim, RoundGrant
from allocation.services.final_reports import issue_final_report
from allocation.services.payments import make_batch
from allocation.services.reclaims import (
    claim_repayment,
    confirm_claim,
    note_repayment,
    strike_repayment,
    withdraw_claim,
)
from reporting.accounts.recency import fresh_sign_in_required
from reporting.admin.readonly import is_key
from reporting.errors import DomainError

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

STEPS = {
    step.form.action: step
    for step in (
        Step(MakeForm, make_batch, gettext_lazy("The batch is made. Somebody else approves it.")),
        Step(
            ClaimForm,
            claim_repayment,
            gettext_lazy("The claim is made. The region gets a mail when somebody else has confirmed it."),
        ),
        Step(RepaymentForm, note_repayment, gettext_lazy("The repayment is noted.")),
        Step(WithdrawForm, withdraw_claim, gettext_lazy("The claim is withdrawn.")),
        Step(StrikeForm, strike_repayment, gettext_lazy("The repayment is struck.")),
        Step(IssueForm, issue_final_report, gettext_lazy("The final report is issued and kept.")),
    )
}


@dataclass(frozen=True, slots=True)
class ClaimForms:
    """A claim with the forms that it can be answered by."""

    row: ClaimRow
    repaid: MoneyForm
    withdraw: MoneyForm
    strikes: Sequence[tuple[Repayment, MoneyForm]]


class GrantMoneyMixin(Base):
    """Adds to the batches the page of a grant's money, and the address where a claim is confirmed."""

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        grant = self.admin_site.admin_view(self.grant_view)
        confirm = self.admin_site.admin_view(fresh_sign_in_required(self.confirm_view))
        return [
            path("grant/<int:grant_id>/", grant, name="allocation_paymentbatch_grant"),
            path("claims/<int:claim_id>/confirm/", confirm, name="allocation_paymentbatch_confirm_claim"),
            *super().get_urls(),
        ]

    def grant_view(self, request: HttpRequest, grant_id: int) -> HttpResponse:
        """The money of a grant: what each region was decided, paid and claimed, and what is left to do."""
        grant = self.grant_or_404(request, grant_id)
        if request.method in ("GET", "HEAD"):
            return self.grant_page(request, grant)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        action = request.POST.get("action", "")
        if not (may_handle(request) or (action == "withdraw" and may_approve(request))):
            raise PermissionDenied
        if action not in STEPS:
            raise BadRequest("There is no such action.")
        step = STEPS[action]
        options = {"page": MoneyPage.of(grant)} if step.form is ClaimForm else {}
        form = step.form.sent(request.POST, **options)
        made = carried_out(form, step.service, **_known(form, grant), **asked(request))
        if made is None:
            return self.grant_page(request, grant, sent=form)
        self.message_user(request, str(step.done), messages.SUCCESS)
        if isinstance(made, PaymentBatch):
            return redirect("admin:allocation_paymentbatch_change", made.pk)
        return redirect("admin:allocation_paymentbatch_grant", grant.pk)

    def confirm_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Confirm a claim; the page itself is the grant's."""
        if not may_approve(request):
            raise PermissionDenied
        claim = get_object_or_404(RepaymentClaim, pk=claim_id)
        grant = self.grant_or_404(request, claim.round_grant_id)
        if request.method == "POST":
            try:
                confirm_claim(claim_id=claim.pk, **asked(request))
            except DomainError as error:
                return self.grant_page(request, grant, failure=error)
            self.message_user(request, _("The claim holds. The region gets a mail."), messages.SUCCESS)
        return redirect("admin:allocation_paymentbatch_grant", grant.pk)

    def grant_or_404(self, request: HttpRequest, grant_id: int) -> RoundGrant:
        """A grant, for whoever may see payments."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(RoundGrant.objects.select_related("reporting_round"), pk=grant_id)

    def grant_page(
        self,
        request: HttpRequest,
        grant: RoundGrant,
        *,
        sent: MoneyForm | None = None,
        failure: DomainError | None = None,
    ) -> HttpResponse:
        """The page, with a form as it was sent where it did not go through."""
        page = MoneyPage.of(grant)
        context = {
            "title": _("Payments, %(grant)s") % {"grant": grant.title},
            "page": page,
            "sent": sent,
            "failure": failure,
            "make": _shown(MakeForm, sent),
            "claim": _shown(ClaimForm, sent, page=page),
            "issue": _shown(IssueForm, sent),
            "claims": [_claim_forms(row, sent) for row in page.claims],
        }
        return money_page(self, request, "grant.html", grant=grant, context=context)


def _known(form: MoneyForm, grant: RoundGrant) -> dict[str, Any]:
    """Which grant; a claim that the form names has to be one of its own."""
    if form.row != "claim_id":
        return {"grant_id": grant.pk}
    if not is_key(form.key) or not grant.repayment_claims.filter(pk=int(form.key)).exists():
        raise Http404
    return {}


def _shown(kind: type[MoneyForm], sent: MoneyForm | None, key: int | str = "", **options: Any) -> MoneyForm:
    if isinstance(sent, kind) and sent.key == str(key):
        return sent
    return kind.empty(key, **options)


def _claim_forms(row: ClaimRow, sent: MoneyForm | None) -> ClaimForms:
    claim = row.claim.pk
    return ClaimForms(
        row=row,
        repaid=_shown(RepaymentForm, sent, claim, initial={"repaid_on": timezone.localdate()}),
        withdraw=_shown(WithdrawForm, sent, claim),
        strikes=[(one, _shown(StrikeForm, sent, one.pk)) for one in row.repayments if one.struck_at is None],
    )
