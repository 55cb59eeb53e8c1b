"""What happens at the same moment as a decision, with real connections of their own."""

import pytest
from django.utils import translation

from allocation.admin.roundexports import figures_of_rounds
from allocation.models import Decision, Letter
from allocation.services.decisions import decide, propose_decision
from reporting.chain import check_log
from reporting.errors import WrongState
from reporting.models import Document, Mail, MailKind, ReportingRound
from reporting.services.review import approve_report
from tests.allocation.test_decisions import AFTER, compute, letters_as_data, make_decider, make_ready
from tests.factories import make_officer, make_region_member, make_submission, moment
from tests.reporting.test_many_at_once import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]


def test_two_deciders_make_one_decision_and_one_letter_to_each_region() -> None:
    officer, deciders = make_officer(), [make_decider(), make_decider()]
    proposal = propose_decision(run_id=make_ready(officer).pk, by=officer, at=AFTER)
    outcomes = at_once(2, lambda index: decide(decision_id=proposal.pk, by=deciders[index], at=AFTER))
    assert {type(outcome) for outcome in outcomes} == {Decision, WrongState}
    assert (Letter.objects.count(), Document.objects.count()) == (21, 22)
    assert Mail.objects.filter(kind=MailKind.DECISION_LETTER).count() == 1
    assert check_log().flaws == ()


def test_figures_taken_out_during_a_decision_are_all_from_before_it_or_all_from_after() -> None:
    officer, decider = make_officer(), make_decider()
    reporting_round = make_ready(officer).round_grant.reporting_round
    for code in ("04", "14", "22"):
        revision = make_submission(reporting_round, code, by=make_region_member(code))
        approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    proposal = propose_decision(run_id=compute(reporting_round).pk, by=officer, at=AFTER)
    rounds = ReportingRound.objects.filter(pk=reporting_round.pk)
    seen: set[frozenset[tuple[object, object]]] = set()

    def act(index: int) -> None:
        if not index:
            decide(decision_id=proposal.pk, by=decider, at=AFTER)
            return
        with translation.override("en"):
            seen.update(
                frozenset((row[1], row[3]) for row in figures_of_rounds(rounds).rows) for _ in range(20)
            )

    at_once(4, act)
    codes = ("03", "04", "14", "22")
    whole = {frozenset((code, state) for code in codes) for state in ("Approved", "Decided")}
    assert seen
    assert seen <= whole
