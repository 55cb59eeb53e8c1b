"""To which account each region is paid: one person enters it and another confirms it."""

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models import Region, User, never_emptied, tracked

# What a payment file may hold of a text: the characters that every bank takes.
PLAIN_TEXT = r"^[A-Za-z0-9ÅÄÖÉÜåäöéü/?:().,'+ -]*$"

_ONLY_ANSWERED = """
IF OLD.state <> 'proposed' THEN
    RAISE EXCEPTION 'account % has been answered, and is not changed', OLD.id;
END IF;
RETURN NEW;
"""
_BEGINS_PROPOSED = """
IF NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'an account begins as a proposal';
END IF;
RETURN NEW;
"""


class AccountKind(models.TextChoices):
    """What kind of account it is."""

    BANKGIRO = "bankgiro", _("Bankgiro")
    IBAN = "iban", _("IBAN")


class PayeeState(models.TextChoices):
    """Whether an account may be paid to."""

    PROPOSED = "proposed", _("Waits for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")


@tracked(part_of="region")
class PayeeAccount(models.Model):
    """A region's account as somebody entered it. The newest confirmed one of a region is paid to."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="payee_accounts"
    )
    kind = models.CharField(_("kind of account"), max_length=10, choices=AccountKind.choices)
    account = models.CharField(
        _("account"), max_length=34, help_text=_("Digits only for bankgiro; IBAN without spaces.")
    )
    bic = models.CharField(_("BIC"), max_length=11, blank=True, help_text=_("May be empty."))
    name = models.CharField(
        _("payee"), max_length=70, validators=[RegexValidator(PLAIN_TEXT, _("A bank does not take this."))]
    )
    reference = models.CharField(
        _("payee’s reference"),
        max_length=35,
        blank=True,
        validators=[RegexValidator(PLAIN_TEXT, _("A bank does not take this."))],
        help_text=_("What the region wants to see on the payment, such as a cost centre."),
    )
    is_example = models.BooleanField(_("example"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=PayeeState.choices, default=PayeeState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, verbose_name=_("entered by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_by_name = models.CharField(_("entered by"), max_length=150)
    proposed_at = models.DateTimeField(_("entered"))
    answered_by = models.ForeignKey(
        User, verbose_name=_("answered by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_by_name = models.CharField(_("answered by"), max_length=150, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("account of a payee")
        verbose_name_plural = _("accounts of payees")
        ordering = ("region", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(state="proposed"),
                name="one_proposed_account_per_region",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=AccountKind.values), name="account_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="bankgiro", account__regex=r"^[0-9]{7,8}$", bic="")
                | models.Q(kind="iban", account__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"),
                name="account_has_its_shape",
            ),
            models.CheckConstraint(
                condition=models.Q(bic="") | models.Q(bic__regex=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$"),
                name="bic_has_its_shape",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=PayeeState.values), name="payee_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", answered_at=None, answered_by=None)
                | models.Q(state__in=["confirmed", "refused"], answered_at__isnull=False)
                & ~models.Q(answered_by_name=""),
                name="account_answered_by_somebody",
            ),
            # Accounts of nobody come with the demonstration data only, and say that they are examples.
            models.CheckConstraint(
                condition=models.Q(proposed_by__isnull=False) | models.Q(is_example=True),
                name="account_entered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(is_example=True)
                | models.Q(answered_by__isnull=False) & ~models.Q(answered_by=models.F("proposed_by")),
                name="nobody_confirms_their_own_account",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_entered",
                fields=[
                    "id", "region", "kind", "account", "bic", "name", "reference", "is_example",
                    "proposed_by", "proposed_by_name", "proposed_at",
                ],
            ),
            pgtrigger.Trigger(
                name="begins_proposed", when=pgtrigger.Before, operation=pgtrigger.Insert,
                func=_BEGINS_PROPOSED,
            ),
            pgtrigger.Trigger(
                name="only_answered", when=pgtrigger.Before, operation=pgtrigger.Update, func=_ONLY_ANSWERED
            ),
            never_emptied(),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.region_id}: {self.written}"

    @property
    def written(self) -> str:
        """The account as people write it: 123-4567, or an IBAN in groups of four."""
        if self.kind == AccountKind.BANKGIRO:
            return f"{self.account[:-4]}-{self.account[-4:]}"
        return " ".join(self.account[place : place + 4] for place in range(0, len(self.account), 4))
