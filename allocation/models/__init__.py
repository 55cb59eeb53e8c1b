"""The allocation models."""

from allocation.models.decisions import REASON_MAX, Decision, DecisionRecord, DecisionState, Exemption, Letter
from allocation.models.recomputations import OPEN_STATES, Recomputation, RequestState
from allocation.models.runs import AllocationRun, Award, RoundGrant, RunPot, RunRegion
from allocation.models.scenarios import Scenario, ScenarioRegion, SweepChunk, SweepRun, SweepState

__all__ = [
    "OPEN_STATES",
    "REASON_MAX",
    "AllocationRun",
    "Award",
    "Decision",
    "DecisionRecord",
    "DecisionState",
    "Exemption",
    "Letter",
    "Recomputation",
    "RequestState",
    "RoundGrant",
    "RunPot",
    "RunRegion",
    "Scenario",
    "ScenarioRegion",
    "SweepChunk",
    "SweepRun",
    "SweepState",
]
