"""What is published as decided has been decided: the database sees to it, whoever writes."""

import pytest
from django.db import DatabaseError, connection, transaction

from allocation.models import Decision, Publication
from allocation.services.decisions import decide
from allocation.services.publications import publish_run
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_proposal
from tests.factories import make_officer

pytestmark = pytest.mark.django_db
__all__ = ["letters_as_data"]

_INSERT = """
INSERT INTO allocation_publication
    (run_id, published_at, published_by_id, published_by_name, decision_id, note)
VALUES (%s, now(), %s, 'SQL', %s, '')
"""


def written(run_id: int, by_id: int, decision: Decision | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [run_id, by_id, decision.pk if decision else None])


@pytest.mark.usefixtures("letters_as_data")
def test_no_run_is_published_as_decided_but_by_its_own_decision() -> None:
    officer, decider = make_officer(), make_decider()
    proposal = make_proposal(officer)
    with pytest.raises(DatabaseError, match="has not been decided"):
        written(proposal.run_id, decider.pk, proposal)
    written(proposal.run_id, decider.pk, None)
    decision = decide(decision_id=proposal.pk, by=decider, at=AFTER)
    publication = publish_run(run=decision.run, by=decider, at=AFTER)
    assert publication.decision == decision
    other = make_proposal(officer).run
    with pytest.raises(DatabaseError, match="has not been decided"):
        written(other.pk, decider.pk, decision)
    written(decision.run_id, decider.pk, decision)
    assert Publication.objects.filter(decision=decision).count() == 2
