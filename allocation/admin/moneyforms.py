"""The forms about money. What a service refuses stands at the field that it is about."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from allocation.admin.moneypage import BatchPage, MoneyPage
from allocation.admin.numberfields import NumberField
from allocation.models import REASON_MAX, REFERENCE_MAX, AccountKind, ClaimKind
from allocation.money import kronor
from reporting.errors import DomainError
from reporting.models import Region

MOST_KR = 999_999_999_999
NO_DAY = _("Enter the day as year-month-day, such as 2022-12-15.")
NO_REASON = _("Write the reason. It is kept.")
NOTHING_CHOSEN = _("Choose at least one payment that waits.")

# As forms take it: the stubs know a lazy text by no name of their own.
Label = Any


class MoneyForm(forms.Form):
    """A form whose fields are called what the service calls its arguments.

    Attributes:
        action: what its button sends; with the row it is about, it tells forms of one page apart.
        row: the hidden field that names the row; empty where a page has one such form.
    """

    action: ClassVar[str]
    row: ClassVar[str] = ""

    @classmethod
    def empty(cls, key: int | str = "", *, initial: Mapping[str, Any] | None = None, **options: Any) -> Self:
        """The form as a page shows it first, about the row `key`."""
        about = {cls.row: key} if cls.row else {}
        return cls(auto_id=cls._ids(key), initial={**about, **(initial or {})}, **options)

    @classmethod
    def sent(cls, data: Any, **options: Any) -> Self:
        """The form as somebody has sent it, with the ids that it had."""
        return cls(data, auto_id=cls._ids(data.get(cls.row, "") if cls.row else ""), **options)

    @classmethod
    def _ids(cls, key: int | str) -> str:
        return f"{cls.action}{key if str(key).isdecimal() else ''}-%s"

    @property
    def key(self) -> str:
        """The row that it is about; empty where a page has one such form."""
        return str(self[self.row].value()) if self.row else ""

    def refuse(self, error: DomainError | ValidationError) -> None:
        """Show what the service said, at the field that it is about."""
        found = error.message_dict if isinstance(error, ValidationError) else {error.field: [str(error)]}
        for name, texts in found.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


def day_field(label: Label, **options: Any) -> forms.DateField:
    """A day, as a date field sends it."""
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": NO_DAY, "invalid": NO_DAY},
        **options,
    )


def amount_field() -> NumberField:
    """Whole kronor, thousands apart or not."""
    return NumberField(
        label=_("Amount"),
        least=1,
        most=MOST_KR,
        suffix="kr",
        error_messages={"required": _("Enter whole kronor, such as 1 500 000.")},
    )


def reason_field(label: Label, *, rows: int = 2, help_text: Label = "") -> forms.CharField:
    """A reason that is kept."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": NO_REASON},
    )


def plain_field(label: Label, *, most: int, required: bool = True, **options: Any) -> forms.CharField:
    """A line of text that no browser fills in by itself."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, **options)


class MakeForm(MoneyForm):
    """Make a batch of what is left to pay."""

    action = "make"
    pay_on = day_field(
        _("Day of payment"),
        help_text=_(
            "The amounts follow from the decision and what has been paid before. "
            "Somebody else approves the batch."
        ),
    )


class ClaimForm(MoneyForm):
    """Make a claim on a region that has been paid."""

    action = "claim"
    code = forms.ChoiceField(label=_("Region"))
    kind = forms.ChoiceField(label=_("Why"), choices=ClaimKind.choices, initial=ClaimKind.OTHER)
    amount_kr = amount_field()
    due_on = day_field(_("Due"))
    reason = reason_field(_("Reason"), rows=3, help_text=_("Stands in the mail to the region, and is kept."))

    def __init__(self, *args: Any, page: MoneyPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if page.total.to_claim_kr:
            self.fields["kind"].initial = ClaimKind.CORRECTION
        self.fields["code"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (row.region.code, _named(row.region, row.balance.to_claim_kr))
            for row in page.rows
            if row.balance.paid_kr
        ]


def _named(region: Region, to_claim_kr: int) -> str:
    return f"{region.short_name} ({kronor(to_claim_kr)})" if to_claim_kr else region.short_name


class RepaymentForm(MoneyForm):
    """Note money that came back on a claim."""

    action, row = "repaid", "claim_id"
    claim_id = forms.IntegerField(widget=forms.HiddenInput)
    amount_kr = amount_field()
    repaid_on = day_field(_("Day"))
    reference = plain_field(_("Reference"), most=REFERENCE_MAX, required=False)


class WithdrawForm(MoneyForm):
    """Take a claim back."""

    action, row = "withdraw", "claim_id"
    claim_id = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(_("Reason"))


class StrikeForm(MoneyForm):
    """Strike a repayment that was noted by mistake."""

    action, row = "strike", "repayment_id"
    repayment_id = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(_("Reason"))


class IssueForm(MoneyForm):
    """Issue the final report; there is nothing to fill in."""

    action = "issue"


class ExportForm(MoneyForm):
    """Make a batch's files; there is nothing to fill in."""

    action = "export"


class CancelForm(MoneyForm):
    """Cancel a batch that has no files yet."""

    action = "cancel"
    reason = reason_field(_("Why it is cancelled"))


class PaidForm(MoneyForm):
    """Note what the bank has paid; the payments are chosen in the table below."""

    action = "paid"
    codes = forms.MultipleChoiceField(
        label=_("Payments"),
        widget=forms.MultipleHiddenInput,
        error_messages={"required": NOTHING_CHOSEN},
    )
    paid_on = day_field(_("Paid on"))
    reference = plain_field(_("Bank’s reference"), most=REFERENCE_MAX, required=False)

    def __init__(self, *args: Any, page: BatchPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [payment.region_id for payment in page.payments]
        self.fields["codes"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]  # a field of choices
        self.chosen = set(self.data.getlist("codes")) if self.is_bound else set(codes)  # type: ignore[attr-defined]  # a QueryDict


class StopForm(MoneyForm):
    """Note that the bank has refused a payment or sent it back."""

    action = "stop"
    code = forms.ChoiceField(label=_("Region"))
    reason = reason_field(_("Reason"))

    def __init__(self, *args: Any, page: BatchPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [  # type: ignore[attr-defined]  # a field of choices
            (payment.region_id, payment.region.short_name) for payment in page.may_be_stopped
        ]


class AccountForm(MoneyForm):
    """Enter the account that a region is to be paid to."""

    action = "enter"
    code = forms.ChoiceField(label=_("Region"))
    kind = forms.ChoiceField(label=_("Kind of account"), choices=AccountKind.choices)
    account = plain_field(_("Account"), most=60)
    bic = plain_field(_("BIC"), most=11, required=False)
    name = plain_field(_("Payee"), most=70, error_messages={"required": _("Write whose the account is.")})
    reference = plain_field(_("Payee’s reference"), most=35, required=False)

    def __init__(self, *args: Any, regions: Iterable[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(region.code, region.short_name) for region in regions]
        self.fields["code"].choices = choices  # type: ignore[attr-defined]  # a field of choices
