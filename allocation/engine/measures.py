"""What is measured about a region, as whole numbers that compare and weigh exactly.

A rate with two decimals is held as hundredths: 15.35 is 1535. So every comparison and every
weight is a whole number, and no calculation needs a fraction or a context of precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from allocation.engine.reports import Report
from allocation.engine.rules import NEEDS_REPORT, RATES, Comparison, Measure, RuleSet


class Range(NamedTuple):
    """Whole numbers from `low` to `high`, both included; None is no limit."""

    low: int | None
    high: int | None


@dataclass
class Facts:
    """Every region's figures and measures, in code order; one place in each list per region.

    Nothing is changed once it is made. `columns` holds the measures: posts, persons, or rates times ten to
    the power of their decimals. Measures that need a report are None where the region has not reported;
    `present` holds the places of those that have. What the explanations of all pots need is kept once
    somebody has asked: `reach` has the posts from which a measure has a value or more, and `numbers` the
    measures, how conditions turn out, and the posts around them.
    """

    rules: RuleSet
    reports: tuple[Report, ...]
    columns: dict[Measure, list[int | None]]
    present: list[int]
    reach: dict[tuple[str, int], list[int]] = field(default_factory=dict, compare=False, repr=False)
    numbers: dict[str, Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.numbers = dict(self.columns.items())

    def column(self, measure: Measure) -> list[int]:
        """A measure that no region lacks, or one to be read only at the places of `present`."""
        return self.columns[measure]  # type: ignore[return-value]  # the caller knows that none is None


def measure_all(rules: RuleSet, reports: tuple[Report, ...]) -> Facts:
    """Compute every measure of every region."""
    scale: int = 10**rules.rate_decimals
    # Half up in whole numbers: (2·posts·per·scale + inhabitants) // (2·inhabitants).
    double = 2 * rules.rate_per * scale
    planned_rates: list[int | None] = []
    reported_rates: list[int | None] = []
    increases: list[int | None] = []
    present: list[int] = []
    for index, report in enumerate(reports):
        inhabitants, planned, reported = report.inhabitants, report.planned, report.reported
        planned_rates.append((double * planned + inhabitants) // (2 * inhabitants))
        if reported is None:
            reported_rates.append(None)
            increases.append(None)
        else:
            reported_rates.append((double * reported + inhabitants) // (2 * inhabitants))
            increases.append(reported - planned)
            present.append(index)
    columns: dict[Measure, list[int | None]] = {
        "planned": [report.planned for report in reports],
        "reported": [report.reported for report in reports],
        "increase": increases,
        "inhabitants": [report.inhabitants for report in reports],
        "planned-rate": planned_rates,
        "reported-rate": reported_rates,
    }
    return Facts(rules, reports, columns, present)


def with_reported(facts: Facts, index: int, posts: int) -> Facts:
    """The same facts, but for one region's reported posts."""
    report = facts.reports[index]
    changed = Report(report.code, report.inhabitants, report.planned, posts)
    own = measure_all(facts.rules, (changed,)).columns
    columns = facts.columns.copy()
    for measure in NEEDS_REPORT:
        columns[measure] = columns[measure].copy()
        columns[measure][index] = own[measure][0]
    reports = (*facts.reports[:index], changed, *facts.reports[index + 1 :])
    present = [place for place, posts in enumerate(columns["reported"]) if posts is not None]
    return Facts(facts.rules, reports, columns, present)


def rate(rules: RuleSet, *, posts: int, inhabitants: int) -> Decimal:
    """Posts per `rules.rate_per` inhabitants, rounded half up to `rules.rate_decimals` decimals.

    Source: `rate` in the rule set.
    """
    return as_rate(rate_scaled(rules, posts=posts, inhabitants=inhabitants), rules.rate_decimals)


def rate_scaled(rules: RuleSet, *, posts: int, inhabitants: int) -> int:
    """The rate times ten to the power of its decimals, as a whole number."""
    scale: int = 10**rules.rate_decimals
    return (2 * rules.rate_per * scale * posts + inhabitants) // (2 * inhabitants)


@lru_cache(maxsize=2**14)  # a sweep of scenarios meets the same rates again and again
def as_rate(scaled: int, decimals: int) -> Decimal:
    """The Decimal that a scaled rate stands for, always with all its decimals."""
    # From text, since a calculation would round to the caller's decimal context.
    return Decimal(f"{scaled}e-{decimals}")


@lru_cache(maxsize=2**14)  # an explanation shows the same rate in several steps
def rate_text(scaled: int, decimals: int) -> str:
    """A scaled rate as text with all its decimals: 1535 is 15.35."""
    digits = f"{abs(scaled):0{decimals + 1}}"
    point = len(digits) - decimals
    whole = f"-{digits[:point]}" if scaled < 0 else digits[:point]
    return f"{whole}.{digits[point:]}" if decimals else whole


def shown(rules: RuleSet, measure: Measure, value: int) -> int | str:
    """A measure as the trace shows it: a rate as text with its decimals, else the whole number."""
    return rate_text(value, rules.rate_decimals) if measure in RATES else value


def scaled_bound(rules: RuleSet, measure: Measure, bound: int | Decimal) -> int:
    """A bound from the rule set in the whole numbers of its measure."""
    return _scaled(bound, rules.rate_decimals) if measure in RATES else int(bound)


@lru_cache
def _scaled(rate: int | Decimal, decimals: int) -> int:
    return int(Decimal(rate).scaleb(decimals))


def met_by(comparison: Comparison, bound: int) -> Range:
    """The values that meet a comparison with `bound`. Values are whole, so above 9 is from 10."""
    match comparison:
        case "at-least":
            return Range(bound, None)
        case "above":
            return Range(bound + 1, None)
        case "at-most":
            return Range(None, bound)
        case "below":
            return Range(None, bound - 1)


def posts_giving(rules: RuleSet, measure: Measure, values: Range, report: Report) -> Range:
    """The numbers of posts for which a measure of posts lies in `values`.

    Args:
        measure: any but inhabitants. The posts are the planned ones for planned and planned-rate,
            else the reported ones.

    Returns:
        A range that may be empty (low above high) or reach below 0.
    """
    given: dict[str, list[int]] = {"inhabitants": [report.inhabitants], "planned": [report.planned]}
    low, high = values
    return Range(
        None if low is None else posts_reaching(rules, measure, low, **given)[0],
        None if high is None else posts_reaching(rules, measure, high + 1, **given)[0] - 1,
    )


def posts_reaching(
    rules: RuleSet, measure: Measure, low: int, *, inhabitants: Sequence[int], planned: Sequence[int]
) -> list[int]:
    """The fewest posts for which a measure of posts is at least `low`; may be below 0.

    Args:
        measure: as for `posts_giving`.
        inhabitants: one per region; `planned` likewise.
    """
    if measure in RATES:
        # rate >= low  <=>  2·per·scale·posts >= inhabitants·(2·low - 1), since half is rounded up.
        per_post, factor = 2 * rules.rate_per * 10**rules.rate_decimals, 1 - 2 * low
        return [-(number * factor // per_post) for number in inhabitants]
    if measure == "increase":
        return [low + number for number in planned]
    return [low] * len(planned)
