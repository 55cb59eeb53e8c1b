"""Roles in a region after they were accepted: changed, ended; and the link to a new password."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.errors import NotAllowed, RoleRefused
from reporting.invitations import LINK_MARK
from reporting.locks import lock_region
from reporting.models import MailKind, Membership, Role, User
from reporting.outbox import write_mail
from reporting.role_notices import write_role_notice
from reporting.services.outbox import send_after_commit


@transaction.atomic
def change_role(*, membership_id: int, role: Role | str, by: User, at: datetime) -> Membership:
    """Give a person another role in the same region; they are told by mail.

    Raises:
        NotAllowed: `by` may not give or take one of the two roles.
        RoleRefused: it is, or would be, the ombud's: the agency approves a successor.
    """
    membership = _lock_membership(membership_id)
    open_roles = selectors.roles_open_to(by, membership.region_id)
    if membership.role not in open_roles or role not in open_roles:
        raise NotAllowed(_("Your role does not include this action."))
    if Role.OMBUD in (membership.role, role):
        raise RoleRefused(_("The ombud is replaced by a successor whom the agency has approved."))
    if membership.role == role:
        return membership
    membership.role = role
    membership.full_clean()
    membership.save()
    send_after_commit(write_role_notice("changed", membership=membership, by=by, at=at))
    return membership


@transaction.atomic
def end_role(*, membership_id: int, by: User, at: datetime) -> None:
    """Take a person's role in a region away; what they did stays. They are told, unless they left.

    Raises:
        NotAllowed: `by` may not end the role, and it is not their own.
        RoleRefused: it is the ombud's: it ends when the agency has approved a successor.
    """
    membership = _lock_membership(membership_id)
    is_own = membership.user_id == by.pk and by.is_active
    if not is_own and membership.role not in selectors.roles_open_to(by, membership.region_id):
        raise NotAllowed(_("Your role does not include this action."))
    if membership.role == Role.OMBUD:
        raise RoleRefused(_("The ombud is replaced by a successor whom the agency has approved."))
    if not is_own:
        send_after_commit(write_role_notice("ended", membership=membership, by=by, at=at))
    membership.delete()


@transaction.atomic
def send_password_link(*, user_id: int, at: datetime) -> None:
    """Send a person who asked for it on the sign-in page a link to choose a new password.

    Asking twice in the same second sends one mail.
    """
    person = User.objects.get(pk=user_id)
    mail = write_mail(
        MailKind.PASSWORD_RESET,
        recipient=person.email,
        occasion=f"account/{person.pk}/{at.isoformat(timespec='seconds')}",
        context={"person": person, "link": LINK_MARK},
        language=person.language,
    )
    send_after_commit(mail)


def _lock_membership(membership_id: int) -> Membership:
    """The role under its region's lock.

    Raises:
        RoleRefused: it has been ended meanwhile.
    """
    code = Membership.objects.filter(pk=membership_id).values_list("region_id", flat=True).first()
    if code is not None:
        lock_region(code)
    found = Membership.objects.select_related("user", "region").filter(pk=membership_id).first()
    if found is None:
        raise RoleRefused(_("The role has been ended already."))
    return found
