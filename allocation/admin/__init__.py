"""The agency's desk for what is computed."""

from allocation.admin import (
    decisions,
    payees,
    payments,
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
    "payees",
    "payments",
    "publications",
    "recomputations",
    "rounds",
    "runs",
    "scenarios",
    "schedules",
    "sweeps",
]
