"""Sentences for the engine's reason codes: why a region takes part in a pot, or does not."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


def reason_text(reason: str) -> str | Promise:
    """Why a region takes part in a pot or does not, in one sentence; an unknown code as it is."""
    return REASONS.get(reason, reason)
