"""The agency's side of the thread with a region, on the review page and in the queue."""

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting import threads
from reporting.admin.queue import QueueRow
from reporting.admin.readonly import signed_in
from reporting.errors import DomainError
from reporting.messageforms import MessageForm
from reporting.models import Side, Submission
from reporting.services.messages import AttachmentsRefused, mark_read, post_message

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object


class UnreadFilter(admin.SimpleListFilter):
    """Reports whose region has written something that the asker has not read."""

    title = gettext_lazy("messages")
    parameter_name = "unread"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One choice: unread."""
        return [("1", gettext_lazy("Unread"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Reports with unread messages."""
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=threads.unread_for_agency(signed_in(request)))


class DialogueMixin(Base):
    """Shows the thread on the review page, and lets those who review write in it."""

    def dialogue_urls(self) -> list[URLPattern]:
        """Where a message is sent to."""
        write = self.admin_site.admin_view(self.message_view)
        return [path("<path:object_id>/message/", write, name="reporting_submission_message")]

    def count_unread(self, request: HttpRequest, rows: Iterable[QueueRow]) -> None:
        """Tell each row of the list how much of its report the asker has not read. One query in all."""
        unread = threads.unread_for_agency(signed_in(request))
        request.unread_at_agency = unread.total()  # type: ignore[attr-defined]  # the header asks for it
        for row in rows:
            row.unread = unread[row.pk]

    def dialogue(
        self,
        request: HttpRequest,
        submission: Submission,
        *,
        form: MessageForm | None = None,
        reasons: Sequence[str] = (),
    ) -> dict[str, Any]:
        """What the page needs for the thread; a page that is read marks what it shows as read."""
        thread = threads.thread_of(submission, reader_id=signed_in(request).pk, side=Side.AGENCY)
        if request.method == "GET" and thread.new_count:
            mark_read(
                submission_id=submission.pk,
                side=Side.AGENCY,
                by=signed_in(request),
                last_message=thread.last_message,
                last_event=thread.last_event,
                at=timezone.now(),
            )
        return {
            "thread": thread,
            "may_write": self.has_start_permission(request),
            "message_form": form or MessageForm(initial={"form_key": uuid.uuid4()}),
            "message_reasons": reasons,
            "had_files": bool(request.FILES),
            "file_limit": settings.ATTACHMENTS_PER_MESSAGE,
            "file_megabytes": settings.ATTACHMENT_MAX_BYTES // 1_000_000,
        }

    def message_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write to the region; what was typed is kept where it does not go through."""
        if request.method != "POST":
            return redirect("admin:reporting_submission_change", object_id)
        submission = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, submission) or not self.has_start_permission(request):
            raise PermissionDenied
        if submission is None:
            raise Http404
        form = MessageForm(request.POST, request.FILES)
        reasons: list[str] = []
        if form.is_valid():
            try:
                message = post_message(
                    submission_id=submission.pk,
                    side=Side.AGENCY,
                    body=form.cleaned_data["body"],
                    uploads=form.cleaned_data["attachments"],
                    form_key=form.cleaned_data["form_key"],
                    by=signed_in(request),
                    at=timezone.now(),
                )
            except DomainError as error:
                reasons = list(error.reasons) if isinstance(error, AttachmentsRefused) else [str(error)]
            else:
                self.message_user(request, _("The message is sent to the region."), messages.SUCCESS)
                page = reverse("admin:reporting_submission_change", args=[submission.pk])
                return redirect(f"{page}#m-{message.pk}")
        return self.review_page(request, submission, form=None, message_form=form, message_reasons=reasons)

    def review_page(
        self,
        request: HttpRequest,
        submission: Submission,
        *,
        form: Any,
        message_form: MessageForm | None = None,
        message_reasons: Sequence[str] = (),
    ) -> HttpResponse:
        """The page on which the thread stands."""
        raise NotImplementedError

    def has_start_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may begin a review, and write to the region."""
        return signed_in(request).has_perm("reporting.review_submission")
