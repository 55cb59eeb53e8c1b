"""Which role a service asks for."""

from django.utils.translation import gettext as _

from reporting.errors import NotAllowed
from reporting.models import User


def must_have(by: User, permission: str) -> None:
    """Refuse anybody but the agency's people with a permission, such as "allocation.add_scenario".

    Raises:
        NotAllowed: `by` is not at the agency, or no role of theirs includes it.
    """
    if not (by.is_staff and by.has_perm(permission)):
        raise NotAllowed(_("Your role does not include this action."))
