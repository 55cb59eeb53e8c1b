"""`manage.py send_status_report`: send the status report to the agency now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from allocation.services.status_reports import send_status_report
from allocation.status_reports import rounds_to_report
from reporting.errors import DomainError
from reporting.models import ReportingRound


class Command(BaseCommand):
    help = "Queue the status report for everyone at the agency whose role includes it; the worker sends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--round", metavar="ROUND", help="the round, such as 2022-2024; else every round with work left"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        slug: str | None = options["round"]
        if slug is None:
            rounds = rounds_to_report(at=at)
            if not rounds:
                raise CommandError("No round is open or has reports left to handle. Name one with --round.")
        else:
            rounds = list(ReportingRound.objects.filter(slug=slug))
            if not rounds:
                known = ", ".join(ReportingRound.objects.values_list("slug", flat=True)) or "none"
                raise CommandError(f"There is no round {slug!r}. Rounds: {known}.")
        for reporting_round in rounds:
            try:
                mails = send_status_report(reporting_round=reporting_round, by=None, at=at)
            except DomainError as error:
                raise CommandError(str(error)) from error
            for mail in mails:
                self.stdout.write(f"{reporting_round.slug}: queued to {mail.recipient}")
