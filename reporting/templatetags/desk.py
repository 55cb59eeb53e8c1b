"""What the desk's pages show of people and of flags."""

from django import template
from django.db.models import Model

from reporting import selectors
from reporting.audit import changes, question_about
from reporting.auditwords import Entry, entries_of
from reporting.flagging import LABELS, Text, sentence_of
from reporting.models import OmbudApplication, ReportFlag

register = template.Library()

SHOWN_CHANGES = 200


@register.simple_tag
def ombuds_that_wait() -> list[OmbudApplication]:
    """Those who have accepted to be ombud and wait for the agency."""
    return list(selectors.waiting_ombuds())


@register.simple_tag
def history_of(row: Model) -> list[Entry] | None:
    """The newest changes of a row and its parts; None where neither has one to read."""
    question = question_about(row)
    return None if question is None else entries_of(changes(question, limit=SHOWN_CHANGES))


@register.simple_tag
def flag_label(flag: ReportFlag) -> Text:
    """A flag's name."""
    return LABELS.get(flag.code, flag.code)


@register.simple_tag
def flag_sentence(flag: ReportFlag) -> Text:
    """Why a flag is there."""
    return sentence_of(flag)
