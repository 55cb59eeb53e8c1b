"""Flags that only the rules of the grants can raise: a report within one post of a threshold or a step."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from allocation.engine import Ladder, RuleSet, load_rules
from allocation.engine.measures import rate
from allocation.engine.rules import Measure
from allocation.selectors import grants_of
from reporting.fields import Cell
from reporting.flagging import FlagBasis, Raised
from reporting.models import PostType, Severity


def near_limits(basis: FlagBasis) -> Iterator[Raised]:
    """A flag for each limit that one AT post more would reach, or one fewer would miss.

    Looks at the rule set's threshold and at the steps of its ladders, with the same rounding as
    the calculation. One query, however many grants.
    """
    for grant in grants_of(basis.reporting_round):
        rules = load_rules(grant.rules_name)
        posts, planned = basis.now.get(Cell(PostType.AT, grant.year)), basis.plans.get(grant.year)
        persons = basis.inhabitants.get(rules.population_reference)
        if posts is None or planned is None or persons is None:
            continue
        for subject, data in _limits(rules, posts, planned, persons):
            yield Raised(
                "near-limit",
                f"{grant.rules_name}/{subject}",
                Severity.NOTE,
                {"grant": grant.title, "year": grant.year, **data},
            )


Found = Iterator[tuple[str, dict[str, str | int]]]


def _limits(rules: RuleSet, posts: int, planned: int, persons: int) -> Found:
    around = range(posts - 1, posts + 2)
    rates = [rate(rules, posts=max(count, 0), inhabitants=persons) for count in around]
    if rules.threshold is not None:
        side = _side([value >= rules.threshold for value in rates])
        if side:
            bound = f"{rules.threshold}".replace(".", ",")
            yield "threshold", {"kind": "threshold", "side": side, "bound": bound, "per": rules.rate_per}
    # What a report can move; a ladder of anything else is not its own doing.
    measured: dict[Measure, Sequence[int | Decimal]] = {
        "increase": [count - planned for count in around],
        "reported": list(around),
        "reported-rate": rates,
    }
    for pot in rules.pots:
        if isinstance(pot.share, Ladder) and pot.share.measure in measured:
            yield from _steps(pot.id, pot.title, pot.share, measured[pot.share.measure])


def _steps(pot_id: str, title: str, ladder: Ladder, values: Sequence[int | Decimal]) -> Found:
    for step in ladder.steps:
        side = _side([value >= step.at for value in values])
        if side:
            yield f"{pot_id}/{step.at}", {"kind": "step", "side": side, "bound": str(step.at), "pot": title}


def _side(reached: list[bool]) -> str:
    """Where a report stands, from whether one post fewer, the report itself, and one more reach the limit."""
    fewer, now, more = reached
    if now and not fewer:
        return "over"
    return "under" if more and not now else ""
