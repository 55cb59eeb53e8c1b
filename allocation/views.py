"""Pages about awards for the region itself and the agency, before anything is published."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from allocation import decided, selectors
from allocation.bundles import curve_of
from allocation.curve import curve
from allocation.engine import parse_rules
from allocation.explanation import explain
from allocation.models import AllocationRun, Letter
from allocation.preview import previews_of
from allocation.submitted import previews_of_submitted
from reporting.models import PostType, Submission, User
from reporting.selectors import figures_of_version, submissions_editable_by, submissions_visible_to


@require_safe
def grant(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Why a region gets what it gets, by the run that holds now."""
    submission = get_object_or_404(
        submissions_visible_to(cast("User", request.user)), reporting_round__slug=slug, region_id=code
    )
    runs = selectors.current_runs(submission.reporting_round)
    decisions = decided.decisions_in_force(submission.reporting_round)
    letters = decided.letters_to(submission.region_id, submission.reporting_round)
    figures = figures_of_version(submission, number=submission.revision_count)
    at_posts = {figure.year: figure.posts or 0 for figure in figures if figure.post_type == PostType.AT}
    previews = previews_of_submitted(submission, at_posts, letters)
    context: dict[str, Any] = {
        "submission": submission,
        "region": submission.region,
        "reporting_round": submission.reporting_round,
        "synthetic": submission.reporting_round.is_demo,
        "report_url": submission.get_absolute_url(),
        "grants": [
            _explained(run, submission)
            | {
                "decision": decisions.get(run.round_grant_id),
                "preview": next(
                    (found for found in previews if found.rules_name == run.round_grant.rules_name), None
                ),
            }
            for run in runs
        ],
        "letters": letters,
        "example_years": selectors.example_years(),
        "is_waiting": selectors.is_waiting(submission.reporting_round),
    }
    return render(request, "allocation/grant.html", context)


@require_safe
def letter(request: HttpRequest, slug: str, code: str, rules_name: str, number: int) -> HttpResponse:
    """The letter to a region about a decision, for the region and the agency, as it was issued."""
    submission = get_object_or_404(
        submissions_visible_to(cast("User", request.user)), reporting_round__slug=slug, region_id=code
    )
    found = get_object_or_404(
        Letter.objects.select_related("document"),
        region=submission.region_id,
        decision__round_grant__reporting_round=submission.reporting_round_id,
        decision__round_grant__rules_name=rules_name,
        decision__number=number,
    )
    headers = {"Content-Disposition": f'attachment; filename="{found.document.file_name}"'}
    return HttpResponse(
        bytes(found.document.content), content_type=found.document.media_type, headers=headers
    )


@require_POST
def preview(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The panel beside the report form, for the figures as typed. Saves nothing."""
    submission = get_object_or_404(
        submissions_editable_by(cast("User", request.user)), reporting_round__slug=slug, region_id=code
    )
    context = {"previews": previews_of(submission, request.POST.dict())}
    return render(request, "allocation/_preview_update.html", context)


@require_safe
def marginal_json(
    request: HttpRequest, slug: str, code: str, run_number: int, rules_name: str
) -> HttpResponse:
    """The curve "kronor for each further post" as data."""
    submission = get_object_or_404(
        submissions_visible_to(cast("User", request.user)), reporting_round__slug=slug, region_id=code
    )
    run = get_object_or_404(
        AllocationRun.objects.select_related("round_grant"),
        round_grant__reporting_round=submission.reporting_round,
        round_grant__rules_name=rules_name,
        number=run_number,
    )
    rules = parse_rules(run.rules_text, origin=str(run))
    return JsonResponse(
        {
            "region": code,
            "run": run.number,
            "rules": run.rules_version,
            "inputs_sha256": run.inputs_sha256,
            "preliminary": True,
            "synthetic": submission.reporting_round.is_demo,
            "points": [
                {
                    "posts": point.posts,
                    "total_kr": point.total_kr,
                    "pots_kr": {
                        pot.id: kronor for pot, kronor in zip(rules.pots, point.pots_kr, strict=True)
                    },
                }
                for point in curve_of(run, code, rules)
            ],
        }
    )


def _explained(run: AllocationRun, submission: Submission) -> dict[str, Any]:
    rules = parse_rules(run.rules_text, origin=str(run))
    pots = {pot.id: pot for pot in rules.pots}
    figures = run.regions.filter(region=submission.region_id).first()
    if figures is None:
        raise Http404
    version = selectors.counted_version(run, submission.region_id)
    return {
        "run": run,
        "figures": figures,
        "curve": curve(
            curve_of(run, submission.region_id, rules),
            present=figures.planned_posts if figures.reported_posts is None else figures.reported_posts,
            is_planned=figures.reported_posts is None,
        ),
        "revision": submission.revisions.get(number=version) if version else None,
        "explanations": [
            explain(
                award.trace, pot=pots[award.pot], rules=rules, eligible=award.eligible, reason=award.reason
            )
            for award in selectors.awards_of(run, submission.region)
        ],
    }
