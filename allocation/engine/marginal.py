"""What each further post is worth to one region, with the others' reports unchanged."""

from collections.abc import Iterable
from typing import NamedTuple

from allocation.engine.allocate import share_pots
from allocation.engine.errors import UnknownRegion
from allocation.engine.measures import measure_all, with_reported
from allocation.engine.reports import LARGEST_FIGURE, Report, clip, in_code_order
from allocation.engine.rules import RuleSet


class MarginalPoint(NamedTuple):
    """What a region gets with one number of reported posts: in all, and per pot in the rule set's order."""

    posts: int
    total_kr: int
    pots_kr: tuple[int, ...]


def marginal(
    rules: RuleSet, reports: Iterable[Report], code: str, *, upto: int, below: int = 0
) -> list[MarginalPoint]:
    """Compute a region's kronor for each number of reported posts around its present report.

    The present number is what the region has reported, else its plan. The amounts are those that
    `compute` gives for the same reports.

    Args:
        code: the region whose reported posts vary.
        upto: how many posts above the present number, at least 0.
        below: how many posts below it, at least 0; the curve starts at 0 posts at the lowest.

    Returns:
        one point per number of posts, rising by one.

    Raises:
        UnknownRegion: no report has that code.
        DuplicateRegion: two reports carry the same code.
        ValueError: `upto` or `below` is negative.
    """
    if upto < 0 or below < 0:
        raise ValueError("a curve cannot reach a negative number of posts away")
    ordered = in_code_order(reports)
    index = next((place for place, report in enumerate(ordered) if report.code == code), None)
    if index is None:
        raise UnknownRegion(f"region {clip(code)}", "code", "there is no report of that region")
    report = ordered[index]
    present = report.planned if report.reported is None else report.reported
    facts = measure_all(rules, ordered)
    points = []
    for posts in range(max(0, present - below), min(LARGEST_FIGURE, present + upto) + 1):
        shared = share_pots(with_reported(facts, index, posts))
        pots_kr = tuple(part.awards_kr[index] for part in shared)
        points.append(MarginalPoint(posts, sum(pots_kr), pots_kr))
    return points
