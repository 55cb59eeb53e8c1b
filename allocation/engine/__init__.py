"""The allocation engine: pure, exact, and built on the standard library alone."""

from allocation.engine.allocate import compute
from allocation.engine.bundle import bundle_of, canonical_bytes, read_bundle
from allocation.engine.errors import (
    BundleUnusable,
    DuplicateRegion,
    EngineError,
    InvalidReport,
    RuleSetChanged,
    RuleSetInvalid,
    RuleSetNotFound,
    UnknownRegion,
)
from allocation.engine.explanation import explain
from allocation.engine.marginal import MarginalPoint, marginal
from allocation.engine.measures import rate
from allocation.engine.prepared import ELIGIBLE, NOT_REPORTED
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
from allocation.engine.verification import Difference, Verified, verify
from allocation.engine.version import ENGINE_VERSION

__all__ = [
    "ELIGIBLE",
    "ENGINE_VERSION",
    "NOT_REPORTED",
    "Allocation",
    "AwardResult",
    "Basis",
    "BundleUnusable",
    "Cap",
    "Condition",
    "Difference",
    "DuplicateRegion",
    "EngineError",
    "InvalidReport",
    "Ladder",
    "MarginalPoint",
    "PotResult",
    "PotRule",
    "Proportional",
    "Quantity",
    "RegionResult",
    "Report",
    "RuleSet",
    "RuleSetChanged",
    "RuleSetInvalid",
    "RuleSetNotFound",
    "Source",
    "Step",
    "TraceStep",
    "UnknownRegion",
    "Verified",
    "available_rules",
    "bundle_of",
    "canonical_bytes",
    "compute",
    "explain",
    "load_rules",
    "load_rules_file",
    "marginal",
    "parse_rules",
    "rate",
    "read_bundle",
    "verify",
]
