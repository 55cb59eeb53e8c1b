"""What can go wrong, worded for the person who ran into it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from reporting.checks import Finding


class DomainError(Exception):
    """A request that the rules of the house refuse; its text is shown to the person who made it.

    Attributes:
        field: the service's argument that is refused; empty where it is no single one.
    """

    def __init__(self, *texts: object, field: str = "") -> None:
        super().__init__(*texts)
        self.field = field


class RoundNotOpen(DomainError):
    """The round is not open at the moment in question."""


class NotAllowed(DomainError):
    """The person's role does not allow the action."""


class ReportLocked(DomainError):
    """The report is approved and can no longer be changed by the region."""


class ReportIncomplete(DomainError):
    """The report has errors or uncommented warnings; `findings` lists them."""

    def __init__(self, findings: "tuple[Finding, ...]") -> None:
        super().__init__(_("The report could not be submitted. Correct what is marked below."))
        self.findings = findings


class NotAttested(DomainError):
    """Nobody has put their name to the figures."""


class ReceiptNotDrawn(DomainError):
    """The receipt's PDF could not be made; the receipt itself stands."""


class DraftChanged(DomainError):
    """Somebody has changed the draft since it was read through."""


class DraftConflict(DomainError):
    """Somebody has changed a field since the text was typed; `fields` names the fields."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(_("Somebody has changed the same figures meanwhile. Nothing was saved."))
        self.fields = fields


class WrongState(DomainError):
    """The report is not in a state in which the action makes sense."""


class InvitationRefused(DomainError):
    """The person cannot be invited with these details, or cannot accept."""


class RoleRefused(DomainError):
    """The role cannot be given, changed or ended in this way."""


class FieldProblem(DomainError):
    """What stands in one field cannot be used.

    Args:
        field: the field that holds it.
        text: what is wrong with it.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text, field=field)
