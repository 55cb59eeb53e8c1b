"""The reporting app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reporting")

    def ready(self) -> None:
        """Listen to what happens to people's second factors, and guard the guards after every migration."""
        from reporting.accounts import receivers  # noqa: F401  # connects them; models exist only now
        from reporting.guards import keep_awake

        post_migrate.connect(keep_awake, sender=self, dispatch_uid="reporting.guards")
