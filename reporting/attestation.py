"""The sentence by which a person vouches for a version: shown before submitting, kept with the version."""

from django.utils import translation
from django.utils.translation import gettext as _

from reporting.models import Language, Role, Submission, content_sha256


def attestation_text(submission: Submission, *, name: str, role: str, number: int, language: str) -> str:
    """The exact sentence to which a person puts their name and role.

    Args:
        name, role: of the person who attests.
        number: the number that the version gets.
        language: in which the person reads it, `sv` or `en`.
    """
    with translation.override(Language(language).value):
        return _(
            "I, %(name)s, %(role)s for %(region)s, attest on behalf of the region that the figures in "
            "version %(number)d of the report %(round)s are correct and complete to the best of my knowledge."
        ) % {
            "name": name,
            "role": str(Role(role).label).lower(),
            "region": submission.region.name,
            "number": number,
            "round": submission.reporting_round.name,
        }


def read_through_sha256(texts: dict[str, str], attestation: str) -> str:
    """The checksum of what a person has read before submitting: the draft's texts and the sentence.

    Empty texts count as absent, as they do in the report.
    """
    typed = {field: text for field, text in texts.items() if text}
    return content_sha256({"texts": typed, "attestation": attestation})
