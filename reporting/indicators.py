"""The page of indicators as it is read and filled in: groups, what stands beside each figure, ratios."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.checks import MISSING_SIGNS, parse_figure
from reporting.fields import Field, Page, Question, Text, fields_of
from reporting.models import Indicator, Inhabitants, PopulationReference

# Guideline values, "neither a floor nor a ceiling". Source: Socialstyrelsen, May 2022.
PER_SPECIALIST = 1_100
PER_ST_PHYSICIAN = 550


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands in one figure's field.

    Attributes:
        value: the figure; None where it is missing, not answered or cannot be read.
        is_missing: said to be missing, with a dash.
        is_answered: a figure, or said to be missing.
    """

    value: Decimal | None
    is_missing: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """Inhabitants per physician beside its guideline; `lacking` names the figures that it needs."""

    name: Text
    value: int | None
    guideline: int
    lacking: Text = ""


def answer_in(text: str, field: Field) -> Answer:
    """Read one text of the page."""
    bare = "".join(text.split())
    is_missing = bool(bare) and bare in MISSING_SIGNS
    read = parse_figure(text, unit=field.question.unit)
    return Answer(read.value, is_missing, is_missing or read.value is not None)


def answers_in(texts: Mapping[str, str], *, years: Sequence[int]) -> dict[Field, Answer]:
    """What a draft's texts say on the page of indicators."""
    return {
        field: answer_in(texts.get(field.name, ""), field) for field in fields_of(years, page=Page.INDICATORS)
    }


def answers_of(indicators: Iterable[Indicator], *, years: Sequence[int]) -> dict[Field, Answer]:
    """What a version says on the page of indicators."""
    stored = {(indicator.key, indicator.year): indicator for indicator in indicators}
    answers = {}
    for field in fields_of(years, page=Page.INDICATORS):
        indicator = stored.get((field.question.key, field.year))
        value = indicator.value if indicator else None
        answers[field] = Answer(value, indicator is not None and value is None, indicator is not None)
    return answers


def groups_of(fields: Iterable[Field]) -> Iterator[tuple[Text, list[tuple[Question, list[Field]]]]]:
    """Heading -> its questions, each with its fields, in the order of the page."""
    for group, of_group in groupby(fields, key=lambda field: field.question.group):
        yield (
            group,
            [
                (question, list(of_it))
                for question, of_it in groupby(of_group, key=lambda field: field.question)
            ],
        )


def inhabitants_of(region_code: str) -> tuple[int, PopulationReference] | None:
    """The region's inhabitants in the newest population reference that has been observed or projected."""
    newest = (
        Inhabitants.objects.filter(region=region_code)
        .select_related("reference")
        .order_by("-reference__reference_date")
        .first()
    )
    return (newest.persons, newest.reference) if newest else None


def ratios_of(answers: Mapping[Field, Answer], *, inhabitants: int) -> tuple[Ratio, ...]:
    """Inhabitants per specialist and per ST physician, in full-time equivalents, whole persons half up."""
    return (
        _ratio(
            _("Inhabitants per specialist in general medicine"),
            ("gp_own_full_time", "gp_private_full_time"),
            answers,
            inhabitants=inhabitants,
            guideline=PER_SPECIALIST,
        ),
        _ratio(
            _("Inhabitants per ST physician in general medicine"),
            ("gm_full_time",),
            answers,
            inhabitants=inhabitants,
            guideline=PER_ST_PHYSICIAN,
        ),
    )


def _ratio(
    name: Text, keys: Sequence[str], answers: Mapping[Field, Answer], *, inhabitants: int, guideline: int
) -> Ratio:
    parts = {field: answer for field, answer in answers.items() if field.question.key in keys}
    lacking = [field.label for field, answer in parts.items() if answer.value is None]
    if lacking:
        pattern = ", ".join(f"{{part{index}}}" for index in range(len(lacking)))
        named = format_lazy(pattern, **{f"part{index}": part for index, part in enumerate(lacking)})
        return Ratio(name, None, guideline, named)
    total = sum((answer.value or Decimal(0) for answer in parts.values()), Decimal(0))
    if not total:
        return Ratio(name, None, guideline, _("the figure is 0"))
    return Ratio(name, int((inhabitants / total).quantize(Decimal(1), ROUND_HALF_UP)), guideline)
