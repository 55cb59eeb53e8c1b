"""The report's forms: the shape of what is typed. What it means is judged by `reporting.checks`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.checks import Finding, parse_posts
from reporting.fields import CONTACT_FIELDS, Cell, Page, cells_of
from reporting.models import COMMENT_MAX, Baseline, DraftValue, PostType
from reporting.services.drafts import plain_text


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts for one field: the one typed here, and the one that somebody has saved meanwhile."""

    field: str
    label: str
    mine: str
    theirs: DraftValue

    @property
    def keep_mine(self) -> str:
        """What the button says to the server that keeps the text typed here."""
        return f"mine:{self.field}:{self.theirs.version}"

    @property
    def keep_theirs(self) -> str:
        """What the button says to the server that takes the text saved meanwhile."""
        return f"theirs:{self.field}:{self.theirs.version}"


class Sent:
    """What a page of the report sent: its texts, what it knew of each field, and which text was chosen.

    `reused` is the rule and the figure whose comment in the previous round is to be taken over; None
    where none is.

    The page carries what it knew when it was opened: the version and the text of each field. That tells what
    this person has changed, and whether somebody else has changed the same field since.

    Args:
        data: names -> texts, as the browser sent them.
        fields: the fields of the page.
    """

    def __init__(self, data: Mapping[str, str], *, fields: Sequence[str]) -> None:
        self.texts = {field: plain_text(data[field]) for field in fields if field in data}
        self.known = read_known(data.get("known", ""))
        choice, _separator, rest = data.get("keep", "").partition(":")
        field, _separator, version = rest.rpartition(":")
        code, _separator, name = data.get("reuse", "").partition(":")
        self.reused = (code, name) if f"comment_{name}" in self.texts else None
        self._taken = field if choice == "theirs" else ""
        self._replaced = {field: int(version)} if choice == "mine" and _is_version(version) else {}

    def changed_texts(self) -> dict[str, str]:
        """Field -> text as typed, for the fields that differ from what the page knew.

        So two people who fill in different fields never undo each other. A field for which the other
        person's text was chosen is left out.
        """
        return {
            field: text
            for field, text in self.texts.items()
            if text != self.known.get(field, (0, ""))[1] and field != self._taken
        }

    @property
    def anchor(self) -> str:
        """Where on the page one goes on: at the comment that was taken over, else at the top."""
        return f"#id_comment_{self.reused[1]}" if self.reused else ""

    def versions(self) -> dict[str, int]:
        """Field -> the version that its text was typed on, or that it was chosen to replace."""
        return {field: version for field, (version, _text) in self.known.items()} | self._replaced


def read_known(text: str) -> dict[str, tuple[int, str]]:
    """What a page says that it knew: field -> version and text. What cannot be read was not known."""
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {
        field: (entry[0], entry[1])
        for field, entry in known.items()
        if isinstance(entry, list) and len(entry) == 2 and type(entry[0]) is int and isinstance(entry[1], str)
    }


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


class DraftForm(forms.Form):
    """A page of the report. Every text is acceptable; `Sent` reads what comes back, the service saves.

    Args:
        years: the years of the round.
        plans: year -> the plan of the 2021 agreement.
        values: field -> what stands in the draft.
        findings: what the checks say about the texts that are shown.
        conflicts: field -> the text typed here that was not saved, because somebody has changed the field.
        sent: what the page sent, where it is shown again.
        is_in_place: whether only what changes on a page that is open is wanted.
    """

    page: ClassVar[Page]

    def __init__(
        self,
        *,
        years: Sequence[int],
        plans: Mapping[int, Baseline],
        values: Mapping[str, DraftValue],
        findings: Sequence[Finding] = (),
        conflicts: Mapping[str, str] | None = None,
        sent: Sent | None = None,
        is_in_place: bool = False,
    ) -> None:
        self.is_in_place = is_in_place
        self.conflicting = dict(conflicts or {})
        stored = {field: value.text for field, value in values.items()}
        super().__init__(initial=stored | self.conflicting)
        self.sent = sent
        self.years = years
        self.plans = plans
        self.values = values
        self.findings = tuple(findings)

    def text_of(self, field: str) -> str:
        """The text that the field shows."""
        return str(self[field].value() or "")

    def finding_at(self, field: str, level: str) -> Finding | None:
        """The first error or warning found at a field."""
        return next((found for found in self.findings if found.field == field and found.level == level), None)

    def error_at(self, field: str) -> Finding | None:
        """The error found at a field."""
        return self.finding_at(field, "error")

    def warning_at(self, field: str) -> Finding | None:
        """The warning found at a field."""
        return self.finding_at(field, "warning")

    def conflict_at(self, field: str) -> Conflict | None:
        """The two texts between which somebody must choose."""
        if field not in self.conflicting:
            return None
        return Conflict(
            field, str(self.fields[field].label), self.conflicting[field], theirs=self.values[field]
        )

    def conflicts_at(self, *fields: str) -> tuple[Conflict, ...]:
        """The conflicts among some fields."""
        return tuple(conflict for field in fields if (conflict := self.conflict_at(field)) is not None)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every conflict of the page, in the order of its fields."""
        return self.conflicts_at(*self.fields)

    @property
    def known(self) -> str:
        """For the page to carry: field -> version and text, as JSON.

        A field in conflict keeps what the page knew before, until somebody has chosen.
        """
        before = self.sent.known if self.sent else {}
        return json.dumps(
            {
                field: before.get(field, (0, ""))
                if field in self.conflicting
                else (self.values[field].version, self.values[field].text)
                for field in self.fields
                if field in self.values
            }
        )

    def texts(self) -> dict[str, str]:
        """Field -> text as shown, for every field of the page."""
        return {name: self.text_of(name) for name in self.fields}


class FigureTable(LayoutObject):  # type: ignore[misc]  # crispy-forms has no stubs
    """Crispy layout: the figures as a table, a row per kind of post and a column per year."""

    def render(
        self, form: "FiguresForm", context: Any, template_pack: str = "bootstrap5", **kwargs: Any
    ) -> SafeString:
        """Show every figure's field in its cell, and below a row what is found there and comments."""
        rows = [self._row(form, post_type) for post_type in PostType]
        return render_to_string(
            "reporting/_figure_table.html",
            {
                "rows": rows,
                "years": form.years,
                "standings": form.plan_standings,
                "in_place": form.is_in_place,
            },
        )

    def _row(self, form: "FiguresForm", post_type: PostType) -> dict[str, Any]:
        cells = [cell for cell in form.cells if cell.post_type == post_type]
        items = [self._cell(form, cell) for cell in cells]
        notes = [self._note(form, cell) for cell in cells]
        shown = [note for note in notes if note["is_shown"]]
        if shown:
            shown[-1]["is_last"] = True
        return {
            "key": cells[0].question.key,
            "has_plan": post_type == PostType.AT,
            "name": post_type.label,
            "help": cells[0].question.help,
            "is_sub": post_type == PostType.ST_GM,
            "cells": items,
            "errors": [item for item in items if item["error"]],
            "notes": notes,
            "has_notes": bool(shown),
            "conflicts": form.conflicts_at(
                *(cell.field for cell in cells), *(cell.comment_field for cell in cells)
            ),
        }

    def _cell(self, form: "FiguresForm", cell: Cell) -> dict[str, Any]:
        posts = parse_posts(form.text_of(cell.field)).posts
        plan = form.plans.get(cell.year) if cell.post_type == PostType.AT else None
        error = form.error_at(cell.field)
        return {
            "cell": cell,
            "input": form[cell.field],
            "plan": plan,
            "delta": posts - plan.planned_posts if plan is not None and posts is not None else None,
            "is_dash": posts is None and not error and form.text_of(cell.field).strip() != "",
            "warning": form.warning_at(cell.field),
            "error": error,
        }

    def _note(self, form: "FiguresForm", cell: Cell) -> dict[str, Any]:
        warning = form.warning_at(cell.field)
        text = form.text_of(cell.comment_field)
        return {
            "cell": cell,
            "input": form[cell.comment_field],
            "warning": warning,
            "error": form.error_at(cell.comment_field),
            "limit": COMMENT_MAX,
            "target": form[cell.comment_field].id_for_label,
            "length": len(text),
            # The box is there all the time, so that it can appear without a new page.
            "is_shown": warning is not None or text != "",
        }


class LabelledText(LayoutObject):  # type: ignore[misc]  # crispy-forms has no types
    """Crispy layout: a labelled text of a draft, with what is wrong with it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(
        self, form: DraftForm, context: Any, template_pack: str = "bootstrap5", **kwargs: Any
    ) -> SafeString:
        """Show label, field, error and the choice between two texts."""
        found = {
            "field": form[self.name],
            "error": form.error_at(self.name),
            "conflicts": form.conflicts_at(self.name),
        }
        return render_to_string("reporting/_contact_field.html", found)


class FiguresForm(DraftForm):
    """The page of posts."""

    page = Page.POSTS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells = cells_of(self.years)
        for cell in self.cells:
            self.fields[cell.field] = text_field(
                label=cell.label, widget=forms.TextInput(attrs=self._figure_attrs(cell))
            )
            self.fields[cell.comment_field] = text_field(
                label=format_lazy(_("Comment on {label}"), label=cell.label),
                widget=forms.Textarea(attrs=self._comment_attrs(cell)),
            )
        contact = {
            "contact_name": {"class": "form-control", "autocomplete": "section-contact name"},
            "contact_phone": {
                "class": "form-control pp-num",
                "autocomplete": "section-contact tel",
                "inputmode": "tel",
            },
        }
        for name, attrs in contact.items():
            widget = forms.TextInput(attrs=self._contact_attrs(name, **attrs))
            self.fields[name] = text_field(label=CONTACT_FIELDS[name], widget=widget)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the template owns <form>, its token and its buttons
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            FigureTable(),
            Div(
                *(Div(LabelledText(name), css_class="col-sm-6") for name in CONTACT_FIELDS),
                css_class="row g-3 mt-2",
            ),
        )

    @property
    def plan_standings(self) -> tuple[str, ...]:
        """The standings of the plans beside the figures, each once."""
        return tuple(dict.fromkeys(plan.standing for plan in self.plans.values()))

    def _figure_attrs(self, cell: Cell) -> dict[str, str]:
        described = f"d-{cell.field}"
        state = ""
        if self.error_at(cell.field):
            described = f"e-{cell.field}"
            state = " is-invalid"
        elif self.warning_at(cell.field):
            described += f" w-{cell.field}"
            state = " is-warned"
        attrs = {
            "class": f"form-control pp-input{state}",
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": "200",
            "aria-label": str(cell.label),
            "aria-describedby": described,
        }
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

    def _contact_attrs(self, name: str, **attrs: str) -> dict[str, str]:
        if self.error_at(name):
            attrs["class"] += " is-invalid"
            attrs |= {"aria-invalid": "true", "aria-describedby": f"e-{name}"}
        return attrs


def text_field(*, label: str | Promise, widget: forms.Widget) -> forms.CharField:
    """A field of a draft, marked for the script that saves it."""
    widget.attrs["data-pp-field"] = ""
    return forms.CharField(required=False, strip=False, label=str(label), widget=widget)
