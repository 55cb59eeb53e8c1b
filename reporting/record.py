"""The receipt as a JSON document: what it holds, and the one way of writing it that its checksum is of."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from reporting.content import Content, content_of
from reporting.fields import fields_of
from reporting.models import STOCKHOLM, Revision

FORMAT = "platsplan-receipt-1"


def record_of(revision: Revision, *, at_issue: Content | None = None) -> dict[str, Any]:
    """Everything that a receipt vouches for: who said what, when, in which version.

    Figures are texts, so that no reader rounds them; a missing figure is null. Words that depend on
    the reader's language are left to the page and the PDF.

    Args:
        at_issue: what the version says, where it is at hand; otherwise its rows are read.
    """
    submission = revision.submission
    content = at_issue or content_of(revision)
    return {
        "format": FORMAT,
        "receipt": revision.receipt_number,
        "case": submission.case_number,
        "version": revision.number,
        "region": {"code": submission.region_id, "name": submission.region.name},
        "round": {"id": submission.reporting_round.slug, "name": submission.reporting_round.name},
        "example_data": submission.reporting_round.is_demo,
        "submitted": {
            "at": revision.submitted_at.astimezone(STOCKHOLM).isoformat(timespec="microseconds"),
            "by": revision.submitted_by_name,
            "role": revision.submitted_by_role,
        },
        "attestation": {"text": revision.attestation, "language": revision.attestation_language},
        "contact": {
            "name": content.contact["contact_name"],
            "phone": content.contact["contact_phone"],
        },
        "figures": [
            {
                "field": field.name,
                "unit": field.question.unit.value,
                "value": value_text(content.answers[field.name].value),
                "comment": content.answers[field.name].comment,
            }
            for field in fields_of(submission.reporting_round.years)
            if field.name in content.answers
        ],
    }


def record_text(record: dict[str, Any]) -> str:
    """A record as it is written: keys in order, two spaces of indent, UTF-8, a line feed at the end.

    `jq -S .` writes the same bytes, so a file that was laid out anew can be brought back.
    """
    return json.dumps(record, ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def text_sha256(text: str) -> str:
    """The checksum of a text's bytes in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def says_what(text: str, revision: Revision) -> bool:
    """Whether a record says what the version's rows say.

    Names of regions and rounds, which may be corrected later, are left out.
    """
    try:
        record = json.loads(text)
        said = {
            "version": record["version"],
            "submitted": record["submitted"],
            "attestation": record["attestation"],
            "contact": record["contact"],
            "figures": {
                figure["field"]: (figure["value"], figure["comment"]) for figure in record["figures"]
            },
        }
    except (ValueError, TypeError, KeyError):
        return False
    content = content_of(revision)
    return said == {
        **{part: record_of(revision)[part] for part in ("version", "submitted", "attestation", "contact")},
        "figures": {
            name: (value_text(answer.value), answer.comment) for name, answer in content.answers.items()
        },
    }


def value_text(value: Decimal | None) -> str | None:
    """A figure without needless zeros, such as "12" or "12.5"; None is missing."""
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"
