"""OpenID Connect providers from the environment: OIDC_PROVIDERS names them, OIDC_<NAME>_… describe each."""

import re
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

NAME = re.compile(r"[a-z][a-z0-9-]*")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def providers_in(env: environ.Env) -> list[dict[str, Any]]:
    """The providers, each as allauth describes one (an entry of APPS).

    Raises:
        ImproperlyConfigured: a provider lacks a setting, or has one that would not be safe.
    """
    return [_provider(env, name) for name in env.list("OIDC_PROVIDERS", default=[])]


def _provider(env: environ.Env, name: str) -> dict[str, Any]:
    if not NAME.fullmatch(name):
        raise ImproperlyConfigured(f"OIDC_PROVIDERS: {name!r} is not small letters, digits and hyphens.")
    prefix = f"OIDC_{name.upper().replace('-', '_')}_"
    domains = [domain.strip().lower() for domain in env.list(f"{prefix}DOMAINS", default=[])]
    if not domains or not all(re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9-]+", domain) for domain in domains):
        raise ImproperlyConfigured(
            f"{prefix}DOMAINS has to name the domains of the addresses that the provider may speak for,"
            " such as regionuppsala.se."
        )
    return {
        "provider_id": name,
        "name": _needed(env, f"{prefix}NAME"),
        "client_id": _needed(env, f"{prefix}CLIENT_ID"),
        "secret": _needed(env, f"{prefix}CLIENT_SECRET"),
        "settings": {
            "server_url": _server(_needed(env, f"{prefix}SERVER"), variable=f"{prefix}SERVER"),
            "oauth_pkce_enabled": True,
            "domains": domains,
            "trust_email": env.bool(f"{prefix}TRUST_EMAIL", default=False),
        },
    }


def _needed(env: environ.Env, variable: str) -> str:
    text: str = env.str(variable, default="").strip()
    if not text:
        raise ImproperlyConfigured(f"{variable} is not set, but OIDC_PROVIDERS names its provider.")
    return text


def _server(address: str, *, variable: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ImproperlyConfigured(f"{variable} has to be an https:// address.")
    return address.rstrip("/")
