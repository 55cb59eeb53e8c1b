"""What an allocation gives: pots, regions and awards, each able to explain itself."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import count, repeat
from typing import Any, NamedTuple

from allocation.engine.evidence import PotEvidence
from allocation.engine.measures import Facts, as_rate
from allocation.engine.prepared import ELIGIBLE
from allocation.engine.reports import inputs_sha256
from allocation.engine.tracestep import TraceStep
from allocation.engine.tracing import award_trace, pot_trace


class AwardResult(NamedTuple):
    """What one region gets from one pot, and why.

    `position` is the region's place in code order. All else is read from the numbers of the calculation.
    """

    position: int
    evidence: PotEvidence

    @property
    def amount_kr(self) -> int:
        """Whole kronor."""
        return self.evidence.awards_kr[self.position]

    @property
    def pot(self) -> str:
        """The pot's id."""
        return self.evidence.pot.id

    @property
    def eligible(self) -> bool:
        """Whether the region takes part in the pot."""
        return self.reason == ELIGIBLE

    @property
    def reason(self) -> str:
        """`eligible`, `not-reported`, or the code of the first condition that is not met."""
        return self.evidence.reasons[self.position]

    @property
    def assumed(self) -> bool:
        """Whether any step of the trace is assumed."""
        return self.evidence.assumed[self.position]

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
    """One region's kronor from each pot, in the order of the rule set, and what they come from.

    `position` is the region's place in code order.
    """

    pots_kr: tuple[int, ...]
    position: int
    evidence: list[PotEvidence]

    @property
    def total_kr(self) -> int:
        """What the region gets from all pots."""
        return sum(self.pots_kr)

    @property
    def awards(self) -> tuple[AwardResult, ...]:
        """One award per pot, with its reason and its trace."""
        return tuple(AwardResult(self.position, part) for part in self.evidence)

    @property
    def facts(self) -> Facts:
        """All regions' figures and measures."""
        return self.evidence[0].facts  # a rule set has at least one pot

    @property
    def code(self) -> str:
        """The region's code."""
        return self.facts.reports[self.position].code

    @property
    def planned_rate(self) -> Decimal:
        """The rate of the planned posts."""
        scaled = self.facts.columns["planned-rate"][self.position]
        return as_rate(scaled or 0, self.facts.rules.rate_decimals)

    @property
    def reported_rate(self) -> Decimal | None:
        """The rate of the reported posts; None where the region has not reported."""
        scaled = self.facts.columns["reported-rate"][self.position]
        return None if scaled is None else as_rate(scaled, self.facts.rules.rate_decimals)

    @property
    def increase(self) -> int | None:
        """Reported less planned posts; None where the region has not reported."""
        return self.facts.columns["increase"][self.position]

    def __repr__(self) -> str:
        return f"RegionResult({self.code}: {self.total_kr} kr)"


# As RegionResult._make, but in C from end to end: at many regions most of the time goes into making results.
_region = partial(tuple.__new__, RegionResult)


@dataclass
class Allocation:
    """The result of one rule set on one set of reports; regions in code order.

    It holds the calculation's own columns of numbers. The rest is made from them when it is first asked
    for, so that a sweep of scenarios does not pay for what it does not read.
    """

    facts: Facts
    evidence: list[PotEvidence]

    def __repr__(self) -> str:
        return f"Allocation({self.rules_version}, {len(self.facts.reports)} regions, {self.allocated_kr} kr)"

    @property
    def rules_version(self) -> str:
        """The version of the rule set."""
        return self.facts.rules.version

    @property
    def rules_sha256(self) -> str:
        """The hash of the rule set's text."""
        return self.facts.rules.sha256

    @cached_property
    def inputs_sha256(self) -> str:
        """The hash of the reports."""
        return inputs_sha256(self.facts.reports)

    @cached_property
    def pots(self) -> tuple[PotResult, ...]:
        """One result per pot, in the order of the rule set."""
        return tuple(_pot_result(part) for part in self.evidence)

    @cached_property
    def regions(self) -> tuple[RegionResult, ...]:
        """One result per region, in code order."""
        pots_kr = zip(*(part.awards_kr for part in self.evidence), strict=True)
        return tuple(map(_region, zip(pots_kr, count(), repeat(self.evidence), strict=False)))

    @property
    def allocated_kr(self) -> int:
        """What all regions get together."""
        return sum(sum(part.split.awards_kr) for part in self.evidence)

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


def _pot_result(evidence: PotEvidence) -> PotResult:
    amount_kr, allocated_kr = evidence.pot.amount_kr, sum(evidence.split.awards_kr)
    return PotResult(
        id=evidence.pot.id,
        amount_kr=amount_kr,
        allocated_kr=allocated_kr,
        unallocated_kr=amount_kr - allocated_kr,
        eligible_count=len(evidence.sharers),
        evidence=evidence,
    )
