"""The agency's desk for what is computed."""

from allocation.admin import decisions, recomputations, rounds, runs, scenarios, sweeps

__all__ = ["decisions", "recomputations", "rounds", "runs", "scenarios", "sweeps"]
