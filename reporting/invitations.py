"""The secret links in mails: made when the mail is sent, and never kept in the outbox."""

from datetime import datetime

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.urls import reverse

from reporting.models import Invitation, InvitationState, MailKind, User

# Stands in the outbox where the link goes. Who may read the outbox must not be able to use the link.
LINK_MARK = "{secret-link}"
_SALT = "reporting.invitations"


def close_expired(invitations: QuerySet[Invitation], *, at: datetime) -> int:
    """Mark those of the invitations whose links are too old at the moment `at`; the number of them."""
    return invitations.filter(state=InvitationState.PENDING, expires_at__lte=at).update(
        state=InvitationState.EXPIRED, closed_at=at
    )


class InvitationVoid(Exception):
    """What the link is for is no longer so: withdrawn, sent anew, accepted, or the account is closed."""


def invitation_token(invitation: Invitation) -> str:
    """What stands in the present link of an invitation; nobody can make it up without the secret key."""
    return _signer().sign(f"{invitation.pk}-{invitation.link_number}")


def read_invitation_token(token: str) -> tuple[int, int] | None:
    """The invitation's id and the number of its link, or None if the token was not made here."""
    try:
        number, _dash, link_number = _signer().unsign(token).partition("-")
        return int(number), int(link_number)
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")


def invitation_link(invitation: Invitation) -> str:
    """The address where the present link of an invitation leads."""
    path = reverse("accept_invitation", args=[invitation_token(invitation)])
    return f"{settings.PLATSPLAN_BASE_URL}{path}"


def set_password_link(person: User) -> str:
    """An address where the person chooses a password, valid for PASSWORD_RESET_TIMEOUT and only once."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": token}
    )
    return f"{settings.PLATSPLAN_BASE_URL}{path}"


def fill_in_link(text: str, html: str, *, kind: str, recipient: str, occasion: str) -> tuple[str, str]:
    """Put the recipient's own link where a mail that is sent for it says `LINK_MARK`.

    Other mails come back as they are, whatever they say: a comment with these signs in it would else make
    the receipt carry one person's way to a new password, and its copy bring that to another.

    Raises:
        InvitationVoid: there is nobody who could use the link.
    """
    if kind not in (MailKind.INVITATION, MailKind.PASSWORD_RESET):
        return text, html
    link = _invited_link(occasion) if kind == MailKind.INVITATION else _password_link(recipient)
    return text.replace(LINK_MARK, link), html.replace(LINK_MARK, link)


def _invited_link(occasion: str) -> str:
    number = occasion.split("/")[1]
    invitation = Invitation.objects.filter(pk=number, state=InvitationState.PENDING).first()
    if invitation is None or invitation.occasion != occasion:
        raise InvitationVoid(f"The invitation {number} has been withdrawn, accepted or sent anew.")
    return invitation_link(invitation)


def _password_link(recipient: str) -> str:
    person = User.objects.filter(email=recipient, is_active=True).first()
    if person is None:
        raise InvitationVoid(f"{recipient} has no account that can be signed in to.")
    return set_password_link(person)
