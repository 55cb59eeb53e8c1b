"""Reading a report through, submitting it, and the version that comes of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reporting import selectors
from reporting.accounts.recency import fresh_sign_in_required
from reporting.attestation import attestation_text, read_through_sha256
from reporting.checking import checks_of
from reporting.checks import warnings_of
from reporting.content import content_of, content_of_texts, differences
from reporting.errors import DomainError, NotAllowed, ReportIncomplete
from reporting.fields import CONTACT_FIELDS
from reporting.indicators import answers_of
from reporting.models import Language, Membership, Submission
from reporting.outcomes import outcomes_of
from reporting.reading import comments_of, groups_of, posts_in, rows_of
from reporting.services.submissions import submit_report
from reporting.views.access import editable_report, page_context, user_of


@fresh_sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Read everything through, attest it, submit it."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            revision = submit_report(
                submission_id=submission.pk,
                by=user_of(request),
                at=at,
                attested_in=request.POST.get("language") if "attested" in request.POST else None,
                seen_sha256=request.POST.get("seen", ""),
            )
        except ReportIncomplete:
            return redirect(f"{submission.get_absolute_url()}?check")
        except DomainError as error:
            failure = error
            submission, membership = editable_report(request, slug, code)  # as it stands now
        else:
            messages.success(
                request,
                _("Version %(number)d is submitted. The receipt is below.") % {"number": revision.number},
            )
            return redirect("reporting:version", slug, code, revision.number)
    read = _read_through(request, submission, membership)
    if read["blocking"] and failure is None:
        return redirect(f"{submission.get_absolute_url()}?check")
    context = page_context(submission, membership, at=at) | read | {"failure": failure}
    status = 403 if isinstance(failure, NotAllowed) else 200
    return render(request, "reporting/submit.html", context, status=status)


def _read_through(request: HttpRequest, submission: Submission, membership: Membership) -> dict[str, Any]:
    """Everything that is read before submitting, and the sentence that is attested."""
    years = submission.reporting_round.years
    texts = selectors.draft_texts(submission)
    checks = checks_of(submission)
    found = checks.check(texts, submitting=True)
    content = content_of_texts(
        texts, years=years, warned=frozenset(finding.field for finding in warnings_of(found))
    )
    language = get_language() if get_language() in Language.values else Language.SV.value
    number = submission.revision_count + 1
    sentence = attestation_text(
        submission, name=user_of(request).name, role=membership.role, number=number, language=str(language)
    )
    previous = selectors.revision_to_read(submission, number=submission.revision_count)
    return {
        "rows": rows_of(posts_in(content, years=years), years=years, plans=checks.plans),
        "groups": groups_of(content, years=years),
        "contact": [(label, content.contact[name]) for name, label in CONTACT_FIELDS.items()],
        "warnings": warnings_of(found),
        "blocking": [finding for finding in found if finding.blocks_submission],
        "previous": previous,
        "differences": differences(content_of(previous), content, years=years) if previous else None,
        "draft_texts": texts,
        "question": selectors.open_question(submission),
        "next_number": number,
        "attestation": sentence,
        "attestation_language": language,
        "seen": read_through_sha256(texts, sentence),
    }


@require_safe
def version(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """A submitted version: the receipt, for the region and the agency alike."""
    submission = get_object_or_404(
        selectors.submissions_visible_to(user_of(request)), reporting_round__slug=slug, region_id=code
    )
    revision = get_object_or_404(selectors.revisions_to_read(submission), number=number)
    years = submission.reporting_round.years
    content = content_of(revision)
    checks = checks_of(submission)
    context = {
        "submission": submission,
        "revision": revision,
        "receipt": getattr(revision, "receipt", None),
        "region": submission.region,
        "reporting_round": submission.reporting_round,
        "rows": rows_of(posts_in(content, years=years), years=years, plans=checks.plans),
        "outcomes": outcomes_of(checks, answers_of(revision.indicators.all(), years=years)),
        "groups": groups_of(content, years=years),
        "comments": comments_of(content, years=years),
        "years": years,
        "is_latest": number == submission.revision_count,
        "events": [event for event in selectors.events_of(submission) if event.revision_id == revision.pk],
        "synthetic": submission.reporting_round.is_demo,
        "start_url": reverse("reporting:start"),
    }
    return render(request, "reporting/version.html", context)
