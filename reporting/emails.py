"""The words of each mail: a template pair per kind, rendered in the reader's language."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import slugify

from reporting.models import MailKind


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words: one-line subject, plain text, HTML."""

    subject: str
    text: str
    html: str


def render_mail(kind: MailKind, context: dict[str, Any], *, language: str) -> Letter:
    """Render `templates/email/<kind>.txt` and `.html`.

    The first line of the text template is the subject. Links are absolute, from `base_url`.
    """
    with translation.override(language):
        everything = {
            "base_url": settings.PLATSPLAN_BASE_URL,
            "demo_mode": settings.PLATSPLAN_DEMO,
            "language": language,
            **context,
        }
        subject, _line_end, text = render_to_string(f"email/{kind}.txt", everything).partition("\n")
        html = render_to_string(f"email/{kind}.html", {**everything, "subject": subject.strip()})
    return Letter(subject=" ".join(subject.split())[:200], text=text.strip() + "\n", html=html.strip() + "\n")


def message_id(mail_id: int) -> str:
    """The Message-ID of a mail: the same at every attempt, so that a repeated one can be recognised."""
    host = (
        slugify(settings.PLATSPLAN_BASE_URL.partition("//")[2].partition(":")[0].replace(".", "-"))
        or "platsplan"
    )
    return f"<platsplan-{mail_id}@{host}.mail>"
