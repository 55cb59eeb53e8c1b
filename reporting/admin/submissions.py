"""The reports: the queue, the review page, and the actions that change where a report stands."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin import review
from reporting.admin.dialogue import DialogueMixin, UnreadFilter
from reporting.admin.extensions import ExtensionsMixin
from reporting.admin.flags import flagged, flags_of
from reporting.admin.forms import DecisionForm, ReviewForm
from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.flags import FLAGS
from reporting.messageforms import MessageForm
from reporting.models import Baseline, Figure, PostType, Revision, Submission
from reporting.services.review import (
    approve_report,
    may_approve,
    may_return,
    may_start,
    return_report,
    start_review,
)
from reporting.templatetags.platsplan import chip, missing, number, signed

DECISIONS = ("start", "approve", "return")


class FlagFilter(admin.SimpleListFilter):
    """What to look at."""

    title = gettext_lazy("flags")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Each flag, and submitted without any."""
        return [*FLAGS.items(), ("none", gettext_lazy("Submitted without flags"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Reports with the chosen flag."""
        return flagged(queryset, self.value() or "")


@admin.register(Submission)
class SubmissionAdmin(DialogueMixin, ReadOnlyMixin, ExtensionsMixin):
    """Reports are read here, and moved on by services. What a region is typing is never shown."""

    list_display = [
        "region_name",
        "round_name",
        "state_chip",
        "version",
        "planned",
        "reported",
        "increase",
        "flags",
        "messages_chip",
        "submitted",
    ]
    list_filter = ["state", "reporting_round", FlagFilter, UnreadFilter]
    list_select_related = ["region", "reporting_round"]
    search_fields = ["region__name", "region__short_name", "region__code"]
    ordering = ["-reporting_round__opens_at", "region"]
    show_full_result_count = False
    actions = ["approve_selected", "return_selected", "extend_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With region and round; the list adds what it shows of the figures."""
        return super().get_queryset(request).select_related("region", "reporting_round")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list with newest figures, plans and unread messages: four queries, however many reports."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = _with_figures(changelist.result_list)
        self.count_unread(request, changelist.result_list)
        return changelist

    def get_urls(self) -> list[URLPattern]:
        """The addresses of decision and message, before the page that catches everything."""
        decide = self.admin_site.admin_view(self.decide_view)
        return [
            path("<path:object_id>/decide/", decide, name="reporting_submission_decide"),
            *self.dialogue_urls(),
            *super().get_urls(),
        ]

    # Who may do what; Django asks for these by the names in an action's `permissions`.

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may approve."""
        return signed_in(request).has_perm("reporting.approve_submission")

    def has_return_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may return for completion."""
        return signed_in(request).has_perm("reporting.return_submission")

    # The list's columns

    @admin.display(description=gettext_lazy("region"), ordering="region__name")
    def region_name(self, obj: Submission) -> str:
        """The region."""
        return obj.region.short_name

    @admin.display(description=gettext_lazy("round"), ordering="reporting_round__opens_at")
    def round_name(self, obj: Submission) -> str:
        """The round."""
        return obj.reporting_round.name

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, obj: Submission) -> str:
        """The state."""
        return chip(obj.state)

    @admin.display(description=gettext_lazy("version"), ordering="revision_count")
    def version(self, obj: Submission) -> str:
        """The number of the version that counts."""
        return str(missing(obj.revision_count or None))

    @admin.display(description=gettext_lazy("AT plan"))
    def planned(self, obj: Submission) -> str:
        """AT posts in the plan for the round's first year."""
        return number(_plans(obj).get(obj.reporting_round.first_year))

    @admin.display(description=gettext_lazy("AT reported"))
    def reported(self, obj: Submission) -> str:
        """AT posts in the newest version for the round's first year."""
        return number(_reported(obj))

    @admin.display(description=gettext_lazy("increase"))
    def increase(self, obj: Submission) -> str:
        """Reported minus planned, for the round's first year."""
        planned, reported = _plans(obj).get(obj.reporting_round.first_year), _reported(obj)
        return signed(None if planned is None or reported is None else reported - planned)

    @admin.display(description=gettext_lazy("flags"))
    def flags(self, obj: Submission) -> str:
        """What to look at in the newest version."""
        revision = _newest(obj)
        if revision is None:
            return ""
        found = flags_of(
            revision,
            figures=list(revision.figures.all()),
            submission=obj,
            plans=_plans(obj),
        )
        return render_to_string("admin/_flags.html", {"flags": found})

    @admin.display(description=gettext_lazy("last submitted"), ordering="submitted_at")
    def submitted(self, obj: Submission) -> str:
        """When the newest version came."""
        return render_to_string("admin/_moment.html", {"at": obj.submitted_at})

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
        form = ReviewForm(request.POST, today=review.today_in_sweden(at))
        if form.is_valid():
            try:
                _decide(decision, submission, form, request)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, _done(decision, submission), messages.SUCCESS)
                return redirect("admin:reporting_submission_change", submission.pk)
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
        shown = review.review_of(submission)
        today = review.today_in_sweden(timezone.now())
        if form is None and shown is not None:
            form = ReviewForm(today=today, initial={"revision_number": shown.revision.number})
        context = {
            **self.admin_site.each_context(request),
            **self.dialogue(request, submission, form=message_form, reasons=message_reasons),
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
        confirmed = "confirmed" in request.POST
        form = DecisionForm(request.POST if confirmed else None, today=review.today_in_sweden(timezone.now()))
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
                for submission in _with_figures(queryset)
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


def _with_figures(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    figures = Prefetch("figures", queryset=Figure.objects.order_by("post_type", "year"))
    newest = Revision.objects.filter(number=F("submission__revision_count")).prefetch_related(figures)
    plans = Baseline.objects.filter(post_type=PostType.AT)
    return submissions.prefetch_related(
        Prefetch("revisions", queryset=newest, to_attr="newest"),
        Prefetch("region__baselines", queryset=plans, to_attr="at_plans"),
    )


def _newest(submission: Submission) -> Revision | None:
    found: list[Revision] = submission.newest  # type: ignore[attr-defined]  # set by the prefetch
    return found[0] if found else None


def _plans(submission: Submission) -> dict[int, int]:
    plans: list[Baseline] = submission.region.at_plans  # type: ignore[attr-defined]  # set by the prefetch
    return {plan.year: plan.planned_posts for plan in plans}


def _reported(submission: Submission) -> int | None:
    revision = _newest(submission)
    first_year = submission.reporting_round.first_year
    for figure in revision.figures.all() if revision else ():
        if figure.post_type == PostType.AT and figure.year == first_year:
            return figure.posts
    return None
