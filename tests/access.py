"""Who gets what answer where: reading the table in docs/access.md, and asking the project itself.

Nothing here knows a single address. The addresses come from the URL resolver, the expectations
from the document; tests/reporting/test_access.py brings people and rows to ask about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from django.contrib.admindocs.views import simplify_regex
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "access.md"
SECURITY = DOCUMENT.with_name("security.md")
# In the order of the table's columns.
ROLES = (
    "anonymous",
    "pending ombud",
    "ombud",
    "representant",
    "uppgiftssamordnare",
    "another region",
    "case officer",
    "decision-maker",
    "administrator",
)
ALWAYS_ASKED = ("GET", "POST")
SIGN_IN = ("/accounts/login/", "/admin/login/")
CONFIRM = "/accounts/reauthenticate/"
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its route as the table writes it, and its name where it has one."""

    route: str
    name: str

    @property
    def arguments(self) -> list[str]:
        """The names of what the route asks for."""
        return ARGUMENT.findall(self.route)

    def path(self, values: Mapping[str, str]) -> str:
        """The route with its arguments filled in."""
        return ARGUMENT.sub(lambda found: values[found[1]], self.route)


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says about one address: method -> role -> answer, for the methods it names."""

    answers: Mapping[str, Mapping[str, str]]


def addresses() -> list[Address]:
    """Every address of the project, libraries and admin included, each route once."""
    found: dict[str, Address] = {}
    for address in _walk(get_resolver(), "/", ()):
        found.setdefault(address.route, address)
    return list(found.values())


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for part in resolver.url_patterns:
        words = str(part.pattern)
        if isinstance(part.pattern, RegexPattern):
            words = simplify_regex(words).removeprefix("/")
        route = prefix + words
        if isinstance(part, URLResolver):
            inner = (*namespaces, part.namespace) if part.namespace else namespaces
            yield from _walk(part, route, inner)
        elif isinstance(part, URLPattern):
            yield Address(route, ":".join((*namespaces, part.name or "")))


def read_table(document: str) -> dict[str, Row]:
    """Route -> what the table says, for every row of every table whose first cell is an address.

    Raises:
        ValueError: a row has the wrong number of cells, or an address stands twice.
    """
    rows: dict[str, Row] = {}
    for line in document.splitlines():
        if not line.startswith("| `/"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        route, methods, said = cells[0].strip("`"), cells[1].split(), cells[2:]
        if len(said) != len(ROLES):
            raise ValueError(f"docs/access.md, {route}: {len(said)} answers for {len(ROLES)} roles.")
        if route in rows:
            raise ValueError(f"docs/access.md names {route} twice.")
        rows[route] = Row(
            {
                method: {role: _one(said[place], number) for place, role in enumerate(ROLES)}
                for number, method in enumerate(methods)
            }
        )
    return rows


def _one(cell: str, number: int) -> str:
    """The answer to the method with this number: a cell holds one answer for all, or one each."""
    answers = [answer.strip() for answer in cell.split("/")]
    return answers[0] if len(answers) == 1 else answers[number]


def written_row(address: Address, asked: Mapping[str, Mapping[str, str]]) -> str:
    """The row of the table that says what the project answers now."""
    methods = [method for method in asked if "yes" in asked[method].values()] or ["GET"]
    cells = []
    for role in ROLES:
        answers = [asked[method][role] for method in methods]
        cells.append(answers[0] if len(set(answers)) == 1 else " / ".join(answers))
    return " | ".join([f"| `{address.route}`", " ".join(methods), *cells]) + " |"


def ask(method: str, path: str, who: Client, *, form: Mapping[str, str], point: str) -> str:
    """One request, undone afterwards to the savepoint `point`; the answer as the table words it."""
    cookies = {name: morsel.value for name, morsel in who.cookies.items()}
    try:
        body = "" if method == "GET" else urlencode(form)
        response = who.generic(method, path, body, content_type="application/x-www-form-urlencoded")
        return _worded(response.status_code, response.headers.get("Location", ""))
    finally:
        transaction.savepoint_rollback(point)
        who.cookies = SimpleCookie(cookies)


def _worded(status: int, target: str) -> str:
    if status in (301, 302, 303):
        if target.startswith(SIGN_IN):
            return "sign in"
        return "confirm" if target.startswith(CONFIRM) else "yes"
    return "yes" if status < 300 else str(status)


def ask_everyone(
    method: str, path: str, people: Mapping[str, Sequence[Client]], *, form: Mapping[str, str], point: str
) -> dict[str, str]:
    """Role -> answer. Several people of one role must be answered alike, or all answers stand there."""
    return {
        role: " and ".join(sorted({ask(method, path, client, form=form, point=point) for client in clients}))
        for role, clients in people.items()
    }
