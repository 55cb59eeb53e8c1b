"""What a report says, whether typed or submitted: answers by field, and how two versions differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.checks import parse_figure
from reporting.fields import CONTACT_FIELDS, Field, Page, Text, fields_of
from reporting.models import Figure, Indicator, PostType, Revision


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at one field: a figure, or missing (no value), with the text beside it."""

    value: Decimal | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a version says.

    Attributes:
        answers: name of the field -> answer. Every figure of posts has one; an indicator that nobody
            has answered has none.
        contact: name of the contact field -> text, both of them.
    """

    answers: Mapping[str, Answer]
    contact: Mapping[str, str]


def content_of_texts(texts: Mapping[str, str], *, years: Sequence[int], warned: frozenset[str]) -> Content:
    """What a draft's texts would submit; a text that cannot be read counts as missing.

    Args:
        warned: names of the fields with a warning. A comment at a figure of posts is submitted only
            where there is one.
    """
    answers = {}
    for field in fields_of(years):
        typed = texts.get(field.name, "").strip()
        comment = texts.get(field.comment_name, "").strip()
        if field.question.page == Page.POSTS:
            comment = comment if field.name in warned else ""
        elif not typed:
            continue
        answers[field.name] = Answer(parse_figure(typed, unit=field.question.unit).value, comment)
    return Content(answers, {name: texts.get(name, "").strip() for name in CONTACT_FIELDS})


def content_of(revision: Revision) -> Content:
    """What a submitted version says. Uses what has been prefetched of `figures` and `indicators`."""
    answers = {name_of_figure(figure): _answer_of_figure(figure) for figure in revision.figures.all()}
    for indicator in revision.indicators.all():
        answers[name_of_indicator(indicator)] = Answer(indicator.value, indicator.comment)
    return Content(answers, {"contact_name": revision.contact_name, "contact_phone": revision.contact_phone})


def _answer_of_figure(figure: Figure) -> Answer:
    return Answer(None if figure.posts is None else Decimal(figure.posts), figure.comment)


_QUESTION = {PostType.AT: "at", PostType.ST: "st", PostType.ST_GM: "gm"}


def name_of_figure(figure: Figure) -> str:
    """The name of the field that a submitted figure of posts answers, such as `at_2022`."""
    return f"{_QUESTION[PostType(figure.post_type)]}_{figure.year}"


def name_of_indicator(indicator: Indicator) -> str:
    """The name of the field that a submitted indicator answers, such as `gm_starts_2022`."""
    return indicator.key if indicator.year is None else f"{indicator.key}_{indicator.year}"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two versions answer differently; None where a version has no answer."""

    field: Field
    before: Answer | None
    after: Answer | None

    @property
    def is_value(self) -> bool:
        """Whether the figure itself differs, and not only the comment."""
        return (self.before is None) != (self.after is None) or (
            self.before is not None and self.after is not None and self.before.value != self.after.value
        )

    @property
    def is_comment(self) -> bool:
        """Whether the text beside the figure differs."""
        return _comment(self.before) != _comment(self.after)

    @property
    def change(self) -> Decimal | None:
        """More or fewer, in the field's unit; None where either is missing or they are equal."""
        if self.before is None or self.after is None:
            return None
        if self.before.value is None or self.after.value is None or not self.is_value:
            return None
        return self.after.value - self.before.value


def _comment(answer: Answer | None) -> str:
    return "" if answer is None else answer.comment


@dataclass(frozen=True, slots=True)
class ContactDifference:
    """One of the contact's texts that differs."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two versions, in the order of the form."""

    fields: tuple[Difference, ...]
    contact: tuple[ContactDifference, ...]

    @property
    def count(self) -> int:
        """How many fields differ."""
        return len(self.fields) + len(self.contact)


def differences(before: Content, after: Content, *, years: Sequence[int]) -> Differences:
    """Compare two versions of a report field by field."""
    changed = []
    for field in fields_of(years):
        difference = Difference(field, before.answers.get(field.name), after.answers.get(field.name))
        if difference.is_value or difference.is_comment:
            changed.append(difference)
    contact = tuple(
        ContactDifference(label, before.contact.get(name, ""), after.contact.get(name, ""))
        for name, label in CONTACT_FIELDS.items()
        if before.contact.get(name, "") != after.contact.get(name, "")
    )
    return Differences(tuple(changed), contact)
