"""The page that makes the next round from an earlier one: choose, read through, make."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.engine import available_rules, load_rules
from allocation.services.next_round import (
    NextRound,
    NextRoundPreview,
    check_next_round,
    create_next_round,
    preview_next_round,
)
from reporting.admin.readonly import signed_in
from reporting.admin.rounds import PLAUSIBLE, MomentInput
from reporting.errors import DomainError, FieldProblem
from reporting.models import STOCKHOLM, PlanBasis, PopulationReference, ReportingRound

ADD = "reporting.add_reportinground"
_MOMENT = gettext_lazy("Swedish time (Europe/Stockholm).")


class NextRoundForm(forms.Form):
    """What the next round is called, what it asks for and when, and what is computed from it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Part of the address and of case numbers, such as 2025."),
    )
    first_year = forms.IntegerField(label=gettext_lazy("First year"), min_value=2000, max_value=2100)
    last_year = forms.IntegerField(label=gettext_lazy("Last year"), min_value=2000, max_value=2100)
    follow_up_from = forms.IntegerField(
        label=gettext_lazy("Outcome asked from"),
        required=False,
        min_value=2000,
        max_value=2100,
        help_text=gettext_lazy("The first past year whose outcome is asked for; empty if none is."),
    )
    opens_at = forms.DateTimeField(
        label=gettext_lazy("Opens"), widget=MomentInput, validators=PLAUSIBLE, help_text=_MOMENT
    )
    closes_at = forms.DateTimeField(
        label=gettext_lazy("Closes"),
        widget=MomentInput,
        validators=PLAUSIBLE,
        help_text=gettext_lazy("Swedish time (Europe/Stockholm). The closing moment itself is too late."),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Plan for years that have none"),
        choices=PlanBasis.choices,
        help_text=gettext_lazy(
            "A plan that exists is never replaced. Source and standing go with the figures."
        ),
    )
    rules_names = forms.MultipleChoiceField(
        label=gettext_lazy("Grants"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Published rule sets. Grants can be added later too."),
    )
    population_reference = forms.ChoiceField(
        label=gettext_lazy("Population reference"),
        required=False,
        help_text=gettext_lazy("Must be the one that the rule sets name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [load_rules(name) for name in sorted(available_rules())]
        choices: dict[str, list[tuple[str, str]]] = {
            "rules_names": [
                (found.name, f"{found.title} ({found.name}), {found.year}, {found.population_reference}")
                for found in rules
            ],
            "population_reference": [
                ("", "---------"),
                *(
                    (reference.slug, f"{reference.title} ({reference.slug})")
                    for reference in PopulationReference.objects.order_by("-reference_date")
                ),
            ],
        }
        for name, found_choices in choices.items():
            self.fields[name].choices = found_choices  # type: ignore[attr-defined]  # the form gives it choices

    def clean(self) -> dict[str, Any]:
        """Years and moments in order, and a name and an address that are free."""
        typed = super().clean() or {}
        first, last, past = (typed.get(name) for name in ("first_year", "last_year", "follow_up_from"))
        if first and last and last < first:
            self.add_error("last_year", _("The last year is before the first one."))
        if first and last and last - first > 9:
            self.add_error("last_year", _("A round covers at most ten years."))
        if first and past and past >= first:
            self.add_error("follow_up_from", _("Only years before the round's first year have an outcome."))
        if typed.get("opens_at") and typed.get("closes_at") and typed["closes_at"] <= typed["opens_at"]:
            self.add_error("closes_at", _("The round must close after it opens."))
        if typed.get("slug") and ReportingRound.objects.filter(slug=typed["slug"]).exists():
            self.add_error("slug", _("There is a round with this address."))
        return typed

    def chosen(self) -> NextRound:
        """What was typed, as the service takes it."""
        typed = {**self.cleaned_data}
        return NextRound(
            **{**typed, "basis": PlanBasis(typed["basis"]), "rules_names": tuple(typed["rules_names"])}
        )


def suggestion(made_from: ReportingRound) -> dict[str, Any]:
    """What the form holds at first: the earlier round, a year later."""
    span = made_from.last_year - made_from.first_year
    first = made_from.last_year + 1
    years = str(first) if span == 0 else f"{first}-{first + span}"
    old_years = re.compile(rf"{made_from.first_year}(?:\s*[-–]\s*{made_from.last_year})?")
    name = old_years.sub(years.replace("-", "–"), made_from.name)
    return {
        "name": name if name != made_from.name else f"{made_from.name}, {years}",
        "slug": years,
        "first_year": first,
        "last_year": first + span,
        "follow_up_from": made_from.first_year,
        "opens_at": _a_year_later(made_from.opens_at, years=1),
        "closes_at": _a_year_later(made_from.closes_at, years=1),
        "basis": PlanBasis.PLAN,
    }


def _a_year_later(moment: datetime, *, years: int) -> datetime:
    """The same day and time in Sweden some years later; 28 February for a leap day."""
    there = moment.astimezone(STOCKHOLM)
    day = 28 if (there.month, there.day) == (2, 29) else there.day
    return there.replace(year=there.year + years, day=day)


def next_round_view(
    model_admin: admin.ModelAdmin, request: HttpRequest, made_from: ReportingRound | None
) -> HttpResponse:
    """Choose; read through what would be made; make it. Each step shows the earlier choices."""
    if not signed_in(request).has_perm(ADD):
        raise PermissionDenied
    if made_from is None:
        raise Http404
    form = NextRoundForm(request.POST or None, initial=suggestion(made_from))
    preview: NextRoundPreview | None = None
    if request.method == "POST" and form.is_valid():
        at, chosen = timezone.now(), form.chosen()
        preview = preview_next_round(made_from=made_from, chosen=chosen)
        try:
            check_next_round(chosen=chosen, preview=preview, at=at)
            if "_make" in request.POST:
                made = create_next_round(
                    made_from_id=made_from.pk,
                    chosen=chosen,
                    seen_sha256=request.POST.get("seen", ""),
                    by=signed_in(request),
                    at=at,
                )
                return _made(model_admin, request, made)
        except FieldProblem as error:
            preview = None
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except DomainError as error:
            form.add_error(None, str(error))
    show_form = preview is None or "_change" in request.POST
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Make the next round"),
        "opts": model_admin.opts,
        "made_from": made_from,
        "form": form,
        "preview": None if show_form else preview,
        "chosen": None if show_form else form.chosen(),
    }
    return TemplateResponse(
        request,
        "admin/reporting/reportinground/next.html",
        context,
        status=400 if form.errors else 200,
    )


def _made(model_admin: admin.ModelAdmin, request: HttpRequest, made: ReportingRound) -> HttpResponse:
    model_admin.log_addition(request, made, [{"added": {}}])
    text = _("%(round)s has been made, with a report for every region. It opens by itself.")
    messages.success(request, text % {"round": made})
    return redirect("admin:reporting_reportinground_change", made.pk)
