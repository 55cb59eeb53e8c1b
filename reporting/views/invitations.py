"""Where the link in an invitation leads: with an account one signs in and accepts, without one makes it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.errors import DomainError, NotAllowed
from reporting.invitation_forms import NewAccountForm
from reporting.invitations import read_invitation_token
from reporting.models import Invitation, Role, User
from reporting.services.invitations import accept_invitation as accept
from reporting.views.access import user_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept. Only a form does so: programs that look into mails open every link."""
    at = timezone.now()
    numbers = read_invitation_token(token)
    invitation = selectors.invitation_of_link(numbers[0]) if numbers else None
    if numbers is None or invitation is None:
        raise Http404
    if invitation.link_number != numbers[1] or not invitation.is_open(at=at):
        state = "old" if invitation.link_number != numbers[1] else str(invitation.state_at(at))
        return render(request, "reporting/invitation_dead.html", {"state": state}, status=410)
    person = user_of(request) if request.user.is_authenticated else None
    form = NewAccountForm(
        request.POST if request.method == "POST" and person is None else None,
        invitation=invitation,
        initial={"name": invitation.name},
    )
    failure: DomainError | None = None
    if request.method == "POST" and (person is not None or form.is_valid()):
        try:
            accepted_by = accept(
                invitation_id=invitation.pk,
                link_number=numbers[1],
                at=at,
                person=person,
                name=form.cleaned_data["name"] if person is None else "",
                password=form.cleaned_data["password1"] if person is None else "",
            )
        except DomainError as error:
            failure = error
        else:
            return _onward(request, invitation, accepted_by, is_new=person is None)
    context = {
        "invitation": invitation,
        "region": invitation.region,
        "person": person,
        "is_somebody_else": person is not None and person.email != invitation.email,
        "has_account": selectors.has_account(invitation.email),
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "form": form,
        "failure": failure,
    }
    status = 403 if isinstance(failure, NotAllowed) else 200
    return render(request, "reporting/invitation.html", context, status=status)


def _onward(request: HttpRequest, invitation: Invitation, person: User, *, is_new: bool) -> HttpResponse:
    if invitation.role == Role.OMBUD:
        messages.success(request, _("You have accepted. The agency approves before you are ombud."))
    else:
        messages.success(request, _("You have accepted the role."))
    if invitation.region_id is None:
        target = reverse("admin:index")
    elif invitation.role == Role.OMBUD:
        target = reverse("reporting:start")
    else:
        target = f"{reverse('reporting:start')}?{urlencode({'region': invitation.region_id})}"
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}" if is_new else target)
