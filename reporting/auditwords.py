"""The history in words: what was changed, by whom, and each column before and after."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from reporting.audit import Change
from reporting.flagging import LABELS, Raised, sentence_of, subject_of
from reporting.models import CheckRule, Region, ReportFlag, User
from reporting.soft_rules import RULE_BY_CODE
from reporting.templatetags.platsplan import number

ACTIONS: dict[str, str | Promise] = {
    "insert": pgettext_lazy("history", "Added"),
    "update": pgettext_lazy("history", "Changed"),
    "delete": pgettext_lazy("history", "Removed"),
}
TEXT_MAX = 300
# Columns of whole numbers that are read with their thousands apart; a year is not.
COUNTED = ("_kr", "persons")
Row = Mapping[str, Any]
# The columns that tell which row it is.
NAMING = ("title", "name", "region_id", "number")


@dataclass(frozen=True, slots=True)
class Line:
    """A column that changed: its name, and what stood there before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as a reader sees it.

    Attributes:
        who: a person, a task or a region's system; empty where nobody is known.
        where: the page or the task, and `address` the network address, where known.
        is_new: whether the row began with this.
    """

    change: Change
    action: str
    kind: str
    title: str
    who: str
    email: str
    where: str
    address: str
    lines: tuple[Line, ...]

    @property
    def is_new(self) -> bool:
        """Whether only one side is known."""
        return self.change.before is None or self.change.label == "delete"


@dataclass(frozen=True, slots=True)
class Names:
    """People by id, regions by code and other rows by model and key, for everything that a page shows."""

    people: Mapping[int, User]
    regions: Mapping[str, Region]
    others: Mapping[tuple[type[models.Model], str], str]


def entries_of(found: Iterable[Change]) -> list[Entry]:
    """Changes in words. One query for the names of each model that is named, however many changes."""
    changes = list(found)
    keys = {
        key for change in changes for key in (_number(change.context.get("user")), *_people_in(change)) if key
    }
    regions = {region.code: region for region in Region.objects.all()}
    names = Names(
        people=User.objects.only("name", "email").in_bulk(keys),
        regions=regions,
        others=_others(changes, regions),
    )
    return [_entry(change, names) for change in changes]


def _entry(change: Change, names: Names) -> Entry:
    context = change.context
    person = names.people.get(_number(context.get("user")) or 0)
    task = str(context.get("task") or "")
    who = person.name if person else ""
    if context.get("key"):
        who = _("%(name)s, by the key %(key)s") % {"name": who, "key": context["key"]}
    return Entry(
        change=change,
        action=str(ACTIONS.get(change.label, change.label)),
        kind=str(change.kind.name),
        title=_title(change, names),
        who=who or _without_person(context, task=task),
        email=person.email if person else "",
        where=task or str(context.get("url") or ""),
        address=str(context.get("from") or ""),
        lines=tuple(
            Line(
                name=str(field.verbose_name),
                before=""
                if change.label == "delete" and change.before is None
                else _written(_before(change), field, change, names),
                after="" if change.label == "delete" else _written(change.after, field, change, names),
            )
            for field in change.changed
        ),
    )


def _without_person(context: Mapping[str, Any], *, task: str) -> str:
    if task:
        return _("The system")
    return "" if context else _("On the server, without signing in")


def _before(change: Change) -> Mapping[str, Any] | None:
    return change.after if change.label == "delete" else change.before


def _title(change: Change, names: Names) -> str:
    row = change.after
    person = names.people.get(_number(row.get("user_id")) or 0)
    region = names.regions.get(str(row.get("region_id") or ""))
    words = [
        str(row.get("name") or row.get("title") or ""),
        person.name if person else "",
        region.name if region else "",
        *(
            names.others.get((_related(field), str(row.get(field.column))), "")
            for field in change.kind.fields
            if field.is_relation
        ),
    ]
    return ", ".join(dict.fromkeys(word for word in words if word))


def _people_in(change: Change) -> Iterable[int | None]:
    for field in change.kind.fields:
        if field.is_relation and issubclass(_related(field), User):
            for side in (change.before or {}, change.after):
                yield _number(side.get(field.column))


def _others(
    changes: Iterable[Change], regions: Mapping[str, Region]
) -> dict[tuple[type[models.Model], str], str]:
    """The names of the rows that others point at, as far as their own columns tell them."""
    wanted: dict[type[models.Model], set[str]] = {}
    for change in changes:
        for field in change.kind.fields:
            if field.is_relation and not issubclass(_related(field), (User, Region)):
                values = (side.get(field.column) for side in (change.before or {}, change.after))
                wanted.setdefault(_related(field), set()).update(str(value) for value in values if value)
    found = {}
    for model, keys in wanted.items():
        own = {field.attname for field in model._meta.concrete_fields}  # noqa: SLF001  # the name of Django's own interface
        columns = [name for name in NAMING if name in own]
        if not (keys and columns):
            continue
        rows = model._default_manager.filter(pk__in=keys)  # noqa: SLF001  # the name of Django's own interface
        for key, *values in rows.values_list("pk", *columns):
            known = zip(columns, values, strict=True)
            words = [_naming(column, value, regions) for column, value in known if value]
            found[model, str(key)] = ", ".join(words)
    return found


def _naming(column: str, value: Any, regions: Mapping[str, Region]) -> str:
    if column == "number":
        return _("no. %(number)d") % {"number": value}
    return regions[value].name if value in regions else str(value)


def _related(field: "models.Field[Any, Any]") -> type[models.Model]:
    model = field.related_model
    return model if isinstance(model, type) else models.Model


def _flag_in(row: Row) -> Raised:
    return Raised(str(row.get("code")), str(row.get("subject") or ""), data=row.get("data") or {})


# Columns that hold a code, or what a sentence is made from, and how they read.
_SPOKEN: dict[tuple[type[models.Model], str], Callable[[Row], str | Promise]] = {
    (ReportFlag, "code"): lambda row: LABELS[row["code"]],
    (ReportFlag, "subject"): lambda row: subject_of(_flag_in(row)),
    (ReportFlag, "data"): lambda row: sentence_of(_flag_in(row)),
    (CheckRule, "code"): lambda row: RULE_BY_CODE[row["code"]].name,
}


def _spoken(row: Row, field: "models.Field[Any, Any]", change: Change) -> str:
    """A code in the words that the pages use; empty where it has none, or none any more."""
    words = _SPOKEN.get((change.kind.model, field.name))
    try:
        return str(words(row)) if words else ""
    except KeyError:  # from a rule that is gone, or that kept other numbers
        return ""


def _written(row: Row | None, field: "models.Field[Any, Any]", change: Change, names: Names) -> str:
    """What stood in a column of a row, for readers; a dash where nothing stood."""
    value = change.value(row, field)
    if row is None or value in (None, "", [], {}):
        return "–"
    if spoken := _spoken(row, field, change):
        return spoken
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, dict)):
        return ngettext("%(count)d entry", "%(count)d entries", len(value)) % {"count": len(value)}
    if field.is_relation:
        return _related_text(value, _related(field), names)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    moment = _moment(value, field)
    if moment is not None:
        return moment
    if isinstance(value, int) and field.name.endswith(COUNTED):
        return number(value)
    text = str(value)
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "…"


def _related_text(value: Any, model: type[models.Model], names: Names) -> str:
    if issubclass(model, Region) and value in names.regions:
        return names.regions[value].name
    person = names.people.get(_number(value) or 0) if issubclass(model, User) else None
    return (
        f"{person.name} ({person.email})" if person else names.others.get((model, str(value))) or f"#{value}"
    )


def _moment(value: Any, field: "models.Field[Any, Any]") -> str | None:
    parsed: date | datetime | None = None
    if isinstance(field, models.DateTimeField):
        parsed = parse_datetime(str(value))
        return date_format(localtime(parsed), "j F Y H:i:s") if parsed else None
    if isinstance(field, models.DateField):
        parsed = parse_date(str(value))
        return date_format(parsed, "j F Y") if parsed else None
    return None


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None
