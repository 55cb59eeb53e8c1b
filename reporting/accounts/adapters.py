"""What allauth asks about accounts: sign-up is closed, demonstration accounts stay in the demonstration."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reporting.accounts import is_refused
from reporting.accounts.devices import device_of
from reporting.accounts.identities import provider_methods
from reporting.accounts.recency import must_prove_factor, signed_in_recently
from reporting.services.accounts import SignInChange, end_sessions, tell_about_sign_in
from reporting.services.people import send_password_link

# What allauth calls a change of somebody's sign-in -> what we call it in the mail about it.
CHANGES: Mapping[str, SignInChange] = {
    "account/email/password_changed": SignInChange.PASSWORD,
    "account/email/password_reset": SignInChange.PASSWORD,
    "account/email/password_set": SignInChange.PASSWORD,
    "mfa/email/totp_activated": SignInChange.APP_ADDED,
    "mfa/email/totp_deactivated": SignInChange.APP_REMOVED,
    "mfa/email/webauthn_added": SignInChange.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": SignInChange.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": SignInChange.CODES_RENEWED,
}


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no stubs
    """Closes sign-up, words what goes wrong plainly, and tells people when their sign-in changes."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong. Try again."),
        "enter_current_password": _("This is not your present password. Try again."),
        "incorrect_password": _("The password is wrong. Try again."),
        "incorrect_code": _("The code is wrong or has been used. Try the next one."),
        "rate_limited": _("Too many tries. Wait a few minutes and try again."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: the agency invites."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth does, except that it lets a refused account in to say that it is inactive."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return None if is_refused(user) else user

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Into the outbox: a mail server that refuses must not tell a visitor which addresses exist."""
        send_password_link(user_id=user.pk, at=timezone.now())

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Save it, and end every session that the old one opened."""
        super().set_password(user, password)
        end_sessions(user_id=user.pk)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Through the outbox, in the person's own language and our words."""
        if (change := CHANGES.get(template_prefix)) is not None:
            agent = self.request.headers.get("User-Agent", "")
            tell_about_sign_in(user_id=user.pk, change=change, device=device_of(agent), at=timezone.now())

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not when the person signed in, or confirmed that, within the last quarter of an hour.

        Raises:
            ReauthenticationRequired: only the identity provider can confirm the person. allauth would
                take such a session as fresh for ever.
        """
        request = allauth_context.request
        if signed_in_recently(request):
            return False
        methods = self.get_reauthentication_methods(request.user)
        if methods and all(method["id"].startswith("provider:") for method in methods):
            raise ReauthenticationRequired
        return True

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, str]]:
        """Password, code, passkey, identity provider: those that the person has, in our words."""
        words = {
            "reauthenticate": gettext("Use the password"),
            "mfa_reauthenticate": gettext("Use a code from the app, or a recovery code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        methods = [
            {**method, "description": words[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]
        if must_prove_factor(allauth_context.request):
            return [method for method in methods if method["id"].startswith("mfa_")]
        return methods + provider_methods(user)
