"""The words and numbers of one stored step of a trace, written for readers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.templatetags.platsplan import kr, number, rate

Step = Mapping[str, Any]

# Measures as the subject of a sentence.
SUBJECTS: dict[str, str | Promise] = {
    "planned": gettext_lazy("the number of planned posts"),
    "reported": gettext_lazy("the number of reported posts"),
    "increase": gettext_lazy("the increase"),
    "inhabitants": gettext_lazy("the number of inhabitants"),
    "planned-rate": gettext_lazy("the planned rate"),
    "reported-rate": gettext_lazy("the reported rate"),
}


def value_in(step: Step, name: str) -> Any:
    """What went into a step under a name."""
    return step["inputs"][name]["value"]


def noted_in(step: Step, name: str) -> Any:
    """What a step notes beside its result under a name; None where it notes nothing."""
    note = step["notes"].get(name)
    return None if note is None else note["value"]


def decimal_text(text: str, decimals: int) -> str:
    """A decimal number with no-break spaces and the language's decimal sign, cut to some decimals."""
    whole, _point, rest = text.partition(".")
    digits = (rest + "0" * decimals)[:decimals]
    return (
        f"{number(int(whole))}{get_format('DECIMAL_SEPARATOR')}{digits}" if decimals else number(int(whole))
    )


def written(value: Any, unit: str) -> str:
    """A value of a step in the reader's language, with its unit."""
    if value is None:
        return _("not available")
    if unit == "rate":
        return str(rate(Decimal(str(value))))
    if unit in ("kr", "kr/post"):
        return str(kr(int(value)))
    return str(number(int(value)))


def bound_of(step: Step) -> tuple[str, str, str]:
    """Measure, comparison and bound of a condition, the bound written out."""
    # From the operation: the database keeps no order among the inputs.
    measure, comparison, right = step["operation"].split()
    bound = step["inputs"][right]
    return measure, comparison, written(bound["value"], bound["unit"])


def condition_text(step: Step) -> str:
    """A condition as the end of a sentence."""
    measure, comparison, bound = bound_of(step)
    phrases = {
        ("planned_rate", ">="): _("the plan reaches at least %(bound)s per 100 000 inhabitants"),
        ("planned_rate", "<"): _("the plan is below %(bound)s per 100 000 inhabitants"),
        ("reported_rate", ">="): _("the report reaches at least %(bound)s per 100 000 inhabitants"),
        ("increase", ">="): _("the increase is at least %(bound)s"),
    }
    compared = {
        ">=": _("%(subject)s is at least %(bound)s"),
        ">": _("%(subject)s is more than %(bound)s"),
        "<=": _("%(subject)s is at most %(bound)s"),
        "<": _("%(subject)s is less than %(bound)s"),
    }
    phrase = phrases.get((measure, comparison), compared[comparison])
    return phrase % {"subject": SUBJECTS[measure.replace("_", "-")], "bound": bound}
