"""Invitations, to regions and to the agency: the desk's door to the one way in."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.forms import InviteForm
from reporting.admin.readonly import NeverDeletedMixin, signed_in
from reporting.errors import DomainError
from reporting.models import Invitation, InvitationState
from reporting.services.invitations import (
    invite_to_agency,
    invite_to_region,
    send_invitation_again,
    withdraw_invitation,
)

# state -> the look of its chip
CHIPS = {"pending": "submitted", "accepted": "ok", "withdrawn": "not_included", "expired": "warning"}


class InvitationStateFilter(admin.SimpleListFilter):
    """Sent, accepted, withdrawn, expired; the last by the clock, swept up or not."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The four states."""
        return list(InvitationState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        """Invitations in the chosen state."""
        too_old = Q(state=InvitationState.PENDING, expires_at__lte=timezone.now())
        if self.value() == InvitationState.PENDING:
            return queryset.filter(state=InvitationState.PENDING).exclude(too_old)
        if self.value() == InvitationState.EXPIRED:
            return queryset.filter(Q(state=InvitationState.EXPIRED) | too_old)
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Invitation)
class InvitationAdmin(NeverDeletedMixin, admin.ModelAdmin):
    """Who was invited to what. The link itself stands nowhere."""

    list_display = ["name", "email", "place", "state_chip", "invited_by", "sent_at", "expires_at"]
    list_select_related = ["region", "invited_by"]
    list_filter = [InvitationStateFilter, "role", ("region", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "email"]
    show_full_result_count = False
    list_per_page = 100
    fields = [
        "name",
        "email",
        "place",
        "state_chip",
        "invited_by",
        "invited_at",
        "sent_at",
        "link_number",
        "expires_at",
        "accepted_by",
        "closed_at",
    ]
    readonly_fields = ["place", "state_chip"]
    actions = ["invite_again", "withdraw"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits: an invitation is sent again, withdrawn or made anew."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Invite a person: the invitation and its mail are one step."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        by = signed_in(request)
        data = request.POST if request.method == "POST" else None
        form = InviteForm(data, for_agency=by.is_superuser)
        if data is not None and form.is_valid():
            try:
                invitation = self._invite(form.cleaned_data, request)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                self.log_addition(request, invitation, [{"added": {}}])
                messages.success(request, _("%(email)s has been invited.") % {"email": invitation.email})
                return redirect("admin:reporting_invitation_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invite a person"),
            "opts": self.opts,
            "form": form,
            "adminform": AdminForm(form, [(None, {"fields": list(form.fields)})], {}),  # type: ignore[arg-type]  # a plain form serves
            "has_view_permission": self.has_view_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/reporting/invitation/invite.html", context)

    def _invite(self, typed: dict[str, Any], request: HttpRequest) -> Invitation:
        who = {name: typed[name] for name in ("email", "name", "language")}
        by, at = signed_in(request), timezone.now()
        if typed.get("is_staff"):
            groups = [group.name for group in typed["groups"]]
            return invite_to_agency(agency_roles=groups, by=by, at=at, **who)
        return invite_to_region(code=typed["region"].code, role=typed["role"], by=by, at=at, **who)

    @admin.action(description=gettext_lazy("Send the invitation again"), permissions=["add"])
    def invite_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Send a new link; the one before stops working."""
        self._for_each(request, queryset, send_invitation_again, _("A new link is on its way to %(email)s."))

    @admin.action(description=gettext_lazy("Withdraw the invitation"), permissions=["add"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Make the link stop working."""
        self._for_each(request, queryset, withdraw_invitation, _("The invitation to %(email)s is withdrawn."))

    def _for_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Invitation],
        service: Callable[..., Invitation],
        words: str,
    ) -> None:
        for invitation in queryset:
            try:
                service(invitation_id=invitation.pk, by=signed_in(request), at=timezone.now())
            except DomainError as error:
                text = _("Nothing was done for %(email)s.") % {"email": invitation.email}
                self.message_user(request, f"{text} {error}", messages.ERROR)
            else:
                self.message_user(request, words % {"email": invitation.email}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("role"))
    def place(self, obj: Invitation) -> str:
        """The role, and where."""
        if obj.region is not None:
            return f"{obj.get_role_display()}, {obj.region.short_name}"
        return ", ".join([_("The agency"), *obj.agency_roles])

    @admin.display(description=gettext_lazy("state"))
    def state_chip(self, obj: Invitation) -> str:
        """The state by the clock, as a chip."""
        state = obj.state_at(timezone.now())
        context = {"state": CHIPS[state], "label": state.label}
        return render_to_string("admin/_mail_state.html", context)
