"""Rights and ways to sign in, which other projects' tables hold: named here for their history."""

from allauth.account import models as addresses
from allauth.mfa import models as factors
from allauth.socialaccount import models as providers
from django.contrib.auth import models as auth
from django.utils.translation import gettext_lazy as _

from reporting.models.events import tracked
from reporting.models.people import User


@tracked(app_label="reporting")
class RightsGroup(auth.Group):
    """A group of rights at the agency."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("group of rights")
        verbose_name_plural = _("groups of rights")


@tracked(app_label="reporting", part_of="group")
class GroupRight(auth.Group.permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """A right of a group."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("right of a group")
        verbose_name_plural = _("rights of groups")


@tracked(part_of="user")
class UserGroup(User.groups.through):  # type: ignore[name-defined,misc]  # made by Django
    """A person's place in a group of rights at the agency."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("group of rights of a person")
        verbose_name_plural = _("groups of rights of people")


@tracked(part_of="user")
class UserRight(User.user_permissions.through):  # type: ignore[name-defined,misc]  # made by Django
    """A single right of a person."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("right of a person")
        verbose_name_plural = _("rights of people")


@tracked(app_label="reporting", exclude=["data", "last_used_at"], part_of="user")
class SecondFactor(factors.Authenticator):  # type: ignore[misc]  # it has no types
    """A second factor of a person: which kind, since when; never what it checks."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("second factor of a person")
        verbose_name_plural = _("second factors of people")


@tracked(app_label="reporting", part_of="user")
class SignInAddress(addresses.EmailAddress):  # type: ignore[misc]  # it has no types
    """An address that a person signs in with."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("address to sign in with")
        verbose_name_plural = _("addresses to sign in with")


@tracked(app_label="reporting", exclude=["extra_data", "last_login"], part_of="user")
class SignInProvider(providers.SocialAccount):  # type: ignore[misc]  # it has no types
    """An identity provider's account that a person signs in with."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("identity provider's account of a person")
        verbose_name_plural = _("identity providers' accounts of people")
