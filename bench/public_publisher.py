"""Publishes and withdraws on request, a line each on standard input: how bench.public makes pages unkept.

Run by bench.public in `manage.py shell`, on the system that it measures.
"""

import sys
from datetime import UTC, datetime

from allocation.models import Publication
from allocation.services.publications import publish_run, withdraw_publication
from reporting.models import User


def serve() -> None:
    """Answer `publish` and `withdraw` with a line once they are done, until there are no more."""
    by = User.objects.get(email="beslutsfattare@platsplan.example")
    newest = Publication.objects.select_related("run").latest("pk")
    run = newest.run
    grant = run.round_grant
    _tell(f"{grant.reporting_round.slug}/{grant.rules_name}/run-{run.number} {grant.year}")
    for line in sys.stdin:
        if line.strip() == "publish":
            newest = publish_run(run=run, by=by, note=newest.note, at=datetime.now(UTC))
        else:
            withdraw_publication(
                publication_id=newest.pk, by=by, reason="To be measured.", at=datetime.now(UTC)
            )
        _tell("done")


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
