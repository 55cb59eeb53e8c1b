"""What the figures that are being typed would give, by the same engine that computes the runs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocation import selectors
from allocation.engine import Ladder, PotRule, Report, RuleSet, compute, load_rules
from allocation.explanation import Explanation, explain
from allocation.models import RoundGrant
from allocation.selectors import RegionFigures
from reporting.checks import parse_posts
from reporting.fields import Cell
from reporting.models import PostType, Submission
from reporting.templatetags.platsplan import kr, number

SCALE_WIDTH = 336
LABEL_WIDTH = Decimal(64)  # two labels closer than this would write over each other


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the scale and where it stands."""

    value: Decimal
    x: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The rates beside the threshold, drawn from `low` to `high` on 336 units."""

    low: int
    high: int
    ticks: tuple[Mark, ...]
    threshold: Mark
    planned: Mark
    reported: Mark

    @property
    def labels_meet(self) -> bool:
        """Whether the labels of plan and report would write over each other, and stand as one."""
        return abs(Decimal(self.planned.x) - Decimal(self.reported.x)) < LABEL_WIDTH

    @property
    def label_x(self) -> str:
        """Where the one label of both stands."""
        return _inside((Decimal(self.planned.x) + Decimal(self.reported.x)) / 2, margin=62)

    @property
    def planned_label_x(self) -> str:
        """Where the plan's label stands."""
        return _inside(Decimal(self.planned.x), margin=32)

    @property
    def reported_label_x(self) -> str:
        """Where the report's label stands."""
        return _inside(Decimal(self.reported.x), margin=32)


def _inside(x: Decimal, *, margin: int) -> str:
    return f"{min(max(x, Decimal(margin)), Decimal(SCALE_WIDTH - margin)):.1f}"


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder as drawn: one before, the present one, two ahead."""

    at: int
    amount_kr: int
    place: str  # reached, here, next, later
    posts_to: int
    first_at: int

    @property
    def is_ground(self) -> bool:
        """Whether it is what lies below the first step."""
        return self.at < self.first_at


@dataclass(frozen=True, slots=True)
class Preview:
    """What one grant would give a region for the figures typed.

    Attributes:
        is_example: the plan for the year is synthetic.
        problem: why nothing can be computed yet; the rest is then empty.
        submitted, planned: how many other regions count with their submitted figure, with their plan.
    """

    title: str
    year: int
    rules_name: str
    rules_version: str
    is_example: bool = False
    problem: str = ""
    total_kr: int = 0
    scale: Scale | None = None
    rungs: tuple[Rung, ...] = ()
    ladder_title: str = ""
    ladder_assumed: bool = False
    ladder_sentence: str = ""
    explanations: tuple[Explanation, ...] = ()
    submitted: int = 0
    planned: int = 0

    @property
    def assumed(self) -> bool:
        """Whether an amount that makes up the total rests on an assumption."""
        return any(part.assumed for part in self.explanations)


def previews_of(submission: Submission, texts: Mapping[str, str]) -> tuple[Preview, ...]:
    """What each grant of the round would give the region if `texts` were submitted now.

    The other regions count with what they last submitted, else with their plan. Two queries,
    however many regions and grants there are.
    """
    grants = selectors.grants_of(submission.reporting_round)
    rules = {grant.rules_name: load_rules(grant.rules_name) for grant in grants}
    figures = selectors.figures_of(
        submission.reporting_round,
        [(grant.rules_name, grant.year, rules[grant.rules_name].population_reference) for grant in grants],
    )
    return tuple(
        replace(
            _preview(grant, rules[grant.rules_name], figures[grant.rules_name], submission.region_id, texts),
            is_example=any(row.is_example for row in figures[grant.rules_name]),
        )
        for grant in grants
    )


def _preview(
    grant: RoundGrant, rules: RuleSet, figures: list[RegionFigures], code: str, texts: Mapping[str, str]
) -> Preview:
    frame = Preview(
        title=grant.title, year=grant.year, rules_name=grant.rules_name, rules_version=rules.version
    )
    typed = parse_posts(texts.get(Cell(PostType.AT, grant.year).field, ""), required=True)
    if typed.posts is None:
        problem = typed.problem or _("Enter AT %(year)d to see what it gives.") % {"year": grant.year}
        return replace(frame, problem=str(problem))
    reports = [
        Report(
            row.code,
            row.inhabitants,
            row.planned,
            typed.posts if row.code == code else row.planned if row.reported is None else row.reported,
        )
        for row in figures
        if row.inhabitants is not None and row.planned is not None
    ]
    if len(reports) < len(figures):
        return replace(
            frame, problem=_("A plan or the inhabitants of a region are missing, so nothing is computed.")
        )
    region = next(region for region in compute(rules, reports).regions if region.code == code)
    others = [row for row in figures if row.code != code]
    explanations = tuple(
        explain(
            [step.as_json() for step in award.trace],
            pot=pot,
            rules=rules,
            eligible=award.eligible,
            reason=award.reason,
        )
        for pot, award in zip(rules.pots, region.awards, strict=True)
    )
    ladder_pot = open_ladder(rules, region.planned_rate)
    increase = region.increase or 0
    return replace(
        frame,
        total_kr=region.total_kr,
        scale=scale_of(rules.threshold, region.planned_rate, region.reported_rate),
        rungs=rungs_of(ladder_pot, increase) if ladder_pot else (),
        ladder_title=ladder_pot.title if ladder_pot else "",
        ladder_assumed=ladder_pot is not None and has_assumed_steps(ladder_pot),
        ladder_sentence=ladder_sentence(ladder_pot, increase, typed.posts) if ladder_pot else "",
        explanations=tuple(sorted(explanations, key=lambda part: not part.eligible)),
        submitted=sum(row.reported is not None for row in others),
        planned=sum(row.reported is None for row in others),
    )


def open_ladder(rules: RuleSet, planned_rate: Decimal) -> PotRule | None:
    """The pot with a ladder of extra posts that the plan does not shut the region out of."""
    for pot in rules.pots:
        shut = any(
            condition.measure == "planned-rate"
            and (
                (condition.comparison == "below" and planned_rate >= condition.bound)
                or (condition.comparison == "at-least" and planned_rate < condition.bound)
            )
            for condition in pot.conditions
        )
        if isinstance(pot.share, Ladder) and pot.share.measure == "increase" and not shut:
            return pot
    return None


def scale_of(threshold: Decimal | None, planned: Decimal, reported: Decimal | None) -> Scale | None:
    """Two rates beside the threshold; None where there is no threshold, or nothing is reported."""
    if threshold is None or reported is None:
        return None
    values = (threshold, planned, reported)
    low = int((min(values) - 1).to_integral_value(ROUND_FLOOR))
    low = max(low - low % 2, 0)
    high = int((max(values) + 1).to_integral_value(ROUND_CEILING))
    high += high % 2

    def place(value: Decimal) -> Decimal:
        return (value - low) * SCALE_WIDTH / (high - low)

    def mark(value: Decimal) -> Mark:
        return Mark(value, _inside(place(value), margin=7))

    stride = 2 if high - low <= 12 else 2 * -(-(high - low) // 12)
    return Scale(
        low,
        high,
        tuple(Mark(Decimal(value), f"{place(Decimal(value)):.1f}") for value in range(low, high + 1, stride)),
        mark(threshold),
        mark(planned),
        mark(reported),
    )


def has_assumed_steps(pot: PotRule) -> bool:
    """Whether a step of a pot's ladder, or that there is a ladder, is assumed."""
    assert isinstance(pot.share, Ladder)
    return pot.share.basis.assumed or any(step.basis.assumed for step in pot.share.steps)


def rungs_of(pot: PotRule, increase: int) -> tuple[Rung, ...]:
    """The steps of a pot's ladder around where an increase stands, four at most."""
    assert isinstance(pot.share, Ladder)
    steps = [(0, 0), *((int(step.at), step.amount_kr) for step in pot.share.steps)]
    here = max((index for index, (at, _kr) in enumerate(steps) if increase >= at), default=0)
    first = min(max(here - 1, 0), max(len(steps) - 4, 0))
    rungs = []
    for index in range(first, min(first + 4, len(steps))):
        at, amount_kr = steps[index]
        place = (
            "here"
            if index == here
            else "reached"
            if index < here
            else "next"
            if index == here + 1
            else "later"
        )
        rungs.append(Rung(at, amount_kr, place, at - increase, first_at=steps[1][0]))
    return tuple(rungs)


def ladder_sentence(pot: PotRule, increase: int, reported: int) -> str:
    """What the next step of a pot's ladder takes and gives."""
    assert isinstance(pot.share, Ladder)
    steps = [(int(step.at), step.amount_kr) for step in pot.share.steps]
    now_kr = max((amount_kr for at, amount_kr in steps if increase >= at), default=0)
    ahead = [(at, amount_kr) for at, amount_kr in steps if at > increase]
    if not ahead:
        return _("The highest step of the ladder is reached.")
    (_at, amount_kr), more = ahead[0], ahead[0][0] - increase
    sentence = ngettext(
        "Next step: %(count)d post more. With %(posts)s AT posts the claim is %(amount)s, %(more)s more.",
        "Next step: %(count)d posts more. With %(posts)s AT posts the claim is %(amount)s, %(more)s more.",
        more,
    ) % {
        "count": more,
        "posts": number(reported + more),
        "amount": kr(amount_kr),
        "more": kr(amount_kr - now_kr),
    }
    drawn = {rung.at for rung in rungs_of(pot, increase)}
    later = [f"+{at}" for at, _amount in ahead if at not in drawn]
    if later:
        sentence += " " + _("The ladder goes on to %(steps)s.") % {"steps": ", ".join(later)}
    return sentence
