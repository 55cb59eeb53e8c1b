"""The allocation models."""

from allocation.models.decisions import REASON_MAX, Decision, DecisionRecord, DecisionState, Exemption, Letter
from allocation.models.payees import AccountKind, PayeeAccount, PayeeState
from allocation.models.payments import (
    REFERENCE_MAX,
    BatchState,
    FileKind,
    Payment,
    PaymentBatch,
    PaymentFile,
    PaymentState,
)
from allocation.models.publications import NOTE_MAX, Publication, PublishedReport, Withdrawal
from allocation.models.reclaims import ClaimKind, ClaimState, FinalReport, Repayment, RepaymentClaim
from allocation.models.recomputations import (
    OPEN_STATES,
    SILENCE,
    Cause,
    Recomputation,
    RecomputationRun,
    RequestState,
)
from allocation.models.runs import AllocationRun, Award, RoundGrant, RunPot, RunRegion
from allocation.models.scenarios import Scenario, ScenarioRegion, SweepChunk, SweepRun, SweepState
from allocation.models.schedules import ReportSchedule, Weekday

__all__ = [
    "NOTE_MAX",
    "OPEN_STATES",
    "REASON_MAX",
    "REFERENCE_MAX",
    "SILENCE",
    "AccountKind",
    "AllocationRun",
    "Award",
    "BatchState",
    "Cause",
    "ClaimKind",
    "ClaimState",
    "Decision",
    "DecisionRecord",
    "DecisionState",
    "Exemption",
    "FileKind",
    "FinalReport",
    "Letter",
    "PayeeAccount",
    "PayeeState",
    "Payment",
    "PaymentBatch",
    "PaymentFile",
    "PaymentState",
    "Publication",
    "PublishedReport",
    "Recomputation",
    "RecomputationRun",
    "Repayment",
    "RepaymentClaim",
    "ReportSchedule",
    "RequestState",
    "RoundGrant",
    "RunPot",
    "RunRegion",
    "Scenario",
    "ScenarioRegion",
    "SweepChunk",
    "SweepRun",
    "SweepState",
    "Weekday",
    "Withdrawal",
]
