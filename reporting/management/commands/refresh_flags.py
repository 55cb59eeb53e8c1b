"""Makes the flags of submitted reports anew, after a change of plans, population or rules."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reporting.models import ReportingRound
from reporting.services.flags import refresh_flags_of_round


class Command(BaseCommand):
    help = "Make the flags of all submitted reports anew. Doing it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through every round, one transaction each."""
        count = sum(
            refresh_flags_of_round(reporting_round=reporting_round, at=timezone.now())
            for reporting_round in ReportingRound.objects.all()
        )
        self.stdout.write(f"Looked at {count} reports.")
