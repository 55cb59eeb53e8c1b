"""Taking lists out as Excel and CSV from the desk, and the list of who has done so."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from reporting.admin.readonly import ReadOnlyMixin, signed_in
from reporting.errors import DomainError
from reporting.models import Export, ExportFormat
from reporting.services.exports import EXPORT, export_table
from reporting.tables import Table


class ExportMixin:
    """Two actions on a list: what is chosen leaves as Excel or as CSV."""

    def table_of(self, request: HttpRequest, queryset: QuerySet[Any]) -> Table:
        """The chosen rows as a table; the class that mixes this in says how."""
        raise NotImplementedError

    def rounds_of(self, queryset: QuerySet[Any]) -> Sequence[str]:
        """Names of the rounds that the chosen rows belong to."""
        return ()

    def rules_of(self, queryset: QuerySet[Any]) -> Sequence[str]:
        """Versions of the rules that the chosen rows rest on."""
        return ()

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Backs `permissions=["export"]`: without it the actions are not even listed."""
        return signed_in(request).has_perm(EXPORT)

    @admin.action(description=gettext_lazy("Take out as Excel"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """The chosen rows as a workbook."""
        return self._taken_out(request, queryset, ExportFormat.XLSX)

    @admin.action(description=gettext_lazy("Take out as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """The chosen rows as CSV."""
        return self._taken_out(request, queryset, ExportFormat.CSV)

    def _taken_out(
        self, request: HttpRequest, queryset: QuerySet[Any], kind: ExportFormat
    ) -> HttpResponse | None:
        return hand_out(
            request,
            self.table_of(request, queryset),
            kind=kind,
            rounds=self.rounds_of(queryset),
            rules=self.rules_of(queryset),
        )


def hand_out(
    request: HttpRequest,
    table: Table,
    *,
    kind: ExportFormat,
    rounds: Sequence[str] = (),
    rules: Sequence[str] = (),
) -> HttpResponse | None:
    """The file as an answer, or None with a message that says why there is none."""
    try:
        file = export_table(
            table, kind=kind, by=signed_in(request), at=timezone.now(), rounds=rounds, rules=rules
        )
    except DomainError as error:
        messages.error(request, str(error))
        return None
    return HttpResponse(
        file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )


@admin.register(Export)
class ExportAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Who took what out, and when."""

    empty_words = gettext_lazy("Whoever takes a list out as Excel or CSV is noted here.")
    list_display = ["at", "title", "format", "row_count", "rounds", "by_name"]
    list_display_links = ["title"]
    list_filter = ["format", "title"]
    search_fields = ["title", "by_name", "rounds", "sha256"]
    show_full_result_count = False
    list_per_page = 50
    list_select_related = ["by"]
    fields = ["title", "format", "row_count", "rounds", "rules", "sha256", "by", "by_name", "at"]
