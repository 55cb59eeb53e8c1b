"""Sending what has been written into the outbox, and sending it again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reporting.errors import DomainError
from reporting.models import Mail, MailKind, MailRequest, User
from reporting.services.roles import must_have
from reporting.tasks import send_mail_task

AGAIN = "reporting.send_mail_again"
# Two clicks are one wish.
PAUSE = timedelta(minutes=1)
# A link in these works once and for one person; whoever needs another one asks for it.
WITH_SECRET_LINK = (MailKind.INVITATION, MailKind.PASSWORD_RESET)


def send_after_commit(mail: Mail | None) -> None:
    """Have a newly written mail sent once the transaction has been committed."""
    if mail is None:
        return
    # Robust: a broker that is down must not undo what was saved; the sweeper sends the mail later.
    transaction.on_commit(lambda: send_mail_task.delay(mail.pk), robust=True)


@transaction.atomic
def send_again(*, mail_id: int, by: User, at: datetime) -> Mail:
    """Send a mail that has been sent once more, as a new row; or try one that has not been sent at once.

    A repeat has the same words and files. A mail that waits gets no second row: both would be sent.

    Returns:
        the mail that is on its way: the repeat, or the mail itself.

    Raises:
        NotAllowed: the role of `by` does not include it.
        DomainError: it holds a link that works once, was sent again a moment ago, or has been dropped.
    """
    must_have(by, AGAIN)
    mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail_id)
    if mail.dropped_at is not None:
        raise DomainError(_("What the mail was about is no longer so. It is not sent."))
    if MailRequest.objects.filter(mail__again_of=mail, at__gt=at - PAUSE).exists():
        raise DomainError(_("The mail was sent again a moment ago. Wait a minute."))
    on_its_way = mail if mail.sent_at is None else _repeat(mail)
    MailRequest.objects.create(mail=on_its_way, by=by, by_name=by.name, at=at)
    send_after_commit(on_its_way)
    return on_its_way


@transaction.atomic
def try_now(*, mail_ids: Sequence[int], by: User, at: datetime) -> int:
    """Try those of the mails that have not been sent, without waiting for the pause after a refusal.

    Returns:
        how many were not sent yet.

    Raises:
        NotAllowed: the role of `by` does not include it.
    """
    must_have(by, AGAIN)
    waiting = list(
        Mail.objects.filter(pk__in=mail_ids, sent_at=None, dropped_at=None).order_by("created_at", "pk")
    )
    MailRequest.objects.bulk_create(MailRequest(mail=mail, by=by, by_name=by.name, at=at) for mail in waiting)
    for mail in waiting:
        send_after_commit(mail)
    return len(waiting)


def _repeat(mail: Mail) -> Mail:
    if mail.kind in WITH_SECRET_LINK:
        raise DomainError(
            _(
                "The mail holds a link that works once. Send it again from the list of invitations,"
                " or let the person ask for a new password."
            )
        )
    return Mail.objects.create(
        kind=mail.kind,
        recipient=mail.recipient,
        copy_to=mail.copy_to,
        declinable=mail.declinable,
        occasion=f"again/{mail.pk}/{mail.repeats.count() + 1}",
        reporting_round_id=mail.reporting_round_id,
        region_id=mail.region_id,
        receipt_id=mail.receipt_id,
        document_id=mail.document_id,
        file_id=mail.file_id,
        again_of=mail,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
    )
