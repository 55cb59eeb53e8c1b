"""The keys with which a region's own systems fill in its draft."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reporting import selectors
from reporting.errors import DomainError, NotAllowed
from reporting.keys import key_rows
from reporting.models import ApiToken, Membership, Role
from reporting.models.tokens import VALID_FOR
from reporting.services.tokens import NAME_MAX, create_token, revoke_token
from reporting.views.access import user_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
# A key outlives the session in which it is made.
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no stubs
def region_keys(request: HttpRequest, code: str) -> HttpResponse:
    """A region's keys; its ombud makes a new one, which is shown this once."""
    at = timezone.now()
    membership = _membership(request, code)
    secret, made, failure = "", None, None
    if request.method == "POST":
        try:
            made, secret = create_token(
                region_code=code, name=request.POST.get("name", ""), by=user_of(request), at=at
            )
        except NotAllowed as error:
            raise PermissionDenied(str(error)) from error
        except DomainError as error:
            failure = error
    context = {
        "membership": membership,
        "region": membership.region,
        "keys": key_rows(code, at=at),
        "may_manage": membership.role == Role.OMBUD,
        "secret": secret,
        "made": made,
        "failure": failure,
        "name": request.POST.get("name", "") if failure else "",
        "name_max": NAME_MAX,
        "valid_days": VALID_FOR.days,
    }
    return render(request, "reporting/keys.html", context, status=422 if failure else 200)


@require_POST
def revoke(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """End a key at once."""
    _membership(request, code)
    try:
        token = revoke_token(token_id=key, region_code=code, by=user_of(request), at=timezone.now())
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except ApiToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The key %(name)s opens nothing any longer.") % {"name": token.name})
    return redirect("reporting:keys", code)


def _membership(request: HttpRequest, code: str) -> Membership:
    return get_object_or_404(selectors.memberships_of(user_of(request)), region_id=code)
