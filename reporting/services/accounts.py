"""A person's own account: their details, what guards it, and the sessions that are open in it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from reporting.errors import NotAllowed
from reporting.models import MailKind, User
from reporting.outbox import write_mail
from reporting.services.outbox import send_after_commit

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SignInChange(TextChoices):
    """What can change about the way a person signs in; the mail about it says so."""

    PASSWORD = "password"  # noqa: S105  # a kind of change
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_RENEWED = "codes_renewed"
    PROVIDER_LINKED = "provider_linked"
    FACTOR_RESET = "factor_reset"


@transaction.atomic
def change_own_details(*, user_id: int, name: str, phone: str, language: str) -> User:
    """Save what a person may change about themselves; address and roles are others' to give.

    Raises:
        ValidationError: a detail has the wrong shape.
    """
    person = User.objects.select_for_update().get(pk=user_id)
    person.name = " ".join(name.split())
    person.phone = phone.strip()
    person.language = language
    person.full_clean(exclude=["password"])
    person.save(update_fields=["name", "phone", "language"])
    return person


@transaction.atomic
def tell_about_sign_in(
    *, user_id: int, change: SignInChange, device: str, at: datetime, detail: str = ""
) -> None:
    """Mail a person that the way they sign in has changed, so that they notice when it was not they.

    Args:
        device: browser and system from which it was done; empty when unknown.
        detail: the name of the identity provider, or of who did it.
    """
    person = User.objects.get(pk=user_id)
    mail = write_mail(
        MailKind.SIGN_IN_CHANGED,
        recipient=person.email,
        occasion=f"{change}/{person.pk}/{at.isoformat()}",
        context={"person": person, "change": str(change), "device": device, "detail": detail, "at": at},
        language=person.language,
    )
    send_after_commit(mail)


@transaction.atomic
def link_identity(
    *, user_id: int, provider: str, provider_name: str, uid: str, device: str, at: datetime
) -> SocialAccount:
    """Remember which identity at a provider is a person's; the first time they are told by mail.

    A person has one identity at each provider: a new one takes the place of the former. Nothing
    else that the provider tells is kept.

    Args:
        uid: the provider's own unchanging name for the person (`sub`).

    Raises:
        NotAllowed: the identity is another person's already.
    """
    User.objects.select_for_update().get(pk=user_id)
    account, created = SocialAccount.objects.get_or_create(
        provider=provider, uid=uid, defaults={"user_id": user_id, "extra_data": {}}
    )
    if account.user_id != user_id:
        raise NotAllowed(_("The identity belongs to another account."))
    if created:
        SocialAccount.objects.filter(user_id=user_id, provider=provider).exclude(pk=account.pk).delete()
        tell_about_sign_in(
            user_id=user_id, change=SignInChange.PROVIDER_LINKED, device=device, detail=provider_name, at=at
        )
    elif account.extra_data:
        account.extra_data = {}
        account.save(update_fields=["extra_data"])
    return account


@transaction.atomic
def end_sessions(*, user_id: int, except_key: str = "") -> int:
    """End a person's open sessions, on every device; the count of those that were known."""
    sessions = UserSession.objects.filter(user_id=user_id).exclude(session_key=except_key)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    return len(keys)


@transaction.atomic
def end_session(*, user_id: int, session_id: int) -> bool:
    """End one of a person's own sessions; whether there was such a one."""
    found = UserSession.objects.filter(user_id=user_id, pk=session_id).first()
    if found is None:
        return False
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    return True


@transaction.atomic
def reset_second_factor(*, user_id: int, by: User | None, at: datetime) -> bool:
    """Remove everything that a person uses as second factor, for a lost phone; ends their sessions.

    Args:
        by: an administrator; None when it is done on the server itself.

    Returns:
        whether there was anything to remove.

    Raises:
        NotAllowed: `by` is not an administrator, or asks about themselves.
    """
    if by is not None and not (by.is_active and by.is_superuser):
        raise NotAllowed(_("Only an administrator can reset a second factor."))
    if by is not None and by.pk == user_id:
        raise NotAllowed(_("Another administrator has to reset your second factor."))
    person = User.objects.select_for_update().get(pk=user_id)
    removed, _by_kind = Authenticator.objects.filter(user=person).delete()
    if not removed:
        return False
    end_sessions(user_id=person.pk)
    tell_about_sign_in(
        user_id=person.pk,
        change=SignInChange.FACTOR_RESET,
        device="",
        detail=by.name if by is not None else "",
        at=at,
    )
    return True


def has_second_factor(*, user_id: int | None) -> bool:
    """Whether the person has an app or a passkey; recovery codes alone do not count."""
    found: bool = Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists()
    return found
