"""The log of receipts: read here, checked here, changed nowhere."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from reporting import selectors
from reporting.admin.readonly import ReadOnlyMixin
from reporting.chain import flaws_of, keep_check
from reporting.models import LogEntry


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Every entry, newest first, with the outcome of the last check above them."""

    list_display = ["sequence", "subject", "kind", "at", "short_checksum"]
    search_fields = ["subject", "content_sha256", "sha256"]
    ordering = ["-sequence"]
    show_full_result_count = False
    fields = ["sequence", "kind", "subject", "at", "content_sha256", "previous_sha256", "sha256"]

    @admin.display(description=gettext_lazy("checksum of the document"))
    def short_checksum(self, obj: LogEntry) -> str:
        """Enough of the checksum to compare; the whole stands on the entry's page."""
        return f"{obj.content_sha256[:16]}…"

    def get_urls(self) -> list[URLPattern]:
        """The check's own address, before the page that catches everything."""
        check = self.admin_site.admin_view(require_POST(self.check_view))
        return [path("check/", check, name="reporting_logentry_check"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, below what the last check found."""
        check = selectors.last_log_check()
        context = {"check": check, "flaws": flaws_of(check) if check else ()}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Check the whole log now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        check = keep_check(at=timezone.now())
        if check.flaws:
            text = ngettext(
                "The log has %(count)d flaw. It is listed below.",
                "The log has %(count)d flaws. They are listed below.",
                len(check.flaws),
            )
            self.message_user(request, text % {"count": len(check.flaws)}, messages.ERROR)
        else:
            self.message_user(request, _("The log is whole, and so is every receipt."), messages.SUCCESS)
        return redirect("admin:reporting_logentry_changelist")
