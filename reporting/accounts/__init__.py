"""Sign-in: accounts are invited, never self-made; a second factor guards the agency's."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.db.models import Model, Q


class InvitedBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no stubs
    """Refuses demonstration accounts outside demonstration mode, at sign-in and in sessions that exist."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether the account may be used here and now."""
        return not is_refused(user) and bool(super().user_can_authenticate(user))

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """As Django's, with a person's own permissions and their groups' in one query instead of two."""
        is_plain = user_obj.is_active and not user_obj.is_anonymous and not user_obj.is_superuser
        if obj is not None or not is_plain or hasattr(user_obj, "_perm_cache"):
            return set(super().get_all_permissions(user_obj, obj))
        own = Permission.objects.filter(Q(user=user_obj.pk) | Q(group__user=user_obj.pk)).order_by()
        named = own.values_list("content_type__app_label", "codename").distinct()
        user_obj._perm_cache = {f"{label}.{codename}" for label, codename in named}  # noqa: SLF001  # Django's own place
        return set(user_obj._perm_cache)  # noqa: SLF001  # the same


def is_refused(user: AbstractBaseUser | None) -> bool:
    """Whether it is a demonstration account outside the demonstration."""
    return getattr(user, "is_demo", False) and not settings.PLATSPLAN_DEMO
