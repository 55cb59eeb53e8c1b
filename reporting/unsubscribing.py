"""Stopping mail that nobody has to have, from the mail itself and without signing in (RFC 8058)."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from reporting.models import User

# Stands in the outbox where the link goes. Who may read the outbox must not be able to use the link.
UNSUBSCRIBE_MARK = "{unsubscribe-link}"


def _signer() -> Signer:
    return Signer(salt="reporting.unsubscribing", sep=".")


def unsubscribe_link(person: User) -> str:
    """The person's own address for stopping such mail. It does not grow old: neither does a mail."""
    path = reverse("mail_unsubscribe", args=[_signer().sign(str(person.pk))])
    return f"{settings.PLATSPLAN_BASE_URL}{path}"


def person_of(token: str) -> User | None:
    """Whose link it is; None where nobody has signed it, or the account is gone."""
    try:
        number = _signer().unsign(token)
    except BadSignature:
        return None
    return User.objects.filter(pk=int(number)).first()


def offer_unsubscribing(text: str, html: str, *, recipient: str) -> tuple[str, str, dict[str, str]]:
    """Fill the recipient's link in where a mail says `UNSUBSCRIBE_MARK`.

    Returns:
        text, HTML, and the headers by which a mail program offers the same in one click. Who has
        no account under the address any more is led to the page of choices, without headers.
    """
    person = User.objects.filter(email=recipient).first()
    if person is None:
        link, headers = f"{settings.PLATSPLAN_BASE_URL}{reverse('mail_choice')}", {}
    else:
        link = unsubscribe_link(person)
        headers = {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return text.replace(UNSUBSCRIBE_MARK, link), html.replace(UNSUBSCRIBE_MARK, link), headers
