"""Words for the engine's codes: reasons, measures, keys, and what is wrong with a rule."""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from allocation.tracewords import SUBJECTS
from allocation.variation import Parameter
from reporting.templatetags.platsplan import number

REASONS: dict[str, str | Promise] = {
    "eligible": _("The region takes part."),
    "not-reported": _("Not reported. A region that has not submitted takes part in nothing."),
    "planned-rate-below-threshold": _("The planned rate is below the threshold."),
    "planned-rate-at-or-above-threshold": _(
        "The planned rate reaches the threshold; this part is for the others."
    ),
    "reported-rate-below-threshold": _("The reported rate is below the threshold."),
    "reported-below-minimum": _("Fewer posts are reported than this part requires."),
    "increase-below-minimum": _("The increase is smaller than this part requires."),
    "increase-below-first-step": _("The increase does not reach the first step of the ladder."),
}


# How a condition was missed, for a rule set whose reasons have no sentence of their own.
_MISSES: tuple[tuple[str, str | Promise], ...] = (
    (r"(.+?)-(?:at-or-)?below-minimum", _("{subject} is less than this part requires.")),
    (r"(.+?)-(?:at-or-)?above-maximum", _("{subject} is more than this part allows.")),
    (r"(.+?)-below-threshold", _("{subject} is below the threshold.")),
    (r"(.+?)-at-or-below-threshold", _("{subject} is not above the threshold.")),
    (r"(.+?)-above-threshold", _("{subject} is above the threshold.")),
    (r"(.+?)-at-or-above-threshold", _("{subject} is not below the threshold.")),
    (r"(.+?)-below-first-step", _("{subject} does not reach the first step of the ladder.")),
)


def reason_text(reason: str) -> str | Promise:
    """Why a region takes part in a pot or does not, in one sentence; an unknown code as it is."""
    if reason in REASONS:
        return REASONS[reason]
    for pattern, sentence in _MISSES:
        found = re.fullmatch(pattern, reason)
        if found and found[1] in SUBJECTS:
            text = str(format_lazy(sentence, subject=SUBJECTS[found[1]]))
            return text[0].upper() + text[1:]
    return reason


MEASURES: dict[str, str | Promise] = {
    "planned": _("Planned posts"),
    "reported": _("Reported posts"),
    "increase": _("Increase"),
    "inhabitants": _("Inhabitants"),
    "planned-rate": _("Planned rate"),
    "reported-rate": _("Reported rate"),
}
COMPARISONS: dict[str, str | Promise] = {
    "at-least": _("at least"),
    "above": _("more than"),
    "at-most": _("at most"),
    "below": _("less than"),
}
WEIGHTS: dict[str, str | Promise] = {
    "reported-rate": _("the reported rate"),
    "planned-rate": _("the planned rate"),
    "increase": _("the increase"),
    "reported": _("the reported posts"),
    "planned": _("the planned posts"),
    "inhabitants": _("the inhabitants"),
    "equal": _("equal shares"),
}

_PARAMETERS: dict[str, str | Promise] = {
    "threshold": _("Threshold"),
    "amount": _("{pot}: the pot"),
    "cap": _("{pot}: at most for each extra post"),
    "bound": _("{pot}: {measure}, the limit"),
    "start": _("{pot}: first step, the whole ladder moves along"),
    "per-post": _("{pot}: kronor for each post of a step"),
    "step-at": _("{pot}: step {number}, from"),
    "step-amount": _("{pot}: step {number}, gives"),
    "planned": _("{region}: plan"),
    "reported": _("{region}: reported"),
}
UNITS: dict[str, str | Promise] = {
    "posts": _("posts"),
    "persons": _("inhabitants"),
    "rate": _("per 100 000"),
    "kr": "kr",
}


def unit_text(unit: str, value: Decimal | int) -> str:
    """The unit of a value: one post, two posts."""
    return ngettext("post", "posts", int(value)) if unit == "posts" else str(UNITS[unit])


def parameter_text(
    parameter: Parameter, *, pots: Mapping[str, str], regions: Mapping[str, str]
) -> Promise | str:
    """What a sweep varies, in words.

    Args:
        pots: id -> title; regions: code -> name.
    """
    measure = MEASURES.get(parameter.measure, "")
    return format_lazy(
        _PARAMETERS[parameter.kind],
        pot=pots.get(parameter.place, parameter.place),
        region=regions.get(parameter.place, parameter.place),
        measure=measure,
        number=parameter.number,
    )


# The engine's own reasons for refusing a rule set, as far as the pages for editing one can bring them about.
_PROBLEMS: tuple[tuple[str, str | Promise], ...] = (
    (
        r"must be above the step before it, (.+), not (.+)",
        _("Must be above the step before it, {0}, and not {1}."),
    ),
    (r"must be from (.+) to (.+), not (.+)", _("Must be from {0} to {1}, and not {2}.")),
    (r"must be at least (.+), not (.+)", _("Must be at least {0}, and not {1}.")),
    (r"must have at most (.+) decimals, not (.+)", _("May have at most {0} decimals.")),
    (
        r"the pot needs a condition that the increase is at least 1",
        _("The increase can only be the key where the pot requires an increase of at least 1."),
    ),
    (
        r"a cap per extra post needs weight = increase, not .+",
        _("A cap per extra post needs the increase as the key. Choose that key, or leave the cap empty."),
    ),
    (r"is missing", _("Give at least one step.")),
)


def rule_problem_text(reason: str) -> str | Promise:
    """What the engine's reader found wrong, for the person who typed it; unknown reasons as they are."""
    for pattern, text in _PROBLEMS:
        found = re.fullmatch(pattern, reason)
        if found:
            return format_lazy(text, *map(_spaced, found.groups()))
    return reason


def _spaced(text: str) -> str:
    """A whole number with its thousands apart; anything else as it is."""
    return number(int(text)) if re.fullmatch(r"-?[0-9]{1,18}", text) else text
