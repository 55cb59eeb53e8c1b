"""The mail that tells a person what became of their role."""

from datetime import datetime
from typing import Literal

from reporting.models import Mail, MailKind, Membership, User
from reporting.outbox import write_mail


def write_role_notice(
    change: Literal["approved", "declined", "replaced", "changed", "ended"],
    *,
    membership: Membership,
    by: User,
    at: datetime,
    message: str = "",
    successor: User | None = None,
) -> Mail | None:
    """Write the mail that tells a person what became of their role.

    Args:
        change: approved or declined as ombud, replaced as ombud by `successor`, given another role, ended.
        membership: the role; need not be stored any more, or yet.

    Returns:
        the mail; the caller has it sent.
    """
    person, region = membership.user, membership.region
    return write_mail(
        MailKind.ROLE_CHANGED,
        recipient=person.email,
        occasion=f"role/{region.code}/{change}/{at.isoformat()}",
        context={
            "change": change,
            "person": person,
            "region": region,
            "role": membership.get_role_display(),
            "by": by,
            "message": message,
            "successor": successor,
        },
        language=person.language,
        region=region,
    )
