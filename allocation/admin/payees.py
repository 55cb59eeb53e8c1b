"""Accounts that regions are paid to: all regions on one page, entering, confirming."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation import money
from allocation.admin.moneydoor import asked, carried_out, may_approve, may_handle
from allocation.admin.moneyforms import AccountForm
from allocation.models import PayeeAccount
from allocation.services.payees import answer_account, enter_account
from reporting.accounts.recency import fresh_sign_in_required
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.models import Region


@admin.register(PayeeAccount)
class PayeeAccountAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Every account that was ever entered stands in the list; the page of regions shows what holds."""

    list_display = [
        "region",
        "kind",
        "account_number",
        "name",
        "state",
        "proposed_by_name",
        "answered_by_name",
    ]
    list_filter = ["state", "region"]
    # Who did it stands as the name that was written down then.
    exclude = ["proposed_by", "answered_by"]
    list_select_related = ["region"]
    search_fields = ["account", "name"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("account number"), ordering="account")
    def account_number(self, obj: PayeeAccount) -> str:
        """The account's number as people write it."""
        return obj.written

    def get_urls(self) -> list[URLPattern]:
        """The pages' own addresses, before the one that catches everything."""
        enter = self.admin_site.admin_view(fresh_sign_in_required(self.regions_view))
        answer = self.admin_site.admin_view(fresh_sign_in_required(self.answer_view))
        return [
            path("regions/", enter, name="allocation_payeeaccount_regions"),
            path("<int:object_id>/answer/", answer, name="allocation_payeeaccount_answer"),
            *super().get_urls(),
        ]

    def regions_view(self, request: HttpRequest) -> HttpResponse:
        """Every region with the account that holds and the one that waits; enter a new one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method in ("GET", "HEAD"):
            return self._page(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if not may_handle(request):
            raise PermissionDenied
        form = AccountForm.sent(request.POST, regions=Region.objects.order_by("code"))
        entered = carried_out(form, enter_account, **asked(request))
        if not isinstance(entered, PayeeAccount):
            return self._page(request, form=form)
        text = _("The account of %(region)s waits until somebody else confirms it.")
        self.message_user(request, text % {"region": entered.region}, messages.SUCCESS)
        return redirect("admin:allocation_payeeaccount_regions")

    def answer_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Confirm an account, or refuse it."""
        payee = get_object_or_404(PayeeAccount, pk=object_id)
        person = signed_in(request)
        if not (may_approve(request) or payee.proposed_by_id == person.pk):
            raise PermissionDenied
        if request.method == "POST":
            confirmed = request.POST.get("answer") == "confirm"
            try:
                answer_account(payee_id=payee.pk, confirmed=confirmed, by=person, at=timezone.now())
            except DomainError as error:
                return self._page(request, failure=error)
            done = _("The account is confirmed.") if confirmed else _("The account is refused.")
            self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:allocation_payeeaccount_regions")

    def _page(
        self,
        request: HttpRequest,
        *,
        failure: DomainError | None = None,
        form: AccountForm | None = None,
    ) -> HttpResponse:
        person = signed_in(request)
        held, waiting = money.payees(), money.proposed_payees()
        regions = list(Region.objects.order_by("code"))
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Accounts of the regions"),
            "opts": self.opts,
            "rows": [(region, held.get(region.code), waiting.get(region.code)) for region in regions],
            "form": form or AccountForm.empty(regions=regions),
            "failure": failure,
            "person_id": person.pk,
            "may_handle": may_handle(request),
            "may_approve": may_approve(request),
            "has_view_permission": True,
            "synthetic": any(payee.is_example for payee in held.values()),
        }
        return TemplateResponse(request, "admin/allocation/payeeaccount/regions.html", context)
