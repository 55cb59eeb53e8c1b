"""Inviting people: an account without a password, its roles, and a mail with a link to choose one."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reporting.errors import DomainError, NotAllowed
from reporting.invitations import LINK_MARK
from reporting.models import Mail, MailKind, Membership, Role, User
from reporting.outbox import write_mail
from reporting.services.outbox import send_after_commit

SECONDS_PER_DAY = 86_400


class InvitationRefused(DomainError):
    """The person cannot be invited with these details."""


@transaction.atomic
def invite_person(
    *,
    email: str,
    name: str,
    is_staff: bool,
    groups: Sequence[str],
    memberships: Sequence[tuple[str, Role | str]],
    by: User,
    at: datetime,
    language: str = "sv",
) -> User:
    """Make an account, give it roles, and send one mail with a link to choose a password.

    Args:
        groups: names of the agency's roles, such as "Handläggare"; only for staff.
        memberships: county code and role, one for each region that the person serves.
        by: who invites. Regions' people: `reporting.add_user` and `reporting.add_membership`.
            The agency's people: an administrator, or anyone who may add people could make
            themselves a second pair of eyes.

    Raises:
        NotAllowed: `by` may not invite such a person.
        InvitationRefused: there is an account already, or the details break a rule.
    """
    _may_invite(by, is_staff=is_staff or bool(groups))
    if groups and not is_staff:
        raise InvitationRefused(_("Only people at the agency have the agency's roles."))
    if not is_staff and not memberships:
        raise InvitationRefused(_("Choose at least one region, or the agency."))
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise InvitationRefused(_("There is already an account with this address. Change its roles instead."))
    wanted = list(Group.objects.filter(name__in=groups))
    if unknown := sorted(set(groups) - {group.name for group in wanted}):
        raise InvitationRefused(
            _("There is no agency role called %(names)s.") % {"names": ", ".join(unknown)}
        )
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                email, name=" ".join(name.split()), is_staff=is_staff, language=language
            )
            for code, role in memberships:
                membership = Membership(user=person, region_id=code, role=role)
                membership.full_clean()
                membership.save()
    except ValidationError as error:
        raise InvitationRefused(" ".join(error.messages)) from error
    except IntegrityError as error:  # somebody else invited the same person, or an ombud, at the same moment
        raise InvitationRefused(_("The account or the role was made by somebody else just now.")) from error
    person.groups.set(wanted)
    send_after_commit(_write_invitation(person, occasion=f"account/{person.pk}", by=by))
    return person


@transaction.atomic
def send_invitation_again(*, user_id: int, by: User, at: datetime) -> Mail | None:
    """Send a new invitation to a person who has not chosen a password, for a lost mail or an old link.

    Asking twice in the same second sends one mail.

    Returns:
        the new mail, or None if it was written already.

    Raises:
        NotAllowed: `by` may not invite such a person.
        InvitationRefused: the person has a password, or may not sign in.
    """
    person = User.objects.select_for_update().get(pk=user_id)
    _may_invite(by, is_staff=person.is_staff)
    if not person.is_active:
        raise InvitationRefused(_("The account is closed. Open it before you send the invitation again."))
    if person.has_usable_password():
        raise InvitationRefused(
            _("%(person)s has already chosen a password. A new one is asked for on the sign-in page.")
            % {"person": person}
        )
    occasion = f"account/{person.pk}/{at.isoformat(timespec='seconds')}"
    mail = _write_invitation(person, occasion=occasion, by=by)
    send_after_commit(mail)
    return mail


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


def _may_invite(by: User, *, is_staff: bool) -> None:
    if not by.is_active or not by.is_staff:
        raise NotAllowed(_("Your role does not include this action."))
    if is_staff and not by.is_superuser:
        raise NotAllowed(_("Only an administrator can invite people to the agency."))
    if not by.has_perms(["reporting.add_user", "reporting.add_membership"]):
        raise NotAllowed(_("Your role does not include this action."))


def _write_invitation(person: User, *, occasion: str, by: User) -> Mail | None:
    return write_mail(
        MailKind.INVITATION,
        recipient=person.email,
        occasion=occasion,
        context={
            "person": person,
            "memberships": list(person.memberships.select_related("region").order_by("region")),
            "groups": [group.name for group in person.groups.order_by("name")],
            "invited_by": by,
            "link": LINK_MARK,
            "valid_days": settings.PASSWORD_RESET_TIMEOUT // SECONDS_PER_DAY,
        },
        language=person.language,
    )
