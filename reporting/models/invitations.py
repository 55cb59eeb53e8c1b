"""Invitations to a role, and what becomes of a person who is to be a region's ombud."""

from datetime import datetime, timedelta

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reporting.models.events import tracked
from reporting.models.people import Language, Role, User
from reporting.models.regions import Region
from reporting.models.triggers import begins, never_emptied

# How long the link in an invitation holds.
INVITATION_DAYS = 14


class InvitationState(models.TextChoices):
    """What has become of an invitation."""

    PENDING = "pending", _("Waits for an answer")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


@tracked()
class Invitation(models.Model):
    """One address asked to take one role: in a region, or at the agency (then without region).

    No account exists until it is accepted. The link in the mail names the invitation and
    `link_number`; sending again raises the number, so that older links die.
    """

    region = models.ForeignKey(
        Region,
        verbose_name=_("region"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    agency_roles = ArrayField(
        models.CharField(max_length=150), verbose_name=_("roles at the agency"), default=list, blank=True
    )
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language of mail"), max_length=2, choices=Language.choices, default=Language.SV
    )
    invited_by = models.ForeignKey(
        User, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(_("invited"))
    sent_at = models.DateTimeField(_("last sent"))
    expires_at = models.DateTimeField(_("holds until"))
    link_number = models.PositiveIntegerField(_("times sent"), default=1)
    state = models.CharField(
        _("state"), max_length=20, choices=InvitationState.choices, default=InvitationState.PENDING
    )
    accepted_by = models.ForeignKey(
        User,
        verbose_name=_("accepted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("accepted, withdrawn or expired"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-invited_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                "region",
                Lower("email"),
                condition=models.Q(state="pending"),
                name="one_pending_invitation_per_address_and_region",
                violation_error_message=_(
                    "There is already an invitation to this address. Send it again instead."
                ),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(state="pending", region=None),
                name="one_pending_invitation_per_address_to_the_agency",
                violation_error_message=_(
                    "There is already an invitation to this address. Send it again instead."
                ),
            ),
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(state="pending", role="ombud"),
                name="one_pending_invitation_of_an_ombud_per_region",
                violation_error_message=_(
                    "Somebody is invited as ombud already. Withdraw that invitation first."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InvitationState.values), name="invitation_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="invitation_language_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(region=None, role="")
                | models.Q(region__isnull=False, role__in=Role.values, agency_roles=[]),
                name="invitation_is_to_a_region_or_the_agency",
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted", accepted_by__isnull=False)
                | (~models.Q(state="accepted") & models.Q(accepted_by=None)),
                name="invitation_is_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")), name="invitation_holds_for_a_while"
            ),
        )
        triggers = (
            begins("pending"),
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[
                    ("pending", "accepted"),
                    ("pending", "withdrawn"),
                    ("pending", "expired"),
                    ("expired", "pending"),
                    ("expired", "withdrawn"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="terms_stand",
                fields=["region", "role", "agency_roles", "email", "invited_by", "invited_at"],
            ),
            pgtrigger.Protect(
                name="links_only_grow_old",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__link_number__lt=pgtrigger.F("old__link_number")),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def occasion(self) -> str:
        """What the mail with the present link is about; the mailer finds the invitation by it."""
        return f"invitation/{self.pk}/{self.link_number}"

    def is_open(self, *, at: datetime) -> bool:
        """Whether the present link can be used at the moment `at`."""
        return self.state == InvitationState.PENDING and at < self.expires_at

    def state_at(self, at: datetime) -> InvitationState:
        """The state as people see it: a link that is too old has expired, swept up or not."""
        if self.state == InvitationState.PENDING and at >= self.expires_at:
            return InvitationState.EXPIRED
        return InvitationState(self.state)

    @staticmethod
    def end_of(at: datetime) -> datetime:
        """When a link that is sent at the moment `at` stops working."""
        return at + timedelta(days=INVITATION_DAYS)


class ApplicationState(models.TextChoices):
    """What has become of a person who is to be ombud."""

    WAITING = "waiting", _("Waits for the agency")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


@tracked(part_of="invitation")
class OmbudApplication(models.Model):
    """A person who has accepted to be a region's ombud, until the agency has approved or declined."""

    invitation = models.OneToOneField(
        Invitation, verbose_name=_("invitation"), on_delete=models.PROTECT, related_name="application"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="ombud_applications"
    )
    person = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="ombud_applications"
    )
    applied_at = models.DateTimeField(_("accepted"))
    state = models.CharField(
        _("state"), max_length=20, choices=ApplicationState.choices, default=ApplicationState.WAITING
    )
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(pgettext_lazy("application", "decided"), null=True, blank=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("ombud for approval")
        verbose_name_plural = _("ombud for approval")
        ordering = ("-applied_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(state="waiting"),
                name="one_waiting_ombud_per_region",
                violation_error_message=_(
                    "Somebody else waits already to be approved as the region's ombud."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ApplicationState.values), name="application_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None, decided_by=None)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="application_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(decided_by=models.F("person")),
                name="nobody_approves_themselves",
            ),
        )
        triggers = (
            begins("waiting"),
            pgtrigger.FSM(
                name="allowed_transitions",
                field="state",
                transitions=[("waiting", "approved"), ("waiting", "declined"), ("waiting", "withdrawn")],
            ),
            pgtrigger.ReadOnly(name="terms_stand", fields=["invitation", "region", "person", "applied_at"]),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            never_emptied(),
        )
        permissions = (("approve_ombud", _("Can approve a region's ombud")),)

    def __str__(self) -> str:
        return f"{self.person}, {self.region}"
