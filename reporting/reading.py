"""Figures laid out for reading: a row per kind of post, a column per year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from reporting import selectors
from reporting.checks import parse_figure, parse_posts
from reporting.content import Answer, Content, content_of, content_of_texts
from reporting.fields import CONTACT_FIELDS, Cell, Field, Page, Text, cells_of, fields_of
from reporting.models import Baseline, DraftValue, Figure, PostType, Revision, Submission
from reporting.soft_rules import differs_much

Labelled = tuple[tuple[str | Promise, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure as it is read: posts (None is missing), and for AT the plan beside it."""

    year: int
    posts: int | None
    planned: int | None

    @property
    def difference(self) -> int | None:
        """Posts above (or below) the plan; None where either is missing."""
        return None if self.posts is None or self.planned is None else self.posts - self.planned

    @property
    def stands_out(self) -> bool:
        """Whether the figure is far from the plan."""
        if self.posts is None or self.planned is None:
            return False
        return differs_much(reported=self.posts, planned=self.planned)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one kind of post."""

    post_type: PostType
    readings: tuple[Reading, ...]

    @property
    def name(self) -> str | Promise:
        """What the row is called."""
        return self.post_type.label

    @property
    def is_part(self) -> bool:
        """Whether the row is part of the one above it."""
        return self.post_type == PostType.ST_GM

    @property
    def has_plan(self) -> bool:
        """Whether plans stand beside the figures."""
        return any(reading.planned is not None for reading in self.readings)


def rows_of(
    posts: Mapping[Cell, int | None], *, years: Sequence[int], plans: Mapping[int, Baseline]
) -> tuple[Row, ...]:
    """Lay out posts by kind and year, with the plan beside AT."""
    planned = {year: plan.planned_posts for year, plan in plans.items()}
    return tuple(
        Row(
            post_type,
            tuple(
                Reading(
                    year,
                    posts.get(Cell(post_type, year)),
                    planned.get(year) if post_type == PostType.AT else None,
                )
                for year in years
            ),
        )
        for post_type in PostType
    )


def posts_in(content: Content, *, years: Sequence[int]) -> dict[Cell, int | None]:
    """The figures of posts in what a report says."""
    posts: dict[Cell, int | None] = {}
    for field in fields_of(years, page=Page.POSTS):
        answer = content.answers.get(field.name)
        if field.cell is not None and answer is not None:
            posts[field.cell] = None if answer.value is None else int(answer.value)
    return posts


def posts_in_texts(texts: Mapping[str, str], *, years: Sequence[int]) -> dict[Cell, int | None]:
    """What a draft's texts say; what cannot be read is None."""
    return {cell: parse_posts(texts.get(cell.field, "")).posts for cell in cells_of(years)}


def posts_in_figures(figures: Sequence[Figure]) -> dict[Cell, int | None]:
    """What a version's figures say."""
    return {Cell(PostType(figure.post_type), figure.year): figure.posts for figure in figures}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of a version, or of a draft (`revision` is None), with the words that belong to them.

    Attributes:
        comments, contact: labels and texts.
        unreadable: labels and texts of a draft's figures that are no figures.
    """

    revision: Revision | None
    rows: tuple[Row, ...]
    comments: Labelled
    contact: Labelled
    unreadable: Labelled = ()


def sheets_of(
    submission: Submission, *, latest: Revision | None, values: Mapping[str, DraftValue]
) -> tuple[Sheet, ...]:
    """What stands in a report that can no longer be changed: its last version, and a draft that came after.

    Args:
        latest: the version submitted last.
        values: field -> what stands in the draft.
    """
    years = submission.reporting_round.years
    plans = selectors.plans_of(submission.region_id, years)
    sheets = []
    if latest is not None:
        sheets.append(_submitted(latest, years=years, plans=plans))
    if latest is None or submission.has_newer_draft:
        texts = {field: value.text for field, value in values.items()}
        sheets.append(_typed(texts, years=years, plans=plans))
    return tuple(sheets)


def _submitted(revision: Revision, *, years: Sequence[int], plans: Mapping[int, Baseline]) -> Sheet:
    figures = list(revision.figures.all())
    return Sheet(
        revision,
        rows_of(posts_in_figures(figures), years=years, plans=plans),
        comments=tuple(
            (Cell(PostType(figure.post_type), figure.year).label, figure.comment)
            for figure in figures
            if figure.comment
        ),
        contact=tuple((label, getattr(revision, name)) for name, label in CONTACT_FIELDS.items()),
    )


def _typed(texts: Mapping[str, str], *, years: Sequence[int], plans: Mapping[int, Baseline]) -> Sheet:
    cells = cells_of(years)
    return Sheet(
        None,
        rows_of(posts_in_texts(texts, years=years), years=years, plans=plans),
        comments=tuple(
            (cell.label, texts[cell.comment_field]) for cell in cells if texts.get(cell.comment_field)
        ),
        contact=tuple((label, texts.get(name, "")) for name, label in CONTACT_FIELDS.items()),
        unreadable=tuple(
            (cell.label, texts[cell.field])
            for cell in cells
            if parse_posts(texts.get(cell.field, "")).problem is not None
        ),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator as it is read; `answer` is None where nobody has answered."""

    field: Field
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Group:
    """The indicators under one heading."""

    title: Text
    lines: tuple[Line, ...]


def groups_of(content: Content, *, years: Sequence[int]) -> tuple[Group, ...]:
    """Lay out the indicators under their headings; empty where none has been answered."""
    groups: dict[Text, list[Line]] = {}
    for field in fields_of(years, page=Page.INDICATORS):
        groups.setdefault(field.question.group, []).append(Line(field, content.answers.get(field.name)))
    if all(line.answer is None for lines in groups.values() for line in lines):
        return ()
    return tuple(Group(title, tuple(lines)) for title, lines in groups.items())


@dataclass(frozen=True, slots=True)
class IndicatorSheet:
    """The indicators of a version, or of a draft (`revision` is None); `groups` is empty without answers."""

    revision: Revision | None
    groups: tuple[Group, ...]
    unreadable: Labelled = ()


def indicator_sheets_of(
    submission: Submission,
    *,
    latest: Revision | None,
    values: Mapping[str, DraftValue],
    years: Sequence[int],
) -> tuple[IndicatorSheet, ...]:
    """The indicators of a report that cannot be changed: its last version, and a draft that came after.

    Args:
        latest: the version submitted last.
        values: field -> what stands in the draft.
    """
    sheets = []
    if latest is not None:
        sheets.append(IndicatorSheet(latest, groups_of(content_of(latest), years=years)))
    if latest is None or submission.has_newer_draft:
        texts = {field: value.text for field, value in values.items()}
        content = content_of_texts(texts, years=years, warned=frozenset())
        unreadable = tuple(
            (field.label, texts[field.name])
            for field in fields_of(years, page=Page.INDICATORS)
            if parse_figure(texts.get(field.name, ""), unit=field.question.unit).problem is not None
        )
        sheets.append(IndicatorSheet(None, groups_of(content, years=years), unreadable))
    return tuple(sheets)


@dataclass(frozen=True, slots=True)
class Comment:
    """A text that stands beside a figure."""

    field: Field
    text: str


def comments_of(content: Content, *, years: Sequence[int], page: Page | None = None) -> tuple[Comment, ...]:
    """The comments and reasons in what a report says, in the order of the form."""
    return tuple(
        Comment(field, answer.comment)
        for field in fields_of(years, page=page)
        if (answer := content.answers.get(field.name)) is not None and answer.comment
    )
