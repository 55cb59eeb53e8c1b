"""The status report to the agency: where every region stands, what needs attention, what the figures give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise

from allocation import decided, selectors
from allocation.engine import parse_rules
from allocation.models import AllocationRun, Decision, Recomputation, RequestState, RunRegion
from allocation.status_workbook import status_file_name, status_workbook
from reporting.locks import lock_round
from reporting.models import (
    STOCKHOLM,
    SUBMITTING_ROLES,
    Mail,
    MailKind,
    Membership,
    Region,
    ReportingRound,
    State,
    Submission,
    User,
)
from reporting.outbox import keep_file, write_mail
from reporting.tables import XLSX

ANSWER_SOON = timedelta(days=3)
AFTER_CLOSING = timedelta(days=7)

Holder = Literal["agency", "region", "done"]
HOLDERS: dict[str, Holder] = {
    State.NOT_STARTED: "region",
    State.DRAFT: "region",
    State.RETURNED: "region",
    State.SUBMITTED: "agency",
    State.IN_REVIEW: "agency",
    State.APPROVED: "done",
    State.DECIDED: "done",
}
SYMBOLS: dict[str, str] = {
    State.NOT_STARTED: "○",
    State.DRAFT: "✎",
    State.RETURNED: "↩",
    State.SUBMITTED: "→",
    State.IN_REVIEW: "◐",
    State.APPROVED: "✓",
    State.DECIDED: "■",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One region: who has the next step, when something last changed, until when an answer is awaited.

    Attributes:
        extended_until: until when the agency lets the region report, while that is ahead; else None.
    """

    code: str
    name: str
    state: str
    holder: Holder
    changed_at: datetime | None
    answer_by: date | None
    reminded_today: bool
    has_signatory: bool
    extended_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The regions in one state."""

    state: str
    label: str | Promise
    symbol: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A part of the regions: how many, and its share of the bar in whole per cent."""

    key: Literal["decided", "approved", "agency", "region", "not_started"]
    count: int
    share_pct: int


@dataclass(frozen=True, slots=True)
class PotLine:
    """A pot in the allocation of a grant: amounts in whole kronor, regions with an award above 0."""

    title: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    region_count: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class GrantLine:
    """The allocation of one grant, and which reports it counted.

    `returned_count` of the counted reports have been returned and count until they are replaced.
    """

    title: str
    run: AllocationRun
    pots: tuple[PotLine, ...]
    regions: tuple[RunRegion, ...]
    counted: int
    returned_count: int
    missing_count: int
    assumed: bool
    is_example: bool
    decision: Decision | None

    @property
    def is_decided(self) -> bool:
        """Whether its amounts are those of the decision in force."""
        return self.decision is not None and self.decision.run_id == self.run.pk


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should act on: names of regions, and the recomputation that failed."""

    not_started: tuple[str, ...] = ()
    reminded_today: bool = False
    never_submitted: tuple[str, ...] = ()
    without_signatory: tuple[str, ...] = ()
    extended: tuple[Row, ...] = ()
    late: tuple[Row, ...] = ()
    soon: tuple[Row, ...] = ()
    failed: Recomputation | None = None

    def __bool__(self) -> bool:
        return bool(
            self.not_started
            or self.never_submitted
            or self.without_signatory
            or self.extended
            or self.late
            or self.soon
            or self.failed
        )


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Everything the mail says about one round at one moment."""

    reporting_round: ReportingRound
    at: datetime
    is_open: bool
    days_left: int
    next_answer_by: date | None
    region_count: int
    approved_count: int
    tallies: tuple[Tally, ...]
    groups: tuple[Group, ...]
    attention: Attention
    grants: tuple[GrantLine, ...]
    is_waiting: bool

    @property
    def is_decided(self) -> bool:
        """Whether every amount in it is a decision's."""
        return bool(self.grants) and all(grant.is_decided for grant in self.grants)

    @property
    def is_partly_decided(self) -> bool:
        """Whether some grant's amounts in it are a decision's."""
        return any(grant.is_decided for grant in self.grants)

    @property
    def is_over(self) -> bool:
        """Whether no deadline matters any more: every region's report is decided."""
        return sum(tally.count for tally in self.tallies if tally.key == "decided") == self.region_count


def rounds_to_report(*, at: datetime) -> list[ReportingRound]:
    """Rounds that the agency is told about.

    A round that is open; after it has closed, as long as a report waits for the agency or for a
    completion or a region has been given more time, and for a week where a report never came. What can
    no longer move is not repeated for ever. A round that has not opened has nothing to tell.
    """
    reports = Submission.objects.filter(reporting_round=OuterRef("pk"))
    moving = reports.filter(state__in=[State.SUBMITTED, State.IN_REVIEW, State.RETURNED])
    unapproved = reports.exclude(state__in=[State.APPROVED, State.DECIDED])
    rounds = ReportingRound.objects.filter(opens_at__lte=at).filter(
        Q(closes_at__gt=at)
        | Exists(moving)
        | Exists(unapproved.filter(extended_until__gt=at))
        | (Q(closes_at__gt=at - AFTER_CLOSING) & Exists(unapproved))
    )
    return list(rounds.order_by("closes_at", "pk"))


def status_report(
    reporting_round: ReportingRound, *, at: datetime, only_grant: int | None = None
) -> StatusReport:
    """Gather the status of a round as it stands; `at` decides days left and what is late.

    Args:
        only_grant: the grant whose amounts are told; all of the round's unless told.
    """
    rows = _rows(reporting_round, at=at)
    today = at.astimezone(STOCKHOLM).date()
    is_open = reporting_round.is_open(at=at)
    answers = [row.answer_by for row in rows if row.answer_by is not None and row.answer_by >= today]
    latest = reporting_round.recomputations.order_by("-requested_at", "-pk").first()
    example_years = selectors.example_years()
    decisions = decided.decisions_in_force(reporting_round)
    return StatusReport(
        reporting_round=reporting_round,
        at=at,
        is_open=is_open,
        days_left=reporting_round.days_left(at=at),
        next_answer_by=min(answers, default=None),
        region_count=len(rows),
        approved_count=sum(row.holder == "done" for row in rows),
        tallies=_tallies(rows),
        groups=tuple(
            Group(state, State(state).label, SYMBOLS[state], found)
            for state in SYMBOLS
            if (found := tuple(row for row in rows if row.state == state))
        ),
        attention=_attention(
            rows,
            today=today,
            is_open=is_open,
            failed=latest if latest is not None and latest.state == RequestState.FAILED else None,
        ),
        grants=tuple(
            _grant_line(
                run,
                is_example=run.round_grant.year in example_years,
                decision=decisions.get(run.round_grant_id),
            )
            for run in selectors.current_runs(reporting_round)
            if only_grant in (None, run.round_grant_id)
        ),
        is_waiting=selectors.is_waiting(reporting_round),
    )


def write_status_report(
    reporting_round: ReportingRound,
    *,
    recipients: Sequence[User],
    occasion: str,
    at: datetime,
    only_grant: int | None = None,
) -> list[Mail]:
    """Write one mail with a workbook to each recipient, unless it was written for the same occasion.

    The round's lock is held, so that states and amounts in the mail belong together. The
    caller sees to it that this runs in a transaction and that the mails are sent.

    Returns:
        the mails that were written now.
    """
    lock_round(reporting_round.pk)
    report = status_report(reporting_round, at=at, only_grant=only_grant)
    known = Mail.objects.filter(kind=MailKind.STATUS_REPORT, occasion=occasion)
    have_it = set(known.values_list("recipient", flat=True))
    recipients = [person for person in recipients if person.email not in have_it]
    files = {
        language: keep_file(
            status_file_name(report), status_workbook(report, language=language), media_type=XLSX, at=at
        )
        for language in {person.language for person in recipients}
    }
    written = (
        write_mail(
            MailKind.STATUS_REPORT,
            recipient=person.email,
            occasion=occasion,
            context={"report": report, "reporting_round": reporting_round, "person": person},
            language=person.language,
            reporting_round=reporting_round,
            file=files[person.language],
        )
        for person in recipients
    )
    return [mail for mail in written if mail is not None]


def _rows(reporting_round: ReportingRound, *, at: datetime) -> list[Row]:
    submissions = Submission.objects.filter(reporting_round=reporting_round).select_related("reporting_round")
    reports = {report.region_id: report for report in submissions}
    signatories = Membership.objects.filter(user__is_active=True, role__in=SUBMITTING_ROLES)
    with_signatory = set(signatories.values_list("region_id", flat=True))
    midnight = at.astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
    reminded = set(
        Mail.objects.filter(
            kind=MailKind.REMINDER,
            reporting_round=reporting_round,
            created_at__gte=midnight,
            created_at__lt=midnight + timedelta(days=1),
        ).values_list("region_id", flat=True)
    )
    rows = []
    for region in Region.objects.order_by("code"):
        report = reports.get(region.code)
        state = str(report.state) if report else str(State.NOT_STARTED)
        rows.append(
            Row(
                code=region.code,
                name=region.short_name,
                state=state,
                holder=HOLDERS[state],
                changed_at=report.changed_at if report else None,
                answer_by=report.answer_by if report and state == State.RETURNED else None,
                reminded_today=region.code in reminded,
                has_signatory=region.code in with_signatory,
                extended_until=report.closes_at
                if report and report.is_extended and report.is_open(at=at) and not report.is_locked
                else None,
            )
        )
    return rows


def _tallies(rows: Sequence[Row]) -> tuple[Tally, ...]:
    counts: dict[Literal["decided", "approved", "agency", "region", "not_started"], int] = {
        "decided": sum(row.state == State.DECIDED for row in rows),
        "approved": sum(row.state == State.APPROVED for row in rows),
        "agency": sum(row.holder == "agency" for row in rows),
        "region": sum(row.holder == "region" and row.state != State.NOT_STARTED for row in rows),
        "not_started": sum(row.state == State.NOT_STARTED for row in rows),
    }
    total = len(rows) or 1
    shares = {key: count * 100 // total for key, count in counts.items()}
    by_remainder = sorted(counts, key=lambda key: -(counts[key] * 100 % total))
    for key in by_remainder[: (100 - sum(shares.values())) if rows else 0]:
        shares[key] += 1
    # Before the first decision there is nothing to say about decided reports.
    return tuple(Tally(key, count, shares[key]) for key, count in counts.items() if count or key != "decided")


def _attention(rows: Sequence[Row], *, today: date, is_open: bool, failed: Recomputation | None) -> Attention:
    awaited = [row for row in rows if row.state in (State.NOT_STARTED, State.DRAFT)]
    not_started = [row for row in awaited if row.state == State.NOT_STARTED]
    answers = [(row.answer_by, row) for row in rows if row.answer_by is not None]
    return Attention(
        not_started=tuple(row.name for row in not_started if is_open or row.extended_until),
        reminded_today=bool(not_started) and all(row.reminded_today for row in not_started),
        never_submitted=() if is_open else tuple(row.name for row in awaited if row.extended_until is None),
        without_signatory=tuple(row.name for row in rows if not row.has_signatory and row.holder != "done"),
        extended=tuple(row for row in rows if row.extended_until is not None),
        late=tuple(row for day, row in answers if day < today),
        soon=tuple(row for day, row in answers if today <= day <= today + ANSWER_SOON),
        failed=failed,
    )


def _grant_line(run: AllocationRun, *, is_example: bool, decision: Decision | None) -> GrantLine:
    rules = parse_rules(run.rules_text, origin=run.rules_version)
    titles = {pot.id: pot.title for pot in rules.pots}
    facts = {
        pot: (paid, on_assumption > 0)
        for pot, paid, on_assumption in run.awards.values_list("pot").annotate(
            paid=Count("pk", filter=Q(amount_kr__gt=0)),
            on_assumption=Count("pk", filter=Q(assumed=True)),
        )
    }
    pots = tuple(
        PotLine(
            title=titles.get(pot.pot, pot.pot),
            amount_kr=pot.amount_kr,
            allocated_kr=pot.allocated_kr,
            unallocated_kr=pot.unallocated_kr,
            region_count=facts.get(pot.pot, (0, False))[0],
            assumed=facts.get(pot.pot, (0, False))[1],
        )
        for pot in run.pots.all()
    )
    latest = selectors.latest_recomputation(run)
    basis = latest.basis if latest else []
    counted = [row for row in basis if row["revision"] is not None]
    return GrantLine(
        title=run.round_grant.title,
        run=run,
        pots=pots,
        regions=tuple(run.regions.select_related("region").order_by("region")),
        counted=len(counted),
        returned_count=sum(row["state"] == State.RETURNED for row in counted),
        missing_count=len(basis) - len(counted),
        assumed=any(pot.assumed for pot in pots),
        is_example=is_example,
        decision=decision,
    )
