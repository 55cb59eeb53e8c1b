"""A rule for passwords beside Django's own: length alone is no strength."""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FEWEST_CHARACTERS = 5
# Django's list of common passwords is English; these are what Swedish adds, with the product's own name.
COMMON_HERE = frozenset(
    "lösenord losenord sommar vinter höst host vår var hejsan hejhej välkommen valkommen platsplan "
    "platsplandemo socialstyrelsen sjukhus sjukvård sjukvard landsting läkare lakare region fotboll".split()
)


class PaddedPasswordValidator(CommonPasswordValidator):
    """Refuses a short word made long: repeated, or with digits and signs around it."""

    def validate(self, password: str, user: object = None) -> None:
        """Look at what is left without repetition, digits and signs.

        Raises:
            ValidationError: too little is left.
        """
        text = password.casefold().strip()
        base = _unrepeated(text)
        word = _unrepeated("".join(letter for letter in text if letter.isalpha()))
        if len(set(text)) < FEWEST_CHARACTERS or len(base) <= len(text) // 2:
            raise ValidationError(_("The password repeats itself. Make it of different words."))
        if word in COMMON_HERE or word in self.passwords:
            raise ValidationError(_("The password is one common word with something around it. Use several."))

    def get_help_text(self) -> str:
        """What the page says beside the field."""
        return _("Several words that do not belong together make a good password.")


def _unrepeated(text: str) -> str:
    """The shortest text whose repetition gives `text`: "abab" is "ab" twice."""
    period = (text + text).find(text, 1)
    return text[:period]
