"""Flags that only the rules of the grants can raise: a report within one post of a threshold or a step."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from allocation.engine import Ladder, PotRule, RuleSet, load_rules
from allocation.engine.measures import met_by, rate, rate_scaled, scaled_bound
from allocation.engine.rules import Measure
from allocation.selectors import grants_of
from reporting.fields import Cell
from reporting.flagging import FlagBasis, Raised
from reporting.models import PostType, Severity


def near_limits(basis: FlagBasis) -> Iterator[Raised]:
    """A flag for each limit that one AT post more would reach, or one fewer would miss.

    Looks at the rule set's threshold and at the steps of its ladders, with the same rounding as
    the calculation, in those pots that the region's plan lets it into. One query, however many grants.
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
    pots = [pot for pot in rules.pots if _is_open(rules, pot, planned, persons)]
    if rules.threshold is not None and any(_weighs_report(pot) for pot in pots):
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
    for pot in pots:
        if isinstance(pot.share, Ladder) and pot.share.measure in measured:
            yield from _steps(pot.id, pot.title, pot.share, measured[pot.share.measure])


def _is_open(rules: RuleSet, pot: PotRule, planned: int, persons: int) -> bool:
    """Whether the region has what the pot asks of plan and inhabitants, which no report can change."""
    given: dict[Measure, int] = {
        "planned": planned,
        "inhabitants": persons,
        "planned-rate": rate_scaled(rules, posts=planned, inhabitants=persons),
    }
    for condition in pot.conditions:
        if condition.measure in given:
            low, high = met_by(condition.comparison, scaled_bound(rules, condition.measure, condition.bound))
            value = given[condition.measure]
            if (low is not None and value < low) or (high is not None and value > high):
                return False
    return True


def _weighs_report(pot: PotRule) -> bool:
    """Whether the pot compares what is reported with the threshold."""
    return any(one.against == "threshold" and one.measure == "reported-rate" for one in pot.conditions)


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
