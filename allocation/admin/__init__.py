"""The agency's desk for what is computed."""

from allocation.admin import recomputations, rounds, runs, scenarios, sweeps

__all__ = ["recomputations", "rounds", "runs", "scenarios", "sweeps"]
