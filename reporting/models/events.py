"""The tables of history: what a row was, when, and in which request or task; and who must have one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models
from pghistory import models as kept

from reporting.models.triggers import never_emptied

Row = TypeVar("Row", bound=models.Model)

# A request writes its context again when it learns more, such as who signed in; `user` becomes null when
# it signs somebody out. What was known stays: otherwise one statement would take "who" out of the history.
_KNOWN_STAYS = """
IF (NEW.id, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.created_at) OR EXISTS (
    SELECT FROM jsonb_each(jsonb_strip_nulls(OLD.metadata)) AS known
    WHERE NEW.metadata -> known.key IS DISTINCT FROM known.value
        AND (known.key <> 'user' OR NEW.metadata -> 'user' IS DISTINCT FROM 'null'::jsonb)
)
THEN
    RAISE EXCEPTION 'what the history says of a request or task stays: %', OLD.id;
END IF;
NEW.metadata = NEW.metadata || jsonb_strip_nulls(OLD.metadata);
RETURN NEW;
"""


class Event(kept.Event):
    """An event, found by its moment too: the page that searches the history reads newest first.

    Its name becomes the end of every history table's name.
    """

    pgh_created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        abstract = True


class EventContext(kept.Context):
    """What is known of the request or the task that made changes, and cannot be changed itself."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = (
            pgtrigger.Trigger(
                name="known_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_KNOWN_STAYS
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            never_emptied(),
        )


# Kinds of rows that are read together with another row: by the field that names it.
PARTS: dict[type[models.Model], str] = {}


def tracked(
    *, exclude: Sequence[str] = (), app_label: str | None = None, part_of: str = ""
) -> Callable[[type[Row]], type[Row]]:
    """Keep a history of a model's rows, which is only added to; and refuse to empty either table.

    TRUNCATE leaves no trace in a history, as triggers on rows do not see it.

    Args:
        exclude: fields that are not kept: secrets, and what changes with every visit.
        app_label: the app that holds the history of a model of another project.
        part_of: the field that names the row whose page tells of these rows too.
    """

    def track(model: type[Row]) -> type[Row]:
        names = {trigger.name for trigger in getattr(model._meta, "triggers", ())}  # noqa: SLF001  # the name of Django's own interface
        if "never_emptied" not in names:
            pgtrigger.register(never_emptied())(model)
        if part_of:
            PARTS[model] = part_of
        meta = {"triggers": [never_emptied()]}
        return pghistory.track(exclude=list(exclude), app_label=app_label, meta=meta)(model)  # type: ignore[no-any-return]  # it has no types

    return track
