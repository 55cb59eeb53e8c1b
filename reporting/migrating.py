"""Creating many tables at once, which Django's migrations do one by one."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """The same tables as its operations one after the other, in a fraction of the time.

    After each `CreateModel` Django draws up anew every model that is related to the new one, here nearly
    all of them, which took more than half of the time that a new database took. Here they are drawn up
    once, when all are known (docs/decisions/0020-tables-at-once.md).

    Args:
        operations: one `CreateModel` per table, each complete: nothing is added to it by a later one.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[CreateModel]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the tables to the state; its models are drawn up again when somebody asks for one."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the tables. References to later ones are made at the end, as Django does with all."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Delete the tables, the last first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name: str, app_label: str) -> bool:
        """Whether one of the tables is that model or points to it."""
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As written in a migration."""
        return (type(self).__name__, [], {"operations": self.operations})

    def describe(self) -> str:
        """What `migrate --plan` shows."""
        return f"Create {len(self.operations)} tables"
