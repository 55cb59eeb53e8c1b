"""Keys with which a region's own systems fill in its draft."""

import hashlib
from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.people import User
from reporting.models.regions import Region
from reporting.models.triggers import never_emptied

# Every key begins so, that leak scanners know what they have found.
KEY_SIGN = "platsplan_"
PREFIX_LENGTH = len(KEY_SIGN) + 6
VALID_FOR = timedelta(days=365)


class RevokedFor(models.TextChoices):
    """Why a key was revoked."""

    ASKED = "asked", _("Revoked by hand")
    OMBUD_REPLACED = "ombud_replaced", _("The region got a new ombud")


@tracked(exclude=["last_used_at", "last_used_from", "secret_sha256"])
class ApiToken(models.Model):
    """A key of a region. Only its checksum is kept, so it can be shown once and never again."""

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=PREFIX_LENGTH)
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, verbose_name=_("revoked by"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_for = models.CharField(_("why"), max_length=20, choices=RevokedFor.choices, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("region", "-created_at")
        constraints = (
            models.UniqueConstraint(
                fields=["region", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_key_in_use_per_region_and_name",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_for="")
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="key_is_revoked_by_somebody",
            ),
            models.CheckConstraint(
                # Empty in keys that were revoked before it was kept.
                condition=models.Q(revoked_for__in=["", *RevokedFor.values]),
                name="key_end_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="key_expires_after_it_was_made",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="key_stays_what_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "region", "name", "prefix", "secret_sha256", "created_by", "created_at", "expires_at"
                ),
            ),
            pgtrigger.Protect(
                name="revoked_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            never_emptied(),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def signature(self) -> str:
        """How the key signs what it fills in: its name, and what tells it from others of that name."""
        return f"{self.name} ({self.prefix})"

    def has_expired(self, *, at: datetime) -> bool:
        """Whether its time is over at the moment `at` (aware)."""
        return at >= self.expires_at


def secret_sha256(secret: str) -> str:
    """The checksum under which a key is kept. The key is 256 random bits, so no slower one is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
