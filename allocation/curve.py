"""The curve "kronor for each further post", drawn as steps."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from allocation.engine import MarginalPoint

WIDTH, HEIGHT = 640, 200


@dataclass(frozen=True, slots=True)
class Gain:
    """One more post: how many in all, what that gives, and how much more it is."""

    posts: int
    total_kr: int
    more_kr: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A region's kronor by reported posts, ready to draw on `WIDTH` x `HEIGHT` units.

    Attributes:
        line: the path of the steps; here_x, here_y: where the region stands now.
        is_planned: whether it stands there by its plan, as it has reported nothing and gets nothing.
        gains: where the curve moves by more than rounding does, for the table.
    """

    first_posts: int
    last_posts: int
    present: int
    present_kr: int
    highest_kr: int
    line: str
    here_x: str
    here_y: str
    gains: tuple[Gain, ...]
    is_planned: bool


def curve(points: Sequence[MarginalPoint], *, present: int, is_planned: bool = False) -> Curve:
    """Lay out a curve.

    Args:
        present: the number of posts that the region stands at; `is_planned` says that its plan is meant.
    """
    first, last = points[0].posts, points[-1].posts
    highest = max(point.total_kr for point in points)

    def x(posts: int) -> str:
        return f"{(posts - first) * WIDTH / max(last - first, 1):.1f}"

    def y(kronor: int) -> str:
        return f"{HEIGHT - kronor * (HEIGHT - 10) / max(highest, 1):.1f}"

    here = next(point for point in points if point.posts == present)
    path = [f"M{x(first)} {y(points[0].total_kr)}"]
    path += [f"H{x(point.posts)}V{y(point.total_kr)}" for point in points[1:]]
    gains = [
        Gain(point.posts, point.total_kr, point.total_kr - before.total_kr)
        for before, point in itertools.pairwise(points)
        if point.posts > present
    ]
    return Curve(
        first,
        last,
        present,
        here.total_kr,
        highest,
        "".join(path),
        x(here.posts),
        y(here.total_kr),
        tuple(gains),
        is_planned,
    )
