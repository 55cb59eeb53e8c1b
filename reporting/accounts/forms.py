"""Forms about sign-in, in our words; what they check is allauth's."""

import struct
from typing import Any, cast

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from reporting.models import Language, User

# A code is good for its own half minute and the ones beside it; for longer than that it is remembered.
CODE_REMEMBERED_SECONDS = 120
PASSKEY_NAME_LENGTH = 60
# What allauth and fido2 stumble over where something else than a browser made the answer (allauth 65.21).
NO_ANSWER_OF_A_BROWSER = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)


class OwnDetailsForm(forms.Form):
    """What a person may change about themselves."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone"), max_length=50, required=False, widget=forms.TextInput({"autocomplete": "tel"})
    )
    language = forms.ChoiceField(label=_("Language of mail"), choices=Language.choices)


def _code_field() -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        help_text=_("Six digits from the app, or one of your recovery codes."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class OnceMixin(forms.Form):
    """Takes each code once, also where the clock tolerance would let it in again."""

    user: User

    def clean_code(self) -> str:
        """As allauth does, then refuse a code that has opened something already."""
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's form stands behind
        digits = "".join(character for character in code if character.isalnum())
        if not cache.add(f"code-used/{self.user.pk}/{digits}", 1, CODE_REMEMBERED_SECONDS):
            raise forms.ValidationError(_("The code is wrong or has been used. Try the next one."))
        return code


class CodeForm(OnceMixin, AuthenticateForm):  # type: ignore[misc]  # allauth has no stubs
    """The second step of signing in."""

    code = _code_field()


class ConfirmingCodeForm(OnceMixin, ReauthenticateForm):  # type: ignore[misc]  # allauth has no stubs
    """A code to confirm who one is."""

    code = _code_field()


class AppForm(OnceMixin, ActivateTOTPForm):  # type: ignore[misc]  # allauth has no stubs
    """The first code of an app shows that it has the secret."""

    code = forms.CharField(
        label=_("Code from the app"),
        help_text=_("The six digits that the app shows now."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class UsedPasskeyMixin(forms.Form):
    """Speaks of passkeys where allauth speaks of codes."""

    def clean_credential(self) -> Authenticator:
        """As allauth does."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth's form stands behind
        except (forms.ValidationError, *NO_ANSWER_OF_A_BROWSER) as error:
            if isinstance(error, forms.ValidationError) and error.code != "incorrect_code":
                raise
            raise forms.ValidationError(
                _("The passkey is not known here. It may have been removed; choose another way.")
            ) from error


class PasskeySignInForm(UsedPasskeyMixin, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no stubs
    """A passkey in place of a password."""


class PasskeyStepForm(UsedPasskeyMixin, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no stubs
    """A passkey as the second step."""


class ConfirmingPasskeyForm(UsedPasskeyMixin, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no stubs
    """A passkey to confirm who one is."""


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no stubs
    """A new passkey."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("So that you know it again, such as “My phone”."),
        max_length=PASSKEY_NAME_LENGTH,
        required=False,
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone, without a password"),
        help_text=_("The device then asks for fingerprint, face or PIN."),
        required=False,
        initial=True,
    )

    def clean(self) -> dict[str, Any]:
        """As allauth does."""
        try:
            return cast("dict[str, Any]", super().clean())
        except (forms.ValidationError, *NO_ANSWER_OF_A_BROWSER) as error:
            raise forms.ValidationError(_("The passkey could not be read. Try to add it again.")) from error


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth has no stubs
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=PASSKEY_NAME_LENGTH)

    def clean_name(self) -> str:
        """The name without needless spaces."""
        name: Any = self.cleaned_data["name"]
        return " ".join(name.split())
