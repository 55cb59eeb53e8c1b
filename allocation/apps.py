"""The allocation app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    name = "allocation"
    verbose_name = _("Allocation")

    def ready(self) -> None:
        from allocation import decision_check, receivers  # noqa: F401  # connects the signal

        decision_check.connect()
