"""The allocation models."""

from allocation.models.runs import (
    AllocationRun,
    Award,
    Recomputation,
    RequestState,
    RoundGrant,
    RunPot,
    RunRegion,
)
from allocation.models.scenarios import Scenario, ScenarioRegion, SweepChunk, SweepRun, SweepState

__all__ = [
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
