"""What can go wrong when the agency computes, worded for the person who ran into it."""

from reporting.errors import DomainError


class RunFailed(DomainError):
    """The figures or the rules give no answer."""


class NoGrant(DomainError):
    """The round has no grant to compute."""
