"""Sentences for what the engine names: why a region takes part in a pot, or does not."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from allocation.models import Award

REASONS: dict[str, str | Promise] = {
    "eligible": _("The region takes part."),
    "not-reported": _("Not reported. A region that has not submitted takes part in nothing."),
    "planned-rate-below-threshold": _("The planned rate is below the threshold."),
    "planned-rate-at-or-above-threshold": _(
        "The planned rate is at or above the threshold; this part is for the others."
    ),
    "reported-rate-below-threshold": _("The reported rate is below the threshold."),
    "increase-below-minimum": _("The increase is smaller than this part requires."),
    "increase-below-first-step": _("The increase does not reach the first step of the ladder."),
}


def reason_of(award: Award) -> str | Promise:
    """Why a region takes part in a pot or does not, in one sentence."""
    return REASONS.get(award.reason, award.reason)
