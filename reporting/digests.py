"""The digest: one mail per person and period with what has gathered since the one before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from reporting import selectors
from reporting.models import (
    STOCKHOLM,
    DraftValue,
    MailChoice,
    MailKind,
    MailRhythm,
    News,
    NewsKind,
    ReadMark,
    ReportingRound,
    Side,
    Submission,
    User,
)
from reporting.outbox import write_mail
from reporting.unsubscribing import UNSUBSCRIBE_MARK


@dataclass(frozen=True, slots=True)
class Period:
    """What a digest covers: whole days in Sweden, the last of them yesterday or last Sunday."""

    occasion: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DraftWork:
    """Colleagues who have typed in a report's draft during the period."""

    submission: Submission
    names: tuple[str, ...]


def period_of(rhythm: MailRhythm, *, at: datetime) -> Period:
    """The period whose digest is due at the moment `at`.

    Who wants a mail at each event now, but did not when something happened, gets it with a daily one.
    """
    today = at.astimezone(STOCKHOLM).date()
    if rhythm == MailRhythm.WEEKLY:
        monday = today - timedelta(days=today.weekday())
        year, week, _day = monday.isocalendar()
        return Period(f"weekly/{year}-W{week:02}", _midnight(monday - timedelta(days=7)), _midnight(monday))
    return Period(f"daily/{today.isoformat()}", _midnight(today - timedelta(days=1)), _midnight(today))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=STOCKHOLM)


def write_digests(*, at: datetime) -> list[int]:
    """Write the digests that are due at the moment `at`, each person's in a transaction of its own.

    However often it runs within a period it writes one mail per person. A period without news has none.

    Returns:
        ids of the mails that were written now; the caller has them sent.
    """
    waiting = Q(pk__in=News.objects.filter(told_in=None).values("user"))
    gathering = Q(mail_choice__rhythm__in=[MailRhythm.DAILY, MailRhythm.WEEKLY])
    people = User.objects.filter(waiting | gathering, is_active=True).order_by("pk")
    written = []
    for user_id in people.values_list("pk", flat=True):
        written += _write_digest(user_id, at=at)
    return written


@transaction.atomic
def _write_digest(user_id: int, *, at: datetime) -> list[int]:
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    choice = MailChoice.objects.filter(user=person).first()
    rhythm = MailRhythm(choice.rhythm) if choice else MailRhythm.EACH
    if rhythm == MailRhythm.NEVER:
        return []
    period = period_of(rhythm, at=at)
    untold = _still_theirs(News.objects.filter(user=person, told_in=None, at__lt=period.until), person)
    _read_meanwhile(untold, person).delete()
    news = list(untold.select_related("submission__region", "submission__reporting_round", "message"))
    drafts = [] if rhythm == MailRhythm.EACH else draft_work(person, period=period)
    if not news and not drafts:
        return []
    mail = write_mail(
        MailKind.DIGEST,
        recipient=person.email,
        occasion=period.occasion,
        context={
            "reports": _by_report(news, drafts),
            "count": len(news) + len(drafts),
            "is_weekly": rhythm == MailRhythm.WEEKLY,
            "since": period.since,
            "until": period.until - timedelta(minutes=1),
            "person": person,
            "reporting_round": next(filter(_is_demo, _rounds(news, drafts)), None),
            "unsubscribe_link": UNSUBSCRIBE_MARK,
        },
        language=person.language,
        declinable=True,
    )
    if mail is None:  # this period's digest has gone; what came since waits for the next
        return []
    News.objects.filter(pk__in=[item.pk for item in news]).update(told_in=mail)
    return [mail.pk]


def _still_theirs(untold: QuerySet[News], person: User) -> QuerySet[News]:
    """News from the regions that the person serves now, and from all for the agency."""
    own = selectors.submissions_editable_by(person).order_by().values("pk")
    serves = Q(side=Side.REGION, submission__in=own)
    return untold.filter(serves | Q(side=Side.AGENCY) if person.is_staff else serves)


def _read_meanwhile(untold: QuerySet[News], person: User) -> QuerySet[News]:
    """News of messages that the person has read on the page since."""
    mark = ReadMark.objects.filter(user=person, submission=OuterRef("submission"), side=OuterRef("side"))
    read = untold.filter(kind=NewsKind.MESSAGE).annotate(seen=Subquery(mark.values("last_message")[:1]))
    return untold.filter(pk__in=read.filter(message__lte=F("seen")).values("pk"))


def draft_work(person: User, *, period: Period) -> list[DraftWork]:
    """In which drafts of the person's regions others have typed during the period, and who."""
    typed = DraftValue.objects.filter(
        submission__region__memberships__user=person,
        updated_at__gte=period.since,
        updated_at__lt=period.until,
    ).exclude(updated_by=person)
    names: dict[int, set[str]] = {}
    for submission_id, name in typed.order_by().values_list("submission", "updated_by__name").distinct():
        names.setdefault(submission_id, set()).add(name)
    reports = selectors.submissions_editable_by(person).filter(pk__in=names).order_by("region")
    return [DraftWork(report, tuple(sorted(names[report.pk]))) for report in reports]


@dataclass(slots=True)
class _Report:
    """What a digest tells of one report: news in the order of time, and who has typed in its draft."""

    submission: Submission
    news: list[News]
    draft: DraftWork | None = None


def _by_report(news: Sequence[News], drafts: Sequence[DraftWork]) -> list[_Report]:
    found: dict[int, _Report] = {}
    for item in news:
        found.setdefault(item.submission_id, _Report(item.submission, [])).news.append(item)
    for work in drafts:
        found.setdefault(work.submission.pk, _Report(work.submission, [])).draft = work
    return list(found.values())


def _rounds(news: Sequence[News], drafts: Sequence[DraftWork]) -> Iterator[ReportingRound]:
    yield from (item.submission.reporting_round for item in news)
    yield from (work.submission.reporting_round for work in drafts)


def _is_demo(reporting_round: ReportingRound) -> bool:
    return reporting_round.is_demo
