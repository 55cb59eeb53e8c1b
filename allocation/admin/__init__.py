"""The agency's desk for what is computed."""

from allocation.admin import (
    decisions,
    publications,
    recomputations,
    rounds,
    runs,
    scenarios,
    schedules,
    sweeps,
)

__all__ = [
    "decisions",
    "publications",
    "recomputations",
    "rounds",
    "runs",
    "scenarios",
    "schedules",
    "sweeps",
]
