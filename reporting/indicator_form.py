"""The form of indicators: a text for every figure, a box for "not available", and a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.checks import MISSING_SIGNS, Finding
from reporting.fields import Field, Page, Text, fields_of
from reporting.indicators import groups_of
from reporting.models import COMMENT_MAX

DASH = "–"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a figure: the plan of a past year, and what was said before.

    Attributes:
        planned: posts planned in the 2021 agreement, for a past year.
        before: what the region said for the same figure before.
        before_title: where it said so, such as "version 2".
    """

    planned: int | None = None
    before: Decimal | None = None
    before_title: Text = ""


class IndicatorTable(LayoutObject):  # type: ignore[misc]  # crispy-forms has no stubs
    """Crispy layout: the questions group by group, each with its figures."""

    def render(
        self, form: "IndicatorsForm", context: Any, template_pack: str = "bootstrap5", **kwargs: Any
    ) -> SafeString:
        """Render every question with its inputs, help, and what was said before."""
        groups = [
            {
                "name": name,
                "rows": [
                    {"question": question, "items": [self._item(form, field) for field in fields]}
                    for question, fields in questions
                ],
            }
            for name, questions in groups_of(form.asked)
        ]
        return render_to_string("reporting/_indicator_table.html", {"groups": groups, "limit": COMMENT_MAX})

    def _item(self, form: "IndicatorsForm", field: Field) -> dict[str, Any]:
        found = [finding for finding in form.findings if finding.field == field.name]
        return {
            "field": field,
            "figure": form[field.name],
            "box": form[f"missing_{field.name}"],
            "reason": form[field.comment_name],
            "errors": [finding for finding in found if finding.level == "error"],
            "warnings": [finding for finding in found if finding.level == "warning"],
            "reason_errors": [finding for finding in form.findings if finding.field == field.comment_name],
            "wants_reason": bool(form.text_of(field.comment_name))
            or any(finding.level == "warning" for finding in found),
            "length": len(form.text_of(field.comment_name)),
            "beside": form.beside.get(field.name),
        }


class IndicatorsForm(forms.Form):
    """What a region types on the page of indicators. Every text is acceptable; the service saves.

    Args:
        years: the years of the round.
        findings: what the checks say about the texts that are shown.
        beside: name of a figure -> what stands beside it.
    """

    def __init__(
        self,
        *args: Any,
        years: Sequence[int],
        findings: Sequence[Finding] = (),
        beside: Mapping[str, Beside] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = fields_of(years, page=Page.INDICATORS)
        self.findings = tuple(findings)
        self.beside = beside or {}
        for field in self.asked:
            self._add(field)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the template owns <form>, its token and its buttons
        self.helper.disable_csrf = True
        self.helper.layout = Layout(IndicatorTable())

    def text_of(self, name: str) -> str:
        """The text that a field shows."""
        return str(self[name].value() or "")

    def texts(self) -> dict[str, str]:
        """Field -> text as shown, without the boxes."""
        return {name: self.text_of(name) for field in self.asked for name in (field.name, field.comment_name)}

    def changed_texts(self) -> dict[str, str]:
        """Field -> text, for those that differ from what the page showed when it was opened.

        What is typed counts before the box "not available"; a box that is ticked or cleared beside
        an untouched figure sets or removes the dash.
        """
        changed = {
            name: self.text_of(name)
            for name in self.texts()
            if name in self.changed_data and name in self.data
        }
        for field in self.asked:
            typed = self.text_of(field.name)
            if field.name in changed or field.name not in self.data:
                continue
            is_ticked = f"missing_{field.name}" in self.data
            if is_ticked != is_dash(typed):
                changed[field.name] = DASH if is_ticked else ""
        return changed

    def _add(self, field: Field) -> None:
        errors = [
            finding for finding in self.findings if finding.field == field.name and finding.level == "error"
        ]
        attrs = {
            "class": f"form-control pp-input{' is-invalid' if errors else ''}",
            "inputmode": "decimal" if field.question.unit.decimals else "numeric",
            "autocomplete": "off",
            "maxlength": "200",
            "aria-label": str(
                format_lazy("{label}, {unit}", label=field.label, unit=field.question.unit.label)
            ),
            "aria-describedby": f"d-{field.name}",
        }
        if errors:
            attrs["aria-invalid"] = "true"
        self.fields[field.name] = forms.CharField(
            required=False,
            strip=False,
            label=str(field.label),
            widget=forms.TextInput(attrs=attrs),
            show_hidden_initial=True,
        )
        self.fields[f"missing_{field.name}"] = forms.BooleanField(
            required=False,
            label=str(_("Not available")),
            initial=is_dash(str(self.initial.get(field.name, ""))),
            widget=forms.CheckboxInput(
                attrs={"class": "form-check-input", "data-pp-missing": f"id_{field.name}"}
            ),
        )
        self.fields[field.comment_name] = forms.CharField(
            required=False,
            strip=False,
            label=str(format_lazy(_("Comment on {label}"), label=field.label)),
            widget=forms.Textarea(
                attrs={
                    "class": "form-control pp-textarea",
                    "rows": "2",
                    "aria-describedby": f"n-{field.comment_name}",
                    "data-pp-count": str(COMMENT_MAX),
                }
            ),
            show_hidden_initial=True,
        )


def is_dash(text: str) -> bool:
    """Whether a text says that the figure is missing."""
    bare = "".join(text.split())
    return bool(bare) and bare in MISSING_SIGNS
