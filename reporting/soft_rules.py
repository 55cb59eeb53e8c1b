"""The soft rules: what is surprising in a report, though it may well be right."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.fields import QUESTION_BY_KEY, Field, Page, Text, Unit, fields_of, number_text
from reporting.models.checks import Stage

WARN_SHARE_PCT = 20
WARN_POSTS = 10
FALL_PCT = 20
FALL_POSTS = 5


@dataclass(frozen=True, slots=True)
class Basis:
    """What the rules look at.

    Attributes:
        values: name of a figure -> what was typed; None where it is missing or cannot be read.
        plans: year -> AT posts planned in the 2021 agreement.
        earlier: name of a figure -> what the region reported for it in its previous round.
    """

    years: Sequence[int]
    values: Mapping[str, Decimal | None]
    plans: Mapping[int, int]
    earlier: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class SoftRule:
    """A rule about what is surprising.

    Attributes:
        code: stable name; stored with what it finds.
        first_stage: the stage it has until the agency moves it.
        find: the figures that it stops at, each with one sentence.
    """

    code: str
    name: Text
    description: Text
    first_stage: Stage
    find: Callable[[Basis], Iterator[tuple[Field, Text]]]


def differs_much(*, reported: int, planned: int) -> bool:
    """Whether the figure is 20 % or 10 posts or more from the plan."""
    difference = abs(reported - planned)
    return difference > 0 and (difference >= WARN_POSTS or difference * 100 >= WARN_SHARE_PCT * planned)


def difference_title(label: Text, *, reported: int, planned: int) -> Text:
    """One sentence on how far the figure is from the plan, in per cent where that is what is large."""
    difference = reported - planned
    values = {"label": label}
    if planned and abs(difference) * 100 >= WARN_SHARE_PCT * planned:
        # half up, in whole per cent
        share = (abs(difference) * 200 + planned) // (2 * planned)
        if difference > 0:
            return format_lazy(_("{label} is {share} % above the plan"), **values, share=share)
        return format_lazy(_("{label} is {share} % below the plan"), **values, share=share)
    if difference > 0:
        return format_lazy(_("{label} is {posts} posts above the plan"), **values, posts=difference)
    return format_lazy(_("{label} is {posts} posts below the plan"), **values, posts=-difference)


def _far_from_plan(basis: Basis) -> Iterator[tuple[Field, Text]]:
    for year in basis.years:
        field = Field(QUESTION_BY_KEY["at"], year)
        value, planned = basis.values.get(field.name), basis.plans.get(year)
        if value is None or planned is None:
            continue
        reported = int(value)
        if differs_much(reported=reported, planned=planned):
            yield field, difference_title(field.label, reported=reported, planned=planned)


def _falls(value: Decimal, before: Decimal) -> bool:
    return before - value >= FALL_POSTS and (before - value) * 100 >= FALL_PCT * before


def _st_falls(basis: Basis) -> Iterator[tuple[Field, Text]]:
    for before_year, year in zip(basis.years, basis.years[1:], strict=False):
        field = Field(QUESTION_BY_KEY["st"], year)
        value = basis.values.get(field.name)
        before = basis.values.get(Field(QUESTION_BY_KEY["st"], before_year).name)
        if value is not None and before is not None and _falls(value, before):
            yield (
                field,
                format_lazy(
                    _("{label} falls from {before} to {value}"),
                    label=field.label,
                    before=number_text(before),
                    value=number_text(value),
                ),
            )


def _earlier_differs(basis: Basis) -> Iterator[tuple[Field, Text]]:
    for field in fields_of(basis.years, page=Page.POSTS):
        value, before = basis.values.get(field.name), basis.earlier.get(field.name)
        if value is None or before is None:
            continue
        if differs_much(reported=int(value), planned=int(before)):
            yield (
                field,
                format_lazy(
                    _("{label} is {value}; the previous round said {before}"),
                    label=field.label,
                    value=number_text(value),
                    before=number_text(before),
                ),
            )


def _few_hours(basis: Basis) -> Iterator[tuple[Field, Text]]:
    for field in fields_of(basis.years, page=Page.INDICATORS):
        if field.question.unit != Unit.FULL_TIME or not field.question.part_of:
            continue
        value, heads = basis.values.get(field.name), basis.values.get(field.question.part_of)
        if value is not None and heads and value * 2 < heads:
            yield (
                field,
                format_lazy(
                    _("{value} full-time equivalents on {heads} persons is less than half time"),
                    value=number_text(value),
                    heads=number_text(heads),
                ),
            )


SOFT_RULES: tuple[SoftRule, ...] = (
    SoftRule(
        "far-from-plan",
        _("Far from the plan"),
        _("AT posts differ from the plan of the 2021 agreement by 20 % or by 10 posts."),
        Stage.WARNING,
        _far_from_plan,
    ),
    SoftRule(
        "st-falls",
        _("ST falls"),
        _("ST in total falls by 20 %, and by at least 5 posts, from one year to the next."),
        Stage.SHADOW,
        _st_falls,
    ),
    SoftRule(
        "earlier-differs",
        _("Differs from the previous round"),
        _("Posts for a year differ by 20 % or by 10 posts from what the previous round said for that year."),
        Stage.SHADOW,
        _earlier_differs,
    ),
    SoftRule(
        "few-hours",
        _("Few hours for many persons"),
        _("Full-time equivalents are less than half of the persons."),
        Stage.SHADOW,
        _few_hours,
    ),
)
RULE_BY_CODE = {rule.code: rule for rule in SOFT_RULES}
