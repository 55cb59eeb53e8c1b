"""The page of indicators: general medicine, the way to AT, and the outcome of past years."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from reporting import selectors
from reporting.checking import CheckedReport, checks_of
from reporting.errors import DomainError
from reporting.fields import Field, Page, field_named, fields_of
from reporting.indicator_form import Beside, IndicatorsForm
from reporting.indicators import Answer, answers_in, answers_of, inhabitants_of, ratios_of
from reporting.models import Revision
from reporting.outcomes import outcomes_of
from reporting.services.checks import note_raised
from reporting.services.drafts import save_draft
from reporting.views.access import editable_report, page_context, user_of


@require_http_methods(["GET", "HEAD", "POST"])
def indicators(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The form of indicators: save it at any time; it is submitted with the posts, as one report."""
    at = timezone.now()
    submission, membership = editable_report(request, slug, code)
    years = submission.reporting_round.years
    checks = checks_of(submission)
    stored = selectors.draft_texts(submission)
    form = IndicatorsForm(request.POST or None, initial=stored, years=years)
    failure: DomainError | None = None
    if request.method == "POST":
        try:
            save_draft(submission_id=submission.pk, texts=form.changed_texts(), by=user_of(request), at=at)
        except DomainError as error:
            failure = error  # the page is shown again with everything that was typed
        else:
            found = checks.check_with_shadows(selectors.draft_texts(submission), submitting=True)
            note_raised(submission_id=submission.pk, findings=found, at=at)
            messages.success(request, _("The draft is saved."))
            return redirect(
                "reporting:report" if "posts" in request.POST else "reporting:indicators", slug, code
            )
    texts = stored | form.texts()
    context = page_context(submission, membership, at=at)
    answers = answers_in(texts, years=years)
    counted = inhabitants_of(code)
    shown = [
        finding
        for finding in checks.check(texts, submitting=False)
        if (field := field_named(finding.field)) and field.question.page == Page.INDICATORS
    ]
    context |= {
        "form": IndicatorsForm(
            request.POST or None,
            initial=stored,
            years=years,
            findings=shown,
            beside=_beside(checks, context["latest"], answers),
        ),
        "failure": failure,
        "open_count": sum(finding.blocks_submission for finding in shown),
        "answered_count": sum(answer.is_answered for answer in answers.values()),
        "asked_count": len(answers),
        "ratios": ratios_of(answers, inhabitants=counted[0]) if counted else (),
        "population": counted,
        "outcomes": outcomes_of(checks, answers),
        "saved": selectors.draft_last_saved(submission),
    }
    return render(request, "reporting/indicators.html", context)


def _beside(
    checks: CheckedReport, latest: Revision | None, answers: Mapping[Field, Answer]
) -> dict[str, Beside]:
    """Name of a figure -> the plan of a past year, and what was said in the newest version or round."""
    beside = {}
    last = answers_of(latest.indicators.all(), years=checks.years) if latest else {}
    for field in fields_of(checks.years, page=Page.INDICATORS):
        plan = checks.past_plans.get(field.year or 0) if field.question.key == "outcome_at" else None
        value, title = (last[field].value, None) if field in last else (None, None)
        if latest is not None and value is not None:
            title = format_lazy(gettext_lazy("version {number}"), number=latest.number)
        else:
            value, title = checks.earlier.get(field.earlier_name), gettext_lazy("the previous round")
        if value is not None and answers[field].value == value:
            value = None  # the same as in the field beside it
        if plan is not None or value is not None:
            beside[field.name] = Beside(plan.planned_posts if plan else None, value, title)
    return beside
