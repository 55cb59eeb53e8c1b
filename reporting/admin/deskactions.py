"""What an officer does beside deciding: takes a report, puts a flag aside, approves what has no flags."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.admin.flags import OPEN_FLAGS
from reporting.admin.queue import MOST_AT_ONCE
from reporting.admin.readonly import is_key, signed_in
from reporting.errors import DomainError
from reporting.models import State, Submission
from reporting.selectors import assignments_of, reviewers
from reporting.services.desk import approve_unflagged, assign_report
from reporting.services.flags import dismiss_flag

if TYPE_CHECKING:
    from reporting.admin.queue import QueueMixin as Base
else:
    Base = object

FILTERS = "_changelist_filters"


class DeskActionsMixin(Base):
    """The addresses beside the decision, and the way to the next report of the queue."""

    def desk_urls(self) -> list[URLPattern]:
        """Where the forms are sent to."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "approve-unflagged/",
                wrap(self.unflagged_view),
                name="reporting_submission_approve_unflagged",
            ),
            path("<path:object_id>/assign/", wrap(self.assign_view), name="reporting_submission_assign"),
            path(
                "<path:object_id>/flags/<int:flag_id>/dismiss/",
                wrap(self.dismiss_view),
                name="reporting_submission_dismiss",
            ),
        ]

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may put flags aside."""
        return signed_in(request).has_perm("reporting.dismiss_flag")

    def has_unflagged_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may approve everything without flags at once."""
        needed = ("reporting.approve_unflagged", "reporting.approve_submission")
        return signed_in(request).has_perms(needed)

    def page_of(self, request: HttpRequest, key: int | str) -> str:
        """The address of a report's page within the queue that the asker came from."""
        address = reverse("admin:reporting_submission_change", args=[key])
        filters = request.GET.get(FILTERS, "")
        return f"{address}?{urlencode({FILTERS: filters})}" if filters else address

    def assign_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the report to an officer, or to nobody."""
        if request.method != "POST":
            return redirect("admin:reporting_submission_change", object_id)
        submission = self._report(request, object_id, may=self.has_assign_permission(request))
        chosen = request.POST.get("officer", "")
        if chosen == "nobody" or is_key(chosen):
            officer_id = None if chosen == "nobody" else int(chosen)
            try:
                assign_report(
                    submission_id=submission.pk,
                    officer_id=officer_id,
                    by=signed_in(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, _("The assignment is saved."), messages.SUCCESS)
        return redirect(self.page_of(request, submission.pk))

    def dismiss_view(self, request: HttpRequest, object_id: str, flag_id: int) -> HttpResponse:
        """Put a flag aside."""
        if request.method != "POST":
            return redirect("admin:reporting_submission_change", object_id)
        submission = self._report(request, object_id, may=self.has_dismiss_permission(request))
        if not submission.flags.filter(pk=flag_id).exists():
            raise Http404
        try:
            dismiss_flag(
                flag_id=flag_id,
                reason=request.POST.get("reason", ""),
                by=signed_in(request),
                at=timezone.now(),
            )
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("The flag is put aside, with your reason."), messages.SUCCESS)
        return redirect(f"{self.page_of(request, submission.pk)}#flags")

    def unflagged_view(self, request: HttpRequest) -> HttpResponse:
        """First which reports of the queue are approved and which not, and why; then approve them."""
        if not self.has_unflagged_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._approve_seen(request)
        queue = self.queue_of(request, request.GET.urlencode()).annotate(open_flags=OPEN_FLAGS)
        waiting = list(queue[: MOST_AT_ONCE + 1])
        clean: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for report in waiting[:MOST_AT_ONCE]:
            in_line = report.state in (State.SUBMITTED, State.IN_REVIEW)
            (clean if in_line and not report.open_flags else others).append(
                {"report": report, "in_line": in_line, "flags": self.flags(report)}
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Approve all without flags"),
            "opts": self.opts,
            "clean": clean,
            "others": others,
            "is_cut": len(waiting) > MOST_AT_ONCE,
            "most": MOST_AT_ONCE,
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/reporting/submission/unflagged.html", context)

    def _approve_seen(self, request: HttpRequest) -> HttpResponse:
        seen = {
            int(name.removeprefix("seen_")): int(str(value))
            for name, value in request.POST.items()
            if re.fullmatch(r"seen_[1-9][0-9]{0,8}", name) and re.fullmatch(r"[1-9][0-9]{0,8}", str(value))
        }
        known = Submission.objects.select_related("region", "reporting_round").in_bulk(
            list(seen)[:MOST_AT_ONCE]
        )
        chosen = {pk: number for pk, number in seen.items() if pk in known}
        approved, refused = approve_unflagged(seen=chosen, by=signed_in(request), at=timezone.now())
        if approved:
            text = ngettext(
                "%(count)d report is approved. Its region gets a mail.",
                "%(count)d reports are approved. Their regions get a mail each.",
                len(approved),
            )
            self.message_user(request, text % {"count": len(approved)}, messages.SUCCESS)
        for pk, reason in refused:
            self.message_user(request, f"{known[pk]}: {reason}", messages.ERROR)
        back = reverse("admin:reporting_submission_changelist")
        return redirect(f"{back}?{request.GET.urlencode()}" if request.GET else back)

    def queue_of(self, request: HttpRequest, filters: str) -> Any:
        """The reports of the queue under its filters, in its order; none where the filters mean nothing."""
        asked = request.GET
        if "\x00" in unquote_plus(filters):
            return self.get_queryset(request).none()  # the database cannot be asked about it
        try:
            request.GET = QueryDict(filters)
            changelist = admin.ModelAdmin.get_changelist_instance(self, request)
        except (IncorrectLookupParameters, PermissionDenied):
            return self.get_queryset(request).none()
        finally:
            request.GET = asked
        return changelist.queryset

    def neighbours(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        """The reports before and after this one in the queue that the asker came from, and its place."""
        filters = request.GET.get(FILTERS, "")
        if filters:
            queue = self.queue_of(request, filters)
        else:
            filters = f"reporting_round__id__exact={submission.reporting_round_id}"
            queue = Submission.objects.filter(reporting_round=submission.reporting_round_id)
            queue = queue.order_by("region")
        keys = list(queue.values_list("pk", flat=True))
        place = keys.index(submission.pk) if submission.pk in keys else None
        before = keys[place - 1] if place else None
        after = keys[place + 1] if place is not None and place + 1 < len(keys) else None
        if place is None and keys:
            after = keys[0]  # a decision took it out of the queue: the next is the first that is left
        return {
            "previous_url": self.page_of(request, before) if before else "",
            "next_url": self.page_of(request, after) if after else "",
            "place": None if place is None else place + 1,
            "queue_count": len(keys),
            "queue_url": f"{reverse('admin:reporting_submission_changelist')}?{filters}",
            "preserved": urlencode({FILTERS: request.GET[FILTERS]}) if request.GET.get(FILTERS) else "",
        }

    def desk_context(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        """What the review page shows of assignment, and whether flags may be put aside."""
        assignment = getattr(submission, "assignment", None)
        return {
            "may_dismiss": self.has_dismiss_permission(request),
            "may_assign": self.has_assign_permission(request),
            "assignment": assignment if assignment and assignment.officer_id else None,
            "assignments": assignments_of(submission),
            "colleagues": [
                person
                for person in (reviewers() if self.has_assign_permission(request) else [])
                if person.pk != request.user.pk
            ],
        }

    def _report(self, request: HttpRequest, object_id: str, *, may: bool) -> Submission:
        submission: Submission | None = self.get_object(request, unquote(object_id))
        if not may or not self.has_view_permission(request, submission):
            raise PermissionDenied
        if submission is None:
            raise Http404
        return submission
