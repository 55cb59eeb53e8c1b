"""The only place where money is divided."""

from collections.abc import Sequence
from typing import NamedTuple


class Split(NamedTuple):
    """An amount divided into whole kronor.

    `floors_kr[i]` is the whole part of the exact share and `remainders[i] / total_weight` the part
    that was cut off. `order` ranks the sharers from the largest remainder to the smallest;
    the first `leftover_kr` of them get one krona more.
    """

    amount_kr: int
    total_weight: int
    floors_kr: list[int]
    remainders: list[int]
    order: list[int]
    leftover_kr: int
    awards_kr: list[int]


def split(amount_kr: int, weights: Sequence[int]) -> Split:
    """Share out an amount in proportion to weights, down to the last krona.

    Largest remainder: each sharer gets the whole kronor of the exact share; the kronor left over
    go one each to the largest remainders, and among equal remainders to the one that comes first.
    Weights are whole numbers in one common unit, so that every share is exact without fractions.

    Args:
        amount_kr: kronor to share out, at least 0.
        weights: at least 0 each, in the order in which ties are settled.

    Returns:
        The awards sum to `amount_kr`, or to 0 where every weight is 0: then nobody earns anything.

    Raises:
        ValueError: the amount or a weight is negative.

    Source: largest remainder is our choice (`rounding` in each rule set).
    """
    if amount_kr < 0 or (weights and min(weights) < 0):
        raise ValueError("the amount and the weights must not be negative")
    total = sum(weights)
    if total == 0:
        nothing = [0] * len(weights)
        return Split(amount_kr, 0, nothing, nothing, list(range(len(weights))), 0, nothing)
    floors: list[int] = []
    remainders: list[int] = []
    for weight in weights:
        floor, remainder = divmod(amount_kr * weight, total)
        floors.append(floor)
        remainders.append(remainder)
    leftover = amount_kr - sum(floors)
    # reverse=True keeps equal remainders in their first order, which settles the ties.
    order = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)
    awards = floors.copy()
    for index in order[:leftover]:
        awards[index] += 1
    return Split(amount_kr, total, floors, remainders, order, leftover, awards)
