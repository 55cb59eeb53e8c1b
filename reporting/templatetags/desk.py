"""What the desk's pages show of people and of flags."""

from django import template

from reporting import selectors
from reporting.flagging import LABELS, Text, sentence_of
from reporting.models import OmbudApplication, ReportFlag

register = template.Library()


@register.simple_tag
def ombuds_that_wait() -> list[OmbudApplication]:
    """Those who have accepted to be ombud and wait for the agency."""
    return list(selectors.waiting_ombuds())


@register.simple_tag
def flag_label(flag: ReportFlag) -> Text:
    """A flag's name."""
    return LABELS.get(flag.code, flag.code)


@register.simple_tag
def flag_sentence(flag: ReportFlag) -> Text:
    """Why a flag is there."""
    return sentence_of(flag)
