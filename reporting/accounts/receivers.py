"""What follows when a second factor comes or goes."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest

from reporting.accounts.recency import note_second_factor
from reporting.services.accounts import FACTORS, end_sessions


@receiver(authenticator_added, dispatch_uid="platsplan_factor_added")
def trust_this_session_and_end_the_others(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_signal: Any
) -> None:
    """Whoever sets up a factor has just used it; sessions from before it never did."""
    if authenticator.type in FACTORS:
        note_second_factor(request, user, kind=authenticator.type)
        end_sessions(user_id=user.pk, except_key=request.session.session_key or "")


@receiver(authenticator_removed, dispatch_uid="platsplan_factor_removed")
def end_the_other_sessions(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_signal: Any
) -> None:
    """A factor that is removed may be in wrong hands, and so may what it opened."""
    if authenticator.type in FACTORS:
        end_sessions(user_id=user.pk, except_key=request.session.session_key or "")
