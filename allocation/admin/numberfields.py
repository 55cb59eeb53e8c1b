"""Form fields for amounts, posts and rates as people write them: thousands apart, a decimal comma."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reporting.templatetags.platsplan import number

LONGEST = 40


class NumberField(forms.Field):
    """A number from `least` to `most` with at most `decimals` decimals; a whole one is an int.

    Attributes:
        suffix: the unit that stands beside the field.
        is_quiet: whether the label leaves out that the field is optional, where the text above says so.
    """

    def __init__(
        self,
        *,
        least: int,
        most: int,
        decimals: int = 0,
        suffix: str | Promise = "",
        is_quiet: bool = False,
        **options: Any,
    ) -> None:
        # Before the widget asks for its attributes.
        self.least, self.most, self.decimals, self.suffix = least, most, decimals, suffix
        self.is_quiet = is_quiet
        super().__init__(widget=forms.TextInput, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard that a phone shows; no browser's own suggestions."""
        keyboard = "decimal" if self.decimals else "numeric"
        return super().widget_attrs(widget) | {
            "inputmode": keyboard,
            "autocomplete": "off",
            "maxlength": str(LONGEST),
        }

    def prepare_value(self, value: Any) -> Any:
        """A number in the language's own way of writing; what was typed as it was typed."""
        if isinstance(value, Decimal) and self.decimals:
            return f"{value:.{self.decimals}f}".replace(".", get_format("DECIMAL_SEPARATOR"))
        return number(value) if isinstance(value, int | Decimal) else value

    def to_python(self, value: Any) -> Any:
        """The number that was typed; None where nothing was."""
        bare = "".join(str(value or "").split()).replace(",", ".").replace("\u2212", "-")
        if not bare:
            return None
        if len(bare) > LONGEST or not bare.isascii() or not bare.lstrip("+-").replace(".", "", 1).isdigit():
            raise ValidationError(_("Enter a number."))
        try:
            typed = Decimal(bare)
        except InvalidOperation:
            raise ValidationError(_("Enter a number.")) from None
        # The limits first: a number beyond what a Decimal can round has no rounding to compare with.
        if not self.least <= typed <= self.most:
            limits = {"least": number(self.least), "most": number(self.most)}
            raise ValidationError(_("Enter a number from %(least)s to %(most)s.") % limits)
        if typed != round(typed, self.decimals):
            text = _("Enter at most %(count)d decimals.") if self.decimals else _("Enter a whole number.")
            raise ValidationError(text % {"count": self.decimals} if self.decimals else text)
        return round(typed, self.decimals) if self.decimals else int(typed)
