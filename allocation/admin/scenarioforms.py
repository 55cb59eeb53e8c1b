"""The forms of scenarios: what one begins from, and its rules and figures as fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocation.admin.numberfields import NumberField
from allocation.engine import Condition, Ladder, PotRule, Proportional, RuleSet, RuleSetInvalid
from allocation.engine.reports import LARGEST_FIGURE
from allocation.engine.rules import Weight
from allocation.models import Scenario, ScenarioRegion
from allocation.models.scenarios import LONGEST_NAME, LONGEST_NOTE
from allocation.ruleedit import PotEdit, RuleEdit, valued
from allocation.services.scenarios import Figures
from allocation.variation import LARGEST_RATE, unit_of
from allocation.wording import COMPARISONS, MEASURES, UNITS, WEIGHTS, rule_problem_text
from reporting.models import MAX_POSTS

MOST_STEPS = 30
_KEY = re.compile(
    r"pot\.(\d+)\.(?:(amount_kr)|condition\.(\d+)\.|share\.(weight|cap)|share\.step(?:\.(\d+)\.(\w+))?)"
)


class NameForm(forms.Form):
    """The name of a copy."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)


class NewScenarioForm(NameForm):
    """What a scenario begins from, and its name."""

    start = forms.ChoiceField(
        label=gettext_lazy("Start from"),
        help_text=gettext_lazy("The official rules and figures are copied. The original never changes."),
    )
    note = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What the scenario is to show."),
    )
    field_order = ["start", "name", "note"]

    def __init__(self, *args: Any, starts: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["start"]).choices = starts


@dataclass(frozen=True, slots=True)
class StepRow:
    """A row of the ladder in the form."""

    number: int
    at: forms.BoundField
    amount: forms.BoundField


class Section(LayoutObject):  # type: ignore[misc]  # crispy-forms has no stubs
    """Crispy layout: a part of the form with a template of its own."""

    def __init__(self, name: str, **context: Any) -> None:
        self.template_name, self.context = f"admin/allocation/scenario/{name}.html", context

    def render(
        self, form: "ScenarioForm", context: Any, template_pack: str = "bootstrap5", **kwargs: Any
    ) -> SafeString:
        """Render the part with the form's fields at hand."""
        shown = {name: part(form) if callable(part) else part for name, part in self.context.items()}
        return render_to_string(self.template_name, {"form": form, **shown})


class ScenarioForm(forms.Form):
    """A scenario's name, note, rules and figures. `edit` and `figures` are what the service saves.

    The fields follow the rule set that the scenario began from. A row of the ladder that is left empty
    is no step, so rows are added and removed without any script.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    note = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        base: RuleSet,
        rows: Sequence[ScenarioRegion],
        populations: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.rows = base, rows
        self._add_grant_fields(populations)
        self.step_counts = [self._add_pot_fields(number, pot) for number, pot in enumerate(base.pots, 1)]
        for row in rows:
            self._add_region_fields(row)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the template owns <form>, its token and its buttons
        self.helper.disable_csrf = True
        self.helper.form_show_errors = False  # each stands at its field
        self.helper.layout = Layout(
            Section("_about_fields"),
            Section("_grant_fields"),
            *(
                Section("_pot_fields", pot=lambda form, place=number: form.pot_fields(place))
                for number in range(1, len(base.pots) + 1)
            ),
            Section("_region_fields", regions=lambda form: form.region_fields()),
        )

    @property
    def grant_fields(self) -> list[forms.BoundField]:
        """The fields of the whole grant."""
        names = (
            ["threshold", "population_reference"] if "threshold" in self.fields else ["population_reference"]
        )
        return [self[name] for name in names]

    def pot_fields(self, place: int) -> dict[str, Any]:
        """The fields of a pot, for its template; `place` counts from 1."""
        pot, prefix = self.base.pots[place - 1], f"pot_{place}"
        plain = [f"{prefix}_amount"]
        plain += [f"{prefix}_bound_{number}" for number in range(1, len(valued(pot.conditions)) + 1)]
        if isinstance(pot.share, Proportional):
            plain += [f"{prefix}_weight", f"{prefix}_cap"]
        steps = [
            StepRow(number, self[f"{prefix}_step_{number}_at"], self[f"{prefix}_step_{number}_amount"])
            for number in range(1, self.step_counts[place - 1] + 1)
        ]
        return {
            "prefix": prefix,
            "title": pot.title,
            "rule": pot,
            "fields": [self[name] for name in plain],
            "count": self[f"{prefix}_steps"] if isinstance(pot.share, Ladder) else None,
            "steps": steps,
            "may_add": len(steps) < MOST_STEPS,
            "measure": MEASURES[pot.share.measure] if isinstance(pot.share, Ladder) else "",
        }

    def region_fields(self) -> list[dict[str, Any]]:
        """The rows of the table of regions."""
        return [
            {
                "row": row,
                "planned": self[f"region_{row.region_id}_planned"],
                "reported": self[f"region_{row.region_id}_reported"],
            }
            for row in self.rows
        ]

    def edit(self) -> RuleEdit:
        """The rules as typed."""
        typed = self.cleaned_data
        return RuleEdit(
            threshold=typed.get("threshold"),
            population_reference=typed["population_reference"],
            pots=tuple(self._pot_edit(number, pot) for number, pot in enumerate(self.base.pots, 1)),
        )

    def figures(self) -> dict[str, Figures]:
        """Region code -> its posts as typed."""
        typed = self.cleaned_data
        return {
            row.region_id: Figures(
                typed[f"region_{row.region_id}_planned"], typed[f"region_{row.region_id}_reported"]
            )
            for row in self.rows
        }

    def clean(self) -> dict[str, Any]:
        """A step has both its numbers or neither."""
        typed = super().clean() or {}
        for place, count in enumerate(self.step_counts, 1):
            for number in range(1, count + 1):
                names = [f"pot_{place}_step_{number}_{part}" for part in ("at", "amount")]
                if any(name in self.errors for name in names):
                    continue
                for name, other in (names, names[::-1]):
                    if typed.get(name) is None and typed.get(other) is not None:
                        self.add_error(name, _("Fill in both, or leave both empty to remove the step."))
        return typed

    def add_rule_error(self, error: RuleSetInvalid) -> None:
        """Put what the engine's reader found at the field that it is about."""
        field = self._field_of(error.key)
        text = rule_problem_text(error.reason)
        self.add_error(field, str(text) if field else f"{error.key}: {text}")

    def _field_of(self, key: str) -> str | None:
        if key == "threshold.rate":
            return "threshold" if "threshold" in self.fields else None
        if key == "population.reference":
            return "population_reference"
        found = _KEY.match(key)
        if not found:
            return None
        place, amount, condition, share, step, part = found.groups()
        prefix = f"pot_{place}"
        if amount:
            return f"{prefix}_amount"
        if condition:
            before = self.base.pots[int(place) - 1].conditions[: int(condition)]
            return f"{prefix}_bound_{len(valued(before))}"
        if share:
            return f"{prefix}_{share}"
        rows = self._filled_rows(int(place))
        row = rows[int(step) - 1] if step and int(step) <= len(rows) else 1
        return f"{prefix}_step_{row}_{'amount' if part == 'amount_kr' else 'at'}"

    def _filled_rows(self, place: int) -> list[int]:
        return [
            number
            for number in range(1, self.step_counts[place - 1] + 1)
            if self.cleaned_data.get(f"pot_{place}_step_{number}_at") is not None
        ]

    def _pot_edit(self, place: int, pot: PotRule) -> PotEdit:
        typed, prefix = self.cleaned_data, f"pot_{place}"
        bounds = tuple(
            typed[f"{prefix}_bound_{number}"] for number in range(1, len(valued(pot.conditions)) + 1)
        )
        if isinstance(pot.share, Ladder):
            steps = tuple(
                (typed[f"{prefix}_step_{row}_at"], typed[f"{prefix}_step_{row}_amount"])
                for row in self._filled_rows(place)
            )
            return PotEdit(typed[f"{prefix}_amount"], bounds, steps=steps)
        return PotEdit(
            typed[f"{prefix}_amount"], bounds, weight=typed[f"{prefix}_weight"], cap_kr=typed[f"{prefix}_cap"]
        )

    def _add_grant_fields(self, populations: Iterable[tuple[str, str]]) -> None:
        if self.base.threshold is not None:
            self.fields["threshold"] = NumberField(
                label=_("Threshold, AT posts per 100 000 inhabitants"),
                least=0,
                most=LARGEST_RATE,
                decimals=self.base.rate_decimals,
            )
        known = dict(populations)
        known.setdefault(self.base.population_reference, self.base.population_reference)
        self.fields["population_reference"] = forms.ChoiceField(
            label=_("Population reference"), choices=list(known.items())
        )

    def _add_pot_fields(self, place: int, pot: PotRule) -> int:
        """Add the fields of a pot; how many rows its ladder has."""
        prefix = f"pot_{place}"
        self.fields[f"{prefix}_amount"] = NumberField(
            label=_("The pot"), least=0, most=LARGEST_FIGURE, suffix="kr"
        )
        for number, condition in enumerate(valued(pot.conditions), 1):
            self.fields[f"{prefix}_bound_{number}"] = self._bound_field(condition)
        if isinstance(pot.share, Proportional):
            self.fields[f"{prefix}_weight"] = forms.ChoiceField(
                label=_("Shared by"), choices=[(weight, WEIGHTS[weight]) for weight in get_args(Weight)]
            )
            self.fields[f"{prefix}_cap"] = NumberField(
                label=_("At most for each extra post"),
                least=1,
                most=LARGEST_FIGURE,
                required=False,
                suffix="kr",
                help_text=_("Empty is no cap. Only where the key is the increase."),
            )
            return 0
        return self._add_steps(prefix, pot.share)

    def _add_steps(self, prefix: str, ladder: Ladder) -> int:
        name = f"{prefix}_steps"
        self.fields[name] = forms.IntegerField(min_value=1, max_value=MOST_STEPS, widget=forms.HiddenInput)
        given = self.data.get(name) if self.is_bound else self.initial.get(name)
        shown = str(given)
        count = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 4 else len(ladder.steps)
        count = min(max(count, 1), MOST_STEPS)
        unit = unit_of(ladder.measure)
        for number in range(1, count + 1):
            self.fields[f"{prefix}_step_{number}_at"] = NumberField(
                label=_("Step %(number)d, from") % {"number": number},
                least=0,
                most=LARGEST_RATE if unit == "rate" else LARGEST_FIGURE,
                decimals=self.base.rate_decimals if unit == "rate" else 0,
                required=False,
                is_quiet=True,
                suffix=UNITS[unit],
            )
            self.fields[f"{prefix}_step_{number}_amount"] = NumberField(
                label=_("Step %(number)d, gives") % {"number": number},
                least=0,
                most=LARGEST_FIGURE,
                required=False,
                is_quiet=True,
                suffix="kr",
            )
        return count

    def _bound_field(self, condition: Condition) -> NumberField:
        unit = unit_of(condition.measure)
        return NumberField(
            label=f"{MEASURES[condition.measure]}, {COMPARISONS[condition.comparison]}",
            least=-LARGEST_FIGURE if condition.measure == "increase" else 0,
            most=LARGEST_RATE if unit == "rate" else LARGEST_FIGURE,
            decimals=self.base.rate_decimals if unit == "rate" else 0,
            suffix=UNITS[unit],
        )

    def _add_region_fields(self, row: ScenarioRegion) -> None:
        for part, label, required in (
            ("planned", _("%(region)s, plan"), True),
            ("reported", _("%(region)s, reported"), False),
        ):
            text = label % {"region": row.region.short_name}
            field = NumberField(label=text, least=0, most=MAX_POSTS, required=required)
            field.widget.attrs["aria-label"] = text
            self.fields[f"region_{row.region_id}_{part}"] = field


def initial_of(scenario: Scenario, edit: RuleEdit, rows: Sequence[ScenarioRegion]) -> dict[str, Any]:
    """The fields' values for a scenario as it is."""
    values: dict[str, Any] = {
        "name": scenario.name,
        "note": scenario.note,
        "version": scenario.version,
        "threshold": edit.threshold,
        "population_reference": edit.population_reference,
    }
    for place, pot in enumerate(edit.pots, 1):
        prefix = f"pot_{place}"
        values |= {
            f"{prefix}_amount": pot.amount_kr,
            f"{prefix}_weight": pot.weight,
            f"{prefix}_cap": pot.cap_kr,
            f"{prefix}_steps": len(pot.steps),
        }
        for number, bound in enumerate(pot.bounds, 1):
            values[f"{prefix}_bound_{number}"] = bound
        for number, (at, amount_kr) in enumerate(pot.steps, 1):
            values[f"{prefix}_step_{number}_at"], values[f"{prefix}_step_{number}_amount"] = at, amount_kr
    for row in rows:
        values[f"region_{row.region_id}_planned"] = row.planned
        values[f"region_{row.region_id}_reported"] = row.reported
    return values


def with_other_rows(typed: Mapping[str, str]) -> dict[str, str] | None:
    """What was typed, with a row more or less in a ladder; None where no such button was pressed."""
    values = dict(typed)
    if (prefix := values.pop("_add_step", "")) and (count := _count(values, prefix)) is not None:
        values[f"{prefix}_steps"] = str(min(count + 1, MOST_STEPS))
        return values
    prefix, _colon, row = values.pop("_remove_step", "").partition(":")
    count = _count(values, prefix)
    if not prefix or count is None or not row.isdigit() or not 1 <= int(row) <= count:
        return None
    for number in range(int(row), count + 1):
        for part in ("at", "amount"):
            values[f"{prefix}_step_{number}_{part}"] = values.get(f"{prefix}_step_{number + 1}_{part}", "")
    values[f"{prefix}_steps"] = str(max(count - 1, 1))
    return values


def _count(values: Mapping[str, str], prefix: str) -> int | None:
    text = values.get(f"{prefix}_steps", "")
    return int(text) if re.fullmatch(r"[1-9][0-9]?", text) else None
