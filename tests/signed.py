"""What a session holds of somebody who has signed in, as the pages of signing in leave it."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from reporting.models import User


def session_of(user: User, *, method: dict[str, Any], backend: str | None = None) -> dict[str, Any]:
    """Signed in just now.

    Args:
        user: with key and password.
        method: how, as allauth notes it, without the moment.
        backend: the last of those in the settings unless told.
    """
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[-1],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "account_authentication_methods": [method | {"at": time.time()}],
        "account_authentication_methods_user": str(user.pk),
    }
