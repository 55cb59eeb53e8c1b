"""A person's own account: details, second factor, sessions, confirming who one is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import validate_host
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.ipv6 import is_valid_ipv6_address
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reporting import selectors
from reporting.accounts.devices import device_of
from reporting.accounts.forms import OwnDetailsForm
from reporting.accounts.identities import linked_providers
from reporting.accounts.second_factor import SecondFactorAdapter, must_keep_a_factor
from reporting.models import User
from reporting.services.accounts import (
    change_own_details,
    end_session,
    end_sessions,
    has_second_factor,
)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A place where a person is signed in."""

    number: int
    device: str
    ip: str
    since: datetime
    last_seen: datetime
    is_current: bool


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware has seen to it


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Your account: what is kept about you, how you sign in, where you are signed in."""
    person = _user(request)
    initial = {"name": person.name, "phone": person.phone, "language": person.language}
    form = OwnDetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_own_details(user_id=person.pk, **form.cleaned_data)
        messages.success(request, _("Your details are saved."))
        return redirect("account")
    context = {
        "form": form,
        "groups": list(person.groups.order_by("name")),
        "roles": list(selectors.memberships_of(person).order_by("region__code")),
        "has_factor": has_second_factor(user_id=person.pk),
        "needs_factor": must_keep_a_factor(person),
        "providers": linked_providers(person),
        "session_count": len(_open_sessions(request)),
    }
    return render(request, "account/account.html", context)


@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in: device, place in the network, since when."""
    return render(request, "usersessions/sessions.html", {"sessions": _open_sessions(request)})


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    end_sessions(user_id=_user(request).pk, except_key=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("usersessions_list")


@require_POST
def end_one(request: HttpRequest, number: int) -> HttpResponse:
    """Sign out in one other place."""
    if not end_session(user_id=_user(request).pk, session_id=number):
        raise Http404
    messages.success(request, _("That session is ended."))
    return redirect("usersessions_list")


def _open_sessions(request: HttpRequest) -> list[OpenSession]:
    """The person's sessions that have not ended, newest use first; two queries, however many."""
    known = {row.session_key: row for row in UserSession.objects.filter(user_id=_user(request).pk)}
    alive = Session.objects.filter(session_key__in=known, expire_date__gt=timezone.now())
    # Every request moves the end of its session, so the end tells when the last one came.
    length = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    found = [
        OpenSession(
            number=row.pk,
            device=device_of(row.user_agent),
            ip=row.ip,
            since=row.created_at,
            last_seen=session.expire_date - length,
            is_current=session.session_key == request.session.session_key,
        )
        for session in alive
        for row in [known[session.session_key]]
    ]
    return sorted(found, key=lambda session: (session.is_current, session.last_seen), reverse=True)


def passkey_address(request: HttpRequest) -> str | None:
    """Where passkeys work instead, when the present address is a number; None when they work here.

    A passkey belongs to a name, and a browser makes none for a number such as 127.0.0.1.
    """
    host = urlsplit(f"//{request.get_host()}")
    name = host.hostname or ""
    if not (name.replace(".", "").isdigit() or is_valid_ipv6_address(name)):
        return None
    if name != "127.0.0.1" or not validate_host("localhost", settings.ALLOWED_HOSTS):
        return ""
    port = f":{host.port}" if host.port else ""
    return f"{request.scheme}://localhost{port}{request.path}"


class SecondFactors(IndexView):  # type: ignore[misc]  # allauth has no stubs
    """The person's second factors, and what they are there for."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the person has to know before choosing."""
        person = _user(self.request)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "needs_factor": must_keep_a_factor(person),
            "has_factor": has_second_factor(user_id=person.pk),
            "passkey_address": passkey_address(self.request),
        }


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth has no stubs
    """As allauth's, with a word where the address makes passkeys impossible."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the address where it works."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"passkey_address": passkey_address(self.request)}


class ConfirmWithPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no stubs
    """As allauth's, but a passkey that fails leads back here, not out."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what is wrong and offer the other ways again."""
        for words in form.errors.get("credential", ()):
            messages.error(self.request, words)
        return redirect(self.passthrough_next_url(self.request.path))


class KeepsOneMixin:
    """Refuses to remove the last factor of somebody who must have one, also at the same moment twice."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        """Look and remove under the lock of the person's row."""
        with transaction.atomic():
            User.objects.select_for_update().get(pk=_user(self.request).pk)
            authenticator: Authenticator | None = self.factor()
            if authenticator is None:
                raise Http404
            if not SecondFactorAdapter().can_delete_authenticator(authenticator):
                messages.error(
                    self.request, str(SecondFactorAdapter.error_messages["cannot_delete_authenticator"])
                )
                return redirect("mfa_index")
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # the view stands behind
            return answer

    def factor(self) -> Authenticator | None:
        """The factor to be removed, as it is now."""
        raise NotImplementedError


class RemoveApp(KeepsOneMixin, DeactivateTOTPView):  # type: ignore[misc]  # allauth has no stubs
    """Remove the app."""

    def factor(self) -> Authenticator | None:
        """The person's app."""
        return Authenticator.objects.filter(pk=self.authenticator.pk).first()


class RemovePasskey(KeepsOneMixin, RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no stubs
    """Remove a passkey."""

    def factor(self) -> Authenticator | None:
        """The passkey of the address."""
        return self.get_queryset().filter(pk=self.kwargs["pk"]).first()
