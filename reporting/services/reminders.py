"""Reminding regions outside the daily schedule."""

from datetime import datetime

from django.db import transaction

from reporting.models import Mail
from reporting.notices import write_answer_reminders, write_escalations, write_reminders
from reporting.services.outbox import send_after_commit


@transaction.atomic
def remind_regions(*, at: datetime) -> list[Mail]:
    """Write the reminders and the mails to ombuds that are due at `at`, and have them sent after the commit.

    What has been written before, by the schedule or by hand, is not written again.
    """
    written = [*write_reminders(at=at), *write_answer_reminders(at=at), *write_escalations(at=at)]
    mails = list(Mail.objects.filter(pk__in=written).order_by("region", "recipient"))
    for mail in mails:
        send_after_commit(mail)
    return mails
