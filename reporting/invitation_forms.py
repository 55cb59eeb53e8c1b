"""Forms about people: whom to invite, which role, and the password of a new account."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reporting.models import Invitation, Language, Role, User

# What a region reads when it chooses a role.
ROLE_WORDS = {
    Role.SAMORDNARE: _("Uppgiftssamordnare: fills in"),
    Role.REPRESENTANT: _("Representant: fills in and submits"),
    Role.OMBUD: _("New ombud: takes over when the agency has approved"),
}


class InviteToRegionForm(forms.Form):
    """Who is invited to which of the roles that the inviter may give."""

    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language of mail"), choices=Language.choices, initial=Language.SV)

    def __init__(self, *args: Any, open_roles: Collection[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, words) for role, words in ROLE_WORDS.items() if role in open_roles]
        field.initial = Role.SAMORDNARE


class ChangeRoleForm(forms.Form):
    """Another role for somebody who has one; the ombud's is not among them."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        choices=[(role.value, ROLE_WORDS[role]) for role in (Role.SAMORDNARE, Role.REPRESENTANT)],
    )


class NewAccountForm(forms.Form):
    """The name and the password of somebody who follows an invitation and has no account."""

    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least twelve characters. A few words that only you would put together are good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("The password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        """Typed alike twice, and good enough for this person."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same."))
        elif first:
            try:
                validate_password(first, User(email=self.invitation.email, name=cleaned.get("name", "")))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned
