"""Who is to be a region's ombud: the agency approves or declines."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting import selectors
from reporting.admin.forms import MESSAGE_MAX
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.models import ApplicationState, OmbudApplication
from reporting.services.ombud import approve_ombud, decline_ombud

CHIPS = {"waiting": "submitted", "approved": "approved", "declined": "returned", "withdrawn": "not_included"}
DECISIONS = ("approve", "decline")


@admin.register(OmbudApplication)
class OmbudApplicationAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Those who have accepted to be ombud. A decision is one service, and its mails."""

    change_form_template = "admin/reporting/ombudapplication/change_form.html"
    list_display = ["person", "region", "state_chip", "invited_by", "applied_at", "decided_by", "decided_at"]
    list_select_related = ["person", "region", "decided_by", "invitation__invited_by"]
    list_filter = ["state", ("region", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["person__name", "person__email"]
    show_full_result_count = False
    fields = [
        "person",
        "address",
        "region",
        "state_chip",
        "invited_by",
        "applied_at",
        "decided_by",
        "decided_at",
        "message",
    ]
    readonly_fields = ["state_chip", "invited_by", "address"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[OmbudApplication]:
        """With whom the page names."""
        return super().get_queryset(request).select_related("person", "region", "invitation__invited_by")

    def get_urls(self) -> list[URLPattern]:
        """With the address that decides."""
        decide = self.admin_site.admin_view(self.decide_view)
        return [
            path("<int:object_id>/decide/", decide, name="reporting_ombudapplication_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The application, who is ombud now, and the decision box."""
        found = self.get_object(request, object_id)
        context: dict[str, Any] = {"message_max": MESSAGE_MAX, **(extra_context or {})}
        if found is not None:
            context |= {
                "title": found.person.name,
                "present": selectors.ombud_of(found.region_id),
                "may_decide": found.state == ApplicationState.WAITING and _may_decide(request),
                "is_own": found.invitation.invited_by_id == request.user.pk,
            }
        return super().change_view(request, object_id, form_url, context)

    def decide_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Approve or decline."""
        place = redirect("admin:reporting_ombudapplication_change", object_id)
        if request.method != "POST":
            return place
        if not _may_decide(request):
            raise PermissionDenied
        found = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        decision, message = request.POST.get("decision"), request.POST.get("message", "")
        if decision not in DECISIONS or len(message) > MESSAGE_MAX:
            raise BadRequest("There is no such decision.")
        by, at = signed_in(request), timezone.now()
        try:
            if decision == "approve":
                approve_ombud(application_id=found.pk, by=by, at=at)
                words = _("%(name)s is ombud for %(region)s now. Everyone concerned gets a mail.")
            else:
                decline_ombud(application_id=found.pk, by=by, at=at, message=message)
                words = _("%(name)s was not approved as ombud for %(region)s, and gets a mail.")
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self.change_view(request, str(object_id), extra_context={"typed": message})
        self.message_user(
            request, words % {"name": found.person.name, "region": found.region}, messages.SUCCESS
        )
        return place

    @admin.display(description=gettext_lazy("state"))
    def state_chip(self, obj: OmbudApplication) -> str:
        """The state as a chip."""
        context = {"state": CHIPS[obj.state], "label": obj.get_state_display()}
        return render_to_string("admin/_mail_state.html", context)

    @admin.display(description=gettext_lazy("invited by"))
    def invited_by(self, obj: OmbudApplication) -> str:
        """Who proposed the person."""
        return str(obj.invitation.invited_by)

    @admin.display(description=gettext_lazy("e-mail"))
    def address(self, obj: OmbudApplication) -> str:
        """The address that the person has shown to be theirs."""
        return obj.person.email


def _may_decide(request: HttpRequest) -> bool:
    return signed_in(request).has_perm("reporting.approve_ombud")
