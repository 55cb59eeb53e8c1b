"""Two who decide at the same moment, with two real connections."""

import pytest

from allocation.models import Decision, Letter
from allocation.services.decisions import decide, propose_decision
from reporting.chain import check_log
from reporting.errors import WrongState
from reporting.models import Document, Mail, MailKind
from reporting.reference import load_reference_data
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_ready
from tests.factories import make_officer
from tests.reporting.test_many_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


def test_two_deciders_make_one_decision_and_one_letter_to_each_region() -> None:
    load_reference_data()
    officer, deciders = make_officer(), [make_decider(), make_decider()]
    proposal = propose_decision(run_id=make_ready(officer).pk, by=officer, at=AFTER)
    outcomes = at_once(2, lambda index: decide(decision_id=proposal.pk, by=deciders[index], at=AFTER))
    assert {type(outcome) for outcome in outcomes} == {Decision, WrongState}
    assert (Letter.objects.count(), Document.objects.count()) == (21, 22)
    assert Mail.objects.filter(kind=MailKind.DECISION_LETTER).count() == 1
    assert check_log().flaws == ()
