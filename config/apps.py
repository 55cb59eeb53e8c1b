"""The agency's admin site as an app, and migrations that take no longer than they must."""

from django.contrib.admin.apps import AdminConfig
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class PlatsplanAdminConfig(AdminConfig):
    default_site = "config.admin.PlatsplanAdminSite"

    def ready(self) -> None:
        """As Django's, and triggers that are added to a new database without drawing up all models anew.

        pgtrigger reloads the trigger's model after each, and Django with it every model that is related to
        it, here all of them: with 365 triggers two thirds of the time that a new database took. The triggers
        come compiled, so that nothing of the models is read; `makemigrations` compares options.
        """
        super().ready()
        AddTrigger.state_forwards = _add_to_options  # type: ignore[assignment, method-assign]


def _add_to_options(operation: AddTrigger, app_label: str, state: ProjectState) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]
