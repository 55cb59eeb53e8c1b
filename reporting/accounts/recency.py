"""How lately, and how surely, the person behind a session has shown who they are."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed that, within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT for record in records)


def used_second_factor(request: HttpRequest) -> bool:
    """Whether this very session has been opened, or confirmed, with a code or a passkey."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def note_second_factor(request: HttpRequest, user: AbstractBaseUser, *, kind: str) -> None:
    """Remember that this session has used the second factor, as setting one up does."""
    record_authentication(request, user, "mfa", type=kind)


def must_prove_factor(request: HttpRequest) -> bool:
    """Whether the session is of somebody who must use a second factor and has not done so.

    In demonstration mode nobody must: its accounts are open to everyone who tries it.
    """
    if settings.PLATSPLAN_DEMO or not getattr(request.user, "is_staff", False):
        return False
    return not used_second_factor(request)


def fresh_sign_in_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Have the person confirm who they are before the view, unless they did so lately.

    allauth keeps a form that was posted meanwhile in the session, and goes on with it afterwards.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not signed_in_recently(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded
