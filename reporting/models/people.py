"""People: accounts, and the roles they hold in regions."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.regions import Region


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the address is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        # The fields' own rules say all that the constraints do: one account per address, known languages.
        user.full_clean(exclude=["password"], validate_constraints=False)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class Language(models.TextChoices):
    """A language of pages and mail."""

    SV = "sv", _("Swedish")
    EN = "en", _("English")


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """An account: a person in one or more regions, or at the agency (`is_staff`)."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    language = models.CharField(
        _("language of mail"), max_length=2, choices=Language.choices, default=Language.SV
    )
    is_staff = models.BooleanField(_("works at the agency"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_demo = models.BooleanField(_("demonstration account"), default=False, editable=False)
    date_joined = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name", "email")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="one_account_per_address"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="account_language_is_known"
            ),
        )
        permissions = (("read_history", _("Can read the whole history")),)

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Up to two letters for the person's mark."""
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


class Role(models.TextChoices):
    """The three roles of the agency's grant service. Source: Socialstyrelsen, Behörigheter."""

    OMBUD = "ombud", _("Ombud")
    REPRESENTANT = "representant", _("Representant")
    SAMORDNARE = "samordnare", _("Uppgiftssamordnare")


SUBMITTING_ROLES = (Role.OMBUD, Role.REPRESENTANT)

_ONE_FOLLOWS = """
IF OLD.role = 'ombud' AND NOT EXISTS (
    SELECT FROM reporting_membership WHERE region_id = OLD.region_id AND role = 'ombud'
)
THEN
    RAISE EXCEPTION 'region % would be left without an ombud', OLD.region_id;
END IF;
RETURN NULL;
"""


@tracked(part_of="user")
class Membership(models.Model):
    """A person's role in a region: at most one ombud each, who never leaves without a successor."""

    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("role in a region")
        verbose_name_plural = _("roles in regions")
        ordering = ("region__code", "role", "user__name")
        constraints = (
            models.UniqueConstraint(fields=["user", "region"], name="one_role_per_person_and_region"),
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(role="ombud"),
                name="one_ombud_per_region",
                violation_error_message=_("The region already has an ombud."),
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="an_ombud_is_followed_by_one",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=_ONE_FOLLOWS,
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.region}"

    @property
    def may_submit(self) -> bool:
        """Ombud and representant submit; an uppgiftssamordnare only fills in."""
        return self.role in SUBMITTING_ROLES
