"""`manage.py send_reminders`: remind regions that have not submitted, if a reminder is due."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reporting import selectors
from reporting.services.reminders import remind_regions


class Command(BaseCommand):
    help = "Write the reminders that are due and not yet written; the worker sends them."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        mails = remind_regions(at=at)
        for mail in mails:
            self.stdout.write(f"{mail.recipient}: {mail.subject}")
        if mails:
            self.stdout.write(f"Queued: {len(mails)}. The worker sends them.")
        elif selectors.awaited(at=at).exists() or selectors.open_rounds(at=at).exists():
            self.stdout.write("No reminder is due that has not been written already.")
        else:
            self.stdout.write("No round is open, so nobody is reminded.")
