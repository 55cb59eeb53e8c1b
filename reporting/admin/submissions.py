"""The reports: the queue, the review page, and the actions that change where a report stands."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin import review
from reporting.admin.deskactions import DeskActionsMixin
from reporting.admin.dialogue import DialogueMixin, UnreadFilter
from reporting.admin.exports import ExportMixin
from reporting.admin.extensions import ExtensionsMixin
from reporting.admin.flags import OPEN_FLAGS
from reporting.admin.forms import DecisionForm, ReviewForm
from reporting.admin.queue import (
    AssignedFilter,
    ChangedFilter,
    FlagFilter,
    QueueMixin,
    RoundFilter,
    WaitsFilter,
    is_too_much,
)
from reporting.admin.queuetable import queue_table
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.messageforms import MessageForm
from reporting.models import Submission, swedish_day
from reporting.services.desk import mark_seen
from reporting.services.review import (
    approve_report,
    may_approve,
    may_return,
    may_start,
    return_report,
    start_review,
)
from reporting.tables import Table

DECISIONS = ("start", "approve", "return")


@admin.register(Submission)
class SubmissionAdmin(
    DialogueMixin, DeskActionsMixin, QueueMixin, ExportMixin, ReadOnlyMixin, ExtensionsMixin
):
    """Reports are read here, and moved on by services. What a region is typing is never shown."""

    list_display = [
        "region_name",
        "round_name",
        "state_chip",
        "posts",
        "flags",
        "officer",
    ]
    list_filter = [
        WaitsFilter,
        "state",
        FlagFilter,
        AssignedFilter,
        ChangedFilter,
        UnreadFilter,
        ("reporting_round", RoundFilter),
    ]
    list_per_page = 50
    search_fields = ["region__name", "region__short_name", "region__code"]
    ordering = ["-reporting_round__opens_at", "region"]
    show_full_result_count = False
    actions = [
        "assign_to_me",
        "assign_selected",
        "approve_selected",
        "return_selected",
        "extend_selected",
        "export_xlsx",
        "export_csv",
    ]

    def table_of(self, request: HttpRequest, queryset: QuerySet[Submission]) -> Table:
        """The chosen reports as the queue shows them."""
        reports = queryset.order_by("reporting_round", "region")
        officer = F("assignment__officer__name")
        return queue_table(list(reports.annotate(officer_name=officer, open_flags=OPEN_FLAGS)))

    def rounds_of(self, queryset: QuerySet[Submission]) -> Sequence[str]:
        """The rounds that they belong to."""
        return sorted(set(queryset.order_by().values_list("reporting_round__name", flat=True)))

    def get_urls(self) -> list[URLPattern]:
        """The addresses of decision and message, before the page that catches everything."""
        decide = self.admin_site.admin_view(self.decide_view)
        return [
            path("<path:object_id>/decide/", decide, name="reporting_submission_decide"),
            *self.dialogue_urls(),
            *self.desk_urls(),
            *super().get_urls(),
        ]

    # Who may do what; Django asks for these by the names in an action's `permissions`.

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may approve."""
        return signed_in(request).has_perm("reporting.approve_submission")

    def has_return_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may return for completion."""
        return signed_in(request).has_perm("reporting.return_submission")

    # The review page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a report beside its plan and its previous version, with the decision box."""
        submission = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, submission):
            raise PermissionDenied
        if submission is None:
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if submission.changed_at is not None:
            mark_seen(submission_ids=[submission.pk], by=signed_in(request), at=timezone.now())
        return self.review_page(request, submission, form=None)

    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Start a review, approve or return; what was typed is kept where it does not go through."""
        if request.method != "POST":
            return redirect("admin:reporting_submission_change", object_id)
        decision = request.POST.get("decision", "")
        if decision not in DECISIONS:
            raise BadRequest("There is no such decision.")
        may: dict[str, Callable[[HttpRequest], bool]] = {
            "start": self.has_start_permission,
            "approve": self.has_approve_permission,
            "return": self.has_return_permission,
        }
        submission = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, submission) or not may[decision](request):
            raise PermissionDenied
        if submission is None:
            raise Http404
        at = timezone.now()
        form = ReviewForm(request.POST, today=swedish_day(at))
        if form.is_valid():
            try:
                _decide(decision, submission, form, request)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, _done(decision, submission), messages.SUCCESS)
                return redirect(self.page_of(request, submission.pk))
        # The state may have changed meanwhile: show it as it is now.
        fresh = self.get_object(request, unquote(object_id))
        return self.review_page(request, fresh or submission, form=form)

    def review_page(
        self,
        request: HttpRequest,
        submission: Submission,
        *,
        form: ReviewForm | None,
        message_form: MessageForm | None = None,
        message_reasons: Sequence[str] = (),
    ) -> HttpResponse:
        """The review page, with the forms as they were sent where they did not go through."""
        shown = review.review_of(submission, flags=list(submission.flags.all()))
        today = swedish_day(timezone.now())
        if form is None and shown is not None:
            form = ReviewForm(today=today, initial={"revision_number": shown.revision.number})
        context = {
            **self.admin_site.each_context(request),
            **self.dialogue(request, submission, form=message_form, reasons=message_reasons),
            **self.neighbours(request, submission),
            **self.desk_context(request, submission),
            "title": _page_title(submission),
            "opts": self.opts,
            "submission": submission,
            "original": submission,
            "review": shown,
            "form": form,
            "today": today,
            "may_start": may_start(submission) and self.has_start_permission(request),
            "may_approve": may_approve(submission) and self.has_approve_permission(request),
            "may_return": may_return(submission) and self.has_return_permission(request),
            "may_extend": not submission.is_locked and self.has_extend_permission(request),
            "has_a_say": self.has_approve_permission(request) or self.has_return_permission(request),
            "has_view_permission": True,
            "synthetic": submission.reporting_round.is_demo,
        }
        return TemplateResponse(request, "admin/reporting/submission/change_form.html", context)

    # Actions on several reports: first a page that shows which versions are meant

    @admin.action(description=gettext_lazy("Approve selected reports"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Approve the versions that the officer has been shown."""
        return self._for_each(request, queryset, decision="approve")

    @admin.action(description=gettext_lazy("Return selected reports for completion"), permissions=["return"])
    def return_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """Return the versions that the officer has been shown, with one message to all."""
        return self._for_each(request, queryset, decision="return")

    def _for_each(
        self, request: HttpRequest, queryset: QuerySet[Submission], *, decision: str
    ) -> HttpResponse | None:
        if is_too_much(request, queryset):
            return None
        confirmed = "confirmed" in request.POST
        form = DecisionForm(request.POST if confirmed else None, today=swedish_day(timezone.now()))
        form.fields["message"].required = decision == "return"
        if confirmed and form.is_valid():
            for submission in queryset:
                self._decide_one(request, submission, form, decision=decision)
            return None
        may = may_return if decision == "return" else may_approve
        context = {
            **self.admin_site.each_context(request),
            "title": _("Return for completion") if decision == "return" else _("Approve reports"),
            "opts": self.opts,
            "decision": decision,
            "action": f"{decision}_selected",
            "form": form,
            "reports": [
                {"submission": submission, "flags": self.flags(submission), "may": may(submission)}
                for submission in queryset.annotate(open_flags=OPEN_FLAGS)
            ],
        }
        return TemplateResponse(request, "admin/reporting/submission/confirm.html", context)

    def _decide_one(
        self, request: HttpRequest, submission: Submission, form: DecisionForm, *, decision: str
    ) -> None:
        seen = request.POST.get(f"seen_{submission.pk}", "")
        try:
            if not re.fullmatch(r"[1-9][0-9]{0,8}", seen):
                raise DomainError(_("The region has not submitted anything yet."))
            _decide(decision, submission, form, request, revision_number=int(seen))
        except DomainError as error:
            self.message_user(request, f"{submission}: {error}", messages.ERROR)
        else:
            self.message_user(request, _done(decision, submission), messages.SUCCESS)


def _decide(
    decision: str,
    submission: Submission,
    form: DecisionForm,
    request: HttpRequest,
    *,
    revision_number: int | None = None,
) -> None:
    """Call the one service that the decision stands for."""
    by, at = signed_in(request), timezone.now()
    number_seen = revision_number or form.cleaned_data.get("revision_number") or 0
    message = form.cleaned_data["message"]
    if decision == "start":
        start_review(submission_id=submission.pk, by=by, at=at)
    elif decision == "approve":
        approve_report(
            submission_id=submission.pk, revision_number=number_seen, by=by, at=at, message=message
        )
    else:
        return_report(
            submission_id=submission.pk,
            revision_number=number_seen,
            by=by,
            at=at,
            message=message,
            answer_by=form.cleaned_data["answer_by"],
        )


def _done(decision: str, submission: Submission) -> str:
    texts = {
        "start": _("%(report)s: the region now sees that the review has started."),
        "approve": _("%(report)s: approved. The region gets a mail, and the allocation is computed again."),
        "return": _("%(report)s: returned for completion. The region gets your message by mail."),
    }
    return texts[decision] % {"report": submission}


def _page_title(submission: Submission) -> str:
    if not submission.revision_count:
        return submission.region.name
    return _("%(region)s, version %(number)d") % {
        "region": submission.region.name,
        "number": submission.revision_count,
    }
