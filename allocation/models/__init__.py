"""The allocation models."""

from allocation.models.recomputations import OPEN_STATES, Recomputation, RequestState
from allocation.models.runs import AllocationRun, Award, RoundGrant, RunPot, RunRegion
from allocation.models.scenarios import Scenario, ScenarioRegion, SweepChunk, SweepRun, SweepState

__all__ = [
    "OPEN_STATES",
    "AllocationRun",
    "Award",
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
