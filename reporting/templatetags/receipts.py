"""What the desk shows of the log of receipts."""

from django import template

from reporting import selectors
from reporting.models import LogCheck

register = template.Library()


@register.simple_tag
def log_check() -> LogCheck | None:
    """The newest check of the log; None before the first."""
    return selectors.last_log_check()
