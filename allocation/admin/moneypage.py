"""What the pages about money show, gathered in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from allocation import decided, money
from allocation.models import (
    BatchState,
    Decision,
    FinalReport,
    PayeeAccount,
    Payment,
    PaymentBatch,
    PaymentFile,
    PaymentState,
    Repayment,
    RepaymentClaim,
    RoundGrant,
)
from reporting.models import Region


@dataclass(frozen=True, slots=True)
class Row:
    """A region of a grant, how it stands, and the account that it is paid to."""

    region: Region
    balance: money.Balance
    payee: PayeeAccount | None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim with what came back on it."""

    claim: RepaymentClaim
    repayments: Sequence[Repayment]

    @property
    def repaid_kr(self) -> int:
        """What came back, without what was struck."""
        return sum(one.amount_kr for one in self.repayments if one.struck_at is None)

    @property
    def outstanding_kr(self) -> int:
        """What is still to come; nothing on a claim that was withdrawn."""
        return self.claim.amount_kr - self.repaid_kr if self.claim.state == "open" else 0


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """Everything the page about a grant's money shows."""

    decision: Decision | None
    rows: Sequence[Row]
    total: money.Balance
    batches: Sequence[PaymentBatch]
    claims: Sequence[ClaimRow]
    reports: Sequence[FinalReport]

    @classmethod
    def of(cls, grant: RoundGrant) -> "MoneyPage":
        """Gather the page. A fixed number of queries."""
        decision = decided.decision_in_force(grant)
        balances = money.balances_of(grant, decision)
        regions = {region.code: region for region in Region.objects.filter(code__in=balances)}
        payees = money.payees()
        claims = RepaymentClaim.objects.filter(round_grant=grant).select_related(
            "region", "round_grant__reporting_round"
        )
        reports = FinalReport.objects.filter(round_grant=grant).select_related(
            "round_grant__reporting_round", "pdf__log_entry", "decision__round_grant__reporting_round"
        )
        return cls(
            decision=decision,
            rows=[Row(regions[code], one, payees.get(code)) for code, one in balances.items()],
            total=money.total_of(list(balances.values())),
            batches=money.batches_of(grant),
            claims=[
                ClaimRow(claim, list(claim.repayments.all()))
                for claim in claims.prefetch_related("repayments").order_by("-number")
            ],
            reports=list(reports.defer("pdf__content").order_by("-number")),
        )

    @property
    def reconciles(self) -> bool:
        """Whether every row and the sums hold."""
        return self.total.reconciles_in_sum and all(row.balance.reconciles for row in self.rows)

    @property
    def without_account(self) -> list[Region]:
        """Regions with something left to pay and no confirmed account."""
        return [row.region for row in self.rows if row.balance.to_pay_kr and row.payee is None]

    @property
    def may_issue(self) -> bool:
        """Whether a final report has something to tell of."""
        return self.decision is not None


@dataclass(frozen=True, slots=True)
class BatchPage:
    """Everything the page of a batch shows."""

    payments: Sequence[Payment]
    files: Sequence[PaymentFile]
    is_in_force: bool

    @classmethod
    def of(cls, batch: PaymentBatch) -> "BatchPage":
        """Gather the page. A fixed number of queries."""
        in_force = decided.decision_in_force(batch.round_grant)
        payments = batch.payments.select_related("region", "payee", "batch__round_grant__reporting_round")
        files = batch.files.select_related("document__log_entry").defer("document__content")
        return cls(
            payments=list(payments.order_by("region_id")),
            files=list(files),
            is_in_force=in_force is not None and in_force.pk == batch.decision_id,
        )

    @property
    def total_kr(self) -> int:
        """The sum of the batch."""
        return sum(payment.amount_kr for payment in self.payments)

    @property
    def paid_kr(self) -> int:
        """What has been paid of it."""
        return sum(payment.amount_kr for payment in self.payments if payment.state == PaymentState.PAID)

    @property
    def waiting(self) -> list[Payment]:
        """What has not been settled."""
        return [payment for payment in self.payments if payment.state == PaymentState.WAITING]

    @property
    def may_be_stopped(self) -> list[Payment]:
        """What the bank may still refuse or send back."""
        return [payment for payment in self.payments if payment.state != PaymentState.STOPPED]

    @property
    def can_settle(self) -> bool:
        """Whether files have been made."""
        return bool(self.files) and self.payments[0].batch.state in (BatchState.EXPORTED, BatchState.DONE)
