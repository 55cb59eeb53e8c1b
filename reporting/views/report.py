"""The report's form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.checking import checks_of
from reporting.checks import errors_of, warnings_of
from reporting.errors import DomainError
from reporting.forms import FiguresForm
from reporting.services.checks import note_raised
from reporting.services.drafts import save_draft
from reporting.views.access import editable_report, page_context, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form: save a draft at any time, or save it and go on to submitting."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    years = submission.reporting_round.years
    checks = checks_of(submission)
    plans = checks.plans
    form = FiguresForm(
        request.POST or None, initial=selectors.draft_texts(submission), years=years, plans=plans
    )
    submitting = "check" in request.GET or "review" in request.POST
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            save_draft(submission_id=submission.pk, texts=form.changed_texts(), by=user_of(request), at=at)
        except DomainError as error:
            failure = error  # the page is shown again with everything that was typed
        else:
            found = checks.check_with_shadows(selectors.draft_texts(submission), submitting=True)
            note_raised(submission_id=submission.pk, findings=found, at=at)
            if "review" not in request.POST:
                messages.success(request, _("The draft is saved."))
                return redirect(submission)
            if any(finding.blocks_submission for finding in found):
                return redirect(f"{submission.get_absolute_url()}?check")
            return redirect("reporting:submit", slug, code)

    found = checks.check(form.texts(), submitting=submitting)
    shown = FiguresForm(
        request.POST or None,
        initial=selectors.draft_texts(submission),
        years=years,
        plans=plans,
        findings=found,
    )
    context = page_context(submission, membership, at=at) | {
        "form": shown,
        "failure": failure,
        "blocking": [finding for finding in found if finding.blocks_submission] if submitting else [],
        "errors": errors_of(found),
        "missing_count": 0 if submitting else sum(not form.text_of(f"at_{year}").strip() for year in years),
        "question": selectors.open_question(submission),
        "warnings": warnings_of(found),
        "uncommented": [finding for finding in warnings_of(found) if not finding.comment],
        "saved": selectors.draft_last_saved(submission),
        "plans": plans,
    }
    return render(request, "reporting/report.html", context)
