"""The report form: the shape of what is typed. What it means is judged by `reporting.checks`."""

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, LayoutObject
from crispy_forms.utils import render_field
from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.checks import Finding, parse_posts
from reporting.fields import Cell, cells_of
from reporting.models import COMMENT_MAX, Baseline, PostType


class FigureTable(LayoutObject):  # type: ignore[misc]  # crispy-forms has no stubs
    """Crispy layout: the figures as a table, a row per kind of post and a column per year."""

    def render(
        self, form: "FiguresForm", context: Any, template_pack: str = "bootstrap5", **kwargs: Any
    ) -> SafeString:
        """Render every figure's field in its cell, and below a row the comments it asks for."""
        rows = []
        for post_type in PostType:
            cells = [cell for cell in form.cells if cell.post_type == post_type]
            items = [self._cell(form, cell, context, template_pack) for cell in cells]
            rows.append(
                {
                    "post_type": post_type,
                    "name": post_type.label,
                    "help": cells[0].question.help,
                    "is_sub": post_type == PostType.ST_GM,
                    "cells": items,
                    "errors": [item for item in items if item["error"]],
                    "notes": [
                        note
                        for cell in cells
                        if (note := self._note(form, cell, context, template_pack)) is not None
                    ],
                }
            )
        return render_to_string("reporting/_figure_table.html", {"rows": rows, "years": form.years})

    def _cell(self, form: "FiguresForm", cell: Cell, context: Any, template_pack: str) -> dict[str, Any]:
        posts = parse_posts(form.text_of(cell.field)).posts
        plan = form.plans.get(cell.year) if cell.post_type == PostType.AT else None
        return {
            "cell": cell,
            "plan": plan,
            "delta": posts - plan.planned_posts if plan is not None and posts is not None else None,
            "is_dash": posts is None
            and not form.error_at(cell.field)
            and form.text_of(cell.field).strip() != "",
            "warning": form.warning_at(cell.field),
            "error": form.error_at(cell.field),
            "html": render_field(
                cell.field,
                form,
                context,
                template="reporting/_figure_input.html",
                template_pack=template_pack,
            ),
        }

    def _note(
        self, form: "FiguresForm", cell: Cell, context: Any, template_pack: str
    ) -> dict[str, Any] | None:
        warning = form.warning_at(cell.field)
        if warning is None and not form.text_of(cell.comment_field):
            return None  # nothing asks for a comment and none was typed
        return {
            "cell": cell,
            "warning": warning,
            "error": form.error_at(cell.comment_field),
            "limit": COMMENT_MAX,
            "target": form[cell.comment_field].id_for_label,
            "length": len(form.text_of(cell.comment_field)),
            "html": render_field(
                cell.comment_field,
                form,
                context,
                template="reporting/_figure_input.html",
                template_pack=template_pack,
            ),
        }


class FiguresForm(forms.Form):
    """What a region types. Every text is acceptable; read `changed_texts`, the service saves.

    Args:
        years: the years of the round.
        plans: year -> the plan of the 2021 agreement.
        findings: what `check_texts` says about the texts that are shown.
    """

    def __init__(
        self,
        *args: Any,
        years: Sequence[int],
        plans: Mapping[int, Baseline],
        findings: Sequence[Finding] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.years = tuple(years)
        self.cells = cells_of(years)
        self.plans = plans
        self.findings = tuple(findings)
        for cell in self.cells:
            self.fields[cell.field] = _text_field(
                label=cell.label,
                widget=forms.TextInput(attrs=self._figure_attrs(cell)),
            )
            self.fields[cell.comment_field] = _text_field(
                label=format_lazy(_("Comment on {label}"), label=cell.label),
                widget=forms.Textarea(attrs=self._comment_attrs(cell)),
            )
        self.fields["contact_name"] = _text_field(
            label=_("Contact person for questions"),
            widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "section-contact name"}),
        )
        self.fields["contact_phone"] = _text_field(
            label=_("Phone"),
            widget=forms.TextInput(
                attrs={
                    "class": "form-control pp-num",
                    "autocomplete": "section-contact tel",
                    "inputmode": "tel",
                }
            ),
        )
        self.helper = FormHelper()
        self.helper.form_tag = False  # the template owns <form>, its token and its buttons
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            FigureTable(),
            Div(
                Div(Field("contact_name", template="reporting/_contact_field.html"), css_class="col-sm-6"),
                Div(Field("contact_phone", template="reporting/_contact_field.html"), css_class="col-sm-6"),
                css_class="row g-3 mt-2",
            ),
        )

    def text_of(self, field: str) -> str:
        """The text that the field shows."""
        return str(self[field].value() or "")

    def error_at(self, field: str) -> Finding | None:
        """The error found at a field."""
        return next(
            (found for found in self.findings if found.field == field and found.level == "error"), None
        )

    def warning_at(self, field: str) -> Finding | None:
        """The warning found at a field."""
        return next(
            (found for found in self.findings if found.field == field and found.level == "warning"), None
        )

    def texts(self) -> dict[str, str]:
        """Field -> text as shown, for every field of the form."""
        return {name: self.text_of(name) for name in self.fields}

    def changed_texts(self) -> dict[str, str]:
        """Field -> text as typed, for the fields that differ from what the page showed when it was opened.

        So two people who fill in different fields never undo each other.
        """
        return {name: self.text_of(name) for name in self.changed_data if self.add_prefix(name) in self.data}

    def _figure_attrs(self, cell: Cell) -> dict[str, str]:
        described = []
        state = ""
        if self.error_at(cell.field):
            described.append(f"e-{cell.field}")
            state = " is-invalid"
        elif self.warning_at(cell.field):
            described += [f"d-{cell.field}", f"w-{cell.field}"]
            state = " is-warned"
        elif cell.post_type == PostType.AT:
            described.append(f"d-{cell.field}")
        attrs = {
            "class": f"form-control pp-input{state}",
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": "200",
            "aria-label": str(cell.label),
        }
        if described:
            attrs["aria-describedby"] = " ".join(described)
        if self.error_at(cell.field):
            attrs["aria-invalid"] = "true"
        return attrs

    def _comment_attrs(self, cell: Cell) -> dict[str, str]:
        attrs = {
            "class": "form-control pp-textarea",
            "rows": "3",
            "aria-describedby": f"n-{cell.comment_field}",
            "data-pp-count": str(COMMENT_MAX),
        }
        if self.error_at(cell.comment_field):
            attrs["aria-invalid"] = "true"
            attrs["aria-describedby"] += f" e-{cell.comment_field}"
            attrs["class"] += " is-invalid"
        return attrs


def _text_field(*, label: str | Promise, widget: forms.Widget) -> forms.CharField:
    # The page carries what it showed (show_hidden_initial), which tells what this person has changed.
    return forms.CharField(
        required=False, strip=False, label=str(label), widget=widget, show_hidden_initial=True
    )
