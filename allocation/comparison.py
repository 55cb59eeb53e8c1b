"""A scenario beside what it began from: per pot, per region, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.functional import Promise

from allocation.engine import (
    Allocation,
    AwardResult,
    PotResult,
    PotRule,
    RegionResult,
    Report,
    RuleSet,
    compute,
    parse_rules,
)
from allocation.models import Scenario, ScenarioRegion
from allocation.ruleedit import ORIGIN, Change, changes
from allocation.wording import reason_text

BAR_HALF = 150  # a bar's longest way from the middle of its drawing


@dataclass(frozen=True, slots=True)
class PotSide:
    """A pot on one side of the comparison."""

    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    region_count: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class PotCompared:
    """A pot officially and in the scenario."""

    title: str
    base: PotSide
    scenario: PotSide

    @property
    def change_kr(self) -> int:
        """How much more is shared out in the scenario."""
        return self.scenario.allocated_kr - self.base.allocated_kr


@dataclass(frozen=True, slots=True)
class Turn:
    """A pot that a region takes part in on one side only, or stays out of for another reason."""

    pot: str
    kind: str  # joins, leaves, other-reason
    reason: str | Promise


@dataclass(frozen=True, slots=True)
class Bar:
    """A difference drawn from the middle: where it begins and how wide it is."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class RegionCompared:
    """A region officially and in the scenario; `pots_kr` are differences in the order of the pots."""

    code: str
    name: str
    base: Report
    scenario: Report
    base_kr: int
    scenario_kr: int
    pots_kr: tuple[int, ...]
    base_assumed: bool
    assumed: bool
    turns: tuple[Turn, ...]
    bar: Bar

    @property
    def change_kr(self) -> int:
        """How much more the region gets in the scenario."""
        return self.scenario_kr - self.base_kr

    @property
    def has_other_figures(self) -> bool:
        """Whether a figure of the region differs."""
        return self.base != self.scenario


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the page of a scenario compares."""

    base_rules: RuleSet
    rules: RuleSet
    changes: tuple[Change, ...]
    pots: tuple[PotCompared, ...]
    regions: tuple[RegionCompared, ...]
    base_kr: int
    scenario_kr: int
    gains: int
    loses: int

    @property
    def change_kr(self) -> int:
        """How much more is shared out in the scenario."""
        return self.scenario_kr - self.base_kr

    @property
    def base_assumed(self) -> bool:
        """Whether an official amount rests on an assumption."""
        return any(region.base_assumed for region in self.regions)

    @property
    def assumed(self) -> bool:
        """Whether an amount in the scenario rests on an assumption."""
        return any(region.assumed for region in self.regions)

    @property
    def figure_changes(self) -> tuple[RegionCompared, ...]:
        """The regions whose posts differ."""
        return tuple(
            region
            for region in self.regions
            if (region.base.planned, region.base.reported)
            != (region.scenario.planned, region.scenario.reported)
        )


@lru_cache(maxsize=32)
def read_rules(text: str, origin: str = ORIGIN) -> RuleSet:
    """The rules of a text that was read before: pages ask for the same ones again and again."""
    return parse_rules(text, origin=origin)


def base_reports(rows: Sequence[ScenarioRegion]) -> list[Report]:
    """The official figures that a scenario began from."""
    return [Report(row.region_id, row.base_inhabitants, row.base_planned, row.base_reported) for row in rows]


def own_reports(rows: Sequence[ScenarioRegion]) -> list[Report]:
    """A scenario's own figures."""
    return [Report(row.region_id, row.inhabitants, row.planned, row.reported) for row in rows]


def compare(scenario: Scenario, rows: Sequence[ScenarioRegion], names: Mapping[str, str]) -> Comparison:
    """Compute both sides by the same function and put them beside each other.

    Args:
        rows: the scenario's regions in code order.
        names: region code -> the name to show.
    """
    rules = (read_rules(scenario.base_rules_text, scenario.base_rules_name), read_rules(scenario.rules_text))
    reports = (base_reports(rows), own_reports(rows))
    base, own = (compute(*case) for case in zip(rules, reports, strict=True))
    differences = [new.total_kr - old.total_kr for old, new in zip(base.regions, own.regions, strict=True)]
    scale = max(map(abs, differences), default=0)
    return Comparison(
        base_rules=rules[0],
        rules=rules[1],
        changes=changes(*rules),
        pots=_pots(rules[0], base, own),
        regions=tuple(
            _region(rules[0].pots, names, Side(before, old), Side(after, new), scale=scale)
            for before, after, old, new in zip(*reports, base.regions, own.regions, strict=True)
        ),
        base_kr=base.allocated_kr,
        scenario_kr=own.allocated_kr,
        gains=sum(difference > 0 for difference in differences),
        loses=sum(difference < 0 for difference in differences),
    )


def bar_of(difference: int, scale: int) -> Bar:
    """The bar of a difference where the largest one is `scale` kronor."""
    width = Decimal(BAR_HALF * abs(difference)) / scale if scale else Decimal(0)
    left = Decimal(BAR_HALF) - width if difference < 0 else Decimal(BAR_HALF)
    return Bar(f"{left:.1f}", f"{width:.1f}")


def _pots(rules: RuleSet, base: Allocation, own: Allocation) -> tuple[PotCompared, ...]:
    return tuple(
        PotCompared(rule.title, _side(old, base, place), _side(new, own, place))
        for place, (rule, old, new) in enumerate(zip(rules.pots, base.pots, own.pots, strict=True))
    )


def _side(pot: PotResult, allocation: Allocation, place: int) -> PotSide:
    awards = [region.awards[place] for region in allocation.regions]
    return PotSide(
        pot.amount_kr,
        pot.allocated_kr,
        pot.unallocated_kr,
        region_count=sum(award.amount_kr > 0 for award in awards),
        assumed=any(award.assumed for award in awards),
    )


@dataclass(frozen=True, slots=True)
class Side:
    """A region's figures and what they give, on one side."""

    report: Report
    result: RegionResult


def _region(
    pots: Sequence[PotRule], names: Mapping[str, str], base: Side, own: Side, *, scale: int
) -> RegionCompared:
    awards = list(zip(pots, base.result.awards, own.result.awards, strict=True))
    return RegionCompared(
        code=base.report.code,
        name=names[base.report.code],
        base=base.report,
        scenario=own.report,
        base_kr=base.result.total_kr,
        scenario_kr=own.result.total_kr,
        pots_kr=tuple(after.amount_kr - before.amount_kr for _pot, before, after in awards),
        base_assumed=any(award.assumed and award.amount_kr for award in base.result.awards),
        assumed=any(award.assumed and award.amount_kr for award in own.result.awards),
        turns=tuple(turn for award in awards if (turn := _turn(*award)) is not None),
        bar=bar_of(own.result.total_kr - base.result.total_kr, scale),
    )


def _turn(pot: PotRule, before: AwardResult, after: AwardResult) -> Turn | None:
    if before.reason == after.reason:
        return None
    kind = "joins" if after.eligible else "leaves" if before.eligible else "other-reason"
    return Turn(pot.title, kind, reason_text(after.reason))
