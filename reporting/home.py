"""What a region's own page tells: where the report stands and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting import selectors, threads
from reporting.checking import checks_of
from reporting.checks import errors_of, warnings_of
from reporting.indicators import answers_in
from reporting.models import (
    DraftValue,
    EventKind,
    Membership,
    ReadMark,
    ReviewEvent,
    State,
    Submission,
)
from reporting.outcomes import Outcome, outcomes_of

Text = str | Promise
# On the start page; the thread has them all.
SHOWN_MESSAGES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps from draft to decision."""

    title: Text
    note: Text
    place: Literal["done", "now", "later"]


@dataclass(frozen=True, slots=True)
class Todo:
    """Something for the region to do, or done."""

    title: Text
    note: Text
    done: bool
    link: str = ""
    link_text: Text = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line in the list of versions."""

    version: int | None
    chip: str
    label: Text
    at: datetime
    by: str
    at_first_year: int | None
    has_page: bool


@dataclass(frozen=True, slots=True)
class Home:
    """Everything about one report that the start page shows.

    Attributes:
        submitted_at: year -> AT posts of the newest version; empty where nothing is submitted.
    """

    chip: str
    chip_label: Text
    days_left: int
    has_closed: bool
    may_change: bool
    steps: tuple[Step, ...]
    todos: tuple[Todo, ...]
    happenings: tuple[Happening, ...]
    messages: tuple[threads.Entry, ...]
    unread_count: int
    question: str
    action: Text
    outcomes: tuple[Outcome, ...]
    submitted_at: Mapping[int, int]


def home_of(submission: Submission, *, membership: Membership, at: datetime, unread_count: int) -> Home:
    """Gather what the start page shows about a report at the moment `at`.

    Args:
        submission: from `selectors.reports_of_region`.
        unread_count: how much of what the agency wrote the person has not read.
    """
    values = selectors.draft_values(submission)
    texts = {field: value.text for field, value in values.items()}
    last = max(values.values(), key=lambda value: value.updated_at, default=None)
    events = selectors.events_with_posts(submission)
    changeable = submission.may_be_changed(at=at)
    chip, label = chip_of(submission)
    checks = checks_of(submission)
    found = checks.check(texts, submitting=True)
    read = ReadMark(
        last_message=getattr(submission, "read_message", None) or 0,
        last_event=getattr(submission, "read_event", None) or 0,
    )
    return Home(
        chip=chip,
        chip_label=label,
        days_left=submission.days_left(at=at),
        has_closed=submission.has_closed(at=at),
        may_change=changeable,
        steps=_steps(submission, last),
        todos=_todos(
            submission,
            membership,
            found_errors=len(errors_of(found)),
            found_uncommented=sum(not finding.comment for finding in warnings_of(found)),
        )
        if changeable
        else (),
        happenings=_happenings(submission, events, last),
        messages=threads.latest_from_agency(submission, events, read=read, limit=SHOWN_MESSAGES),
        unread_count=unread_count,
        question=_question(submission, events),
        action=_action(submission),
        outcomes=outcomes_of(checks, answers_in(texts, years=checks.years)),
        submitted_at=next((_at_posts(event) for event in events if event.kind == EventKind.SUBMITTED), {}),
    )


def _at_posts(event: ReviewEvent) -> dict[int, int]:
    """Year -> AT posts of the version that the event is about."""
    return {pair["year"]: pair["posts"] for pair in getattr(event, "at_posts", ())}


def _question(submission: Submission, events: Sequence[ReviewEvent]) -> str:
    """Where in the thread the question stands that the agency waits for an answer to; empty if none."""
    if submission.state != State.RETURNED:
        return ""
    asked = next((event for event in events if event.kind == EventKind.RETURNED), None)
    return f"e-{asked.pk}" if asked else ""


def chip_of(submission: Submission) -> tuple[str, Text]:
    """The chip that tells the region where its report stands, a draft after submission included."""
    number = submission.revision_count
    if submission.has_newer_draft and not submission.is_locked:
        return "draft", format_lazy(_("Draft, version {number}"), number=number + 1)
    if number:
        label = State(submission.state).label
        return submission.state, format_lazy("{state}, {version}", state=label, version=_version(number))
    return submission.state, State(submission.state).label


def _version(number: int) -> Text:
    return format_lazy(_("version {number}"), number=number)


def _steps(submission: Submission, last: DraftValue | None) -> tuple[Step, ...]:
    reached = {
        State.NOT_STARTED: 0,
        State.DRAFT: 0,
        State.SUBMITTED: 1,
        State.IN_REVIEW: 2,
        State.RETURNED: 0,
        State.APPROVED: 3,
        State.DECIDED: 5,
    }[State(submission.state)]
    if submission.has_newer_draft and not submission.is_locked:
        draft_note: Text = format_lazy(
            _("Version {number} is being filled in"), number=submission.revision_count + 1
        )
    elif last is None:
        draft_note = _("Nothing filled in yet")
    else:
        draft_note = _("Everything typed is submitted")
    notes: tuple[tuple[Text, Text], ...] = (
        (_("Draft"), draft_note),
        (_("Submitted"), _("By the deadline")),
        (_("In review"), _("The agency reads and may ask")),
        (_("Approved"), _("The figures are locked")),
        (_("Decided"), _("The agency decides for all regions at once")),
    )
    return tuple(
        Step(title, note, "done" if place < reached else "now" if place == reached else "later")
        for place, (title, note) in enumerate(notes)
    )


def _todos(
    submission: Submission, membership: Membership, *, found_errors: int, found_uncommented: int
) -> tuple[Todo, ...]:
    report = submission.get_absolute_url()
    number = submission.revision_count + 1
    if submission.state in (State.SUBMITTED, State.IN_REVIEW) and not submission.has_newer_draft:
        return ()
    todos = []
    if submission.state == State.RETURNED:
        todos.append(
            Todo(
                _("Answer the agency's question"),
                _("The draft is changed. The agency has your answer when you submit.")
                if submission.has_newer_draft
                else _("Correct or confirm the figures. The message stands below."),
                done=False,
                link=report,
                link_text=_("Open the report"),
            )
        )
    todos.append(
        Todo(
            _("Fill in the figures"),
            format_lazy(_("{count} to fill in or correct."), count=found_errors)
            if found_errors
            else _("All AT figures are there."),
            not found_errors,
            report if submission.state == State.NOT_STARTED else f"{report}?check",
            _("Fill in"),
        )
    )
    if found_uncommented:
        todos.append(
            Todo(
                _("Explain what stands out or is missing"),
                format_lazy(_("{count} without a comment."), count=found_uncommented),
                done=False,
                link=f"{report}?check",
                link_text=_("Write the comment"),
            )
        )
    is_ready = not found_errors and not found_uncommented
    ready_note = _("You can submit.") if is_ready else _("When the rest is done.")
    todos.append(
        Todo(
            format_lazy(_("Review and submit version {number}"), number=number),
            ready_note if membership.may_submit else _("The ombud or a representant submits."),
            done=False,
            link=f"{report}submit/" if membership.may_submit and is_ready else "",
            link_text=_("Review"),
        )
    )
    return tuple(todos)


def _happenings(
    submission: Submission, events: Sequence[ReviewEvent], last: DraftValue | None
) -> tuple[Happening, ...]:
    happenings = [
        Happening(
            version=event.revision.number if event.revision else None,
            chip=threads.CHIPS[event.kind],
            label=EventKind(event.kind).label,
            at=event.at,
            by=event.by_name,
            at_first_year=_at_posts(event).get(submission.reporting_round.first_year),
            has_page=event.kind == EventKind.SUBMITTED,
        )
        for event in events
    ]
    if submission.has_newer_draft and last is not None:
        happenings.insert(
            0,
            Happening(
                version=submission.revision_count + 1,
                chip="draft",
                label=State.DRAFT.label,
                at=last.updated_at,
                by=last.saved_by,
                at_first_year=None,
                has_page=False,
            ),
        )
    return tuple(happenings)


def _action(submission: Submission) -> Text:
    if submission.state == State.NOT_STARTED:
        return _("Start the report")
    if submission.state in (State.SUBMITTED, State.IN_REVIEW) and not submission.has_newer_draft:
        return _("Change what was submitted")
    return _("Continue with the report")
