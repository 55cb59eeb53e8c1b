"""The queue of reports: its columns, its filters, and giving reports to officers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.flags import OPEN_FLAGS, counted, flagged
from reporting.admin.readonly import is_key, signed_in
from reporting.errors import DomainError
from reporting.flagging import LABELS
from reporting.fragments import cell
from reporting.models import (
    STOCKHOLM,
    Baseline,
    DeskView,
    Figure,
    PostType,
    ReportingRound,
    State,
    Submission,
    User,
)
from reporting.selectors import reviewers
from reporting.services.desk import assign_report

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

# One page's worth; whoever has more narrows the queue first.
MOST_AT_ONCE = 200
WAITING_FOR_AGENCY = (State.SUBMITTED, State.IN_REVIEW)


class WaitsFilter(admin.SimpleListFilter):
    """Reports that somebody must act on now; what the start page counts is found by it."""

    title = gettext_lazy("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """At the agency, and at a region that should have answered."""
        return [
            ("agency", gettext_lazy("Waits for the agency")),
            ("overdue", gettext_lazy("Answer date passed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Reports that wait for the chosen side."""
        if self.value() == "agency":
            return queryset.filter(state__in=WAITING_FOR_AGENCY)
        if self.value() == "overdue":
            today = timezone.now().astimezone(STOCKHOLM).date()
            return queryset.filter(state=State.RETURNED, answer_by__lt=today)
        return queryset


class FlagFilter(admin.SimpleListFilter):
    """What to look at."""

    title = gettext_lazy("flags")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Any flag, each of them, and submitted without."""
        return [
            ("any", gettext_lazy("With flags")),
            ("none", gettext_lazy("Submitted without flags")),
            *LABELS.items(),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Reports with the chosen flag."""
        return flagged(queryset, self.value() or "")


class AssignedFilter(admin.SimpleListFilter):
    """Who has the report."""

    title = gettext_lazy("assigned to")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Me, nobody, and each colleague who reviews."""
        own = signed_in(request).pk
        colleagues = [(str(person.pk), person.name) for person in reviewers() if person.pk != own]
        return [("me", gettext_lazy("Me")), ("nobody", gettext_lazy("Nobody")), *colleagues]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Reports of the chosen officer."""
        value = self.value() or ""
        if value == "me":
            return queryset.filter(assignment__officer=signed_in(request))
        if value == "nobody":
            return queryset.filter(Q(assignment=None) | Q(assignment__officer=None))
        return queryset.filter(assignment__officer=int(value)) if is_key(value) else queryset


class ChangedFilter(admin.SimpleListFilter):
    """Reports to which something has happened since the asker last saw them."""

    title = gettext_lazy("what is new to me")
    parameter_name = "changed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice: changed."""
        return [("1", gettext_lazy("Changed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Changed reports."""
        if self.value() != "1":
            return queryset
        seen = DeskView.objects.filter(
            submission=OuterRef("pk"), user=signed_in(request), seen_at__gte=OuterRef("changed_at")
        )
        return queryset.filter(~Exists(seen), changed_at__isnull=False)


class RoundFilter(admin.RelatedFieldListFilter):
    """Reports of a round."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Every round by its name, the newest first, without the rest of its row."""
        return list(ReportingRound.objects.values_list("pk", "name"))


@dataclass(slots=True)
class QueueRow:
    """What the queue shows of a report.

    Attributes:
        seen_at: when the asker last looked at it.
        planned_posts, reported_posts: AT posts for the round's first year; None where there are none.
        open_flags: their codes, each as often as there are such flags.
        unread: how many messages of the region the asker has not read.
    """

    pk: int
    region: str
    round: str
    state: str
    revision_count: int
    submitted_at: datetime | None
    changed_at: datetime | None
    seen_at: datetime | None
    planned_posts: int | None
    reported_posts: int | None
    officer_name: str | None
    open_flags: list[str]
    unread: int = 0

    @property
    def has_changed(self) -> bool:
        """Whether something has happened to the report since the asker last saw it."""
        return self.changed_at is not None and (self.seen_at is None or self.seen_at < self.changed_at)


# Subqueries on unique keys rather than joins: they are read for the rows of the page only.
_PLANNED = Subquery(
    Baseline.objects.filter(
        region=OuterRef("region"), post_type=PostType.AT, year=OuterRef("reporting_round__first_year")
    )
    .order_by()
    .values("planned_posts")
)
_REPORTED = Subquery(
    Figure.objects.filter(
        revision__submission=OuterRef("pk"),
        revision__number=OuterRef("revision_count"),
        post_type=PostType.AT,
        year=OuterRef("reporting_round__first_year"),
    )
    .order_by()
    .values("posts")
)
_OFFICER = Subquery(
    User.objects.filter(assigned_reports__submission=OuterRef("pk")).order_by().values("name")
)


def queue_rows(reports: QuerySet[Submission], *, reader_id: int) -> list[QueueRow]:
    """A page of reports as the queue shows them, without unread messages. One query."""
    seen = DeskView.objects.filter(submission=OuterRef("pk"), user=reader_id).order_by()
    columns = reports.values_list(
        "pk",
        "region__short_name",
        "reporting_round__name",
        "state",
        "revision_count",
        "submitted_at",
        "changed_at",
        Subquery(seen.values("seen_at")),
        _PLANNED,
        _REPORTED,
        _OFFICER,
        OPEN_FLAGS,
    )
    return [QueueRow(*values) for values in columns]


def is_too_much(request: HttpRequest, chosen: QuerySet[Submission]) -> bool:
    """Whether more reports are chosen than one form holds; says so."""
    if chosen.order_by().count() <= MOST_AT_ONCE:
        return False
    text = _("Nothing was changed: choose at most %(most)d reports at once.")
    messages.error(request, text % {"most": MOST_AT_ONCE})
    return True


class QueueMixin(Base):
    """The list of reports as officers work with it. Its number of queries does not follow its rows."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Reports with what they are named by."""
        return super().get_queryset(request).select_related("region", "reporting_round")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with the columns of the rows on its page."""
        changelist = super().get_changelist_instance(request)
        rows = queue_rows(changelist.result_list, reader_id=signed_in(request).pk)
        self.count_unread(request, rows)
        changelist.result_list = rows
        return changelist

    def count_unread(self, request: HttpRequest, rows: Iterable[QueueRow]) -> None:
        """Tell each row how much of its report the asker has not read."""
        raise NotImplementedError

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may give reports to officers."""
        return signed_in(request).has_perm("reporting.assign_report")

    # Columns

    def action_checkbox(self, obj: QueueRow) -> SafeString:
        """The row's box; Django's own draws a form field for each row."""
        return cell(
            "admin/queue/_checkbox.html",
            name=ACTION_CHECKBOX_NAME,
            key=obj.pk,
            label=f"{obj.region}, {obj.round}",
        )

    @admin.display(description=gettext_lazy("region"), ordering="region__name")
    def region_name(self, obj: QueueRow) -> str:
        """The region, and whether something has happened since the asker last looked."""
        return cell(
            "admin/queue/_region.html", name=obj.region, is_changed=obj.has_changed, unread=obj.unread
        )

    @admin.display(description=gettext_lazy("round"), ordering="reporting_round__opens_at")
    def round_name(self, obj: QueueRow) -> str:
        """The round."""
        return obj.round

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: QueueRow) -> str:
        """The state, with the number of the version that counts."""
        return cell(
            "admin/queue/_state.html", state=obj.state, version=obj.revision_count, at=obj.submitted_at
        )

    @admin.display(description=gettext_lazy("AT posts"))
    def posts(self, obj: QueueRow) -> str:
        """AT posts for the round's first year: planned, reported, and the difference."""
        planned, reported = obj.planned_posts, obj.reported_posts
        increase = None if planned is None or reported is None else reported - planned
        return cell("admin/queue/_posts.html", planned=planned, reported=reported, increase=increase)

    @admin.display(description=gettext_lazy("flags"))
    def flags(self, obj: QueueRow | Submission) -> str:
        """What to look at in the newest version."""
        if not obj.revision_count:
            return ""
        found = counted(obj.open_flags)  # type: ignore[union-attr]  # annotated, where it is a report
        return cell("admin/_flags.html", flags=tuple((str(label), count) for label, count in found))

    @admin.display(description=gettext_lazy("assigned to"), ordering="assignment__officer__name")
    def officer(self, obj: QueueRow) -> str:
        """Who has the report."""
        return cell("admin/queue/_officer.html", name=obj.officer_name or "")

    # Giving reports to officers

    @admin.action(description=gettext_lazy("Assign selected reports to me"), permissions=["assign"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Take the reports."""
        if not is_too_much(request, queryset):
            self.assign_each(request, queryset, officer_id=signed_in(request).pk)

    @admin.action(description=gettext_lazy("Assign selected reports to …"), permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Ask for whom, then give the reports to that officer, or to nobody."""
        if is_too_much(request, queryset):
            return None
        chosen = request.POST.get("officer", "")
        if "confirmed" in request.POST and (chosen == "nobody" or is_key(chosen)):
            self.assign_each(request, queryset, officer_id=None if chosen == "nobody" else int(chosen))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Assign reports"),
            "opts": self.opts,
            "reports": queryset,
            "officers": reviewers(),
            "is_unanswered": "confirmed" in request.POST,
        }
        return TemplateResponse(request, "admin/reporting/submission/assign.html", context)

    def assign_each(
        self, request: HttpRequest, queryset: QuerySet[Submission], *, officer_id: int | None
    ) -> None:
        """Give each report to an officer, and say how it went."""
        by, at, count = signed_in(request), timezone.now(), 0
        for submission in queryset:
            try:
                assign_report(submission_id=submission.pk, officer_id=officer_id, by=by, at=at)
            except DomainError as error:
                self.message_user(request, f"{submission}: {error}", messages.ERROR)
            else:
                count += 1
        if count:
            text = _("Assigned: %(count)d.") if officer_id else _("Put back to nobody: %(count)d.")
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
