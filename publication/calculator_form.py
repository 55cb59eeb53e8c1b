"""The calculator's form: what may be typed, and what is said about the rest."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from publication.calculator import Asked
from publication.others import Others, PublishedGround, RegionFigures
from reporting.checks import parse_posts

LEAST_INHABITANTS, MOST_INHABITANTS = 1_000, 20_000_000
_LIKE_A_NUMBER = re.compile(r"[-−–+]?[0-9]+([.,][0-9]+)?")
_PLAIN = {"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}


class CalculatorForm(forms.Form):
    """A region and its posts; plan and inhabitants only where they are to be others than the public ones.

    Once a run of the grant is public, the other regions count as in it, unless their plans are asked for.
    """

    region = forms.ChoiceField(
        label=_("Region"), error_messages={"invalid_choice": _("Choose one of the regions in the list.")}
    )
    posts = forms.CharField(label=_("Reported AT posts"), max_length=40, widget=forms.TextInput(attrs=_PLAIN))
    planned = forms.CharField(
        label=_("Planned AT posts"), max_length=40, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    inhabitants = forms.CharField(
        label=_("Inhabitants"), max_length=40, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )

    others = forms.ChoiceField(
        label=_("The other regions count"),
        error_messages={"invalid_choice": _("Choose one of the ways in the list.")},
    )

    def __init__(
        self,
        *args: Any,
        regions: Sequence[RegionFigures],
        ground: PublishedGround | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_ground = ground is not None
        if ground is None:
            del self.fields["others"]
        else:
            others = self.fields["others"]
            assert isinstance(others, forms.ChoiceField)
            published = _("with their reports in run %(number)d") % {"number": ground.grant.run_number}
            others.choices = [
                (Others.PUBLISHED.value, published),
                (Others.PLAN.value, _("with their plans")),
            ]
        self.regions = {region.code: region for region in regions}
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a region")), *((one.code, one.name) for one in regions)]

    def clean_posts(self) -> int:
        """Whole posts; a dash is no number to compute with."""
        posts = _posts_in(self.cleaned_data["posts"])
        if posts is None:
            raise ValidationError(_("Enter a whole number of posts, 0 or more."))
        return posts

    def clean_planned(self) -> int | None:
        """Whole posts, or None for the plan that is public."""
        return _posts_in(self.cleaned_data["planned"])

    def clean_inhabitants(self) -> int | None:
        """Whole persons, or None for those that are public."""
        bare = "".join(self.cleaned_data["inhabitants"].split())
        if not bare:
            return None
        # Digits first: Python also reads other scripts' digits, and underscores.
        persons = int(bare) if bare.isascii() and bare.isdigit() else 0
        if not LEAST_INHABITANTS <= persons <= MOST_INHABITANTS:
            raise ValidationError(_("Enter whole inhabitants, from 1 000 to 20 000 000."))
        return persons

    @property
    def asked(self) -> Asked:
        """What a valid form asks."""
        given = self.cleaned_data
        return Asked(
            region=self.regions[given["region"]],
            posts=given["posts"],
            planned=given["planned"],
            inhabitants=given["inhabitants"],
            others=Others(given["others"]) if self.has_ground else Others.PLAN,
        )


def _posts_in(text: str) -> int | None:
    typed = parse_posts(text)
    if typed.problem and not _LIKE_A_NUMBER.fullmatch("".join(text.split())):
        # A report may have a dash for what is missing, and is told so; here it is of no use.
        raise ValidationError(_("Enter a whole number of posts, 0 or more."))
    if typed.problem:
        raise ValidationError(str(typed.problem))
    return typed.posts
