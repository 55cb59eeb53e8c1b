"""The one way in: inviting an address to a role, sending again, withdrawing, accepting."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.errors import InvitationRefused, NotAllowed
from reporting.invitations import LINK_MARK, close_expired
from reporting.locks import lock_region
from reporting.models import (
    INVITATION_DAYS,
    ApplicationState,
    Invitation,
    InvitationState,
    MailKind,
    Membership,
    OmbudApplication,
    Role,
    User,
)
from reporting.outbox import write_mail
from reporting.services.outbox import send_after_commit

# More than any region's people; a region cannot be made to write to the whole world.
MAX_PENDING_PER_REGION = 40
# So that nobody's mailbox is filled by a button.
PAUSE_BETWEEN_LINKS = timedelta(minutes=1)


@transaction.atomic
def invite_to_region(
    *, code: str, role: Role | str, email: str, name: str, by: User, at: datetime, language: str = "sv"
) -> Invitation:
    """Invite an address to a role in a region. Says the same whether it has an account or not.

    Args:
        role: an ombud is only a proposal: the agency approves after the person has accepted.
        by: the ombud, a representant (for an uppgiftssamordnare only), or a case officer.

    Raises:
        NotAllowed: `by` may not invite to this role here.
        InvitationRefused: the address has a role here or an invitation, or the details break a rule.
    """
    region = lock_region(code)
    if role not in selectors.roles_open_to(by, code):
        raise NotAllowed(_("Your role does not include this action."))
    email = email.strip().lower()
    close_expired(Invitation.objects.filter(region=region, email=email), at=at)
    if Invitation.objects.filter(region=region, email=email, state=InvitationState.PENDING).exists():
        raise InvitationRefused(_("There is already an invitation to this address. Send it again instead."))
    here = Membership.objects.filter(region=region, user__email=email).first()
    if here is not None and (role != Role.OMBUD or here.role == Role.OMBUD):
        raise InvitationRefused(_("The person already has a role in the region. Change it in the list."))
    if role == Role.OMBUD:
        _must_be_only_successor(code, at=at)
    if selectors.pending_invitations(code).count() >= MAX_PENDING_PER_REGION:
        raise InvitationRefused(_("The region has too many open invitations. Withdraw some first."))
    invitation = Invitation(
        region=region,
        role=role,
        email=email,
        name=" ".join(name.split()),
        language=language,
        invited_by=by,
        invited_at=at,
        sent_at=at,
        expires_at=Invitation.end_of(at),
    )
    return _save_and_send(invitation)


@transaction.atomic
def invite_to_agency(
    *, agency_roles: Sequence[str], email: str, name: str, by: User, at: datetime, language: str = "sv"
) -> Invitation:
    """Invite an address to work at the agency, with the roles (names of groups) that are given.

    Raises:
        NotAllowed: `by` is not an administrator: anyone else could make themselves a second pair of eyes.
        InvitationRefused: the address works there or has an invitation, or the details break a rule.
    """
    if not (by.is_active and by.is_staff and by.is_superuser):
        raise NotAllowed(_("Only an administrator can invite people to the agency."))
    email = email.strip().lower()
    close_expired(Invitation.objects.filter(region=None, email=email), at=at)
    if Invitation.objects.filter(region=None, email=email, state=InvitationState.PENDING).exists():
        raise InvitationRefused(_("There is already an invitation to this address. Send it again instead."))
    if User.objects.filter(email=email).exists():
        raise InvitationRefused(_("There is already an account with this address. Change its roles instead."))
    known = set(Group.objects.filter(name__in=agency_roles).values_list("name", flat=True))
    if unknown := sorted(set(agency_roles) - known):
        raise InvitationRefused(
            _("There is no agency role called %(names)s.") % {"names": ", ".join(unknown)}
        )
    invitation = Invitation(
        agency_roles=sorted(known),
        email=email,
        name=" ".join(name.split()),
        language=language,
        invited_by=by,
        invited_at=at,
        sent_at=at,
        expires_at=Invitation.end_of(at),
    )
    return _save_and_send(invitation)


@transaction.atomic
def send_invitation_again(*, invitation_id: int, by: User, at: datetime) -> Invitation:
    """Send a new link, for a lost mail or an old invitation. Links sent before stop working.

    Raises:
        NotAllowed: `by` may not invite to this role.
        InvitationRefused: it was accepted or withdrawn, or a link was sent less than a minute ago.
    """
    invitation = _lock_invitation(invitation_id, by=by)
    if invitation.state not in (InvitationState.PENDING, InvitationState.EXPIRED):
        raise InvitationRefused(_("The invitation has been accepted or withdrawn. Invite the person anew."))
    if at < invitation.sent_at + PAUSE_BETWEEN_LINKS:
        raise InvitationRefused(_("A link was sent less than a minute ago. Wait a little."))
    invitation.link_number += 1
    invitation.sent_at, invitation.expires_at = at, Invitation.end_of(at)
    invitation.state, invitation.closed_at = InvitationState.PENDING, None
    return _save_and_send(invitation)


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: User, at: datetime) -> Invitation:
    """Take an invitation back: its link stops working. An ombud who waits for approval is taken back too.

    Raises:
        NotAllowed: `by` may not invite to this role.
        InvitationRefused: it has been accepted, and the role is in force, or it was withdrawn before.
    """
    invitation = _lock_invitation(invitation_id, by=by)
    waiting = OmbudApplication.objects.filter(invitation=invitation, state=ApplicationState.WAITING).first()
    if waiting is not None:
        waiting.state, waiting.decided_by, waiting.decided_at = ApplicationState.WITHDRAWN, by, at
        waiting.save(update_fields=["state", "decided_by", "decided_at"])
        return invitation
    if invitation.state == InvitationState.ACCEPTED:
        raise InvitationRefused(_("The invitation has been accepted. End the role instead."))
    if invitation.state == InvitationState.WITHDRAWN:
        raise InvitationRefused(_("The invitation has been withdrawn already."))
    invitation.state, invitation.closed_at = InvitationState.WITHDRAWN, at
    invitation.save(update_fields=["state", "closed_at"])
    return invitation


@transaction.atomic
def accept_invitation(
    *,
    invitation_id: int,
    link_number: int,
    at: datetime,
    person: User | None = None,
    name: str = "",
    password: str = "",
) -> User:
    """Take the role. Whoever follows the link has shown that the address is theirs.

    Args:
        link_number: from the link; only the one sent last works.
        person: who is signed in, whose address must be the invited one; None makes an account
            with `name` and `password` (already found good enough).

    Returns:
        the person, who has the role now, or waits for the agency if it is the ombud's.

    Raises:
        NotAllowed: the invitation is to another address than the account's.
        InvitationRefused: the link is dead, or the account cannot take the role.
    """
    code = Invitation.objects.values_list("region_id", flat=True).get(pk=invitation_id)
    if code is not None:
        lock_region(code)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if not invitation.is_open(at=at) or invitation.link_number != link_number:
        raise InvitationRefused(_("The link no longer works. Ask whoever invited you for a new one."))
    with _somebody_was_faster():
        if person is None:
            person = _make_account(invitation, name=name, password=password)
        else:
            # As it stands now, and held: two invitations must not put one account on both sides at once.
            person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        _must_fit(invitation, person)
        _give(invitation, person, at=at)
    invitation.state, invitation.accepted_by, invitation.closed_at = InvitationState.ACCEPTED, person, at
    invitation.save(update_fields=["state", "accepted_by", "closed_at"])
    return person


def _lock_invitation(invitation_id: int, *, by: User) -> Invitation:
    """The invitation under its region's lock, for somebody who may invite to its role."""
    code = Invitation.objects.values_list("region_id", flat=True).get(pk=invitation_id)
    if code is None:
        allowed = by.is_active and by.is_staff and by.is_superuser
    else:
        lock_region(code)
        role = Invitation.objects.values_list("role", flat=True).get(pk=invitation_id)
        allowed = role in selectors.roles_open_to(by, code)
    if not allowed:
        raise NotAllowed(_("Your role does not include this action."))
    return Invitation.objects.select_for_update(of=("self",)).select_related("region").get(pk=invitation_id)


def _must_be_only_successor(code: str, *, at: datetime) -> None:
    invited = Invitation.objects.filter(region=code, role=Role.OMBUD)
    close_expired(invited, at=at)
    if (
        invited.filter(state=InvitationState.PENDING).exists()
        or OmbudApplication.objects.filter(region=code, state=ApplicationState.WAITING).exists()
    ):
        raise InvitationRefused(_("Somebody is invited as ombud already. Withdraw that invitation first."))


def _save_and_send(invitation: Invitation) -> Invitation:
    """Store the invitation with its mail; the link in it is made when the mail leaves."""
    try:
        with transaction.atomic():
            invitation.full_clean()
            invitation.save()
    except ValidationError as error:
        raise InvitationRefused(" ".join(error.messages)) from error
    except IntegrityError as error:  # another door, at the same moment
        raise InvitationRefused(_("Somebody else invited the person just now.")) from error
    send_after_commit(
        write_mail(
            MailKind.INVITATION,
            recipient=invitation.email,
            occasion=invitation.occasion,
            context={
                "invitation": invitation,
                "invited_by": invitation.invited_by,
                "link": LINK_MARK,
                "valid_days": INVITATION_DAYS,
            },
            language=invitation.language,
            region=invitation.region,
        )
    )
    return invitation


@contextmanager
def _somebody_was_faster() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise InvitationRefused(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise InvitationRefused(
            _("The account or the role was made by somebody else just now. Open the link again.")
        ) from error


def _make_account(invitation: Invitation, *, name: str, password: str) -> User:
    if User.objects.filter(email=invitation.email).exists():
        raise InvitationRefused(_("There is an account with this address already. Sign in to accept."))
    return User.objects.create_user(
        invitation.email, password, name=" ".join(name.split()), language=invitation.language
    )


def _must_fit(invitation: Invitation, person: User) -> None:
    """The account is the invited one, open, and on the right side: nobody reports and decides."""
    if person.email.lower() != invitation.email:
        raise NotAllowed(
            _("The invitation is to %(email)s. Sign in with that address.") % {"email": invitation.email}
        )
    if not person.is_active:
        raise InvitationRefused(_("Your account is closed. Ask the agency."))
    if invitation.region_id is not None and (person.is_staff or person.is_superuser):
        raise InvitationRefused(_("An account at the agency cannot have a role in a region."))
    if invitation.region_id is None and person.memberships.exists():
        raise InvitationRefused(_("An account with a role in a region cannot work at the agency."))


def _give(invitation: Invitation, person: User, *, at: datetime) -> None:
    if invitation.region_id is None:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(*Group.objects.filter(name__in=invitation.agency_roles))
        return
    here = Membership.objects.filter(user=person, region=invitation.region_id).first()
    if invitation.role == Role.OMBUD:
        if here is not None and here.role == Role.OMBUD:
            raise InvitationRefused(_("You are the region's ombud already."))
        application = OmbudApplication(
            invitation=invitation, region_id=invitation.region_id, person=person, applied_at=at
        )
        application.full_clean(exclude=["invitation"])
        application.save()
        return
    if here is not None:
        raise InvitationRefused(_("You have a role in the region already."))
    membership = Membership(user=person, region_id=invitation.region_id, role=invitation.role)
    membership.full_clean()
    membership.save()
