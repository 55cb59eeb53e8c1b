"""`manage.py verify_log`: go through the log of receipts and say what is not as it was."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reporting.chain import flaws_of, keep_check


class Command(BaseCommand):
    help = "Check every entry of the log of receipts. Exit status 0 when all is well, 1 when not."

    def handle(self, *args: Any, **options: Any) -> None:
        check = keep_check(at=timezone.now())
        flaws = flaws_of(check)
        for flaw in flaws:
            self.stdout.write(f"{flaw.subject}: {flaw.problem}")
        if flaws:
            raise CommandError(f"{check.entries} entries, {len(flaws)} flaws.")
        self.stdout.write(f"{check.entries} entries, no flaw. Newest checksum: {check.head_sha256}")
