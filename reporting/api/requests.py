"""What a request says about the fields, as one would type it, and what it cannot say."""

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.api.shapes import AnswerIn, DraftIn
from reporting.exchange.readfile import TEXT_MAX
from reporting.exchange.template import MISSING
from reporting.fields import CONTACT_FIELDS, OUT_OF_REACH, TOO_LARGE, Text, number_text, text_fields
from reporting.models import Submission
from reporting.problems import FieldFault, Problem


def tag_of(request: HttpRequest) -> str | None:
    """What If-Match asks for; None where it asks for nothing in particular."""
    header = request.headers.get("If-Match", "").strip()
    return header.removeprefix("W/").strip('"') if header and header != "*" else None


def texts_of(body: DraftIn, report: Submission) -> tuple[dict[str, str], dict[str, str]]:
    """Field -> the text as one would type it, and field -> its place in the body.

    Raises:
        Problem: a field is unknown, stands twice, or has a value that no text can say.
    """
    known = set(text_fields(report.reporting_round.years))
    texts: dict[str, str] = {}
    pointers: dict[str, str] = {}
    faults: list[FieldFault] = []
    for name, answer in body.fields.items():
        pointer = f"/fields/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in known:
            faults.append(FieldFault(name, pointer, "unknown-field", _("The round asks for no such field.")))
            continue
        for field, text, place in _said(name, answer, pointer):
            fault = _fault(field, text, twice=field in texts, known=field in known)
            if fault is not None:
                faults.append(FieldFault(field, place, *fault))
            else:
                texts[field], pointers[field] = str(text), place
    if faults:
        raise unprocessable(faults)
    return texts, pointers


def _said(
    name: str, answer: int | float | str | AnswerIn | None, pointer: str
) -> list[tuple[str, str | None, str]]:
    """(field, its text or None where it has none, its place), for what one member of the body says."""
    if not isinstance(answer, AnswerIn):
        return [(name, _typed(answer), pointer)]
    said: list[tuple[str, str | None, str]] = []
    given = answer.model_fields_set
    if answer.missing:
        said.append((name, MISSING if answer.value is None else None, f"{pointer}/missing"))
    elif "value" in given:
        said.append((name, _typed(answer.value), f"{pointer}/value"))
    if "comment" in given:
        said.append((f"comment_{name}", answer.comment or "", f"{pointer}/comment"))
    return said


def _typed(value: int | float | str | None) -> str:
    """A value as one would type it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value) if abs(value) < OUT_OF_REACH else TOO_LARGE
    return number_text(Decimal(repr(value))) if abs(value) < OUT_OF_REACH else TOO_LARGE


def _fault(field: str, text: str | None, *, twice: bool, known: bool) -> tuple[str, Text] | None:
    """(code, sentence) where a text cannot stand in a draft at all."""
    if text is None:
        return "value-and-missing", _("A figure that is missing has no value.")
    if not known or (field in CONTACT_FIELDS and text == MISSING):
        return "no-comment", _("The field has no comment and is never missing.")
    if twice:
        return "twice", _("The field stands twice in the request.")
    if len(text) > TEXT_MAX:
        return "too-long", format_lazy(_("At most {limit} characters."), limit=TEXT_MAX)
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return "not-text", _("The text holds characters that are none.")
    return None


def unprocessable(faults: Sequence[FieldFault]) -> Problem:
    """The refusal (422) of a request of which nothing was saved."""
    return Problem(
        422, "invalid-fields", _("Some of the fields have errors. Nothing was saved."), errors=faults
    )
