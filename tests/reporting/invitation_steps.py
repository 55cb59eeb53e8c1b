"""Inviting and accepting, for tests."""

from datetime import datetime

from reporting.models import (
    Invitation,
    Role,
    User,
)
from reporting.services.invitations import (
    accept_invitation,
)
from tests.factories import make_region_member, moment

PASSWORD = "a-long-and-lasting-pass"


def ombud(code: str = "03") -> User:
    return make_region_member(code, Role.OMBUD, name="Anders Wikström")


def accepted(invitation: Invitation, *, at: datetime | None = None, person: User | None = None) -> User:
    return accept_invitation(
        invitation_id=invitation.pk,
        link_number=invitation.link_number,
        at=at or moment(),
        person=person,
        name="Kajsa Ny",
        password=PASSWORD,
    )
