"""manage.py seed_demo: accounts, an open round and synthetic reports, in demonstration mode only."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from allocation import runner
from allocation.models import Publication, RoundGrant
from allocation.services.grants import add_grant, word_grant
from allocation.services.payees import load_example_accounts
from allocation.services.publications import publish_run
from allocation.services.runs import ASKED, request_recomputation
from reporting.demo import DOMAIN, PASSWORD, load_demo
from reporting.errors import DomainError
from reporting.models import User

# The plans for 2024 are synthetic, so whatever at-2024 gives is marked as example data.
GRANTS = ("at-2022", "at-2024")
# An example, as is all else: by which rule a real decision cannot be appealed, the agency writes.
APPEAL = "Beslutet kan inte överklagas. (Exempeltext.)"
NOTE = "Exempeldata. Regionernas rapporter är påhittade."


class Command(BaseCommand):
    help = "Load demonstration accounts, an open round and synthetic reports, in demonstration mode only."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            reporting_round = load_demo(at=at)
        except DomainError as error:
            raise CommandError(str(error)) from error
        present = set(reporting_round.grants.values_list("rules_name", flat=True))
        for rules_name in GRANTS:
            if rules_name not in present:
                add_grant(round_id=reporting_round.pk, rules_name=rules_name, by=None)
        for grant in reporting_round.grants.filter(appeal_text=""):
            word_grant(grant_id=grant.pk, case_number=grant.case_number, appeal_text=APPEAL, by=None)
        load_example_accounts(at=at)
        if reporting_round.grants.filter(current_run=None).exists():
            request = request_recomputation(reporting_round=reporting_round, reason=ASKED)
            runner.recompute(request.pk, at=at)  # so that the first visitor finds a result
        for grant in reporting_round.grants.select_related("current_run").order_by("year"):
            _publish(grant, at=at)
        closes_at = timezone.localtime(reporting_round.closes_at)
        self.stdout.write(
            f"Demonstration round {reporting_round.slug} is open until {closes_at:%Y-%m-%d %H:%M}. "
            f"The accounts' password is {PASSWORD}."
        )


def _publish(grant: RoundGrant, *, at: datetime) -> None:
    """Have the open pages show something, once; what was withdrawn is not put back."""
    run = grant.current_run
    if run is None or Publication.objects.filter(run__round_grant=grant).exists():
        return
    publish_run(run=run, by=User.objects.get(email=f"beslutsfattare@{DOMAIN}"), note=NOTE, at=at)
