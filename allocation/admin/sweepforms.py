"""The form of a sweep: one or two parameters, each with a range."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from allocation.admin.numberfields import NumberField
from allocation.admin.scenarioforms import Section
from allocation.engine import Report, RuleSet
from allocation.engine.reports import LARGEST_FIGURE
from allocation.variation import (
    MOST_COMBINATIONS,
    Axis,
    Parameter,
    RangeUnusable,
    combinations,
    make_axis,
    parameters,
)
from allocation.wording import parameter_text, unit_text
from reporting.templatetags.platsplan import number

MOST_DECIMALS = 4
PARTS = ("start", "stop", "step")


class SweepForm(forms.Form):
    """What to vary. `axes` is what the service takes."""

    def __init__(
        self, *args: Any, rules: RuleSet, reports: Sequence[Report], regions: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = parameters(rules, reports)
        choices = self._choices({pot.id: pot.title for pot in rules.pots}, regions)
        for place, label in (("first", _("Vary")), ("second", _("Vary also"))):
            required = place == "first"
            self.fields[f"{place}_key"] = forms.ChoiceField(
                label=label, choices=[("", "---------"), *choices], required=required
            )
            for part, text in zip(PARTS, (_("From"), _("To"), _("Step")), strict=True):
                self.fields[f"{place}_{part}"] = NumberField(
                    label=text,
                    least=-LARGEST_FIGURE,
                    most=LARGEST_FIGURE,
                    decimals=MOST_DECIMALS,
                    required=required,
                    is_quiet=True,
                )
        self.axes: tuple[Axis, ...] = ()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_errors = False
        self.helper.layout = Layout(
            *(
                Section("_range_fields", fields=lambda form, at=place: form.range_fields(at), place=place)
                for place in ("first", "second")
            )
        )

    def range_fields(self, place: str) -> list[forms.BoundField]:
        """The fields of one range."""
        return [self[f"{place}_{part}"] for part in ("key", *PARTS)]

    def clean(self) -> dict[str, Any]:
        """Make the ranges, and count what they make together."""
        typed = super().clean() or {}
        axes = [axis for place in ("first", "second") if (axis := self._axis(place, typed)) is not None]
        if self.errors:
            return typed
        if len({axis.key for axis in axes}) < len(axes):
            self.add_error("second_key", _("Choose another parameter than the first."))
            return typed
        total = combinations(axes)
        if total > MOST_COMBINATIONS:
            text = _(
                "That makes %(count)s combinations, and a sweep has at most %(most)s. Take longer steps."
            )
            self.add_error(None, text % {"count": number(total), "most": number(MOST_COMBINATIONS)})
        self.axes = tuple(axes)
        return typed

    def _axis(self, place: str, typed: Mapping[str, Any]) -> Axis | None:
        key = typed.get(f"{place}_key")
        given = {part: typed.get(f"{place}_{part}") for part in PARTS}
        if not key:
            return None
        missing = [part for part in PARTS if given[part] is None and f"{place}_{part}" not in self.errors]
        for part in missing:
            if place == "second":  # the first range's fields say so themselves
                self.add_error(f"{place}_{part}", _("This field is required."))
        if any(value is None for value in given.values()):
            return None
        parameter = self.known[key]
        try:
            return make_axis(parameter, **{part: Decimal(value or 0) for part, value in given.items()})
        except RangeUnusable as error:
            self.add_error(f"{place}_{error.field}", self._problem(error, parameter))
            return None

    @staticmethod
    def _problem(error: RangeUnusable, parameter: Parameter) -> str:
        if error.field == "step":
            if not parameter.decimals:
                return _("Enter a whole number of at least 1.")
            text = ngettext(
                "Enter a number above 0 with at most %(count)d decimal.",
                "Enter a number above 0 with at most %(count)d decimals.",
                parameter.decimals,
            )
            return text % {"count": parameter.decimals}
        if error.least is None or error.most is None:
            return _("Must not be below the start of the range.")
        text = _("Enter a whole number from %(least)s to %(most)s.")
        if parameter.decimals:
            text = _("Enter a number from %(least)s to %(most)s with at most %(count)d decimals.")
        return text % {
            "least": number(error.least),
            "most": number(error.most),
            "count": parameter.decimals,
        }

    def _choices(self, pots: Mapping[str, str], regions: Mapping[str, str]) -> list[tuple[Any, Any]]:
        groups: dict[str, list[tuple[str, Any]]] = {}
        for parameter in self.known.values():
            if parameter.kind in ("reported", "planned"):
                group = _("Reported posts") if parameter.kind == "reported" else _("Planned posts")
            else:
                group = pots.get(parameter.place, _("The grant"))
            words = parameter_text(parameter, pots=pots, regions=regions)
            if parameter.present is not None:
                now = shown(parameter, parameter.present)
                words = format_lazy(gettext_lazy("{parameter}, now {value}"), parameter=words, value=now)
            groups.setdefault(group, []).append((parameter.key, words))
        return list(groups.items())


class StartForm(forms.Form):
    """What a sweep rests on: a scenario or an official run."""

    start = forms.ChoiceField(label=gettext_lazy("Start from"))

    def __init__(self, *args: Any, starts: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].choices = starts  # type: ignore[attr-defined]  # a field of choices


def shown(parameter: Parameter, value: Decimal | int) -> str:
    """A value of a parameter with its unit, as people write it."""
    text = NumberField(least=0, most=0, decimals=parameter.decimals).prepare_value(value)
    return f"{text}\u00a0{unit_text(parameter.unit, value)}"
