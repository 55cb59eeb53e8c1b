"""Forms of the agency's desk: their shape, and what a single field may hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reporting.models import Language, Membership, Region, Role, User

MESSAGE_MAX = 4_000
OMBUD_STAYS = _("The ombud is replaced by a successor whom the agency has approved.")


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DecisionForm(forms.Form):
    """A message to the region and the day by which it should answer."""

    message = forms.CharField(
        label=_("Message to the region"),
        required=False,
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": 5, "aria-describedby": "message-help"}),
    )
    answer_by = forms.DateField(label=_("Answer by"), required=False, widget=DayInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.today = today

    def clean_answer_by(self) -> date | None:
        """A day that has not passed, in Sweden."""
        day: date | None = self.cleaned_data["answer_by"]
        if day is not None and day < self.today:
            raise ValidationError(_("That day has passed. Choose today or later."))
        return day


class ReviewForm(DecisionForm):
    """The decision box on a report's page; `revision_number` is the version that was looked at."""

    revision_number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class InviteForm(forms.Form):
    """Who is invited to a role in a region. Only an administrator is asked about the agency instead."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    language = forms.ChoiceField(label=_("Language of mail"), choices=Language.choices, initial=Language.SV)
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.order_by("code"), required=False
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", "---------"), *Role.choices], required=False)
    is_staff = forms.BooleanField(label=_("Works at the agency"), required=False)
    groups = forms.ModelMultipleChoiceField(
        label=_("Roles at the agency"),
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, for_agency: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_agency:
            del self.fields["is_staff"], self.fields["groups"]

    def clean(self) -> dict[str, Any]:
        """A role in one region, or work at the agency: nobody reports and decides."""
        cleaned = super().clean() or {}
        region, role = cleaned.get("region"), cleaned.get("role")
        if cleaned.get("is_staff"):
            if region or role:
                raise ValidationError(_("Choose a role in a region or the agency, not both."))
        elif cleaned.get("groups"):
            raise ValidationError(_("Only people at the agency have the agency's roles."))
        elif not (region and role) and not self.errors:
            raise ValidationError(_("Choose both region and role."))
        return cleaned


class PersonForm(forms.ModelForm):
    """An account as it is changed after the invitation. Which fields are open depends on who asks."""

    class Meta:
        model = User
        fields = ["email", "name", "phone", "language", "is_active", "is_staff", "is_superuser", "groups"]
        widgets = {"groups": forms.CheckboxSelectMultiple}
        help_texts = {
            "is_active": _(
                "Leave empty to close the account. People are never removed: history refers to them."
            ),
            "is_superuser": _("May change everything, including who is an administrator."),
            "groups": _("What the person may do at the agency."),
        }
        labels = {"is_superuser": _("Administrator"), "groups": _("Roles at the agency")}

    # Set by the admin on a class of its own for each request.
    changed_by: User

    def clean(self) -> dict[str, Any]:
        """Rules across fields: the agency's rights are for the agency, and nobody locks themselves out."""
        cleaned = super().clean() or {}
        staff = cleaned.get("is_staff", self.instance.is_staff)
        if not staff:
            if cleaned.get("is_superuser", self.instance.is_superuser):
                self.add_error("is_superuser", _("Only people at the agency can be administrators."))
            if cleaned.get("groups"):
                self.add_error("groups", _("Only people at the agency have the agency's roles."))
        if self.instance.pk == self.changed_by.pk:
            for field in ("is_active", "is_staff", "is_superuser"):
                if field in cleaned and not cleaned[field] and getattr(self.changed_by, field):
                    self.add_error(field, _("You cannot take this away from your own account."))
        return cleaned


class LabelledInlineFormSet(forms.BaseInlineFormSet):
    """Rows whose fields are named for screen readers too; the admin names only the columns."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Name every field, the one that removes the row included."""
        super().add_fields(form, index)
        for field in form.fields.values():
            if not field.widget.is_hidden and field.label:
                field.widget.attrs.setdefault("aria-label", field.label)


class MembershipForm(forms.ModelForm):
    """A role in a region, on the person's page. The ombud's is given and ended by approval alone."""

    class Meta:
        model = Membership
        fields = ["region", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("role")
        if isinstance(field, forms.ChoiceField) and self.instance.role != Role.OMBUD:
            field.choices = [(value, words) for value, words in Role.choices if value != Role.OMBUD]

    def clean(self) -> dict[str, Any]:
        """An ombud stays one until the agency has approved a successor."""
        cleaned = super().clean() or {}
        if self.initial.get("role") == Role.OMBUD and self.has_changed():
            raise ValidationError(OMBUD_STAYS)
        return cleaned


class MembershipFormSet(LabelledInlineFormSet):
    """The roles of a person; Django does not ask a form whose row is removed."""

    def clean(self) -> None:
        """The ombud's role is not removed here."""
        super().clean()
        removed = [form for form in self.initial_forms if form.cleaned_data.get("DELETE")]
        if any(form.initial.get("role") == Role.OMBUD for form in removed):
            raise ValidationError(OMBUD_STAYS)
