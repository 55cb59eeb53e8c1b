"""Sign-in: accounts are invited, never self-made; a second factor guards the agency's."""

from reporting.accounts.adapters import InvitedBackend, InvitedOnlyAdapter

__all__ = ["InvitedBackend", "InvitedOnlyAdapter"]
