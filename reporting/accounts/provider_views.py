"""The way to a region's identity provider and back."""

import logging
from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qsl

from allauth.core.internal.ratelimit import consume, respond_429
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from reporting.accounts.identities import linked_providers, nonce_for
from reporting.models import User

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def go_there(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the visitor to the provider; limited, since each visit makes this server ask that one."""
    if not consume(request, app="allauth.account", action="login", limit_get=True):
        return cast("HttpResponse", respond_429(request))
    # allauth asks the provider with what stands here; a nonce in the visitor's own address gives way to ours.
    query = request.GET.copy()
    query["auth_params"] = urlencode(
        dict(parse_qsl(query.get("auth_params", ""))) | {"nonce": nonce_for(request)}
    )
    request.GET = query  # type: ignore[assignment]  # a copy of the same kind
    return _ask(openid_connect.login, request, provider_id)


@login_not_required
@never_cache
@require_safe
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the provider's answer."""
    return _ask(openid_connect.callback, request, provider_id)


@never_cache
@require_safe
def confirm(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Have the person's own identity provider ask for the password once more."""
    name = linked_providers(cast("User", request.user)).get(provider_id)
    if name is None:
        raise Http404
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = reverse("account")
    # max_age=0 makes the provider ask again and tell when it did; a browser that drops it is found out.
    ask = {
        "process": "redirect",
        "next": wanted,
        "auth_params": urlencode({"prompt": "login", "max_age": "0"}),
    }
    login = reverse("openid_connect_login", kwargs={"provider_id": provider_id})
    return render(
        request,
        "account/reauthenticate_provider.html",
        {"provider_name": name, "address": f"{login}?{urlencode(ask)}"},
    )


def _ask(view: Callable[..., HttpResponse], request: HttpRequest, provider_id: str) -> HttpResponse:
    """allauth's own view, with a page also where the provider is away or answers nonsense."""
    try:
        return view(request, provider_id)
    except (RequestException, OAuth2Error, KeyError, ValueError) as error:
        logger.warning("Identity provider %s: %s: %s", provider_id, type(error).__name__, error)
        return render(request, "socialaccount/authentication_error.html", status=502)
