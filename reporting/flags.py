"""What a reviewer is led to look at in a report: one source for the desk and for what a region is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.checks import Finding
from reporting.fields import Cell

Text = str | Promise

FLAGS: dict[str, Text] = {
    "far-from-plan": _("Far from the plan"),
    "missing-st": _("ST missing"),
    "late": _("Late"),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at. `key` is also the filter's value, `details` say what it rests on."""

    key: str
    label: Text
    details: tuple[Text, ...] = ()


def flags_in(
    warnings: Sequence[Finding], *, posts: Mapping[Cell, int | None], is_late: bool
) -> tuple[Flag, ...]:
    """What to look at in a report with these warnings and figures, in the order of `FLAGS`.

    Args:
        is_late: whether it was (or would be) submitted after the deadline.
    """
    far = tuple(finding.title for finding in warnings if finding.code == "far-from-plan")
    missing = tuple(cell.label for cell, value in posts.items() if value is None)
    flags = []
    if far:
        flags.append(Flag("far-from-plan", FLAGS["far-from-plan"], far))
    if missing:
        flags.append(Flag("missing-st", FLAGS["missing-st"], missing))
    if is_late:
        flags.append(Flag("late", FLAGS["late"]))
    return tuple(flags)
