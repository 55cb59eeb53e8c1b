"""The second factor: ours to word, sealed in the database, and compulsory at the agency."""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from reporting.accounts.recency import must_prove_factor
from reporting.accounts.sealing import seal, unseal
from reporting.services.accounts import FACTORS, has_second_factor

# What somebody at the agency can reach before the session has used a second factor.
ALWAYS_OPEN = frozenset({"account_logout", "set_language"})
OPEN_TO_SET_UP = ALWAYS_OPEN | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "account_reauthenticate_provider",
    "openid_connect_login",
    "openid_connect_callback",
}
OPEN_TO_PROVE = ALWAYS_OPEN | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def must_keep_a_factor(user: AbstractBaseUser) -> bool:
    """Whether the person may not be without a second factor."""
    return getattr(user, "is_staff", False) and not settings.PLATSPLAN_DEMO


def is_last_factor(authenticator: Authenticator) -> bool:
    """Whether its owner would have no second factor without it; recovery codes alone are none."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return not others.exclude(pk=authenticator.pk).exists()


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no stubs
    """Names, words and the seal on secrets."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "People at the agency need at least one second factor. Add another before you remove this one."
        ),
        "cannot_generate_recovery_codes": _("Recovery codes need an app or a passkey first."),
        "incorrect_code": _("The code is wrong or has been used. Try the next one."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a stored secret."""
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        return not (must_keep_a_factor(authenticator.user) and is_last_factor(authenticator))

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's own name
        """A first name for a passkey, which its owner can change."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        """Shown by apps and browsers beside the account."""
        return "Platsplan"


class SecondFactorMiddleware:
    """Sends people at the agency to their second factor before anything else, whatever they ask for.

    Has to stand after allauth's AccountMiddleware. A session counts only when it used the factor
    itself: one that waited, signed in with a stolen password, gains nothing when the owner sets one up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what needs the second factor; None goes on."""
        if not must_prove_factor(request):
            return None
        has_one = has_second_factor(user_id=request.user.pk)
        match = request.resolver_match
        if match is not None and match.view_name in (OPEN_TO_PROVE if has_one else OPEN_TO_SET_UP):
            return None
        if has_one:
            [method, *_others] = get_account_adapter(request).get_reauthentication_methods(request.user)
            wanted = request.get_full_path() if request.method == "GET" else reverse("after_sign_in")
            return _send_to(request, f"{method['url']}?{urlencode({'next': wanted})}")
        messages.warning(request, gettext("Set up a second factor first. Work at the agency needs one."))
        return _send_to(request, reverse("mfa_index"))


def _send_to(request: HttpRequest, address: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    if request.accepts("text/html"):
        return HttpResponseRedirect(address)
    return HttpResponseForbidden(
        gettext("A second factor is needed."), content_type="text/plain; charset=utf-8"
    )
