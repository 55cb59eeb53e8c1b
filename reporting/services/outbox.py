"""Sending what has been written into the outbox."""

from django.db import transaction

from reporting.models import Mail
from reporting.tasks import send_mail_task


def send_after_commit(mail: Mail | None) -> None:
    """Have a newly written mail sent once the transaction has been committed."""
    if mail is None:
        return
    # Robust: a broker that is down must not undo what was saved; the sweeper sends the mail later.
    transaction.on_commit(lambda: send_mail_task.delay(mail.pk), robust=True)
