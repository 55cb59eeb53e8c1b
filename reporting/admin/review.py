"""What the review page of a report shows of its figures: side by side, and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from reporting import selectors
from reporting.admin.flags import is_late
from reporting.checking import checks_of, same_reason
from reporting.fields import Cell, Field, cells_of, field_named
from reporting.indicators import Answer, answers_of
from reporting.models import (
    Figure,
    PostType,
    ReportFlag,
    ReviewEvent,
    Revision,
    Stage,
    Submission,
)
from reporting.outcomes import Outcome, outcomes_of

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: planned, in the previous round, in the version before, in this version.

    None is missing, never 0.
    """

    label: Text
    planned: int | None
    earlier: int | None
    before: int | None
    now: int | None

    @property
    def is_changed(self) -> bool:
        """Whether this version says something else than the one before."""
        return self.before != self.now

    @property
    def change(self) -> int | None:
        """Posts more or fewer than in the version before; None where either is missing."""
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def against_plan(self) -> int | None:
        """Posts more or fewer than planned; None where either is missing."""
        return None if self.planned is None or self.now is None else self.now - self.planned

    @property
    def against_earlier(self) -> int | None:
        """Posts more or fewer than the previous round said; None where either is missing."""
        return None if self.earlier is None or self.now is None else self.now - self.earlier


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One answer on the page of indicators, in the version before and in this one."""

    field: Field
    before: Answer | None
    now: Answer
    comment: str

    @property
    def is_changed(self) -> bool:
        """Whether this version says something else than the one before."""
        return self.before is not None and self.before != self.now


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a version: fine, or something to judge, with what the region said about it.

    Attributes:
        flags: the codes of the flags that say the same.
        field: the figure that it is about; empty where it is about the whole report.
        is_repeated: whether the region gave the same reason in its previous round.
    """

    title: Text
    detail: Text
    is_ok: bool
    flags: tuple[str, ...]
    field: str = ""
    comment: str = ""
    is_repeated: bool = False

    def is_said_by(self, flag: ReportFlag) -> bool:
        """Whether a flag already tells of this."""
        return flag.code in self.flags and self.field in ("", flag.subject)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to judge, or that is in order: a flag, a check, or both where they say the same."""

    flag: ReportFlag | None
    check: Check | None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to judge it."""
        if self.flag is not None:
            return self.flag.is_open
        return self.check is not None and not self.check.is_ok


@dataclass(frozen=True, slots=True)
class Review:
    """Everything the page shows about a submitted report, apart from amounts."""

    revision: Revision
    previous: Revision | None
    rows: tuple[Row, ...]
    indicators: tuple[IndicatorRow, ...]
    points: tuple[Point, ...]
    events: tuple[ReviewEvent, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def has_earlier(self) -> bool:
        """Whether the region reported any of these figures in its previous round."""
        return any(row.earlier is not None for row in self.rows)


def review_of(submission: Submission, *, flags: Sequence[ReportFlag]) -> Review | None:
    """Gather the page of a report; None when nothing has been submitted.

    Args:
        flags: the report's, put aside or not.
    """
    revisions = selectors.revisions_with_figures(submission)
    if not revisions:
        return None
    revision, previous = revisions[0], revisions[1] if len(revisions) > 1 else None
    basis = checks_of(submission)
    planned = {year: plan.planned_posts for year, plan in basis.plans.items()}
    events = tuple(selectors.events_of(submission))
    return Review(
        revision=revision,
        previous=previous,
        rows=_rows(submission, revision, previous, planned, basis.earlier),
        indicators=_indicators(submission, revision, previous),
        points=points_of(flags, _checks(submission, revision, planned, basis.reasons)),
        events=events,
        outcomes=outcomes_of(basis, answers_of(revision.indicators.all(), years=basis.years)),
    )


def points_of(flags: Sequence[ReportFlag], checks: Sequence[Check]) -> tuple[Point, ...]:
    """Flags and checks as one list that says each thing once; what is to be judged comes first.

    A flag has with it what the region said when it was asked about the same figure at submission.
    """
    points = [
        Point(flag, next((one for one in checks if one.field and one.is_said_by(flag)), None))
        for flag in flags
    ]
    points += [Point(None, check) for check in checks if not any(check.is_said_by(flag) for flag in flags)]
    return tuple(sorted(points, key=lambda point: (not point.is_open, point.flag is None)))


def _posts(revision: Revision | None) -> dict[Cell, int | None]:
    figures = revision.figures.all() if revision else ()
    return {Cell(PostType(figure.post_type), figure.year): figure.posts for figure in figures}


def _rows(
    submission: Submission,
    revision: Revision,
    previous: Revision | None,
    planned: Mapping[int, int],
    earlier: Mapping[str, Decimal],
) -> tuple[Row, ...]:
    before, now = _posts(previous), _posts(revision)
    return tuple(
        Row(
            label=cell.label,
            planned=planned.get(cell.year) if cell.post_type == PostType.AT else None,
            earlier=int(earlier[cell.field]) if cell.field in earlier else None,
            before=before.get(cell),
            now=now.get(cell),
        )
        for cell in cells_of(submission.reporting_round.years)
    )


def _checks(
    submission: Submission,
    revision: Revision,
    planned: Mapping[int, int],
    reasons: Mapping[tuple[str, str], str],
) -> tuple[Check, ...]:
    figures = list(revision.figures.all())
    return (
        *_plan_checks(revision, figures, submission.reporting_round.years, planned, reasons),
        _st_check(figures, submission.reporting_round.years),
        _time_check(submission, revision),
    )


def _indicators(
    submission: Submission, revision: Revision, previous: Revision | None
) -> tuple[IndicatorRow, ...]:
    """What was answered in either version; nothing where the region has not begun with the page."""
    years = submission.reporting_round.years
    stored = list(revision.indicators.all())
    comments = {(indicator.key, indicator.year): indicator.comment for indicator in stored}
    before = answers_of(previous.indicators.all(), years=years) if previous else {}
    return tuple(
        IndicatorRow(field, before.get(field), answer, comments.get((field.question.key, field.year), ""))
        for field, answer in answers_of(stored, years=years).items()
        if answer.is_answered or (field in before and before[field].is_answered)
    )


def _plan_checks(
    revision: Revision,
    figures: Sequence[Figure],
    years: Sequence[int],
    planned: Mapping[int, int],
    reasons: Mapping[tuple[str, str], str],
) -> tuple[Check, ...]:
    """The warnings that were shown at submission, in their own words, with the reasons given."""
    reported = {figure.year: figure.posts for figure in figures if figure.post_type == PostType.AT}
    checks = []
    for finding in revision.findings.all():
        if finding.stage != Stage.WARNING:
            continue
        field = field_named(finding.field)
        detail: Text = ""
        year = field.year if field else None
        if finding.code == "far-from-plan" and year is not None and year in planned:
            detail = format_lazy(
                _("{planned} in the plan, {reported} in the report."),
                planned=planned[year],
                reported=reported[year],
            )
        before = reasons.get((finding.code, field.question.key), "") if field else ""
        checks.append(
            Check(
                finding.title,
                detail,
                is_ok=False,
                flags=(finding.code,),
                field=finding.field,
                comment=finding.comment,
                is_repeated=bool(before) and same_reason(finding.comment, before),
            )
        )
    compared = [year for year in years if year in planned]
    if compared and not any("far-from-plan" in check.flags for check in checks):
        detail = format_lazy(
            _("Compared with the plan for {years}."), years=", ".join(str(year) for year in compared)
        )
        checks.append(
            Check(_("No AT figure is far from the plan"), detail, is_ok=True, flags=("far-from-plan",))
        )
    return tuple(checks)


def _st_check(figures: Sequence[Figure], years: Sequence[int]) -> Check:
    posts = {Cell(PostType(figure.post_type), figure.year): figure.posts for figure in figures}
    missing = [
        cell.label for cell in cells_of(years) if cell.post_type != PostType.AT and posts.get(cell) is None
    ]
    if missing:
        detail = format_lazy(_("Missing: {figures}."), figures=_joined(missing))
        return Check(_("ST figures are missing"), detail, is_ok=False, flags=("missing-st",))
    pairs = [(year, posts[Cell(PostType.ST_GM, year)], posts[Cell(PostType.ST, year)]) for year in years]
    shares = _joined(
        [format_lazy(_("{part} of {whole}"), part=part, whole=whole) for _year, part, whole in pairs]
    )
    fits = all((part or 0) <= (whole or 0) for _year, part, whole in pairs)
    title: Text = (
        _("ST in general medicine fits in ST in total")
        if fits
        else _("ST in general medicine is more than ST in total")
    )
    detail = format_lazy("{shares}.", shares=shares)
    return Check(title, detail, is_ok=fits, flags=("missing-st", "st-inconsistent"))


def _time_check(submission: Submission, revision: Revision) -> Check:
    by = revision.get_submitted_by_role_display()
    if is_late(revision, submission):
        detail = format_lazy(_("Submitted by {role} after the report had been returned."), role=by)
        return Check(_("Submitted after the deadline"), detail, is_ok=False, flags=("late",))
    days = submission.days_left(at=revision.submitted_at)
    detail = format_lazy(
        ngettext_lazy(
            "{days} day before the deadline, by {role}.", "{days} days before the deadline, by {role}.", days
        ),
        days=days,
        role=by,
    )
    return Check(_("Submitted in time and by a role that may"), detail, is_ok=True, flags=("late",))


def _joined(parts: Sequence[Text]) -> Text:
    pattern = ", ".join(f"{{part{index}}}" for index in range(len(parts)))
    return format_lazy(pattern, **{f"part{index}": part for index, part in enumerate(parts)})
