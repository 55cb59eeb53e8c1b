"""In whatever order a grant's money is handled: the sums hold, and the database never has to refuse."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from allocation import decided, money
from allocation.models import Decision, FileKind, Payment, PaymentBatch, Repayment, RepaymentClaim
from allocation.services.decisions import decide, propose_decision
from allocation.services.payees import load_example_accounts
from allocation.services.payments import (
    approve_batch,
    cancel_batch,
    export_batch,
    make_batch,
    note_paid,
    stop_payment,
)
from allocation.services.reclaims import (
    claim_repayment,
    confirm_claim,
    note_repayment,
    strike_repayment,
    withdraw_claim,
)
from reporting.errors import DomainError
from reporting.models import ReportingRound, User
from reporting.services.review import approve_report
from tests.allocation.test_decisions import AFTER, compute, letters_as_data, make_decider, make_ready
from tests.allocation.test_payments import LATER, correct
from tests.factories import make_officer, make_region_member, make_submission, moment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]
REGIONS = ("03", "14")
DUE = (LATER + timedelta(days=30)).date()

regions = st.sampled_from(REGIONS)
shares = st.sampled_from((1, 2, 3))
steps = st.one_of(
    st.tuples(st.just("pay"), st.sets(regions)),
    st.tuples(st.just("make"), st.none()),
    st.tuples(st.just("approve"), st.none()),
    st.tuples(st.just("export"), st.none()),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("paid"), st.sets(regions)),
    st.tuples(st.just("stop"), regions),
    st.tuples(st.just("claim"), st.tuples(regions, st.sampled_from(("correction", "other")), shares)),
    st.tuples(st.just("confirm"), st.none()),
    st.tuples(st.just("repay"), shares),
    st.tuples(st.just("strike"), st.none()),
    st.tuples(st.just("withdraw"), st.none()),
    st.tuples(st.just("correct"), st.sampled_from(("52", "58", "64"))),
)

PAID: list[tuple[str, Any]] = [("pay", {"03", "14"})]
# What chance seldom finds: the same money claimed twice, and a correction between claim and payment.
TWICE_CLAIMED = [*PAID, *[("claim", ("03", "other", 1)), ("confirm", None)] * 2, ("stop", "03"), ("repay", 1)]
CORRECTED = [
    *PAID, ("correct", "52"), ("claim", ("03", "correction", 1)), ("confirm", None), ("correct", "60"),
    ("make", None), ("withdraw", None),
]  # fmt: skip


class Desk:
    """Two people who do what they are told, to the newest batch, claim or repayment of one grant."""

    def __init__(self, decision: Decision, officer: User, decider: User) -> None:
        self.grant, self.officer, self.decider = decision.round_grant, officer, decider
        # What the agency's bank account says: kronor out, less kronor back.
        self.out_kr = 0

    def do(self, what: str, detail: Any) -> None:
        step: Callable[[Any], None] = getattr(self, what)
        step(detail)

    @property
    def batch(self) -> int:
        return PaymentBatch.objects.filter(round_grant=self.grant).latest("number").pk

    @property
    def claimed(self) -> RepaymentClaim:
        return RepaymentClaim.objects.filter(round_grant=self.grant).latest("number")

    def pay(self, codes: set[str]) -> None:
        for step in (self.make, self.approve, self.export):
            step(None)
        self.paid(codes)

    def make(self, _: None) -> None:
        make_batch(grant_id=self.grant.pk, pay_on=LATER.date(), by=self.officer, at=AFTER)

    def approve(self, _: None) -> None:
        approve_batch(batch_id=self.batch, by=self.decider, at=AFTER)

    def export(self, _: None) -> None:
        export_batch(batch_id=self.batch, by=self.officer, at=AFTER)

    def cancel(self, _: None) -> None:
        cancel_batch(batch_id=self.batch, reason="Wrong day.", by=self.officer, at=AFTER)

    def paid(self, codes: set[str]) -> None:
        waiting = Payment.objects.filter(batch=self.batch, region__in=codes, state="waiting")
        amount_kr = sum(waiting.values_list("amount_kr", flat=True))
        note_paid(batch_id=self.batch, codes=codes, paid_on=LATER.date(), by=self.officer, at=LATER)
        self.out_kr += amount_kr

    def stop(self, code: str) -> None:
        was_paid = Payment.objects.filter(batch=self.batch, region=code, state="paid").exists()
        stopped = stop_payment(batch_id=self.batch, code=code, reason="Sent back.", by=self.officer, at=LATER)
        self.out_kr -= stopped.amount_kr if was_paid else 0

    def claim(self, what: tuple[str, str, int]) -> None:
        code, kind, share = what
        one = money.balances_of(self.grant)[code]
        whole = one.to_claim_kr if kind == "correction" else one.paid_kr
        claim_repayment(
            grant_id=self.grant.pk, code=code, kind=kind, amount_kr=whole // share, reason="Not used.",
            due_on=DUE, by=self.officer, at=LATER,
        )  # fmt: skip

    def confirm(self, _: None) -> None:
        confirm_claim(claim_id=self.claimed.pk, by=self.decider, at=LATER)

    def repay(self, share: int) -> None:
        claim = self.claimed
        amount_kr = claim.amount_kr // share
        note_repayment(
            claim_id=claim.pk, amount_kr=amount_kr, repaid_on=LATER.date(), by=self.officer, at=LATER
        )
        self.out_kr -= amount_kr

    def strike(self, _: None) -> None:
        repayment = Repayment.objects.filter(claim__round_grant=self.grant).latest("pk")
        strike_repayment(
            repayment_id=repayment.pk,
            grant_id=self.grant.pk,
            reason="Noted twice.",
            by=self.officer,
            at=LATER,
        )
        self.out_kr += repayment.amount_kr

    def withdraw(self, _: None) -> None:
        withdraw_claim(claim_id=self.claimed.pk, reason="By mistake.", by=self.officer, at=LATER)

    def correct(self, posts: str) -> None:
        in_force = decided.decision_in_force(self.grant)
        assert in_force is not None
        correct(in_force, self.officer, self.decider, posts=posts)


def make_desk() -> Desk:
    """A decision by which Uppsala and Västra Götaland get money, and the two who pay it."""
    officer, decider = make_officer(), make_decider()
    reporting_round = make_ready(officer).round_grant.reporting_round
    revision = make_submission(
        reporting_round, "14", by=make_region_member("14"), at_2022="260", comment_at_2022="New blocks."
    )
    approve_report(submission_id=revision.submission_id, revision_number=1, by=officer, at=moment(20))
    ReportingRound.objects.filter(pk=reporting_round.pk).update(is_demo=True)
    load_example_accounts(at=AFTER)
    proposal = propose_decision(run_id=compute(reporting_round).pk, by=officer, at=AFTER)
    decision = decide(decision_id=proposal.pk, by=decider, at=AFTER)
    assert all(decided.amounts_of(decision)[code] for code in REGIONS)
    return Desk(decision, officer, decider)


def must_add_up(desk: Desk) -> None:
    in_force = decided.decision_in_force(desk.grant)
    assert in_force is not None
    balances = money.balances_of(desk.grant)
    assert {code: one.decided_kr for code, one in balances.items()} == decided.amounts_of(in_force)
    assert all(one.reconciles for one in balances.values()), balances
    assert all(not (one.to_pay_kr and one.to_claim_kr) for one in balances.values())
    total = money.total_of(list(balances.values()))
    assert total.reconciles_in_sum
    assert total.decided_kr == in_force.run.allocated_kr
    assert total.kept_kr == desk.out_kr >= 0
    connection.check_constraints()


def test_no_order_of_payments_failures_claims_and_corrections_breaks_a_sum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "allocation.services.payments.draw_files",
        lambda batch, _payments, *, at: {kind: f"{batch.label} {kind} {at}".encode() for kind in FileKind},
    )
    desk = make_desk()

    @settings(max_examples=9, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @example(todo=TWICE_CLAIMED)
    @example(todo=CORRECTED)
    @given(todo=st.lists(steps, min_size=3, max_size=10))
    def hold(todo: list[tuple[str, Any]]) -> None:
        with transaction.atomic():
            desk.out_kr = 0
            for what, detail in todo:
                try:
                    desk.do(what, detail)
                except (
                    DomainError,
                    PaymentBatch.DoesNotExist,
                    RepaymentClaim.DoesNotExist,
                    Repayment.DoesNotExist,
                ):
                    continue  # refused, as it must be; nothing has happened
                finally:
                    must_add_up(desk)
            transaction.set_rollback(True)

    hold()
