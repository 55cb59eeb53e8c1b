"""What a round asks for: one source for pages, checks, Excel files, API, receipts and help."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.models.regions import PostType

Text = str | Promise


class Page(StrEnum):
    """The two pages of the report."""

    POSTS = "posts"
    INDICATORS = "indicators"


class Unit(StrEnum):
    """What a figure counts; decides how many decimals it may have."""

    POSTS = "posts"
    PERSONS = "persons"
    FULL_TIME = "full_time"
    MONTHS = "months"

    @property
    def decimals(self) -> int:
        """Decimals that may be given: one in full-time equivalents and months, none in counts."""
        return 1 if self in (Unit.FULL_TIME, Unit.MONTHS) else 0

    @property
    def label(self) -> Text:
        """The unit in words."""
        return _UNIT_LABELS[self]


_UNIT_LABELS: dict[Unit, Text] = {
    Unit.POSTS: _("posts"),
    Unit.PERSONS: _("persons"),
    Unit.FULL_TIME: _("full-time equivalents"),
    Unit.MONTHS: _("months"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the report: what is asked, for each year of the round or once.

    Attributes:
        key: stable name, part of the name of its fields and of the columns of every export.
        group: the heading under which it stands on the page of indicators.
        by_year: asked for every year of the round; otherwise once, as it is on the day of reporting.
        part_of: key of the question whose figure this one cannot exceed.
        follows_up: asked for the past years that the round follows up, instead of its own.
        required: a report cannot be submitted without it; a draft may lack it.
    """

    key: str
    name: Text
    help: Text
    unit: Unit
    page: Page
    group: Text = ""
    by_year: bool = True
    part_of: str = ""
    follows_up: bool = False
    required: bool = False


_SPECIALISTS = _("Specialists in general medicine")
_ST_PHYSICIANS = _("ST physicians in general medicine")
_AT_QUEUE = _("The way to AT")
_OUTCOME = _("Outcome of past years")

QUESTIONS: tuple[Question, ...] = (
    Question(
        "at",
        PostType.AT.label,
        _("Block appointments that are filled or started during the year."),
        Unit.POSTS,
        Page.POSTS,
        required=True,
    ),
    Question(
        "st",
        PostType.ST.label,
        _("All specialties, also at private care providers under contract."),
        Unit.POSTS,
        Page.POSTS,
    ),
    Question(
        "gm",
        PostType.ST_GM.label,
        _("Part of ST in total, and cannot be larger."),
        Unit.POSTS,
        Page.POSTS,
        part_of="st",
    ),
    Question(
        "gp_own_persons",
        _("Clinically active, employed by the region"),
        _("Heads, whatever their working hours. Leave out those on leave for more than half a year."),
        Unit.PERSONS,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
    ),
    Question(
        "gp_own_full_time",
        _("Clinically active, employed by the region, full-time equivalents"),
        _("Working hours with patients and duties that belong to them; 1.0 is full time."),
        Unit.FULL_TIME,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
        part_of="gp_own_persons",
    ),
    Question(
        "gp_private_persons",
        _("Clinically active at private providers"),
        _("Heads at providers that the region has an agreement with."),
        Unit.PERSONS,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
    ),
    Question(
        "gp_private_full_time",
        _("Clinically active at private providers, full-time equivalents"),
        _("As the agreements or the providers' own reports say; 1.0 is full time."),
        Unit.FULL_TIME,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
        part_of="gp_private_persons",
    ),
    Question(
        "gp_named",
        _("Able to be named physician"),
        _("Specialists of both kinds who can be a patient's named physician (fast läkare)."),
        Unit.PERSONS,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
    ),
    Question(
        "gp_retiring_5",
        _("Expected to retire within 5 years"),
        _("Specialists of both kinds."),
        Unit.PERSONS,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
        part_of="gp_retiring_10",
    ),
    Question(
        "gp_retiring_10",
        _("Expected to retire within 10 years"),
        _("Includes those who retire within 5 years."),
        Unit.PERSONS,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
    ),
    Question(
        "gp_vacancies",
        _("Vacant posts for specialists"),
        _("Budgeted posts that nobody holds, full-time equivalents."),
        Unit.FULL_TIME,
        Page.INDICATORS,
        _SPECIALISTS,
        by_year=False,
    ),
    Question(
        "gm_persons",
        _("ST physicians in general medicine"),
        _("Heads in training now, own and private providers together."),
        Unit.PERSONS,
        Page.INDICATORS,
        _ST_PHYSICIANS,
        by_year=False,
    ),
    Question(
        "gm_full_time",
        _("ST physicians in general medicine, full-time equivalents"),
        _("1.0 is full time."),
        Unit.FULL_TIME,
        Page.INDICATORS,
        _ST_PHYSICIANS,
        by_year=False,
        part_of="gm_persons",
    ),
    Question(
        "gm_starts",
        _("ST started"),
        _("Physicians who start ST in general medicine during the year."),
        Unit.PERSONS,
        Page.INDICATORS,
        _ST_PHYSICIANS,
    ),
    Question(
        "gm_completions",
        _("ST completed"),
        _("Physicians who become specialists in general medicine during the year."),
        Unit.PERSONS,
        Page.INDICATORS,
        _ST_PHYSICIANS,
    ),
    Question(
        "at_wait",
        _("Waiting time for AT"),
        _("Months from the degree to the start of AT, at the median, for those who started last year."),
        Unit.MONTHS,
        Page.INDICATORS,
        _AT_QUEUE,
        by_year=False,
    ),
    Question(
        "at_queue",
        _("Applicants in the queue for AT"),
        _("Persons who applied in the latest round and got no post."),
        Unit.PERSONS,
        Page.INDICATORS,
        _AT_QUEUE,
        by_year=False,
    ),
    Question(
        "outcome_at",
        _("AT, outcome"),
        _("Block appointments that were filled or started during the year."),
        Unit.POSTS,
        Page.INDICATORS,
        _OUTCOME,
        follows_up=True,
    ),
    Question(
        "outcome_st",
        _("ST in total, outcome"),
        _("Posts that were filled during the year, all specialties."),
        Unit.POSTS,
        Page.INDICATORS,
        _OUTCOME,
        follows_up=True,
    ),
)
QUESTION_BY_KEY = {question.key: question for question in QUESTIONS}
_POST_TYPES = {"at": PostType.AT, "st": PostType.ST, "gm": PostType.ST_GM}
_KEYS = {post_type: key for key, post_type in _POST_TYPES.items()}
_NAME: dict[PostType, Text] = {
    PostType.AT: _("AT"),
    PostType.ST: _("ST in total"),
    PostType.ST_GM: _("ST in general medicine"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of posts that is asked for: a kind of post and a year."""

    post_type: PostType
    year: int

    @property
    def field(self) -> str:
        """The name of the field, such as `at_2022`."""
        return f"{_KEYS[self.post_type]}_{self.year}"

    @property
    def question(self) -> Question:
        """The row of the report in which it stands."""
        return QUESTION_BY_KEY[_KEYS[self.post_type]]

    @property
    def comment_field(self) -> str:
        """The name of the comment's field, such as `comment_at_2022`."""
        return f"comment_{self.field}"

    @property
    def label(self) -> Text:
        """What the figure is called, such as "AT 2022"."""
        return format_lazy("{name} {year}", name=_NAME[self.post_type], year=self.year)


@dataclass(frozen=True, slots=True)
class Field:
    """One figure that is asked for: a question, and its year where it is asked for every year."""

    question: Question
    year: int | None = None

    @property
    def name(self) -> str:
        """The stable name, such as `at_2022` or `gp_own_persons`."""
        return self.question.key if self.year is None else f"{self.question.key}_{self.year}"

    @property
    def earlier_name(self) -> str:
        """The figure of an earlier round that it is compared with: an outcome, with what was planned then."""
        return self.name.removeprefix("outcome_") if self.question.follows_up else self.name

    @property
    def comment_name(self) -> str:
        """The name of the text that belongs to the figure: comment on a warning, or why it is missing."""
        return f"comment_{self.name}"

    @property
    def label(self) -> Text:
        """What the figure is called, such as "AT 2022"."""
        post_type = _POST_TYPES.get(self.question.key)
        name = self.question.name if post_type is None else _NAME[post_type]
        return name if self.year is None else format_lazy("{name} {year}", name=name, year=self.year)

    @property
    def cell(self) -> Cell | None:
        """The figure of posts that this is; None for an indicator."""
        post_type = _POST_TYPES.get(self.question.key)
        return None if post_type is None or self.year is None else Cell(post_type, self.year)


CONTACT_FIELDS: dict[str, Text] = {
    "contact_name": _("Contact person for questions"),
    "contact_phone": _("Phone"),
}


def fields_of(years: Sequence[int], *, page: Page | None = None) -> tuple[Field, ...]:
    """Every figure that a round with these years asks for, question by question.

    Args:
        years: `ReportingRound.years`; a plain sequence follows no past year up.
        page: only the figures of one page; None for both.
    """
    return tuple(_fields(years, page))


def _fields(years: Sequence[int], page: Page | None) -> Iterator[Field]:
    for question in QUESTIONS:
        if page is not None and question.page != page:
            continue
        if question.follows_up:
            yield from (Field(question, year) for year in getattr(years, "past", ()))
        elif question.by_year:
            yield from (Field(question, year) for year in years)
        else:
            yield Field(question)


def cells_of(years: Sequence[int]) -> tuple[Cell, ...]:
    """Every figure of posts asked for in a round with these years, row by row."""
    return tuple(Cell(post_type, year) for post_type in PostType for year in years)


def text_fields(years: Sequence[int], *, page: Page | None = None) -> tuple[str, ...]:
    """The name of every text that a draft may hold, in order of appearance.

    Args:
        page: only the texts of one page; None for both. The contact stands on the page of posts.
    """
    fields = fields_of(years, page=page)
    names = [field.name for field in fields]
    names += [field.comment_name for field in fields]
    return (*names, *(CONTACT_FIELDS if page != Page.INDICATORS else ()))


# A program can send a number that takes megabytes to write out; no field reaches this one.
OUT_OF_REACH = 10**15
TOO_LARGE = "9" * 16


def number_text(value: Decimal) -> str:
    """A figure as it is written in Swedish, such as "12,5"."""
    return f"{value:f}".replace(".", ",")


def field_named(name: str) -> Field | None:
    """The figure that a field is for, by its own name or its comment's; None for the contact's fields."""
    stem = name.removeprefix("comment_")
    if (question := QUESTION_BY_KEY.get(stem)) is not None and not question.by_year:
        return Field(question)
    key, _separator, year = stem.rpartition("_")
    if (question := QUESTION_BY_KEY.get(key)) is not None and question.by_year and year.isdigit():
        return Field(question, int(year))
    return None
