"""Why amounts differ between two computations: each change split exactly by what caused it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from allocation.engine import Allocation, Report, RuleSet, compute

Amounts = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Parts:
    """A change in kronor, split by cause; the parts sum to the change.

    Attributes:
        data_kr: the region's own figures, reported in the ordinary way, its plan or its inhabitants.
        correction_kr: the region's own figures, in a version submitted after an earlier one was approved.
        others_kr: the figures of other regions.
        rule_kr: the rules.
    """

    data_kr: int = 0
    correction_kr: int = 0
    others_kr: int = 0
    rule_kr: int = 0

    @property
    def change_kr(self) -> int:
        """The whole change."""
        return self.data_kr + self.correction_kr + self.others_kr + self.rule_kr

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(
            self.data_kr + other.data_kr,
            self.correction_kr + other.correction_kr,
            self.others_kr + other.others_kr,
            self.rule_kr + other.rule_kr,
        )


@dataclass(frozen=True, slots=True)
class Side:
    """Rules and the figures of every region, in the order of the codes."""

    rules: RuleSet
    reports: Sequence[Report]


def split_change(before: Side, after: Side, *, corrected: Collection[str]) -> dict[tuple[str, str], Parts]:
    """Split what each region gets from each pot more or less in `after` than in `before`.

    One step at a time, by the engine itself, and for each region on its own: its new plan and inhabitants,
    its new report, the new figures of all others, and last the new rules. What a step changes is its part,
    so the parts sum to the change, and a region with unchanged figures has no part of its own.

    Args:
        corrected: the regions whose new report corrects one that had been approved.

    Returns:
        (region code, pot) -> the parts, for every pot of either side; a pot that a side lacks gives 0 there.

    Raises:
        ValueError: the sides do not have the same regions.
    """
    old = {report.code: report for report in before.reports}
    new = {report.code: report for report in after.reports}
    if old.keys() != new.keys():
        raise ValueError("both sides must have the same regions")
    start = _amounts(compute(before.rules, before.reports))
    moved = _amounts(compute(before.rules, after.reports))
    end = _amounts(compute(after.rules, after.reports))
    pots = list(dict.fromkeys(pot for _code, pot in (*start, *end)))
    split: dict[tuple[str, str], Parts] = {}
    for code in old:
        based = replace(new[code], reported=old[code].reported)
        at_base = _with(before, based) if based != old[code] else start
        own = _with(before, new[code]) if new[code] != based else at_base
        for pot in pots:
            key = (code, pot)
            reported_kr = own[key] - at_base[key]
            split[key] = Parts(
                data_kr=at_base[key] - start[key] + (0 if code in corrected else reported_kr),
                correction_kr=reported_kr if code in corrected else 0,
                others_kr=moved[key] - own[key],
                rule_kr=end[key] - moved[key],
            )
    return split


def _with(side: Side, changed: Report) -> Amounts:
    return _amounts(
        compute(side.rules, [changed if part.code == changed.code else part for part in side.reports])
    )


def _amounts(allocation: Allocation) -> Amounts:
    amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for region in allocation.regions:
        for award in region.awards:
            amounts[region.code, award.pot] = award.amount_kr
    return amounts
