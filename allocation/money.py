"""The money of a grant: decided, paid, claimed and repaid for each region, and what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from allocation import decided
from allocation.models import (
    BatchState,
    ClaimKind,
    ClaimState,
    Decision,
    PayeeAccount,
    PayeeState,
    Payment,
    PaymentBatch,
    PaymentState,
    Repayment,
    RepaymentClaim,
    RoundGrant,
)
from reporting.models import Region
from reporting.templatetags.platsplan import kr


@dataclass(frozen=True, slots=True)
class Balance:
    """How a region, or a whole grant, stands; in kronor.

    Always: decided = paid + under way + to pay - corrected - to claim, where nothing is below zero and
    not both of "to pay" and "to claim" are above it. And: claimed = repaid + outstanding.

    Attributes:
        decided_kr: by the decision in force.
        waiting_kr: in batches, not paid yet.
        corrected_kr: claimed back because a later decision gave less.
        claimed_kr: claimed back for whatever reason.
        to_pay_kr: not in any batch yet.
        to_claim_kr: paid or under way beyond the decision, and not claimed back yet.
    """

    decided_kr: int
    paid_kr: int
    waiting_kr: int
    corrected_kr: int
    claimed_kr: int
    repaid_kr: int
    to_pay_kr: int
    to_claim_kr: int

    @property
    def outstanding_kr(self) -> int:
        """Claimed, and not repaid yet."""
        return self.claimed_kr - self.repaid_kr

    @property
    def kept_kr(self) -> int:
        """Paid, less what came back."""
        return self.paid_kr - self.repaid_kr

    @property
    def reconciles_in_sum(self) -> bool:
        """Whether both equations hold for sums, where some regions may have to pay and others to get."""
        due = self.paid_kr + self.waiting_kr + self.to_pay_kr - self.corrected_kr - self.to_claim_kr
        return self.decided_kr == due and self.claimed_kr == self.repaid_kr + self.outstanding_kr

    @property
    def reconciles(self) -> bool:
        """Whether both equations hold and nothing is below zero."""
        due = self.paid_kr + self.waiting_kr + self.to_pay_kr - self.corrected_kr - self.to_claim_kr
        return (
            self.decided_kr == due
            and self.corrected_kr <= self.claimed_kr <= self.paid_kr
            and min(self.to_pay_kr, self.to_claim_kr, self.waiting_kr, self.outstanding_kr) >= 0
        )


def balance(*, decided: int, paid: int, waiting: int, corrected: int, claimed: int, repaid: int) -> Balance:
    """Work out what is left to pay or to claim; all in kronor."""
    left = decided + corrected - paid - waiting
    return Balance(decided, paid, waiting, corrected, claimed, repaid, max(left, 0), max(-left, 0))


def total_of(balances: list[Balance]) -> Balance:
    """The sums of several regions. "To pay" and "to claim" of different regions are not set off."""
    return Balance(
        *(
            sum(getattr(one, name) for one in balances)
            for name in (
                "decided_kr", "paid_kr", "waiting_kr", "corrected_kr", "claimed_kr", "repaid_kr", "to_pay_kr",
                "to_claim_kr",
            )
        )
    )  # fmt: skip


def balances_of(round_grant: RoundGrant, decision: Decision | None = None) -> dict[str, Balance]:
    """Region code -> how it stands, for every region of the decision in force. Five queries.

    Args:
        decision: the decision in force, where it is known already.
    """
    decision = decision or decided.decision_in_force(round_grant)
    return _balances(
        decided.amounts_of(decision) if decision else {},
        Payment.objects.filter(round_grant=round_grant),
        RepaymentClaim.objects.filter(round_grant=round_grant),
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """How a region stands by one decision, and the last day on which it was paid, if it was.

    What is under way counts as left to pay.
    """

    balance: Balance
    paid_on: date | None


def settled_by(decision: Decision) -> dict[str, Settled]:
    """Region code -> how it stands by a decision and those before it, whatever has been decided since.

    For whoever may know of that decision and of no later one. Five queries.
    """
    so_far = decision.number
    paid = Payment.objects.filter(
        round_grant=decision.round_grant_id, batch__decision__number__lte=so_far, state=PaymentState.PAID
    )
    claims = RepaymentClaim.objects.filter(round_grant=decision.round_grant_id, decision__number__lte=so_far)
    last = dict(paid.order_by().values_list("region_id").annotate(Max("paid_on")))
    balances = _balances(decided.amounts_of(decision), paid, claims)
    return {code: Settled(one, last.get(code)) for code, one in balances.items()}


def _balances(
    amounts: Mapping[str, int], payments: QuerySet[Payment], claims: QuerySet[RepaymentClaim]
) -> dict[str, Balance]:
    """How the regions of a grant stand, in three queries.

    Args:
        amounts: region code -> kronor decided.
        payments, claims: those of the grant that count, in whatever state.
    """
    paid = _sums(payments, paid=Q(state=PaymentState.PAID), waiting=Q(state=PaymentState.WAITING))
    held = claims.filter(state=ClaimState.OPEN)
    claimed = _sums(held, corrected=Q(kind=ClaimKind.CORRECTION), claimed=Q())
    repaid = dict(
        Repayment.objects.filter(claim__in=held, struck_at=None)
        .order_by()
        .values_list("claim__region_id")
        .annotate(Sum("amount_kr"))
    )
    return {
        code: balance(
            decided=amounts[code],
            paid=paid.get(code, {}).get("paid", 0),
            waiting=paid.get(code, {}).get("waiting", 0),
            corrected=claimed.get(code, {}).get("corrected", 0),
            claimed=claimed.get(code, {}).get("claimed", 0),
            repaid=repaid.get(code, 0),
        )
        for code in sorted(amounts)
    }


def _sums(rows: QuerySet[Payment] | QuerySet[RepaymentClaim], **parts: Q) -> dict[str, dict[str, int]]:
    sums = {name: Sum("amount_kr", filter=part, default=0) for name, part in parts.items()}
    return {
        row["region_id"]: {name: row[name] for name in parts}
        for row in rows.order_by().values("region_id").annotate(**sums)
    }


def payees() -> dict[str, PayeeAccount]:
    """Region code -> the account that is paid to: the one confirmed last. One query."""
    rows = PayeeAccount.objects.filter(state=PayeeState.CONFIRMED).select_related("region")
    return {
        row.region_id: row for row in rows.order_by("region_id", "-answered_at", "-pk").distinct("region_id")
    }


def proposed_payees() -> dict[str, PayeeAccount]:
    """Region code -> the account that waits for confirmation. One query."""
    rows = PayeeAccount.objects.filter(state=PayeeState.PROPOSED).select_related("region")
    return {row.region_id: row for row in rows}


def payments_to(region: Region, round_grants: QuerySet[RoundGrant]) -> list[Payment]:
    """What a region has been paid by several grants, newest first. One query."""
    paid = Payment.objects.filter(region=region, round_grant__in=round_grants, state=PaymentState.PAID)
    return list(
        paid.select_related("round_grant", "batch__round_grant__reporting_round").order_by("-paid_on", "-pk")
    )


def claims_on(region: Region, round_grants: QuerySet[RoundGrant]) -> list[RepaymentClaim]:
    """What a region has been asked to pay back and is still to pay, with `repaid_kr`. One query."""
    claims = RepaymentClaim.objects.filter(region=region, round_grant__in=round_grants, state=ClaimState.OPEN)
    return list(with_repaid(claims).select_related("round_grant__reporting_round").order_by("due_on", "pk"))


def with_repaid(claims: QuerySet[RepaymentClaim]) -> QuerySet[RepaymentClaim]:
    """Claims with `repaid_kr`: what came back on each."""
    return claims.annotate(
        repaid_kr=Sum("repayments__amount_kr", filter=Q(repayments__struck_at=None), default=0)
    )


def repaid_kr(claim: RepaymentClaim) -> int:
    """What came back on a claim of `with_repaid`. No query."""
    return int(claim.repaid_kr)  # type: ignore[attr-defined]  # annotated there


def grants_that_wait() -> list[RoundGrant]:
    """Grants where batches (`batch_count`) or claims (`claim_count`) wait for a second person. One query."""
    batches = PaymentBatch.objects.filter(round_grant=OuterRef("pk"), state=BatchState.MADE)
    claims = RepaymentClaim.objects.filter(round_grant=OuterRef("pk"), state=ClaimState.PROPOSED)
    waiting = RoundGrant.objects.annotate(batch_count=_count(batches), claim_count=_count(claims))
    found = waiting.filter(Q(batch_count__gt=0) | Q(claim_count__gt=0))
    return list(found.select_related("reporting_round").order_by("reporting_round", "pk"))


def _count(rows: QuerySet[PaymentBatch] | QuerySet[RepaymentClaim]) -> Coalesce:
    counted = rows.order_by().values("round_grant").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def batches_of(round_grant: RoundGrant) -> list[PaymentBatch]:
    """A grant's batches, newest first, with `sum_kr` and `waiting` (how many wait). One query."""
    rows = PaymentBatch.objects.filter(round_grant=round_grant).select_related("decision__round_grant")
    return list(
        rows.select_related("round_grant__reporting_round")
        .annotate(
            sum_kr=Sum("payments__amount_kr", default=0),
            row_count=Count("payments"),
            waiting=Count("payments", filter=Q(payments__state=PaymentState.WAITING)),
        )
        .order_by("-number")
    )


def repaid_on(claim: RepaymentClaim) -> int:
    """Kronor that came back on a claim. One query."""
    return sum(claim.repayments.filter(struck_at=None).values_list("amount_kr", flat=True))


def kronor(amount_kr: int) -> str:
    """An amount as a sentence has it."""
    return kr(amount_kr)
