"""Sign-in: accounts are invited, never self-made; a second factor guards the agency's."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser


class InvitedBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no stubs
    """Refuses demonstration accounts outside demonstration mode, at sign-in and in sessions that exist."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether the account may be used here and now."""
        return not is_refused(user) and bool(super().user_can_authenticate(user))


def is_refused(user: AbstractBaseUser | None) -> bool:
    """Whether it is a demonstration account outside the demonstration."""
    return getattr(user, "is_demo", False) and not settings.PLATSPLAN_DEMO
