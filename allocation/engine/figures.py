"""The numbers that explanations state: a column for each, with one value per region or sharer of a pot."""

from collections.abc import Iterable
from itertools import count, repeat
from operator import sub

from allocation.engine.evidence import PotEvidence
from allocation.engine.measures import Facts, posts_reaching
from allocation.engine.prepared import Rungs, Test, Wording
from allocation.engine.rules import NEEDS_REPORT, RATES, Measure
from allocation.engine.tracestep import Numbers

Posts = list[int | None]


def numbers_of(evidence: PotEvidence) -> Numbers:
    """Every number of every step of a pot's explanations; made once, since the regions share the columns.

    The rates and bounds are in the whole numbers of their measure, and the shares are the numerators of
    fractions whose denominator is the sum of the weights.
    """
    numbers = evidence.numbers
    if not numbers:
        prepared, facts = evidence.prepared, evidence.facts
        for test, wording in zip(prepared.tests, prepared.wordings, strict=True):
            if wording.columns[0] not in facts.numbers:
                _test(facts, test, wording)
        numbers.update(facts.numbers)
        needed = _needed(evidence)
        numbers["reason"] = evidence.reasons
        numbers["reported_needed"] = needed
        numbers["can_be_met"] = [posts is not None for posts in needed]
        numbers["posts_more"] = [
            None if posts is None or reported is None else posts - reported
            for posts, reported in zip(needed, facts.columns["reported"], strict=True)
        ]
        if prepared.rungs is not None:
            numbers["posts_to_next"] = _posts_to_next(evidence, prepared.rungs)
        _add_shares(numbers, evidence)
    return numbers


def _add_shares(numbers: Numbers, evidence: PotEvidence) -> None:
    split, pot_kr = evidence.split, evidence.pot.amount_kr
    amount_kr, floors_kr, awards_kr = split.amount_kr, split.floors_kr, split.awards_kr
    ranks = [0] * len(floors_kr)
    for rank, sharer in enumerate(split.order, 1):
        ranks[sharer] = rank
    allocated_kr = sum(awards_kr)
    numbers.update(
        {
            "sharer": dict(zip(evidence.sharers, count(), strict=False)),
            "weight": evidence.weights,
            "share": [amount_kr * weight for weight in evidence.weights],
            "floor_kr": floors_kr,
            "remainder": split.remainders,
            "rank": ranks,
            "extra_kr": list(map(sub, awards_kr, floors_kr)),
            "award_kr": awards_kr,
            "sharers": len(evidence.sharers),
            "sum_of_weights": split.total_weight,
            "amount_kr": amount_kr,
            "shared_kr": amount_kr if split.total_weight else 0,
            "sum_of_floors_kr": sum(floors_kr),
            "leftover_kr": split.leftover_kr,
            "allocated_kr": allocated_kr,
            "unallocated_kr": pot_kr - allocated_kr,
            "claims_fit": split.total_weight <= pot_kr,
            "oversubscribed": evidence.oversubscribed,
        }
    )


def _test(facts: Facts, test: Test, wording: Wording) -> None:
    """How a condition turns out for every region: whether it is met, by how much, and the posts around it."""
    column, bound, (low, high) = facts.columns[test.rule.measure], test.bound, test.values
    met, margin, *around = wording.columns
    if low is not None:
        facts.numbers[met] = [None if value is None else value >= low for value in column]
    elif high is not None:
        facts.numbers[met] = [None if value is None else value <= high for value in column]
    facts.numbers[margin] = [None if value is None else value - bound for value in column]
    if around and around[0] not in facts.numbers:
        facts.numbers.update(zip(around, _border(facts, test), strict=True))


def _border(facts: Facts, test: Test) -> tuple[Posts, Posts, Posts]:
    """One per region: the last posts that meet a condition, the next ones that do not, and what those give.

    None where such a number of posts would be below 0.
    """
    measure, (low, high) = test.rule.measure, test.values
    reach = _reaching(facts, measure, high + 1 if high is not None else low or 0)
    short = [posts - 1 for posts in reach]
    border, beyond = (reach, short) if high is None else (short, reach)
    values = _at_posts(facts, measure, beyond)
    if min(short, default=0) < 0:
        return _not_below_nought(border, beyond, values)
    return border, beyond, values  # type: ignore[return-value]  # lists of no None


def _reaching(facts: Facts, measure: Measure, low: int) -> list[int]:
    """The fewest posts for which a measure of posts is at least `low`; both rates reach it at the same."""
    asked = ("rate" if measure in RATES else measure, low)
    kept = facts.reach.get(asked)
    if kept is None:
        inhabitants, planned = facts.column("inhabitants"), facts.column("planned")
        kept = posts_reaching(facts.rules, measure, low, inhabitants=inhabitants, planned=planned)
        facts.reach[asked] = kept
    return kept


def _at_posts(facts: Facts, measure: Measure, posts: list[int]) -> list[int]:
    """What a measure would be at other posts, one number for each region."""
    if measure in RATES:
        double: int = 2 * facts.rules.rate_per * 10**facts.rules.rate_decimals
        pairs = zip(posts, facts.column("inhabitants"), strict=True)
        return [(double * number + inhabitants) // (2 * inhabitants) for number, inhabitants in pairs]
    if measure == "increase":
        return [number - planned for number, planned in zip(posts, facts.column("planned"), strict=True)]
    return posts


def _not_below_nought(
    borders: Iterable[int], beyonds: Iterable[int], values: Iterable[int]
) -> tuple[Posts, Posts, Posts]:
    shown: tuple[Posts, Posts, Posts] = [], [], []
    for border, beyond, value in zip(borders, beyonds, values, strict=True):
        shown[0].append(border if border >= 0 else None)
        shown[1].append(beyond if border >= 0 and beyond >= 0 else None)
        shown[2].append(value if border >= 0 and beyond >= 0 else None)
    return shown


def _posts_to_next(evidence: PotEvidence, rungs: Rungs) -> dict[int, int]:
    """Region that met the conditions -> the posts it lacks to the ladder's next step, where there is one."""
    facts, measure = evidence.facts, rungs.measure
    if measure not in NEEDS_REPORT:
        return {}
    reported, reach = facts.column("reported"), {}
    below = len(evidence.prepared.tests) + 1
    reached = {place: -1 for place, test in enumerate(evidence.fell_at) if test == below}
    reached.update(zip(evidence.sharers, evidence.reached, strict=True))
    more = {}
    for place, rung in reached.items():
        if rung + 1 < len(rungs.borders):
            if rung not in reach:
                reach[rung] = _reaching(facts, measure, rungs.borders[rung + 1])
            more[place] = reach[rung][place] - reported[place]
    return more


def _needed(evidence: PotEvidence) -> Posts:
    """One per region: the fewest reported posts that make it eligible; None where no report can.

    Conditions on what is reported have no upper limit (the rule set reader sees to that), so there always is
    one unless a condition on something else fails, and every higher number makes the region eligible too.
    """
    facts, needs = evidence.facts, evidence.prepared.needs
    counted = [
        (measure, low) for measure, (low, _high) in needs if measure in NEEDS_REPORT and low is not None
    ]
    reaches = [_reaching(facts, measure, low) for measure, low in dict.fromkeys(counted)]
    if len(reaches) == 1 and min(reaches[0], default=0) >= 0:
        needed: Posts = [*reaches[0]]
    else:
        needed = [max(posts) for posts in zip(repeat(0, len(facts.reports)), *reaches, strict=True)]
    for measure, (low, high) in needs:
        if measure in NEEDS_REPORT:
            continue
        column = facts.column(measure)
        if low is not None:
            needed = [posts if value >= low else None for posts, value in zip(needed, column, strict=True)]
        elif high is not None:
            needed = [posts if value <= high else None for posts, value in zip(needed, column, strict=True)]
    return needed
