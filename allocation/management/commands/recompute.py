"""manage.py recompute: compute every grant of a round again, here and now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from allocation import runner, selectors
from allocation.engine import EngineError
from allocation.models import AllocationRun
from allocation.services.runs import ASKED, request_recomputation
from reporting.errors import DomainError
from reporting.models import ReportingRound
from reporting.selectors import current_round


class Command(BaseCommand):
    help = "Compute every grant of a round again, without the worker. The same figures give the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--round", metavar="SLUG", help="the round; the current one unless told")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["round"]:
            reporting_round = ReportingRound.objects.filter(slug=options["round"]).first()
        else:
            reporting_round = current_round(at=at)
        if reporting_round is None:
            wanted = f" called {options['round']}" if options["round"] else ""
            raise CommandError(f"There is no round{wanted}.")
        before = set(AllocationRun.objects.values_list("pk", flat=True))
        request = request_recomputation(reporting_round=reporting_round, reason=ASKED)
        try:
            runner.recompute(request.pk, at=at)
        except (DomainError, EngineError) as error:
            raise CommandError(str(error)) from error
        for run in selectors.current_runs(reporting_round):
            kind = "same figures as before" if run.pk in before else "new"
            self.stdout.write(
                f"{run} ({kind}): {run.allocated_kr} kr of {run.amount_kr} kr "
                f"to {run.eligible_count} regions, {run.unallocated_kr} kr not shared out"
            )
