"""manage.py seed_demo: accounts, an open round and synthetic reports, in demonstration mode only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from allocation import runner
from allocation.models import RoundGrant
from allocation.services.runs import request_recomputation
from reporting.demo import PASSWORD, load_demo
from reporting.errors import DomainError

# The plans for 2024 are synthetic, so whatever at-2024 gives is marked as example data.
GRANTS = (("at-2022", 2022, "AT 2022"), ("at-2024", 2024, "AT 2024"))


class Command(BaseCommand):
    help = "Load demonstration accounts, an open round and synthetic reports, in demonstration mode only."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            reporting_round = load_demo(at=at)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for rules_name, year, title in GRANTS:
            RoundGrant.objects.get_or_create(
                reporting_round=reporting_round,
                rules_name=rules_name,
                defaults={"year": year, "title": title},
            )
        if reporting_round.grants.filter(current_run=None).exists():
            request = request_recomputation(reporting_round=reporting_round, reason="asked")
            runner.recompute(request.pk, at=at)  # so that the first visitor finds a result
        closes_at = timezone.localtime(reporting_round.closes_at)
        self.stdout.write(
            f"Demonstration round {reporting_round.slug} is open until {closes_at:%Y-%m-%d %H:%M}. "
            f"The accounts' password is {PASSWORD}."
        )
