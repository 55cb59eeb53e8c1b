"""The history of every tracked row: who changed what, when, from where, before and after."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.functional import Promise
from psycopg import sql

from reporting.models import PARTS, Region, User

# What regions write before they submit is theirs: the agency reads submitted versions, never drafts.
PRIVATE = frozenset({"reporting.draftvalue"})
# Events, contexts and tables of history are found by these; what else a model has is what changed.
_OWN = ("pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context", "id")
PAGE_SIZE = 50
# What rows are called, and found by.
_CALLED = ("title", "name", "email", "code", "case_number", "rules_name")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row that is tracked: its model, the table of its history, and the columns that are kept.

    Attributes:
        label: such as "reporting.user".
        page: the name of the address of a row's own history in the admin.
        owner: the model of the rows on whose page these are told of too, and the column that names them.
    """

    label: str
    model: type[models.Model]
    table: str
    fields: "tuple[models.Field[Any, Any], ...]"
    name: str | Promise
    plural: str | Promise
    page: str
    owner: tuple[type[models.Model], str] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the history ends: a moment, a kind and an event; the next page begins after it."""

    at: datetime
    kind: str
    event: int


@dataclass(frozen=True, slots=True)
class Change:
    """One event: the columns before and after; `before` is None where the row was new or its past is unknown.

    Attributes:
        context: what is known of the request or task: "user", "url", "from", "task", "key".
    """

    kind: Kind
    event: int
    at: datetime
    label: str
    object_id: str
    context: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """Where the change stands in the order of the history."""
        return Place(self.at, self.kind.label, self.event)

    def value(self, side: Mapping[str, Any] | None, field: "models.Field[Any, Any]") -> Any:
        """What stood in a column on one side; None where nothing is known."""
        return None if side is None else side.get(field.column)

    @property
    def changed(self) -> "list[models.Field[Any, Any]]":
        """The columns that differ; of a row that is new or gone, those that hold something."""
        if self.before is None or self.label == "delete":
            return [field for field in self.kind.fields if self.after.get(field.column) not in (None, "")]
        return [
            field
            for field in self.kind.fields
            if self.before.get(field.column) != self.after.get(field.column)
        ]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; what is left empty does not narrow.

    Attributes:
        people: ids of accounts that made the change; None for anybody, empty for nobody.
        since, until: moments, `until` not included.
        object_id: the key of a row of the kind `whole`, or of the row that other kinds belong to.
        row: the row's own key, or part of what it is called.
    """

    kinds: Sequence[Kind]
    people: Collection[int] | None = None
    region: str = ""
    since: datetime | None = None
    until: datetime | None = None
    object_id: str = ""
    whole: Kind | None = None
    row: str = ""
    after: Place | None = None


@cache
def tracked_kinds() -> tuple[Kind, ...]:
    """Every kind of row that the agency may read the history of, in the order of the models."""
    kinds = []
    for events in apps.get_models():
        model = getattr(events, "pgh_tracked_model", None)
        if model is None:
            continue
        kept, of = events._meta, model._meta  # noqa: SLF001  # the name of Django's own interface
        if of.label_lower not in PRIVATE:
            kinds.append(
                Kind(
                    label=of.label_lower,
                    model=model,
                    table=kept.db_table,
                    fields=tuple(field for field in kept.concrete_fields if field.name not in _OWN),
                    name=of.verbose_name or "",
                    plural=of.verbose_name_plural or "",
                    page=_page(model),
                    owner=_owner(model),
                )
            )
    return tuple(kinds)


def kind_of(model: type[models.Model]) -> Kind | None:
    """The kind of a model; None where it is not tracked, or its history is not the agency's to read."""
    return next((kind for kind in tracked_kinds() if concrete(kind.model) is concrete(model)), None)


def question_about(row: models.Model) -> Question | None:
    """What was done to a row and to its parts; None where rows of its kind have neither for the agency."""
    own = kind_of(type(row))
    parts = [kind for kind in tracked_kinds() if kind.owner and kind.owner[0] is concrete(type(row))]
    if own is None and not parts:
        return None
    return Question(kinds=[*([own] if own else []), *parts], object_id=str(row.pk), whole=own)


def concrete(model: type[models.Model]) -> type[models.Model]:
    """The model of a table, for one that only names another's rows."""
    return model._meta.concrete_model or model  # noqa: SLF001  # the name of Django's own interface


def _owner(model: type[models.Model]) -> tuple[type[models.Model], str] | None:
    if model not in PARTS:
        return None
    field = model._meta.get_field(PARTS[model])  # noqa: SLF001  # the name of Django's own interface
    owner = field.related_model
    if not isinstance(field, models.ForeignKey) or not isinstance(owner, type):
        raise TypeError(field)
    return concrete(owner), field.column


def _page(model: type[models.Model]) -> str:
    of = concrete(model)._meta  # noqa: SLF001  # the name of Django's own interface
    return f"admin:{of.app_label}_{of.model_name}_history"


def changes(question: Question, *, limit: int) -> list[Change]:
    """The newest changes that answer a question, newest first. One query, whatever is asked for.

    Each table of history gives at most `limit` rows, by the index of its moments, and what stood before is
    looked up for those that are shown only.
    """
    kinds = {kind.label: kind for kind in question.kinds}
    parts = [part for kind in question.kinds if (part := _part(kind, question, limit)) is not None]
    if not parts:
        return []
    query = sql.SQL(
        "SELECT * FROM ({parts}) AS found ORDER BY pgh_created_at DESC, kind COLLATE {c} DESC, pgh_id DESC"
        " LIMIT {limit}"
    ).format(parts=sql.SQL(" UNION ALL ").join(parts), limit=sql.Literal(limit), c=sql.Identifier("C"))
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(cursor.cursor))
        return [
            Change(
                kind=kinds[kind],
                event=event,
                at=at,
                label=label,
                object_id=object_id,
                context=json.loads(context) if context else {},
                before=json.loads(before) if before else None,
                after=json.loads(after),
            )
            for kind, event, at, label, object_id, context, before, after in cursor.fetchall()
        ]


def _part(kind: Kind, question: Question, limit: int) -> sql.Composed | None:
    """The rows of one table of history; None where none of them can answer."""
    conditions = _conditions(kind, question)
    if conditions is None:
        return None
    return sql.SQL(
        "(SELECT {kind}::text AS kind, event.pgh_id, event.pgh_created_at, event.pgh_label,"
        " event.pgh_obj_id::text AS object_id,"
        " context.metadata::text AS metadata,"
        " (SELECT to_jsonb(earlier)::text FROM {table} AS earlier"
        " WHERE earlier.pgh_obj_id = event.pgh_obj_id AND earlier.pgh_id < event.pgh_id"
        " ORDER BY earlier.pgh_id DESC LIMIT 1) AS before, to_jsonb(event)::text AS after"
        " FROM {table} AS event LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id"
        " WHERE {conditions} ORDER BY event.pgh_created_at DESC, event.pgh_id DESC LIMIT {limit})"
    ).format(
        kind=sql.Literal(kind.label),
        table=sql.Identifier(kind.table),
        conditions=sql.SQL(" AND ").join(conditions),
        limit=sql.Literal(limit),
    )


def _conditions(kind: Kind, question: Question) -> list[sql.Composable] | None:
    found: list[sql.Composable] = [sql.SQL("true")]
    if question.region:
        within = _in_region(kind)
        if within is None:
            return None
        found.append(within.format(region=sql.Literal(question.region)))
    if question.people is not None:
        people = sql.Literal([str(key) for key in question.people])
        found.append(sql.SQL("context.metadata ->> 'user' = ANY({}::text[])").format(people))
    if question.since is not None:
        found.append(sql.SQL("event.pgh_created_at >= {}").format(sql.Literal(question.since)))
    if question.until is not None:
        found.append(sql.SQL("event.pgh_created_at < {}").format(sql.Literal(question.until)))
    if question.object_id:
        column = kind.owner[1] if kind.owner and kind is not question.whole else "pgh_obj_id"
        named = sql.SQL("event.{}::text = {}")
        found.append(named.format(sql.Identifier(column), sql.Literal(question.object_id)))
    if question.row:
        called = [field.column for field in kind.fields if field.name in _CALLED]
        part = sql.Literal(f"%{_literally(question.row)}%")
        ways = [sql.SQL("event.pgh_obj_id::text = {}").format(sql.Literal(question.row))]
        ways += [sql.SQL("event.{} ILIKE {}").format(sql.Identifier(name), part) for name in called]
        found.append(sql.SQL("({})").format(sql.SQL(" OR ").join(ways)))
    if question.after is not None:
        found.append(
            sql.SQL(
                "event.pgh_created_at <= {at}"
                " AND (event.pgh_created_at, {kind}::text COLLATE {c}, event.pgh_id)"
                " < ({at}, {after}, {event})"
            ).format(
                at=sql.Literal(question.after.at),
                kind=sql.Literal(kind.label),
                c=sql.Identifier("C"),
                after=sql.Literal(question.after.kind),
                event=sql.Literal(question.after.event),
            )
        )
    return found


def _literally(text: str) -> str:
    """A text in which LIKE sees no sign of its own."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _in_region(kind: Kind) -> sql.SQL | None:
    """The condition that a row belongs to a region, as far as its kind tells; None where it never does."""
    columns = {field.column for field in kind.fields}
    if issubclass(kind.model, Region):
        return sql.SQL("event.code = {region}")
    if "region_id" in columns:
        return sql.SQL("event.region_id = {region}")
    if "submission_id" in columns:
        return sql.SQL(
            "event.submission_id IN (SELECT id FROM reporting_submission WHERE region_id = {region})"
        )
    people = "SELECT user_id FROM reporting_membership WHERE region_id = {region}"
    if issubclass(kind.model, User):
        return sql.SQL("event.pgh_obj_id IN (" + people + ")")
    if "user_id" in columns:
        return sql.SQL("event.user_id IN (" + people + ")")
    return None
