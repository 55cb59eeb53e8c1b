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

from reporting.checks import MISSING_SIGNS
from reporting.fields import Field, Page, Text, fields_of
from reporting.forms import DraftForm, read_known, text_field
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
            "conflicts": form.conflicts_at(field.name, field.comment_name),
            "beside": form.beside.get(field.name),
        }


class IndicatorsForm(DraftForm):
    """The page of indicators.

    Args:
        beside: name of a figure -> what stands beside it.
    """

    page = Page.INDICATORS

    def __init__(self, *, beside: Mapping[str, Beside] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = fields_of(self.years, page=Page.INDICATORS)
        self.beside = beside or {}
        for field in self.asked:
            self._add(field)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the template owns <form>, its token and its buttons
        self.helper.disable_csrf = True
        self.helper.layout = Layout(IndicatorTable())

    def _add(self, field: Field) -> None:
        error = self.error_at(field.name)
        attrs = {
            "class": f"form-control pp-input{' is-invalid' if error else ''}",
            "inputmode": "decimal" if field.question.unit.decimals else "numeric",
            "autocomplete": "off",
            "maxlength": "200",
            "aria-label": str(
                format_lazy("{label}, {unit}", label=field.label, unit=field.question.unit.label)
            ),
            "aria-describedby": f"d-{field.name} e-{field.name}",
        }
        if error:
            attrs["aria-invalid"] = "true"
        self.fields[field.name] = text_field(label=field.label, widget=forms.TextInput(attrs=attrs))
        self.fields[f"missing_{field.name}"] = forms.BooleanField(
            required=False,
            label=str(_("Not available")),
            initial=is_dash(str(self.initial.get(field.name, ""))),
            widget=forms.CheckboxInput(
                attrs={"class": "form-check-input", "data-pp-missing": f"id_{field.name}"}
            ),
        )
        self.fields[field.comment_name] = text_field(
            label=format_lazy(_("Comment on {label}"), label=field.label),
            widget=forms.Textarea(
                attrs={
                    "class": "form-control pp-textarea",
                    "rows": "2",
                    "aria-describedby": f"n-{field.comment_name}",
                    "data-pp-count": str(COMMENT_MAX),
                }
            ),
        )


def is_dash(text: str) -> bool:
    """Whether a text says that the figure is missing."""
    bare = "".join(text.split())
    return bool(bare) and bare in MISSING_SIGNS


def with_boxes(data: Mapping[str, str], *, years: Sequence[int]) -> dict[str, str]:
    """What a page sent, with the boxes "not available" read into its texts.

    What is typed counts before the box; a box that is ticked or cleared beside an untouched figure sets
    or removes the dash.
    """
    known = read_known(data.get("known", ""))
    read = dict(data)
    for field in fields_of(years, page=Page.INDICATORS):
        typed = data.get(field.name)
        if typed is None or typed != known.get(field.name, (0, ""))[1]:
            continue
        is_ticked = f"missing_{field.name}" in data
        if is_ticked != is_dash(typed):
            read[field.name] = DASH if is_ticked else ""
    return read
