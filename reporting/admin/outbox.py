"""Every mail the system has written: to whom, what, and whether it has left."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.admin.readonly import ReadOnlyMixin
from reporting.models import Mail

# state -> what it means in the table
STATES: dict[str, Q] = {
    "sent": Q(sent_at__isnull=False, last_error=""),
    "copy_refused": Q(sent_at__isnull=False) & ~Q(last_error=""),
    "waiting": Q(sent_at=None, last_error=""),
    "failed": Q(sent_at=None) & ~Q(last_error=""),
}
LABELS: dict[str, str | Promise] = {
    "sent": _("Sent"),
    "copy_refused": _("Sent, copy refused"),
    "waiting": _("Waiting"),
    "failed": _("Failed"),
}
CHIPS = {"sent": "ok", "copy_refused": "warning", "waiting": "submitted", "failed": "error"}


def state_of(mail: Mail) -> str:
    """Sent, sent without its copy, waiting for its first attempt, or failed so far (it is tried again)."""
    if mail.sent_at is not None:
        return "copy_refused" if mail.last_error else "sent"
    return "failed" if mail.last_error else "waiting"


class MailStateFilter(admin.SimpleListFilter):
    """Sent, sent without its copy, waiting, failed."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The four states."""
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mail]) -> QuerySet[Mail]:
        """Mails in the chosen state."""
        condition = STATES.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


@admin.register(Mail)
class MailAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The outbox. A secret link never stands in it, so showing the text is safe."""

    list_display = ["created_at", "kind", "recipient", "subject", "state_chip", "sent_at"]
    list_display_links = ["subject"]
    list_filter = [MailStateFilter, "kind", "reporting_round"]
    search_fields = ["recipient", "subject"]
    show_full_result_count = False
    list_per_page = 50
    fields = [
        "kind",
        "recipient",
        "copy_to",
        "declinable",
        "subject",
        "state_chip",
        "created_at",
        "sent_at",
        "copied_at",
        "attempts",
        "last_attempt_at",
        "last_error",
        "occasion",
        "letter",
    ]
    readonly_fields = ["state_chip", "letter"]

    @admin.display(description=_("state"))
    def state_chip(self, obj: Mail) -> str:
        """The state as a chip, with the error where there is one."""
        state = state_of(obj)
        return render_to_string(
            "admin/_mail_state.html", {"state": CHIPS[state], "label": LABELS[state], "error": obj.last_error}
        )

    @admin.display(description=_("text"))
    def letter(self, obj: Mail) -> str:
        """The plain text, line by line."""
        return render_to_string("admin/_letter.html", {"text": obj.text})
