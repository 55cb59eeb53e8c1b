"""The receipt as PDF/UA: an accessible, tagged document, drawn by Typst from the record alone."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from reporting.errors import ReceiptNotDrawn
from reporting.fields import Field, Page, fields_of
from reporting.models import STOCKHOLM, Receipt, Role
from reporting.pdf import NotDrawn, draw_pdf, moment_parts
from reporting.qr import qr_svg
from reporting.templatetags.platsplan import figure

DOCUMENTS = Path(__file__).resolve().parent / "documents"


def draw_receipt(receipt: Receipt, *, language: str) -> bytes:
    """The receipt's PDF. The same receipt gives the same bytes, with the same version of Typst.

    Everything that a person has typed reaches Typst as data, never as markup.

    Raises:
        ReceiptNotDrawn: Typst refused.
    """
    with translation.override(language), timezone.override(STOCKHOLM):
        data = _everything(receipt, language=language)
    try:
        return draw_pdf(DOCUMENTS / "receipt.typ", data)
    except NotDrawn as error:
        raise ReceiptNotDrawn(f"{receipt.number}: {error}") from error


def _everything(receipt: Receipt, *, language: str) -> dict[str, Any]:
    record = json.loads(receipt.record)
    years = receipt.revision.submission.reporting_round.years
    answers = {line["field"]: line for line in record["figures"]}
    submitted_at = datetime.fromisoformat(record["submitted"]["at"])
    role = str(Role(record["submitted"]["role"]).label).lower()
    contact = ", ".join(part for part in (record["contact"]["name"], record["contact"]["phone"]) if part)
    return {
        "lang": language,
        "title": f"{_('Receipt')} {record['receipt']}",
        "kind": _("Receipt"),
        "moment": moment_parts(submitted_at),
        "example": [
            _("Example data"),
            _("The figures in this receipt are synthetic. They are not any region's real report."),
        ]
        if record["example_data"]
        else None,
        "region": record["region"]["name"],
        "heading": _("Receipt for version %(number)d") % {"number": record["version"]},
        "lede": " ".join(_lede(record)),
        "facts": [
            [_("Receipt number"), record["receipt"]],
            [_("Case number"), record["case"]],
            [_("Version"), str(record["version"])],
            [_("Submitted"), format_date(timezone.localtime(submitted_at), "j F Y H:i:s")],
            [_("By"), f"{record['submitted']['by']}, {role}"],
            [_("Contact person"), contact or "–"],
        ],
        "posts": _posts(answers, years),
        "indicators": _indicators(answers, years),
        "comments": _comments(answers, years),
        "attestation": _attested(record, role),
        "proof": _proof(receipt),
        "words": {
            "page": _("Page"),
            "of": _("of"),
            "figure": _("Figure"),
            "value": _("Value"),
            "unit": _("Unit"),
            "missing": _("figure missing"),
            "comments": _("Comments and reasons"),
            "posts": _("Number of posts"),
        },
    }


def _lede(record: Mapping[str, Any]) -> Iterator[str]:
    words = {
        "region": record["region"]["name"],
        "number": record["version"],
        "round": record["round"]["name"],
    }
    yield _("%(region)s has submitted version %(number)d of its report in the round %(round)s.") % words
    if (former := record["version"] - 1) > 0:
        yield _(
            "It replaces version %(number)d, whose receipt still vouches for what was submitted then."
        ) % {"number": former}


def _cell(answer: Mapping[str, Any] | None) -> str | None:
    """The figure in the reader's language; None is missing, an empty text is not asked for."""
    if answer is None:
        return ""
    return None if answer["value"] is None else str(figure(Decimal(answer["value"])))


def _posts(answers: Mapping[str, Any], years: tuple[int, ...]) -> dict[str, Any]:
    by_question: dict[str, list[Field]] = {}
    for field in fields_of(years, page=Page.POSTS):
        by_question.setdefault(field.question.key, []).append(field)
    return {
        "head": [_("Posts"), *(str(year) for year in years)],
        "rows": [
            {
                "name": str(fields[0].question.name),
                "is_part": bool(fields[0].question.part_of),
                "cells": [_cell(answers.get(field.name)) for field in fields],
            }
            for fields in by_question.values()
        ],
    }


def _indicators(answers: Mapping[str, Any], years: tuple[int, ...]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for field in fields_of(years, page=Page.INDICATORS):
        if field.name in answers:
            groups.setdefault(str(field.question.group), []).append(
                {
                    "name": str(field.label),
                    "unit": str(field.question.unit.label),
                    "value": _cell(answers[field.name]),
                }
            )
    return [{"title": title, "rows": rows} for title, rows in groups.items()]


def _comments(answers: Mapping[str, Any], years: tuple[int, ...]) -> list[list[str]]:
    return [
        [str(field.label), answers[field.name]["comment"]]
        for field in fields_of(years)
        if field.name in answers and answers[field.name]["comment"]
    ]


def _attested(record: Mapping[str, Any], role: str) -> dict[str, str] | None:
    text = record["attestation"]["text"]
    if not text:
        return None
    return {
        "title": _("Attestation"),
        "text": text,
        "lang": record["attestation"]["language"],
        "by": f"{record['submitted']['by']}, {role}",
    }


def _proof(receipt: Receipt) -> dict[str, str]:
    address = f"{settings.PLATSPLAN_BASE_URL}{reverse('publication:verified', args=[receipt.sha256])}"
    page = f"{settings.PLATSPLAN_BASE_URL}{reverse('publication:verify')}"
    entry = receipt.log_entry
    return {
        "title": _("Is this receipt genuine?"),
        "how": _("Scan the code, open the address, or type the receipt number and the checksum at %(page)s.")
        % {"page": page},
        # Number and checksum: the page answers only where they belong together.
        "code": qr_svg(f"{page}?{urlencode({'number': receipt.number, 'sha256': receipt.sha256})}"),
        "code_text": _("QR code that leads to the check of receipt %(number)s") % {"number": receipt.number},
        "address": address,
        "sha256_label": _("Checksum of the receipt (SHA-256)"),
        "sha256": receipt.sha256,
        "entry_label": _("Entry %(number)d in the log, with the checksum") % {"number": entry.sequence},
        "entry": entry.sha256,
        "recompute": _(
            "The checksum is that of the receipt as a JSON file, which came with the mail and can be "
            "fetched on the receipt's page. Compute it yourself:"
        ),
        "command": f"sha256sum {receipt.number}.json",
        "unshown": _(
            "A character that this document cannot show is written as its number, such as [U+1F600]. "
            "The JSON file has it as it was typed."
        ),
    }
