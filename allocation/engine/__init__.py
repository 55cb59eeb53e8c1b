"""The allocation engine: pure, exact, and built on the standard library alone."""

from allocation.engine.allocate import compute
from allocation.engine.errors import (
    DuplicateRegion,
    EngineError,
    InvalidReport,
    RuleSetInvalid,
    RuleSetNotFound,
)
from allocation.engine.evidence import ELIGIBLE, NOT_REPORTED
from allocation.engine.measures import rate
from allocation.engine.reports import Report
from allocation.engine.results import Allocation, AwardResult, PotResult, RegionResult
from allocation.engine.rulefile import available_rules, load_rules, load_rules_file, parse_rules
from allocation.engine.rules import (
    Basis,
    Cap,
    Condition,
    Ladder,
    PotRule,
    Proportional,
    RuleSet,
    Source,
    Step,
)
from allocation.engine.tracestep import Quantity, TraceStep

# Changes when the same rules and reports would give other results; part of every exported run.
ENGINE_VERSION = "1"

__all__ = [
    "ELIGIBLE",
    "ENGINE_VERSION",
    "NOT_REPORTED",
    "Allocation",
    "AwardResult",
    "Basis",
    "Cap",
    "Condition",
    "DuplicateRegion",
    "EngineError",
    "InvalidReport",
    "Ladder",
    "PotResult",
    "PotRule",
    "Proportional",
    "Quantity",
    "RegionResult",
    "Report",
    "RuleSet",
    "RuleSetInvalid",
    "RuleSetNotFound",
    "Source",
    "Step",
    "TraceStep",
    "available_rules",
    "compute",
    "load_rules",
    "load_rules_file",
    "parse_rules",
    "rate",
]
