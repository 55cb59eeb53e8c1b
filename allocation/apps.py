"""The allocation app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    name = "allocation"
    verbose_name = _("Allocation")

    def ready(self) -> None:
        """Listen to new figures and decisions, and tell the desk which reports stand near a limit."""
        from allocation import decision_check, receivers  # noqa: F401  # connects the signal
        from allocation.flagging import near_limits
        from reporting.flagging import add_flag_source

        decision_check.connect()
        add_flag_source(near_limits)
