"""A report's thread: what was written and what happened, in order, and what of it is unread."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy

from reporting import selectors
from reporting.fields import Cell
from reporting.models import (
    Attachment,
    EventKind,
    Figure,
    Message,
    PostType,
    ReadMark,
    ReviewEvent,
    Role,
    Side,
    Submission,
    User,
)

Text = str | Promise

# What the agency did that the region must see; the rest of an event is for the record.
NEWS_TO_REGION = (
    EventKind.RETURNED,
    EventKind.APPROVED,
    EventKind.DECIDED,
    EventKind.EXTENDED,
    EventKind.EXTENSION_WITHDRAWN,
)
CHIPS: dict[str, str] = {
    EventKind.SUBMITTED: "submitted",
    EventKind.REVIEW_STARTED: "in_review",
    EventKind.RETURNED: "returned",
    EventKind.APPROVED: "approved",
    EventKind.DECIDED: "decided",
    EventKind.EXTENDED: "extended",
    EventKind.EXTENSION_WITHDRAWN: "extension_withdrawn",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a message, or an event with what was written with it.

    Attributes:
        anchor: where it stands on the page, such as `m-12`.
        text: what was written; empty for an event without words.
        comments: what the region wrote beside figures of the version that it submitted.
        is_new: whether the other side wrote it and the reader has not seen it.
        read_by: who on the other side has read it; only for the reader's own side.
        answers: when the question was put that a message answers.
        closes_at: until when the agency gave the region more time.
    """

    kind: Literal["message", "event"]
    anchor: str
    side: Side
    by: str
    role: str
    at: datetime
    text: str
    version: int | None
    is_new: bool
    is_own: bool
    label: Text = ""
    chip: str = ""
    answer_by: date | None = None
    answers: datetime | None = None
    closes_at: datetime | None = None
    comments: tuple[Text, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    attached_count: int = 0
    read_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything about a report in order, oldest first, as one reader sees it."""

    entries: tuple[Entry, ...]
    last_message: int
    last_event: int

    @property
    def new_count(self) -> int:
        """How many entries the reader has not seen."""
        return sum(entry.is_new for entry in self.entries)


def other_side(side: Side) -> Side:
    """Whom one writes to."""
    return Side.AGENCY if side == Side.REGION else Side.REGION


def thread_of(submission: Submission, *, reader_id: int, side: Side) -> Thread:
    """The thread as its reader sees it from `side`. The same number of queries, however long it is."""
    written = list(
        Message.objects.filter(submission=submission)
        .select_related("revision", "event")
        .prefetch_related(Prefetch("attachments", queryset=Attachment.objects.order_by("position")))
        .order_by("pk")
    )
    events = list(selectors.events_of(submission).order_by("pk"))
    marks = list(submission.read_marks.select_related("user").order_by("read_at"))
    own = next((mark for mark in marks if mark.user_id == reader_id and mark.side == side), None)
    others = [mark for mark in marks if mark.side != side]
    comments = _comments(submission)
    entries = [
        *(
            _message_entry(
                message, own=own, others=others, side=side, attachments=tuple(message.attachments.all())
            )
            for message in written
        ),
        *(_event_entry(event, own=own, side=side, comments=comments) for event in events),
    ]
    return Thread(
        entries=tuple(sorted(entries, key=lambda entry: entry.at)),
        last_message=written[-1].pk if written else 0,
        last_event=events[-1].pk if events else 0,
    )


def latest_from_agency(
    submission: Submission, events: Iterable[ReviewEvent], *, read: ReadMark, limit: int
) -> tuple[Entry, ...]:
    """What the agency wrote last to a region, newest first, with the number of files only. One query.

    Args:
        events: what happened to the report.
        read: how far the reader has read.
    """
    side = Side.REGION
    messages = Message.objects.filter(submission=submission, side=Side.AGENCY).select_related(
        "revision", "event"
    )
    entries = [
        replace(_message_entry(message, own=read, others=[], side=side), attached_count=message.files)
        for message in messages.annotate(files=Count("attachments")).order_by("-pk")[:limit]
    ] + [
        _event_entry(event, own=read, side=side, comments={})
        for event in events
        if event.message and event.kind != EventKind.SUBMITTED
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit])


def _message_entry(
    message: Message,
    *,
    own: ReadMark | None,
    others: list[ReadMark],
    side: Side,
    attachments: tuple[Attachment, ...] = (),
) -> Entry:
    is_own = message.side == side
    return Entry(
        kind="message",
        anchor=f"m-{message.pk}",
        side=Side(message.side),
        by=message.author_name,
        role=str(Role(message.author_role).label).lower() if message.author_role else "",
        at=message.at,
        text=message.body,
        version=message.revision.number if message.revision else None,
        is_new=not is_own and message.pk > (own.last_message if own else 0),
        is_own=is_own,
        answers=message.event.at if message.event else None,
        attachments=attachments,
        attached_count=len(attachments),
        read_by=tuple(mark.user.name for mark in others if mark.last_message >= message.pk) if is_own else (),
    )


def _event_entry(
    event: ReviewEvent, *, own: ReadMark | None, side: Side, comments: dict[int, tuple[Text, ...]]
) -> Entry:
    kind = EventKind(event.kind)
    by_region = kind == EventKind.SUBMITTED
    is_news = side == Side.REGION and kind in NEWS_TO_REGION
    return Entry(
        kind="event",
        anchor=f"e-{event.pk}",
        side=Side.REGION if by_region else Side.AGENCY,
        by=event.by_name,
        role="",
        at=event.at,
        text=event.message,
        version=event.revision.number if event.revision and not event.closes_at else None,
        is_new=is_news and event.pk > (own.last_event if own else 0),
        is_own=by_region == (side == Side.REGION),
        label=kind.label,
        chip=CHIPS[kind],
        answer_by=event.answer_by,
        comments=comments.get(event.revision_id or 0, ()) if by_region else (),
        closes_at=event.closes_at,
    )


def _comments(submission: Submission) -> dict[int, tuple[Text, ...]]:
    """Version's key -> the comments that came with its figures."""
    found: dict[int, list[Text]] = defaultdict(list)
    commented = Figure.objects.filter(revision__submission=submission).exclude(comment="")
    for figure in commented.order_by("revision", "post_type", "year"):
        label = Cell(PostType(figure.post_type), figure.year).label
        found[figure.revision_id].append(
            format_lazy("{label}: {comment}", label=label, comment=figure.comment)
        )
    return {pk: tuple(texts) for pk, texts in found.items()}


def _unread(rows: QuerySet, mark: str, *, user: User, side: Side) -> QuerySet:
    """The reports of entries that `user` has not read, each as often as it has such entries."""
    read = ReadMark.objects.filter(
        user=user, side=side, submission=OuterRef("submission"), **{f"{mark}__gte": OuterRef("pk")}
    )
    unread: QuerySet = rows.filter(~Exists(read)).order_by().values_list("submission_id", flat=True)
    return unread


def unread_for_region(user: User | AnonymousUser) -> Counter[int]:
    """Report's key -> unread entries, in the regions that `user` serves. One query."""
    if not isinstance(user, User):
        return Counter()
    reports = selectors.submissions_editable_by(user).order_by().values("pk")
    written = Message.objects.filter(side=Side.AGENCY, submission__in=reports)
    events = ReviewEvent.objects.filter(kind__in=NEWS_TO_REGION, submission__in=reports)
    unread = _unread(written, "last_message", user=user, side=Side.REGION)
    return Counter(unread.union(_unread(events, "last_event", user=user, side=Side.REGION), all=True))


def unread_for_agency(user: User | AnonymousUser) -> Counter[int]:
    """Report's key -> unread messages from regions; empty for who may not read reports at the agency."""
    if not (isinstance(user, User) and user.is_staff and user.has_perm("reporting.view_submission")):
        return Counter()
    written = Message.objects.filter(side=Side.REGION)
    return Counter(_unread(written, "last_message", user=user, side=Side.AGENCY))


def reports_by_key(keys: Iterable[int]) -> list[Submission]:
    """Reports with region and round, newest round first."""
    reports = Submission.objects.filter(pk__in=list(keys)).select_related("region", "reporting_round")
    return list(reports.order_by("-reporting_round__opens_at", "region"))
