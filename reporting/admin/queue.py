"""The queue of reports: its columns, its filters, and giving reports to officers."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Exists, F, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.flags import flagged, open_flags_of
from reporting.admin.fragments import cell
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError
from reporting.flagging import LABELS
from reporting.models import STOCKHOLM, Baseline, DeskView, Figure, PostType, State, Submission
from reporting.selectors import reviewers
from reporting.services.desk import assign_report

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

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
        return queryset.filter(assignment__officer=int(value)) if value.isdecimal() else queryset


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


def with_columns(reports: QuerySet[Submission], *, reader_id: int) -> QuerySet[Submission]:
    """The reports with what the queue shows of them: everything but flags and messages in one statement.

    Subqueries on unique keys: read for the rows of the page only, and left out where rows are counted.
    """
    posts = Figure.objects.filter(
        revision__submission=OuterRef("pk"),
        revision__number=OuterRef("revision_count"),
        post_type=PostType.AT,
        year=OuterRef("reporting_round__first_year"),
    ).order_by()
    plan = Baseline.objects.filter(
        region=OuterRef("region"), post_type=PostType.AT, year=OuterRef("reporting_round__first_year")
    ).order_by()
    return reports.select_related("region", "reporting_round").annotate(
        reported_at=Subquery(posts.values("posts")[:1], output_field=IntegerField()),
        planned_at=Subquery(plan.values("planned_posts")[:1], output_field=IntegerField()),
        own_view=FilteredRelation("desk_views", condition=Q(desk_views__user=reader_id)),
        seen_at=F("own_view__seen_at"),
        officer_name=F("assignment__officer__name"),
    )


class QueueMixin(Base):
    """The list of reports as officers work with it. Its number of queries does not follow its rows."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Reports with the queue's columns."""
        return with_columns(super().get_queryset(request), reader_id=signed_in(request).pk)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with flags and unread messages of its rows."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        self.add_flags(changelist.result_list)
        self.count_unread(request, changelist.result_list)
        return changelist

    def count_unread(self, request: HttpRequest, reports: Any) -> None:
        """Tell each report how much of it the asker has not read."""
        raise NotImplementedError

    def add_flags(self, reports: list[Submission]) -> None:
        """Give each report its open flags. One query."""
        found = open_flags_of(reports)
        for report in reports:
            report.open_flags = found.get(report.pk, [])  # type: ignore[attr-defined]  # read by `flags`

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may give reports to officers."""
        return signed_in(request).has_perm("reporting.assign_report")

    # Columns

    def action_checkbox(self, obj: Submission) -> SafeString:
        """The row's box; Django's own draws a form field for each row."""
        return cell(
            "admin/queue/_checkbox.html",
            name=ACTION_CHECKBOX_NAME,
            key=obj.pk,
            label=f"{obj.region.short_name}, {obj.reporting_round.name}",
        )

    @admin.display(description=gettext_lazy("region"), ordering="region__name")
    def region_name(self, obj: Submission) -> str:
        """The region, and whether something has happened since the asker last looked."""
        return cell(
            "admin/queue/_region.html",
            name=obj.region.short_name,
            is_changed=has_changed(obj),
            unread=getattr(obj, "unread", 0),
        )

    @admin.display(description=gettext_lazy("round"), ordering="reporting_round__opens_at")
    def round_name(self, obj: Submission) -> str:
        """The round."""
        return obj.reporting_round.name

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: Submission) -> str:
        """The state, with the number of the version that counts."""
        return cell(
            "admin/queue/_state.html", state=obj.state, version=obj.revision_count, at=obj.submitted_at
        )

    @admin.display(description=gettext_lazy("AT posts"))
    def posts(self, obj: Submission) -> str:
        """AT posts for the round's first year: planned, reported, and the difference."""
        planned: int | None = getattr(obj, "planned_at", None)
        reported: int | None = getattr(obj, "reported_at", None)
        increase = None if planned is None or reported is None else reported - planned
        return cell("admin/queue/_posts.html", planned=planned, reported=reported, increase=increase)

    @admin.display(description=gettext_lazy("flags"))
    def flags(self, obj: Submission) -> str:
        """What to look at in the newest version."""
        if not obj.revision_count:
            return ""
        found = tuple((str(LABELS.get(code, code)), count) for code, count in getattr(obj, "open_flags", ()))
        return cell("admin/_flags.html", flags=found)

    @admin.display(description=gettext_lazy("assigned to"), ordering="assignment__officer__name")
    def officer(self, obj: Submission) -> str:
        """Who has the report."""
        return cell("admin/queue/_officer.html", name=getattr(obj, "officer_name", None) or "")

    # Giving reports to officers

    @admin.action(description=gettext_lazy("Assign selected reports to me"), permissions=["assign"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        """Take the reports."""
        self.assign_each(request, queryset, officer_id=signed_in(request).pk)

    @admin.action(description=gettext_lazy("Assign selected reports to …"), permissions=["assign"])
    def assign_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Ask for whom, then give the reports to that officer, or to nobody."""
        chosen = request.POST.get("officer", "")
        if "confirmed" in request.POST and (chosen == "nobody" or chosen.isdecimal()):
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


def has_changed(report: Submission) -> bool:
    """Whether something has happened to a report since the asker last saw it; `seen_at` is annotated."""
    if report.changed_at is None:
        return False
    seen_at = getattr(report, "seen_at", None)
    return seen_at is None or seen_at < report.changed_at
