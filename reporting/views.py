"""The regions' pages."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from reporting import selectors
from reporting.checks import check_texts, errors_of, warnings_of
from reporting.errors import DomainError, ReportIncomplete
from reporting.forms import FiguresForm
from reporting.home import home_of
from reporting.models import Membership, Submission, User, content_sha256
from reporting.reading import posts_in_figures, posts_in_texts, rows_of
from reporting.services import submissions as services


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware has seen to it


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Send everyone to their own start: the agency to its desk, a region to its report."""
    user = _user(request)
    if user.is_staff and not selectors.memberships_of(user).exists():
        return redirect("admin:index")
    return redirect("reporting:start")


def not_found(request: HttpRequest) -> HttpResponse:
    """An address that a library offers and this product does not."""
    raise Http404


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """A region's own page: which round is open, where the report stands, what to do next."""
    at = timezone.now()
    memberships = list(selectors.memberships_of(_user(request)).order_by("region__code"))
    if not memberships:
        return render(request, "reporting/no_region.html")
    wanted = request.GET.get("region")
    membership = next((member for member in memberships if member.region_id == wanted), memberships[0])
    if wanted and membership.region_id != wanted:
        raise Http404
    reporting_round = selectors.current_round(at=at)
    submission = (
        Submission.objects.select_related("region", "reporting_round")
        .filter(reporting_round=reporting_round, region=membership.region_id)
        .first()
    )
    context: dict[str, Any] = {
        "membership": membership,
        "other_memberships": [member for member in memberships if member != membership],
        "region": membership.region,
        "colleagues": selectors.colleagues_in(membership.region_id),
        "reporting_round": reporting_round,
        "synthetic": selectors.shows_synthetic_data(reporting_round),
    }
    if submission is not None:
        context |= {
            "submission": submission,
            "home": home_of(submission, membership=membership, at=at),
            "report_url": submission.get_absolute_url(),
        }
    return render(request, "reporting/start.html", context)


def _editable(request: HttpRequest, slug: str, code: str) -> tuple[Submission, Membership]:
    submission = get_object_or_404(
        selectors.submissions_editable_by(_user(request)), reporting_round__slug=slug, region_id=code
    )
    membership = get_object_or_404(selectors.memberships_of(_user(request)), region_id=code)
    return submission, membership


def _page_context(submission: Submission, membership: Membership, *, at: datetime) -> dict[str, Any]:
    reporting_round = submission.reporting_round
    return {
        "submission": submission,
        "membership": membership,
        "region": submission.region,
        "reporting_round": reporting_round,
        "days_left": reporting_round.days_left(at=at),
        "has_closed": reporting_round.has_closed(at=at),
        "may_change": submission.may_be_changed(at=at),
        "latest": selectors.latest_revision(submission),
        "synthetic": reporting_round.is_demo,
        "report_url": submission.get_absolute_url(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form: save a draft at any time, or save it and go on to submitting."""
    at = timezone.now()
    submission, membership = _editable(request, slug, code)
    years = submission.reporting_round.years
    plans = selectors.plans_of(code, years)
    planned = {year: plan.planned_posts for year, plan in plans.items()}
    form = FiguresForm(
        request.POST or None, initial=selectors.draft_texts(submission), years=years, plans=plans
    )
    submitting = "check" in request.GET or "review" in request.POST
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            services.save_draft(
                submission_id=submission.pk, texts=form.changed_texts(), by=_user(request), at=at
            )
        except DomainError as error:
            failure = error  # the page is shown again with everything that was typed
        else:
            if "review" not in request.POST:
                messages.success(request, _("The draft is saved."))
                return redirect(submission)
            texts = selectors.draft_texts(submission)
            found = check_texts(texts, years=years, plans=planned, submitting=True)
            if any(finding.blocks_submission for finding in found):
                return redirect(f"{submission.get_absolute_url()}?check")
            return redirect("reporting:submit", slug, code)

    found = check_texts(form.texts(), years=years, plans=planned, submitting=submitting)
    shown = FiguresForm(
        request.POST or None,
        initial=selectors.draft_texts(submission),
        years=years,
        plans=plans,
        findings=found,
    )
    context = _page_context(submission, membership, at=at) | {
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


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Read everything through, then submit it."""
    at = timezone.now()
    submission, membership = _editable(request, slug, code)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            revision = services.submit_report(
                submission_id=submission.pk,
                by=_user(request),
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
    plans = selectors.plans_of(code, submission.reporting_round.years)
    planned = {year: plan.planned_posts for year, plan in plans.items()}
    found = check_texts(texts, years=submission.reporting_round.years, plans=planned, submitting=True)
    if any(finding.blocks_submission for finding in found) and failure is None:
        return redirect(f"{submission.get_absolute_url()}?check")
    form = FiguresForm(initial=texts, years=submission.reporting_round.years, plans=plans)
    context = _page_context(submission, membership, at=at) | {
        "rows": rows_of(
            posts_in_texts(texts, years=submission.reporting_round.years),
            years=submission.reporting_round.years,
            plans=plans,
        ),
        "contact": [(form[name].label, form.text_of(name)) for name in ("contact_name", "contact_phone")],
        "warnings": warnings_of(found),
        "failure": failure,
        "next_number": submission.revision_count + 1,
        "seen": content_sha256(texts),
    }
    return render(request, "reporting/submit.html", context)


@require_safe
def version(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """A submitted version: the receipt, for the region and the agency alike."""
    submission = get_object_or_404(
        selectors.submissions_visible_to(_user(request)), reporting_round__slug=slug, region_id=code
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
