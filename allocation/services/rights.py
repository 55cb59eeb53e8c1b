"""Who may do what with money."""

from django.utils.translation import gettext as _

from allocation.models import REASON_MAX
from reporting.errors import NotAllowed, WrongState
from reporting.models import User


def must_have_right(by: User, codename: str) -> None:
    """Refuse whoever lacks a permission of the desk.

    Raises:
        NotAllowed: `by` lacks it.
    """
    if not (by.is_active and by.is_staff and by.has_perm(f"allocation.{codename}")):
        raise NotAllowed(_("Your role does not include this action."))


def must_handle_payments(by: User) -> None:
    """Refuse whoever may not handle payments.

    Raises:
        NotAllowed: `by` may not.
    """
    must_have_right(by, "handle_payment")


def written_reason(typed: str) -> str:
    """A reason as it is kept.

    Raises:
        WrongState: there is none, or it is too long.
    """
    text = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise WrongState(_("Write the reason. It is kept."), field="reason")
    if len(text) > REASON_MAX:
        raise WrongState(
            _("The text is too long: at most %(limit)d characters.") % {"limit": REASON_MAX}, field="reason"
        )
    return text
