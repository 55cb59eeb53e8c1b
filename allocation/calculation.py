"""The calculation of an award, line by line, from its stored trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allocation.tracewords import (
    SUBJECTS,
    Step,
    bound_of,
    condition_text,
    decimal_text,
    noted_in,
    value_in,
    written,
)
from reporting.templatetags.platsplan import kr, number, rate


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the calculation: what it is, its value, whether it is the outcome."""

    label: str
    value: str
    is_sum: bool = False


def calculation_lines(steps: Mapping[str, Step], trace: Sequence[Step]) -> list[Line]:
    """How an award was computed, line by line.

    Args:
        steps: name of a rule -> its last step; `trace` has all of them, in order.
    """
    if "not-eligible" in steps:
        return [_condition_line(step) for step in trace if step["rule"] == "condition"]
    if "ladder-step" in steps:
        return _ladder_lines(steps)
    if "unit-cap" in steps:
        return _capped_lines(steps)
    return _proportional_lines(steps)


def _condition_line(step: Step) -> Line:
    left = step["inputs"][bound_of(step)[0]]
    met = {True: _("met"), False: _("not met"), None: _("cannot be judged")}[step["result"]]
    sentence = condition_text(step)
    return Line(sentence[0].upper() + sentence[1:], f"{written(left['value'], left['unit'])}, {met}")


def _proportional_lines(steps: Mapping[str, Step]) -> list[Line]:
    total, share = steps["sum-of-weights"], steps["share"]
    weight = _written_weight(value_in(share, "weight"), total["unit"])
    weights = _written_weight(value_in(share, "sum_of_weights"), total["unit"])
    sharers = value_in(total, "sharers")
    labels = {
        "reported-rate": _("The region's rate"),
        "increase": _("The region's increase"),
        "reported": _("The region's posts"),
        "inhabitants": _("The region's inhabitants"),
    }
    name = noted_in(total, "weight")
    return [
        Line(labels.get(name, _("The region's weight")), weight),
        Line(
            ngettext("Sum for %(count)d region", "Sum for %(count)d regions", sharers) % {"count": sharers},
            weights,
        ),
        Line(
            _("The region's share, %(part)s / %(whole)s") % {"part": weight, "whole": weights},
            f"{decimal_text(noted_in(share, 'percent'), 4)}\u00a0%",
        ),
        Line(
            _("of %(amount)s") % {"amount": kr(value_in(share, "amount_kr"))},
            decimal_text(noted_in(share, "share_decimal"), 2),
            is_sum=True,
        ),
    ]


def _written_weight(value: Any, unit: str) -> str:
    return str(rate(Decimal(str(value)))) if unit == "rate" else str(number(int(value)))


def _capped_lines(steps: Mapping[str, Step]) -> list[Line]:
    cap, share = steps["unit-cap"], steps["share"]
    units, per_unit = value_in(cap, "sum_of_weights"), value_in(cap, "cap_per_unit_kr")
    applied = noted_in(cap, "cap_applied")
    extra = value_in(share, "weight")
    lines = [
        Line(
            ngettext("%(pot)s / %(count)s extra post", "%(pot)s / %(count)s extra posts", int(units))
            % {"pot": kr(value_in(cap, "pot_kr")), "count": number(int(units))},
            decimal_text(noted_in(cap, "pot_per_unit_decimal"), 2),
        ),
        Line(
            _("The highest amount per post applies")
            if applied
            else _("The highest amount per post is not reached"),
            str(kr(per_unit)),
        ),
        Line(
            _("The region's increase, %(reported)s − %(planned)s")
            % {
                "reported": number(steps["reported"]["result"]),
                "planned": number(steps["planned"]["result"]),
            },
            str(number(int(extra))),
        ),
    ]
    label = (
        f"{number(int(extra))} × {kr(per_unit)}"
        if applied
        else _("%(part)s of %(whole)s extra posts")
        % {"part": number(int(extra)), "whole": number(int(units))}
    )
    return [*lines, Line(label, decimal_text(noted_in(share, "share_decimal"), 2), is_sum=True)]


def _ladder_lines(steps: Mapping[str, Step]) -> list[Line]:
    step, claims = steps["ladder-step"], steps["claims"]
    lines = [
        *_climbed_lines(step, steps),
        Line(_("All claims together"), str(kr(value_in(claims, "sum_of_claims_kr")))),
    ]
    if noted_in(claims, "oversubscribed"):
        share = steps["share"]
        return [
            *lines,
            Line(_("More than the pot, which is shared by claim"), str(kr(value_in(claims, "pot_kr")))),
            Line(_("The region's share"), decimal_text(noted_in(share, "share_decimal"), 2), is_sum=True),
        ]
    return [
        *lines,
        Line(_("They fit in the pot, so the claim is paid as it is"), str(kr(step["result"])), is_sum=True),
    ]


def _climbed_lines(step: Step, steps: Mapping[str, Step]) -> list[Line]:
    """How high the region stands on the ladder, and the step that reaches."""
    at = step["notes"]["step_at"]
    if "increase" in step["inputs"]:
        return [
            Line(
                _("The region's increase, %(reported)s − %(planned)s")
                % {
                    "reported": number(steps["reported"]["result"]),
                    "planned": number(steps["planned"]["result"]),
                },
                str(number(value_in(step, "increase"))),
            ),
            Line(
                _("Highest step reached: %(at)s posts") % {"at": number(int(at["value"]))},
                str(kr(step["result"])),
            ),
        ]
    measure = next(name for name in step["inputs"] if name != "steps")
    stood = step["inputs"][measure]
    subject = str(SUBJECTS[measure.replace("_", "-")])
    return [
        Line(subject[0].upper() + subject[1:], written(stood["value"], stood["unit"])),
        Line(
            _("Highest step reached: %(at)s") % {"at": written(at["value"], at["unit"])},
            str(kr(step["result"])),
        ),
    ]
