"""The calculator: what a rule set would give one region for a number of posts, computed as in a run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from allocation.curve import Curve, curve
from allocation.engine import PotRule, RegionResult, Report, RuleSet, compute, marginal
from allocation.explanation import Explanation, explain
from allocation.preview import (
    Rung,
    Scale,
    has_assumed_steps,
    ladder_sentence,
    open_ladder,
    rungs_of,
    scale_of,
)
from publication.others import Others, RegionFigures

POSTS_AHEAD = 45
POSTS_BEHIND = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: a region with its posts, and its plan and inhabitants where they are to be others.

    `others` says what the other regions count with.
    """

    region: RegionFigures
    posts: int
    planned: int | None = None
    inhabitants: int | None = None
    others: Others = Others.PLAN


@dataclass(frozen=True, slots=True)
class Answer:
    """What a region would get, with the reason for every krona.

    Attributes:
        figures: the region as it was counted, with the plan and inhabitants asked for.
        posts, increase: what was asked, and how many more than planned that is.
        others: what the other regions count with, and `others_count` how many of them count.
        without_report: names of those that count as not having reported.
    """

    figures: RegionFigures
    posts: int
    increase: int
    planned_rate: Decimal
    reported_rate: Decimal
    total_kr: int
    explanations: tuple[Explanation, ...]
    scale: Scale | None
    ladder: PotRule | None
    rungs: tuple[Rung, ...]
    ladder_sentence: str
    curve: Curve
    others: Others
    others_count: int
    without_report: tuple[str, ...]

    @property
    def assumed(self) -> bool:
        """Whether any amount rests on an assumption."""
        return any(part.assumed for part in self.explanations)

    @property
    def ladder_assumed(self) -> bool:
        """Whether the steps of the ladder are assumed."""
        return self.ladder is not None and has_assumed_steps(self.ladder)


def answer_of(rules: RuleSet, regions: Sequence[RegionFigures], asked: Asked) -> Answer | None:
    """Compute what is asked, the other regions reporting as `asked.others` says.

    Returns:
        None where a plan or the inhabitants of any region are missing: nothing can be computed then.
    """
    reports = _reports(regions, asked)
    if len(reports) < len(regions):
        return None
    code = asked.region.code
    result = next(region for region in compute(rules, reports).regions if region.code == code)
    own = next(report for report in reports if report.code == code)
    increase = asked.posts - own.planned
    ladder = open_ladder(rules, result.planned_rate)
    missing = {report.code for report in reports if report.reported is None}
    return Answer(
        figures=replace(asked.region, planned=own.planned, inhabitants=own.inhabitants),
        posts=asked.posts,
        increase=increase,
        planned_rate=result.planned_rate,
        reported_rate=result.reported_rate or Decimal(0),
        total_kr=result.total_kr,
        explanations=_explanations(rules, result),
        scale=scale_of(rules.threshold, result.planned_rate, result.reported_rate),
        ladder=ladder,
        rungs=rungs_of(ladder, increase) if ladder else (),
        ladder_sentence=ladder_sentence(ladder, increase, asked.posts) if ladder else "",
        curve=curve(
            marginal(rules, reports, code, upto=POSTS_AHEAD, below=POSTS_BEHIND), present=asked.posts
        ),
        others=asked.others,
        others_count=len(regions) - 1 - len(missing),
        without_report=tuple(region.name for region in regions if region.code in missing),
    )


def _reports(regions: Sequence[RegionFigures], asked: Asked) -> list[Report]:
    reports = []
    for region in regions:
        planned, inhabitants = region.planned, region.inhabitants
        posts = region.reported if asked.others is Others.PUBLISHED else region.planned
        if region.code == asked.region.code:
            posts = asked.posts
            planned = region.planned if asked.planned is None else asked.planned
            inhabitants = region.inhabitants if asked.inhabitants is None else asked.inhabitants
        if planned is not None and inhabitants is not None:
            reports.append(Report(region.code, inhabitants, planned, posts))
    return reports


def _explanations(rules: RuleSet, result: RegionResult) -> tuple[Explanation, ...]:
    return tuple(
        explain(
            [step.as_json() for step in award.trace],
            pot=pot,
            rules=rules,
            eligible=award.eligible,
            reason=award.reason,
        )
        for pot, award in zip(rules.pots, result.awards, strict=True)
    )
