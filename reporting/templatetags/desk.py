"""What the desk's start page shows of people."""

from django import template

from reporting import selectors
from reporting.models import OmbudApplication

register = template.Library()


@register.simple_tag
def ombuds_that_wait() -> list[OmbudApplication]:
    """Those who have accepted to be ombud and wait for the agency."""
    return list(selectors.waiting_ombuds())
