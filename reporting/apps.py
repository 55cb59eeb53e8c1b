"""The reporting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reporting")

    def ready(self) -> None:
        """Listen to what happens to people's second factors."""
        from reporting.accounts import receivers  # noqa: F401  # connects them; models exist only now
