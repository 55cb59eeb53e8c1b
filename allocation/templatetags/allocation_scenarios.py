"""What a scenario has changed, in words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from allocation.ruleedit import Change
from allocation.variation import unit_of
from allocation.wording import MEASURES, WEIGHTS, unit_text
from reporting.templatetags.platsplan import kr, number

register = template.Library()


@register.filter
def change_words(change: Change) -> str:
    """What has been changed."""
    words = {
        "threshold": _("Threshold"),
        "population": _("Population reference"),
        "amount": _("the pot"),
        "bound": _("the limit for: %(measure)s"),
        "added-bound": _("a new limit for: %(measure)s"),
        "weight": _("shared by"),
        "cap": _("at most for each extra post"),
        "steps": _("the ladder"),
    }[change.kind] % {"measure": str(MEASURES.get(change.measure, "")).lower()}
    return f"{change.pot}: {words}" if change.pot else words


@register.filter
def change_before(change: Change, populations: Mapping[str, str]) -> str | Promise:
    """What it was officially."""
    return _shown(change, change.before, populations)


@register.filter
def change_after(change: Change, populations: Mapping[str, str]) -> str | Promise:
    """What it is in the scenario."""
    return _shown(change, change.after, populations)


def _shown(change: Change, value: Any, populations: Mapping[str, str]) -> str | Promise:
    if value is None:
        return _("none")
    match change.kind:
        case "population":
            return populations.get(str(value), str(value))
        case "weight":
            return WEIGHTS[value]
        case "amount" | "cap":
            return kr(value)
        case "steps":
            return _ladder(value)
    return f"{_plain(value)} {unit_text(unit_of(change.measure), value)}"


def _ladder(steps: Sequence[tuple[int | Decimal, int]]) -> str:
    return "; ".join(f"{_plain(at)}: {kr(amount_kr)}" for at, amount_kr in steps)


def _plain(value: int | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", get_format("DECIMAL_SEPARATOR"))
    return number(value)
