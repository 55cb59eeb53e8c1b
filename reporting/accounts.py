"""Sign-in: accounts are invited, never self-made; demonstration accounts only in demonstration mode."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.services.people import send_password_link


class InvitedOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no stubs
    """Closes sign-up, and words what goes wrong plainly."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is wrong. Try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: the agency invites."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth does, except that it lets a refused account in to say that it is inactive."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return None if _is_refused(user) else user

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Into the outbox: a mail server that refuses must not tell a visitor which addresses exist."""
        send_password_link(user_id=user.pk, at=timezone.now())


class InvitedBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no stubs
    """Refuses demonstration accounts outside demonstration mode, at sign-in and in sessions that exist."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether the account may be used here and now."""
        return not _is_refused(user) and bool(super().user_can_authenticate(user))


def _is_refused(user: AbstractBaseUser | None) -> bool:
    return getattr(user, "is_demo", False) and not settings.PLATSPLAN_DEMO
