"""What an allocation gives: pots, regions and awards, each able to explain itself."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from allocation.engine.evidence import PotEvidence
from allocation.engine.tracestep import TraceStep
from allocation.engine.tracing import award_trace, pot_trace


class AwardResult(NamedTuple):
    """What one region gets from one pot, and why.

    `reason` is `eligible`, `not-reported`, or the code of the first condition that is not met.
    `assumed` is True when any step of the trace is. `position` is the region's place in code
    order. The trace is built from the very numbers of the calculation when it is asked for, so that
    a sweep of scenarios does not pay for it.
    """

    pot: str
    eligible: bool
    reason: str
    amount_kr: int
    assumed: bool
    position: int
    evidence: PotEvidence

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """The ordered steps from the region's figures to `amount_kr`."""
        return award_trace(self.evidence, self.position)

    def __repr__(self) -> str:
        return f"AwardResult({self.pot}: {self.amount_kr} kr, {self.reason})"


class PotResult(NamedTuple):
    """One pot: allocated and unallocated sum to `amount_kr`, to the krona."""

    id: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    eligible_count: int
    evidence: PotEvidence

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """The steps that concern the whole pot: what there is to share, among how many, what is left."""
        return pot_trace(self.evidence)

    def __repr__(self) -> str:
        return f"PotResult({self.id}: {self.allocated_kr} of {self.amount_kr} kr)"


class RegionResult(NamedTuple):
    """One region's measures and its awards, one per pot in the order of the rule set."""

    code: str
    planned_rate: Decimal
    reported_rate: Decimal | None
    increase: int | None
    awards: tuple[AwardResult, ...]
    total_kr: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """The result of one rule set on one set of reports; regions in code order."""

    rules_version: str
    rules_sha256: str
    inputs_sha256: str
    pots: tuple[PotResult, ...]
    regions: tuple[RegionResult, ...]

    @property
    def allocated_kr(self) -> int:
        """What all regions get together."""
        return sum(pot.allocated_kr for pot in self.pots)

    def as_json(self) -> dict[str, Any]:
        """The result as JSON types, keys in a fixed order, rates as text; without traces."""
        return {
            "rules": self.rules_version,
            "rules_sha256": self.rules_sha256,
            "inputs_sha256": self.inputs_sha256,
            "pots": [
                {
                    "id": pot.id,
                    "amount_kr": pot.amount_kr,
                    "allocated_kr": pot.allocated_kr,
                    "unallocated_kr": pot.unallocated_kr,
                }
                for pot in self.pots
            ],
            "regions": [
                {
                    "code": region.code,
                    "planned_rate": f"{region.planned_rate:f}",
                    "reported_rate": None if region.reported_rate is None else f"{region.reported_rate:f}",
                    "increase": region.increase,
                    "awards": [
                        {
                            "pot": award.pot,
                            "eligible": award.eligible,
                            "reason": award.reason,
                            "amount_kr": award.amount_kr,
                        }
                        for award in region.awards
                    ],
                    "total_kr": region.total_kr,
                }
                for region in self.regions
            ],
        }
