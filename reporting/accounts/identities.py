"""Regions' own identity providers: they confirm who somebody is, and never make an account."""

import time
from collections.abc import Mapping
from typing import Any, NoReturn

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from reporting.accounts.devices import device_of
from reporting.models import User
from reporting.services.accounts import link_identity

_NONCE = "identity_nonce"
# How long ago, in seconds, a provider may have asked for the password when it is to confirm a person.
FRESH_SECONDS = 120


def configured_providers() -> Mapping[str, str]:
    """Provider id -> name, for those in the settings."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return {app["provider_id"]: app["name"] for app in apps}


def linked_providers(user: AbstractBaseUser | AnonymousUser) -> Mapping[str, str]:
    """Provider id -> name, for those that the person has signed in with."""
    names = configured_providers()
    if not names or user.pk is None:
        return {}
    linked = SocialAccount.objects.filter(user_id=user.pk, provider__in=names)
    return {provider: names[provider] for provider in linked.values_list("provider", flat=True)}


def provider_methods(user: AbstractBaseUser | AnonymousUser) -> list[dict[str, str]]:
    """The person's identity providers as ways to confirm who they are."""
    return [
        {
            "id": f"provider:{provider}",
            "description": name,
            "url": reverse("account_reauthenticate_provider", args=[provider]),
        }
        for provider, name in linked_providers(user).items()
    ]


def nonce_for(request: HttpRequest) -> str:
    """A word that goes with every question from this browser, and that the answer must bring back.

    A code that was given out for somebody else's browser is then refused, also where the provider does
    not check the code's own secret (PKCE).
    """
    nonce = str(request.session.get(_NONCE) or get_random_string(32))
    request.session[_NONCE] = nonce
    return nonce


class InvitedIdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no stubs
    """Lets a provider's word count for invited people whose confirmed address it may speak for."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The providers of the settings only; a row in a table makes none."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: the agency invites."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse, link, or go on with a person whom a provider has confirmed."""
        process = sociallogin.state.get("process")
        if process not in (AuthProcess.LOGIN, AuthProcess.REDIRECT):
            _refuse(request, sociallogin, "unknown")
        address = _confirmed_address(request, sociallogin)
        if process == AuthProcess.REDIRECT:
            _confirm_again(request, sociallogin)
            return
        if not sociallogin.is_existing:
            sociallogin.user = _invited(address)
            if sociallogin.user is None:
                _refuse(request, sociallogin, "unknown", address=address)
        link_identity(
            user_id=sociallogin.user.pk,
            provider=sociallogin.account.provider,
            provider_name=sociallogin.provider.name,
            uid=sociallogin.account.uid,
            device=device_of(request.headers.get("User-Agent", "")),
            at=timezone.now(),
        )


def _claims(sociallogin: SocialLogin) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the provider says about the person, and what its signed token says."""
    told = sociallogin.account.extra_data
    token = told.get("id_token") or {}
    return told.get("userinfo") or token, token


def _confirmed_address(request: HttpRequest, sociallogin: SocialLogin) -> str:
    """The address that the provider vouches for, in lower case."""
    claims, token = _claims(sociallogin)
    address = str(claims.get("email") or "").strip().lower()
    asked = str(request.session.get(_NONCE) or "")
    if not asked or token.get("nonce") != asked or claims.get("sub") != token.get("sub"):
        _refuse(request, sociallogin, "broken")
    rules = sociallogin.provider.app.settings
    verified = claims.get("email_verified", rules["trust_email"])
    if not address or verified not in (True, "true"):
        _refuse(request, sociallogin, "unverified", address=address)
    if address.rpartition("@")[2] not in rules["domains"]:
        _refuse(request, sociallogin, "domain", address=address)
    return address


def _invited(address: str) -> User | None:
    people = User.objects.filter(email=address)
    return (people if settings.PLATSPLAN_DEMO else people.exclude(is_demo=True)).first()


def _confirm_again(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Count as a fresh sign-in what the provider asked the same person for just now."""
    _claims_told, token = _claims(sociallogin)
    asked_at = token.get("auth_time")
    fresh = isinstance(asked_at, int | float) and time.time() - asked_at < FRESH_SECONDS
    if not sociallogin.is_existing or sociallogin.user != request.user:
        _refuse(request, sociallogin, "other")
    if not fresh:
        _refuse(request, sociallogin, "stale")
    record_authentication(
        request,
        request.user,
        "socialaccount",
        provider=sociallogin.account.provider,
        uid=sociallogin.account.uid,
        reauthenticated=True,
    )


def _refuse(request: HttpRequest, sociallogin: SocialLogin, why: str, *, address: str = "") -> NoReturn:
    context = {"why": why, "address": address, "provider_name": sociallogin.provider.name}
    raise ImmediateHttpResponse(render(request, "socialaccount/refused.html", context, status=403))
