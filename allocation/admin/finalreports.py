"""The final report of a grant: a draft at any time, and those that have been issued."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from allocation.admin.grantmoney import GrantMoneyMixin
from allocation.final_report import draft_pdf, draft_workbook
from allocation.models import FinalReport
from reporting.admin.documents import as_file
from reporting.errors import DomainError
from reporting.models import MediaType


class FinalReportMixin(GrantMoneyMixin):
    """Adds to a grant's money the addresses of its final reports."""

    def get_urls(self) -> list[URLPattern]:
        """The files' own addresses, before the page that catches everything."""
        view = self.admin_site.admin_view
        draft, issued = view(require_safe(self.draft_view)), view(require_safe(self.report_view))
        grant, name = "grant/<int:grant_id>", "allocation_paymentbatch"
        return [
            path(f"{grant}/report.pdf", draft, {"form": "pdf"}, name=f"{name}_draft_pdf"),
            path(f"{grant}/report.xlsx", draft, {"form": "xlsx"}, name=f"{name}_draft_workbook"),
            path(f"{grant}/report/<int:number>.<str:form>", issued, name=f"{name}_report"),
            *super().get_urls(),
        ]

    def draft_view(self, request: HttpRequest, grant_id: int, form: str) -> HttpResponse:
        """The final report as it would be issued now, as PDF or as a workbook."""
        grant = self.grant_or_404(request, grant_id)
        draw, media_type = (draft_pdf, MediaType.PDF) if form == "pdf" else (draft_workbook, MediaType.EXCEL)
        try:
            content = draw(grant, at=timezone.now())
        except DomainError as error:
            return self.grant_page(request, grant, failure=error)
        headers = {"Content-Disposition": f'attachment; filename="{grant.number_text}-utkast.{form}"'}
        return HttpResponse(content, content_type=media_type, headers=headers)

    def report_view(self, request: HttpRequest, grant_id: int, number: int, form: str) -> HttpResponse:
        """A final report as it was issued."""
        reports = FinalReport.objects.select_related("pdf", "workbook")
        grant = self.grant_or_404(request, grant_id)
        report = get_object_or_404(reports, round_grant=grant, number=number)
        documents = {"pdf": report.pdf, "xlsx": report.workbook}
        if form not in documents:
            raise Http404
        return as_file(documents[form])
