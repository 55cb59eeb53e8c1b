"""A region's people: who has which role, who is invited, and what the ombud may do about it."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reporting import selectors
from reporting.errors import DomainError, NotAllowed
from reporting.invitation_forms import ChangeRoleForm, InviteToRegionForm
from reporting.models import Invitation, Membership, Role
from reporting.services.invitations import invite_to_region, send_invitation_again, withdraw_invitation
from reporting.services.people import change_role, end_role
from reporting.views.access import user_of

# How long a withdrawn invitation stands in the list.
WITHDRAWN_SHOWN_FOR = timedelta(days=30)


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Everyone who serves the region and who is invited; a form to invite for those who may."""
    at = timezone.now()
    by = user_of(request)
    own = get_object_or_404(selectors.memberships_of(by), region_id=code)
    open_roles = selectors.roles_open_to(by, code)
    form = InviteToRegionForm(request.POST or None, open_roles=open_roles)
    if request.method == "POST":
        if not open_roles:
            raise PermissionDenied
        if form.is_valid():
            try:
                invited = invite_to_region(code=code, by=by, at=at, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("An invitation is on its way to %(email)s.") % {"email": invited.email}
                )
                return redirect("reporting:people", code)
    return render(request, "reporting/people.html", _page(own, form, open_roles=open_roles, at=at))


def _page(
    own: Membership, form: InviteToRegionForm, *, open_roles: frozenset[Role], at: datetime
) -> dict[str, Any]:
    invitations = selectors.invitations_shown_in(own.region_id, since=at - WITHDRAWN_SHOWN_FOR)
    people = [
        {"member": member, "may_change": _may_end(own, member, open_roles=open_roles)}
        for member in selectors.colleagues_in(own.region_id)
    ]
    return {
        "region": own.region,
        "membership": own,
        "people": people,
        "may_change_some": any(row["may_change"] for row in people),
        "invitations": [
            {
                "invitation": invitation,
                "state": invitation.state_at(at),
                "may_change": invitation.role in open_roles and invitation.state != "withdrawn",
            }
            for invitation in invitations
        ],
        "application": selectors.waiting_ombuds().filter(region=own.region_id).first(),
        "may_withdraw_application": Role.OMBUD in open_roles,
        "form": form,
        "may_invite": bool(open_roles),
        "may_invite_ombud": Role.OMBUD in open_roles,
    }


def _may_end(own: Membership, shown: Membership, *, open_roles: frozenset[Role]) -> bool:
    """Those whose role one may give, and oneself; never the ombud, whom a successor replaces."""
    return shown.role != Role.OMBUD and (shown.role in open_roles or shown.pk == own.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, code: str, member_id: int) -> HttpResponse:
    """One person's role: another one, or none."""
    at = timezone.now()
    by = user_of(request)
    own = get_object_or_404(selectors.memberships_of(by), region_id=code)
    shown = get_object_or_404(
        Membership.objects.select_related("user", "region"), pk=member_id, region_id=code
    )
    open_roles = selectors.roles_open_to(by, code)
    if not _may_end(own, shown, open_roles=open_roles):
        raise PermissionDenied
    may_change = {Role.SAMORDNARE, Role.REPRESENTANT} <= open_roles
    form = ChangeRoleForm(request.POST if "role" in request.POST else None, initial={"role": shown.role})
    failure: DomainError | None = None
    try:
        if request.method == "POST" and "end" in request.POST:
            end_role(membership_id=shown.pk, by=by, at=at)
            messages.success(
                request, _("%(name)s has no role in the region any more.") % {"name": shown.user.name}
            )
            return redirect("reporting:start") if shown.pk == own.pk else redirect("reporting:people", code)
        if form.is_valid():
            change_role(membership_id=shown.pk, role=form.cleaned_data["role"], by=by, at=at)
            messages.success(request, _("The role of %(name)s is saved.") % {"name": shown.user.name})
            return redirect("reporting:people", code)
    except DomainError as error:
        failure = error
    context = {
        "region": own.region,
        "membership": own,
        "shown": shown,
        "is_oneself": shown.pk == own.pk,
        "form": form,
        "failure": failure,
        "may_change": may_change,
    }
    status = 403 if isinstance(failure, NotAllowed) else 200
    return render(request, "reporting/member.html", context, status=status)


@require_POST
def invitation(request: HttpRequest, code: str, invitation_id: int) -> HttpResponse:
    """Send an invitation again, or withdraw it."""
    by = user_of(request)
    get_object_or_404(selectors.memberships_of(by), region_id=code)
    found = get_object_or_404(Invitation, pk=invitation_id, region_id=code)
    if found.role not in selectors.roles_open_to(by, code):
        raise PermissionDenied
    actions = {
        "again": (send_invitation_again, _("A new link is on its way to %(email)s. The one before is dead.")),
        "withdraw": (withdraw_invitation, _("The invitation to %(email)s is withdrawn.")),
    }
    action = request.POST.get("action", "")
    if action not in actions:
        raise BadRequest("There is no such action.")
    service, words = actions[action]
    try:
        service(invitation_id=found.pk, by=by, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words % {"email": found.email})
    return redirect("reporting:people", code)
