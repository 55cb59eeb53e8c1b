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

__all__ = ["AllocationRun", "Award", "Recomputation", "RequestState", "RoundGrant", "RunPot", "RunRegion"]
