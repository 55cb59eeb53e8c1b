"""Reading a report through, submitting it, and the version that comes of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reporting import selectors
from reporting.accounts.recency import fresh_sign_in_required
from reporting.checking import checks_of
from reporting.checks import warnings_of
from reporting.errors import DomainError, NotAllowed, ReportIncomplete
from reporting.fields import CONTACT_FIELDS
from reporting.models import content_sha256
from reporting.reading import posts_in_figures, posts_in_texts, rows_of
from reporting.services.submissions import submit_report
from reporting.views.access import editable_report, page_context, user_of


@fresh_sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Read everything through, then submit it."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            revision = submit_report(
                submission_id=submission.pk,
                by=user_of(request),
                at=at,
                seen_sha256=request.POST.get("seen"),
            )
        except ReportIncomplete:
            return redirect(f"{submission.get_absolute_url()}?check")
        except DomainError as error:
            failure = error
        else:
            messages.success(
                request,
                _("Version %(number)d is submitted. The receipt is below.") % {"number": revision.number},
            )
            return redirect("reporting:version", slug, code, revision.number)
    texts = selectors.draft_texts(submission)
    checks = checks_of(submission)
    plans = checks.plans
    found = checks.check(texts, submitting=True)
    if any(finding.blocks_submission for finding in found) and failure is None:
        return redirect(f"{submission.get_absolute_url()}?check")
    context = page_context(submission, membership, at=at) | {
        "rows": rows_of(
            posts_in_texts(texts, years=submission.reporting_round.years),
            years=submission.reporting_round.years,
            plans=plans,
        ),
        "contact": [(label, texts.get(name, "")) for name, label in CONTACT_FIELDS.items()],
        "warnings": warnings_of(found),
        "failure": failure,
        "next_number": submission.revision_count + 1,
        "seen": content_sha256(texts),
    }
    status = 403 if isinstance(failure, NotAllowed) else 200
    return render(request, "reporting/submit.html", context, status=status)


@require_safe
def version(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """A submitted version: the receipt, for the region and the agency alike."""
    submission = get_object_or_404(
        selectors.submissions_visible_to(user_of(request)), reporting_round__slug=slug, region_id=code
    )
    revision = get_object_or_404(submission.revisions, number=number)
    plans = selectors.plans_of(code, submission.reporting_round.years)
    figures = list(revision.figures.all())
    context = {
        "submission": submission,
        "revision": revision,
        "region": submission.region,
        "reporting_round": submission.reporting_round,
        "rows": rows_of(posts_in_figures(figures), years=submission.reporting_round.years, plans=plans),
        "comments": [figure for figure in figures if figure.comment],
        "years": submission.reporting_round.years,
        "is_latest": number == submission.revision_count,
        "events": [event for event in selectors.events_of(submission) if event.revision_id == revision.pk],
        "synthetic": submission.reporting_round.is_demo,
        "start_url": reverse("reporting:start"),
    }
    return render(request, "reporting/version.html", context)
