"""Plan against outcome: what became of the AT posts of past years."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reporting.checking import CheckedReport
from reporting.fields import QUESTION_BY_KEY, Field
from reporting.indicators import Answer
from reporting.models import Baseline

BAR_WIDTH = 278


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a bar: what it stands for, and its width in the chart's units."""

    name: Literal["plan", "reported", "outcome"]
    posts: int
    width: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One past year: AT posts planned in 2021, reported in the round before, and filled or started.

    Attributes:
        scale: the posts that the chart's full width stands for.
    """

    year: int
    plan: Baseline | None
    reported: int | None
    outcome: int | None
    scale: int

    @property
    def planned(self) -> int | None:
        """Posts in the plan; None where there is no plan for the year."""
        return self.plan.planned_posts if self.plan else None

    @property
    def difference(self) -> int | None:
        """Posts filled above (or below) the plan; None where either is missing."""
        if self.planned is None or self.outcome is None:
            return None
        return self.outcome - self.planned

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The year's bars, in the order of time; none for a missing figure."""
        figures: tuple[tuple[Literal["plan", "reported", "outcome"], int | None], ...] = (
            ("plan", self.planned),
            ("reported", self.reported),
            ("outcome", self.outcome),
        )
        return tuple(
            Bar(name, posts, BAR_WIDTH * posts // self.scale) for name, posts in figures if posts is not None
        )


def outcomes_of(checks: CheckedReport, answers: Mapping[Field, Answer]) -> tuple[Outcome, ...]:
    """Plan, earlier report and outcome for each past year that the round follows up."""
    found = []
    for year in checks.years.past:
        field = Field(QUESTION_BY_KEY["outcome_at"], year)
        value = answers[field].value if field in answers else None
        found.append(
            (year, checks.past_plans.get(year), _posts(checks.earlier.get(field.earlier_name)), _posts(value))
        )
    largest = max(
        (posts or 0 for _year, plan, *figures in found for posts in (plan and plan.planned_posts, *figures)),
        default=0,
    )
    return tuple(
        Outcome(year, plan, reported, outcome, max(largest, 1)) for year, plan, reported, outcome in found
    )


def _posts(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
