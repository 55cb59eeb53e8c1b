"""How the grant is computed: the rule sets, each in words and as its file, and the calculator."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from allocation.engine import Ladder, RuleSet, available_rules, load_rules
from publication.calculator import Answer, Asked, answer_of
from publication.calculator_form import CalculatorForm
from publication.method import BAR_WIDTH, method_of, rules_called
from publication.others import Others, RegionFigures, population_title, public_figures, published_ground
from publication.published import OpenFigures
from publication.selectors import version_now
from publication.views.serving import figures_now, open_page
from reporting.limits import network_of, within_limit

ANSWERS_PER_MINUTE = 60
# Regions of the worked examples: one whose plan lies below the limit of 2022, and one just above it.
EXAMPLES = (("03", 10), ("19", 5))
FIELDS = ("region", "posts", "planned", "inhabitants", "others")


@login_not_required
@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """All rule sets, the newest year first."""
    version = version_now(at=timezone.now())
    return open_page(request, "publication/methods.html", of=version, query="", build=_methods_context)


def _methods_context() -> dict[str, Any]:
    found = sorted((load_rules(name) for name in available_rules()), key=lambda rules: -rules.year)
    known = {rules.name: public_figures(rules) for rules in found}
    return {
        "methods": [method_of(rules) for rules in found],
        "example_plans": [name for name, regions in known.items() if _has_example_plan(regions)],
        "without_plans": [name for name, regions in known.items() if not _is_computable(regions)],
    }


@login_not_required
@require_safe
def method(request: HttpRequest, rules_name: str) -> HttpResponse:
    """One rule set: who gets money, how much, by which key, and what that rests on."""
    rules = _rules_or_404(rules_name)
    return open_page(
        request,
        "publication/method.html",
        of=version_now(at=timezone.now()),
        query="",
        build=lambda: _method_context(rules),
    )


def _method_context(rules: RuleSet) -> dict[str, Any]:
    regions = public_figures(rules)
    return {
        "method": method_of(rules, population=population_title(rules)),
        "bar_width": BAR_WIDTH,
        "has_example_plan": _has_example_plan(regions),
        "synthetic": _has_example_plan(regions),
        "examples": _worked_examples(rules, regions),
        "others": [load_rules(name) for name in available_rules() if name != rules.name],
    }


def _checksum(_request: HttpRequest, rules_name: str) -> str:
    return f'"{_rules_or_404(rules_name).sha256}"'


@login_not_required
@require_safe
@condition(etag_func=_checksum)
def rules_file(_request: HttpRequest, rules_name: str) -> HttpResponse:
    """A rule set as the file that the engine reads, byte by byte."""
    rules = _rules_or_404(rules_name)
    return HttpResponse(
        rules.text.encode(),
        content_type="application/toml; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{rules.version}.toml"',
            "Cache-Control": "public, no-cache",
        },
    )


@login_not_required
@require_safe
def calculator(request: HttpRequest, rules_name: str) -> HttpResponse:
    """What a rule set would give a region for a number of posts. Everything asked stands in the address."""
    rules = _rules_or_404(rules_name)
    asked = "posts" in request.GET
    if asked and not _within_limit(request):
        return _too_many(request)
    typed = {name: request.GET[name] for name in FIELDS if name in request.GET}
    # Named by hand so that a history entry and a fragment never stand in for one another.
    template = "publication/_calculator.html" if request.htmx else "publication/calculator.html"  # type: ignore[attr-defined]  # set by django-htmx
    figures = figures_now()
    if not typed or (typed.keys() == {"region"} and figures.region(typed["region"])):
        return open_page(
            request,
            template,
            of=figures,
            query=urlencode(typed),
            build=lambda: _calculator_context(rules, figures, typed, asked=False),
        )
    # Answers are not kept: there are too many of them, and one costs little.
    response = render(request, template, _calculator_context(rules, figures, typed, asked=asked))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _calculator_context(
    rules: RuleSet, figures: OpenFigures, typed: dict[str, str], *, asked: bool
) -> dict[str, Any]:
    ground = published_ground(rules, figures)
    by_plan = ground is None or typed.get("others") == Others.PLAN
    regions = public_figures(rules) if by_plan or ground is None else ground.regions
    given = {"others": Others.PUBLISHED.value} | typed
    form = CalculatorForm(
        given if asked else None, initial=None if asked else given, regions=regions, ground=ground
    )
    answer = answer_of(rules, regions, form.asked) if asked and form.is_valid() else None
    return {
        "rules": rules,
        "form": form,
        "asked": asked,
        "answer": answer,
        "ground": ground,
        "without_report": get_text_list(list(answer.without_report), _("and")) if answer else "",
        "is_computable": _is_computable(regions),
        "has_example_plan": _has_example_plan(regions),
        "synthetic": _has_example_plan(regions),
        "rule_sets": [(load_rules(name), _address(name, typed)) for name in reversed(available_rules())],
        "more_is_open": any(typed.get(name) for name in ("planned", "inhabitants")),
    }


def _address(name: str, typed: dict[str, str]) -> str:
    """The same question to another rule set; its own plan and inhabitants do not follow."""
    kept = {field: typed[field] for field in ("region", "posts", "others") if typed.get(field)}
    address = reverse("publication:calculator", args=[name])
    return f"{address}?{urlencode(kept)}" if kept else address


def _worked_examples(rules: RuleSet, regions: tuple[RegionFigures, ...]) -> list[Answer]:
    """Made-up reports of two regions, computed: as many more posts as the ladder's first step, or a few."""
    by_code = {region.code: region for region in regions}
    ladders = [pot.share for pot in rules.pots if isinstance(pot.share, Ladder)]
    steps = [int(ladder.steps[0].at) for ladder in ladders if ladder.measure == "increase"]
    found = []
    for code, more in EXAMPLES:
        region = by_code.get(code)
        if region is None or region.planned is None:
            continue
        posts = region.planned + max(more, *steps, 0) if code == EXAMPLES[0][0] else region.planned + more
        answer = answer_of(rules, regions, Asked(region, posts))
        if answer is not None:
            found.append(answer)
    return found


def _has_example_plan(regions: tuple[RegionFigures, ...]) -> bool:
    return any(region.is_example for region in regions)


def _is_computable(regions: tuple[RegionFigures, ...]) -> bool:
    return all(one.planned is not None and one.inhabitants is not None for one in regions)


def _rules_or_404(name: str) -> RuleSet:
    rules = rules_called(name)
    if rules is None:
        raise Http404
    return rules


def _within_limit(request: HttpRequest) -> bool:
    client = get_adapter(request).get_client_ip(request)
    return within_limit(
        "calculator", who=network_of(str(client)), per_minute=ANSWERS_PER_MINUTE, at=timezone.now()
    )


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "publication/calculator_later.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = "60"
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        # htmx puts no refusal on the page, so it is asked to load the whole page, which says why.
        response["HX-Redirect"] = request.get_full_path()
    return response
