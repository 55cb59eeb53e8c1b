"""The secret link to choose a password: made when the mail is sent, and never kept in the outbox."""

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from reporting.models import MailKind, User

# Stands in the outbox where the link goes. Who may read the outbox must not be able to use the link.
LINK_MARK = "{set-password-link}"


class InvitationVoid(Exception):
    """The account that the link is for is gone or closed, or was invited and has a password already."""


def set_password_link(person: User) -> str:
    """An address where the person chooses a password, valid for PASSWORD_RESET_TIMEOUT and only once."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": token}
    )
    return f"{settings.PLATSPLAN_BASE_URL}{path}"


def fill_in_link(text: str, html: str, *, kind: str, recipient: str) -> tuple[str, str]:
    """Put the recipient's own link where a mail says `LINK_MARK`; other mails come back as they are.

    Raises:
        InvitationVoid: there is nobody who could use the link.
    """
    if LINK_MARK not in text and LINK_MARK not in html:
        return text, html
    person = User.objects.filter(email=recipient, is_active=True).first()
    if person is None or (kind == MailKind.INVITATION and person.has_usable_password()):
        raise InvitationVoid(f"{recipient} has no account that waits for a password.")
    link = set_password_link(person)
    return text.replace(LINK_MARK, link), html.replace(LINK_MARK, link)
