"""Questions to the reporting tables; everything a person may reach is asked for here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, JSONObject

from reporting.models import (
    ApplicationState,
    Attachment,
    Baseline,
    DraftValue,
    EventKind,
    Extension,
    Figure,
    Invitation,
    InvitationState,
    LogCheck,
    LogEntry,
    Membership,
    OmbudApplication,
    PostType,
    RaisedFinding,
    ReadMark,
    ReportingRound,
    ReviewEvent,
    Revision,
    RevisionFinding,
    Role,
    Side,
    Standing,
    State,
    Submission,
    User,
)


def memberships_of(user: User | AnonymousUser) -> QuerySet[Membership]:
    """The regions a person serves, with the role in each."""
    if not user.is_authenticated:
        return Membership.objects.none()
    return Membership.objects.filter(user=user).select_related("region")


def submissions_visible_to(user: User) -> QuerySet[Submission]:
    """Reports whose submitted versions `user` may read: their own regions', or all for the agency."""
    submissions = Submission.objects.select_related("region", "reporting_round")
    if user.is_staff and user.has_perm("reporting.view_submission"):
        return submissions
    return submissions.filter(region__memberships__user=user)


def submissions_editable_by(user: User) -> QuerySet[Submission]:
    """Reports that `user` may fill in: those of their own regions, whatever they do at the agency."""
    return Submission.objects.select_related("region", "reporting_round").filter(
        region__memberships__user=user
    )


def attachments_visible_to(user: User) -> QuerySet[Attachment]:
    """Files that came with messages about reports that `user` may read."""
    reports = submissions_visible_to(user).order_by().values("pk")
    return Attachment.objects.filter(message__submission__in=reports)


def current_round(*, at: datetime, region_code: str = "") -> ReportingRound | None:
    """The round that regions should see: the open one that closes first, else the last that opened.

    Args:
        region_code: the region that asks; its own extensions keep a round open for it.
    """
    rounds = ReportingRound.objects.filter(opens_at__lte=at)
    own = Submission.objects.filter(reporting_round=OuterRef("pk"), region=region_code)
    closing = Greatest("closes_at", Subquery(own.values("extended_until")[:1]))
    still_open = rounds.alias(closing=closing).filter(closing__gt=at)
    return still_open.order_by("closing").first() or rounds.order_by("-closes_at").first()


def reports_of_region(region_code: str, *, reader: User, at: datetime) -> list[Submission]:
    """A region's reports in the rounds that have opened at the moment `at`, the one to show first in front.

    First the round that is open for the region and closes first, then the one that closed last. Each
    carries `read_message` and `read_event`, how far `reader` has read (None where nothing has been).
    """
    mark = ReadMark.objects.filter(submission=OuterRef("pk"), user=reader, side=Side.REGION)
    reports = (
        Submission.objects.filter(region=region_code, reporting_round__opens_at__lte=at)
        .select_related("region", "reporting_round")
        .annotate(
            read_message=Subquery(mark.values("last_message")[:1]),
            read_event=Subquery(mark.values("last_event")[:1]),
        )
    )
    still_open = [report for report in reports if report.is_open(at=at)]
    over = [report for report in reports if not report.is_open(at=at)]
    return [
        *sorted(still_open, key=lambda report: report.closes_at),
        *sorted(over, key=lambda report: report.reporting_round.closes_at, reverse=True),
    ]


def report_to_fill_in(memberships: Sequence[Membership], *, at: datetime) -> Submission | None:
    """The report of a person's first region in the round that regions should see; None without either."""
    reporting_round = current_round(at=at) if memberships else None
    if reporting_round is None:
        return None
    reports = Submission.objects.select_related("region", "reporting_round")
    return reports.filter(reporting_round=reporting_round, region=memberships[0].region_id).first()


def plans_of(region_code: str, years: Iterable[int]) -> dict[int, Baseline]:
    """Year -> the region's planned AT posts in the 2021 agreement, for the years that have a plan."""
    plans = Baseline.objects.filter(region_id=region_code, year__in=list(years), post_type=PostType.AT)
    return {plan.year: plan for plan in plans}


def draft_values(submission: Submission) -> dict[str, DraftValue]:
    """Field -> what stands there in the draft, with its version and who put it there."""
    values = DraftValue.objects.filter(submission=submission).select_related("updated_by")
    return {value.field: value for value in values}


def draft_texts(submission: Submission) -> dict[str, str]:
    """Field -> text as it stands in the draft."""
    return dict(DraftValue.objects.filter(submission=submission).values_list("field", "text"))


def events_with_posts(submission: Submission) -> list[ReviewEvent]:
    """What happened to a report, newest first; `at_posts` lists the AT posts of its version, with `year`."""
    posts = Figure.objects.filter(revision=OuterRef("revision"), post_type=PostType.AT)
    as_pairs = posts.order_by("year").values(pair=JSONObject(year="year", posts="posts"))
    events = ReviewEvent.objects.filter(submission=submission).select_related("revision")
    return list(events.annotate(at_posts=ArraySubquery(as_pairs)))


def draft_last_saved(submission: Submission) -> DraftValue | None:
    """The draft value that was saved last, with who saved it."""
    values = DraftValue.objects.filter(submission=submission).select_related("updated_by")
    return values.order_by("-updated_at").first()


def latest_revision(submission: Submission) -> Revision | None:
    """The version that counts: the one submitted last."""
    return Revision.objects.filter(submission=submission).order_by("-number").first()


def figures_of_version(submission: Submission, *, number: int) -> list[Figure]:
    """The figures of one version; none where there is no such version. No query before the first."""
    if not number:
        return []
    return list(Figure.objects.filter(revision__submission=submission, revision__number=number))


def revisions_with_figures(submission: Submission) -> list[Revision]:
    """All versions, newest first, each with its figures, indicators and findings."""
    figures = Prefetch("figures", queryset=Figure.objects.order_by("post_type", "year"))
    revisions = submission.revisions.prefetch_related(figures, "indicators", "findings")
    return list(revisions.order_by("-number"))


def revisions_to_read(submission: Submission) -> QuerySet[Revision]:
    """The versions with all that they say, and their receipts: three queries, however many versions."""
    revisions = Revision.objects.filter(submission=submission)
    return revisions.select_related("receipt__log_entry").prefetch_related("figures", "indicators")


def revision_to_read(submission: Submission, *, number: int) -> Revision | None:
    """One version with all that it says; None where there is none of that number."""
    return revisions_to_read(submission).filter(number=number).first()


def last_log_check() -> LogCheck | None:
    """What the newest check of the log found; None before the first."""
    return LogCheck.objects.order_by("-at", "-pk").first()


def log_head() -> LogEntry | None:
    """The newest entry of the log; None before the first."""
    return LogEntry.objects.order_by("-sequence").first()


def events_of(submission: Submission) -> QuerySet[ReviewEvent]:
    """What happened to a report, newest first."""
    return ReviewEvent.objects.filter(submission=submission).select_related("revision", "by")


def open_question(submission: Submission) -> ReviewEvent | None:
    """What the agency asks of a region whose report is back with it; None where nothing is asked."""
    if submission.state != State.RETURNED:
        return None
    return events_of(submission).filter(kind=EventKind.RETURNED).first()


def colleagues_in(region_code: str) -> list[Membership]:
    """Who serves a region: ombud, representants, uppgiftssamordnare, in that order."""
    people = Membership.objects.filter(region_id=region_code, user__is_active=True).select_related("user")
    order = list(Role.values)
    return sorted(people, key=lambda member: (order.index(member.role), member.user.name))


def signatories_of(region_code: str) -> QuerySet[User]:
    """Ombud and representants of a region: those whom decisions about its report concern."""
    return User.objects.filter(
        is_active=True,
        memberships__region_id=region_code,
        memberships__role__in=[Role.OMBUD, Role.REPRESENTANT],
    ).distinct()


def members_of(region_code: str) -> QuerySet[User]:
    """Everyone who serves a region."""
    return User.objects.filter(is_active=True, memberships__region_id=region_code).distinct()


def roles_open_to(user: User, region_code: str) -> frozenset[Role]:
    """The roles in a region that `user` may invite to, change and end.

    Source: Socialstyrelsen, Behörigheter: the ombud for all, a representant for uppgiftssamordnare.
    To be ombud is only proposed here; the agency approves.
    """
    if not user.is_active:
        return frozenset()
    if user.is_staff and user.has_perm("reporting.add_invitation"):
        return frozenset(Role)
    role = Membership.objects.filter(user=user, region_id=region_code).values_list("role", flat=True).first()
    if role == Role.OMBUD:
        return frozenset(Role)
    return frozenset({Role.SAMORDNARE}) if role == Role.REPRESENTANT else frozenset()


def pending_invitations(region_code: str) -> QuerySet[Invitation]:
    """Invitations to a region that nobody has accepted, withdrawn or swept up as too old."""
    return Invitation.objects.filter(region_id=region_code, state=InvitationState.PENDING)


def invitations_shown_in(region_code: str, *, since: datetime) -> list[Invitation]:
    """A region's invitations that nobody has accepted; withdrawn ones only if that was after `since`."""
    open_ones = Q(state__in=[InvitationState.PENDING, InvitationState.EXPIRED])
    withdrawn = Q(state=InvitationState.WITHDRAWN, closed_at__gte=since)
    shown = Invitation.objects.filter(open_ones | withdrawn, region_id=region_code)
    return list(shown.select_related("invited_by")[:100])


def invitation_of_link(invitation_id: int) -> Invitation | None:
    """The invitation that a link names, whatever has become of it."""
    return Invitation.objects.select_related("region", "invited_by").filter(pk=invitation_id).first()


def has_account(email: str) -> bool:
    """Whether an address has an account; only for whoever has shown that the address is theirs."""
    return User.objects.filter(email=email.lower()).exists()


def waiting_ombuds() -> QuerySet[OmbudApplication]:
    """Those who have accepted to be a region's ombud and wait for the agency, the longest first."""
    return (
        OmbudApplication.objects.filter(state=ApplicationState.WAITING)
        .select_related("region", "person", "invitation__invited_by")
        .order_by("applied_at")
    )


def ombud_of(region_code: str) -> User | None:
    """The region's ombud, if it has one that may sign in."""
    return User.objects.filter(
        is_active=True, memberships__region_id=region_code, memberships__role=Role.OMBUD
    ).first()


def awaited(*, at: datetime) -> QuerySet[Submission]:
    """Reports that regions can still submit in time at the moment `at` and never have, round by round."""
    submissions = Submission.objects.select_related("region", "reporting_round").filter(
        Q(reporting_round__closes_at__gt=at) | Q(extended_until__gt=at),
        reporting_round__opens_at__lte=at,
        state__in=[State.NOT_STARTED, State.DRAFT],
    )
    return submissions.order_by("reporting_round__closes_at", "reporting_round", "region")


def answers_awaited(*, until: date) -> QuerySet[Submission]:
    """Reports that are back with their region and whose answer is due on `until` at the latest."""
    submissions = Submission.objects.select_related("region", "reporting_round")
    due = submissions.filter(state=State.RETURNED, answer_by__lte=until)
    return due.order_by("answer_by", "reporting_round", "region")


def extensions_of(submission: Submission) -> QuerySet[Extension]:
    """The extensions that a region has got in a round, newest first."""
    return Extension.objects.filter(submission=submission)


def not_submitted(reporting_round: ReportingRound) -> QuerySet[Submission]:
    """Reports that the agency still waits for: never submitted."""
    return Submission.objects.select_related("region").filter(
        reporting_round=reporting_round, state__in=[State.NOT_STARTED, State.DRAFT]
    )


def open_rounds(*, at: datetime) -> QuerySet[ReportingRound]:
    """Rounds in which regions may report at the moment `at`."""
    return ReportingRound.objects.filter(opens_at__lte=at, closes_at__gt=at)


def status_report_recipients() -> list[User]:
    """Agency staff whose role includes the status report."""
    return list(_staff_with("receive_status_report").all())


def reviewers() -> list[User]:
    """Agency staff whose role includes reviewing reports."""
    return list(_staff_with("review_submission").all())


def assignments_of(submission: Submission) -> list[dict[str, Any]]:
    """Who has had a report, newest first: officer_name (None for nobody), by_name, at. One query."""
    history = apps.get_model("reporting", "AssignmentEvent").objects.filter(submission=submission)
    rows = history.annotate(officer_name=F("officer__name")).order_by("-pgh_id")
    return list(rows.values("officer_name", "by_name", "at"))


@cache  # of the question, which takes as long to put together as to ask; `all` asks anew
def _staff_with(codename: str) -> QuerySet[User]:
    permission = Permission.objects.filter(content_type__app_label="reporting", codename=codename)
    has_it = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission)
    return User.objects.filter(has_it, is_staff=True, is_active=True).distinct().order_by("email")


def shows_synthetic_data(reporting_round: ReportingRound | None) -> bool:
    """Whether figures of the round are synthetic, which every page that shows them says."""
    if reporting_round is not None:
        return reporting_round.is_demo
    return Baseline.objects.filter(standing=Standing.SYNTHETIC).exists()


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """What came of a soft rule's findings: one for each report and figure.

    Attributes:
        raised: found in a draft, shown or in shadow.
        kept: still there in the newest submitted version; where the rule warned, with a comment.
        corrected: no longer there in the newest submitted version.
    """

    raised: int = 0
    kept: int = 0
    corrected: int = 0

    @property
    def undecided(self) -> int:
        """In drafts that have not been submitted yet."""
        return self.raised - self.kept - self.corrected


def rule_counts() -> dict[str, RuleCounts]:
    """Soft rule -> how often it found something, and what came of it."""
    kept = RevisionFinding.objects.filter(
        revision__submission=OuterRef("submission"),
        revision__number=OuterRef("submission__revision_count"),
        field=OuterRef("field"),
        code=OuterRef("code"),
    )
    rows = (
        RaisedFinding.objects.annotate(is_kept=Exists(kept))
        .values("code")
        .annotate(
            raised=Count("pk"),
            kept=Count("pk", filter=Q(is_kept=True)),
            corrected=Count("pk", filter=Q(is_kept=False, submission__revision_count__gt=0)),
        )
    )
    return {row["code"]: RuleCounts(row["raised"], row["kept"], row["corrected"]) for row in rows}
