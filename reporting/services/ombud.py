"""The agency's say in who is a region's ombud."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reporting.errors import NotAllowed, RoleRefused
from reporting.locks import lock_region
from reporting.models import ApplicationState, Membership, OmbudApplication, Role, User
from reporting.role_notices import write_role_notice
from reporting.services.outbox import send_after_commit
from reporting.services.roles import must_have
from reporting.services.tokens import revoke_keys_of_former_ombud


@transaction.atomic
def approve_ombud(*, application_id: int, by: User, at: datetime) -> Membership:
    """Make the person the region's ombud; whoever was it has no role from the same moment.

    The former ombud's keys for the region's systems are revoked. Both people are told by mail. A
    representant or uppgiftssamordnare who becomes ombud keeps no second role.

    Raises:
        NotAllowed: `by` may not approve, or is the one who invited the person.
        RoleRefused: the application waits no longer, or the account is closed.
    """
    application = _lock_application(application_id, by=by)
    if application.invitation.invited_by_id == by.pk or application.person_id == by.pk:
        raise NotAllowed(_("You invited the person. Somebody else at the agency approves."))
    person, region = application.person, application.region
    if not person.is_active or person.is_staff:
        raise RoleRefused(_("The account is closed or belongs to the agency. Decline instead."))
    before = (
        Membership.objects.select_related("user", "region").filter(region=region, role=Role.OMBUD).first()
    )
    if before is not None:
        notice = write_role_notice("replaced", membership=before, by=by, at=at, successor=person)
        send_after_commit(notice)
        before.delete()
        revoke_keys_of_former_ombud(region_code=region.code, user_id=before.user_id, by=by, at=at)
    try:
        with transaction.atomic():
            membership, _made = Membership.objects.update_or_create(
                user=person, region=region, defaults={"role": Role.OMBUD}
            )
    except IntegrityError as error:
        raise RoleRefused(_("The region's roles were changed by somebody else just now.")) from error
    _decide(application, ApplicationState.APPROVED, by=by, at=at, message="")
    send_after_commit(write_role_notice("approved", membership=membership, by=by, at=at))
    return membership


@transaction.atomic
def decline_ombud(*, application_id: int, by: User, at: datetime, message: str) -> OmbudApplication:
    """Say no, with the reason; the region's ombud stays who it is. The person is told by mail.

    Raises:
        NotAllowed: `by` may not decide.
        RoleRefused: the application waits no longer, or there is no reason.
    """
    application = _lock_application(application_id, by=by)
    if not message.strip():
        raise RoleRefused(_("Write why. The person sees the message."))
    _decide(application, ApplicationState.DECLINED, by=by, at=at, message=message.strip())
    refused = Membership(user=application.person, region=application.region, role=Role.OMBUD)
    notice = write_role_notice("declined", membership=refused, by=by, at=at, message=message.strip())
    send_after_commit(notice)
    return application


def _lock_application(application_id: int, *, by: User) -> OmbudApplication:
    must_have(by, "reporting.approve_ombud")
    lock_region(OmbudApplication.objects.values_list("region_id", flat=True).get(pk=application_id))
    application = OmbudApplication.objects.select_related("person", "region", "invitation").get(
        pk=application_id
    )
    if application.state != ApplicationState.WAITING:
        raise RoleRefused(_("The decision has been made already, or the invitation was withdrawn."))
    return application


def _decide(
    application: OmbudApplication, state: ApplicationState, *, by: User, at: datetime, message: str
) -> None:
    application.state, application.decided_by, application.decided_at = state, by, at
    application.message = message
    application.save(update_fields=["state", "decided_by", "decided_at", "message"])
