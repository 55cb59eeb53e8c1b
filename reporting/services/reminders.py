"""Reminding regions outside the daily schedule."""

from datetime import datetime

from django.db import transaction

from reporting.models import Mail
from reporting.notices import write_reminders
from reporting.services.outbox import send_after_commit


@transaction.atomic
def remind_regions(*, at: datetime) -> list[Mail]:
    """Write the reminders that are due at the moment `at`, and have them sent after the commit.

    What has been written before, by the schedule or by hand, is not written again.
    """
    mails = list(Mail.objects.filter(pk__in=write_reminders(at=at)).order_by("region", "recipient"))
    for mail in mails:
        send_after_commit(mail)
    return mails
