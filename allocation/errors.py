"""What can go wrong when the agency computes, worded for the person who ran into it."""

from collections.abc import Sequence

from reporting.errors import DomainError


class RunFailed(DomainError):
    """The figures or the rules give no answer."""


class NoGrant(DomainError):
    """The round has no grant to compute."""


class GrantRefused(DomainError):
    """The grant cannot be added to the round, or taken from it."""


class ScenarioGone(DomainError):
    """The scenario has been deleted."""


class ScenarioChanged(DomainError):
    """Somebody has saved the scenario since the page was opened."""


class NameTaken(DomainError):
    """The grant has a scenario of that name."""


class ScenarioProblem(DomainError):
    """A value of a scenario cannot be used.

    Args:
        field: the field that holds it.
        text: what is wrong with it.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text, field=field)


class SweepImpossible(DomainError):
    """The rules and figures do not have what is to be varied."""


class SweepTooLarge(DomainError):
    """The ranges make more combinations than a sweep may have."""


class SweepEnded(DomainError):
    """The sweep is not being computed any more."""


class NotReady(DomainError):
    """A run cannot be decided on yet; `missing` says, one sentence each, what is lacking."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = tuple(missing)


class LetterNotDrawn(DomainError):
    """A decision letter could not be made, so nothing was decided."""


class AccountProblem(DomainError):
    """An account cannot be right: its shape, its check digits or what stands beside it is wrong."""

    def __init__(self, text: object, *, field: str = "account") -> None:
        super().__init__(text, field=field)


class NotPayable(DomainError):
    """Something keeps a grant from being paid, or money from being claimed back."""


class FileNotMade(DomainError):
    """A payment file could not be made, so nothing was exported."""


class ReportNotDrawn(DomainError):
    """The final report could not be made, so nothing was issued."""


class PublicationRefused(DomainError):
    """The run cannot be published, or the publication not withdrawn."""
