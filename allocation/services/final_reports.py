"""Issuing the final report on a grant."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation import decided
from allocation.errors import ReportNotDrawn
from allocation.final_report import draft_pdf, draft_workbook
from allocation.models import FinalReport
from allocation.services.payments import lock_grant
from allocation.services.rights import must_handle_payments
from reporting.issuing import issue_document
from reporting.models import LogKind, MediaType, User


@transaction.atomic
def issue_final_report(*, grant_id: int, by: User, at: datetime) -> FinalReport:
    """Issue the final report as it is now: a PDF and a workbook, kept byte for byte and logged.

    It may be issued anew, such as after a repayment; the ones before it stay.

    Raises:
        NotAllowed: `by` may not handle payments.
        ReportNotDrawn: nothing is decided, or a file could not be made.
    """
    grant = lock_grant(grant_id)
    must_handle_payments(by)
    decision = decided.decision_in_force(grant)
    if decision is None:
        raise ReportNotDrawn(_("Nothing is decided yet, so there is nothing to report."))
    number = FinalReport.objects.filter(round_grant=grant).count() + 1
    label = f"{grant.number_text}-S{number}"
    contents = {
        MediaType.PDF: (label, draft_pdf(grant, at=at, label=label)),
        MediaType.EXCEL: (f"{label}-excel", draft_workbook(grant, at=at, label=label)),
    }
    documents = {
        media_type: issue_document(
            kind=LogKind.FINAL_REPORT,
            number=name,
            title=grant.title,
            content=content,
            media_type=media_type,
            reporting_round=grant.reporting_round,
            at=at,
        )
        for media_type, (name, content) in contents.items()
    }
    return FinalReport.objects.create(
        round_grant=grant,
        number=number,
        decision=decision,
        pdf=documents[MediaType.PDF],
        workbook=documents[MediaType.EXCEL],
        issued_by_name=by.name,
        issued_at=at,
    )
