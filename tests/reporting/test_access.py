"""Every address of the project, asked by every role: the answers are those of docs/access.md, and no others.

A new address needs a row there. The failure prints it, ready to paste. Where a route has an argument
that nothing fills in, the failure says so: make the row in `make_world` (tests/access_world.py) and name
it in `Samples`.
"""

import copy
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial, partialmethod
from itertools import takewhile
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template
from django.test import Client
from pytest_django import Settings

from config import urls
from config.sessions import SessionStore
from reporting.models import (
    User,
)
from tests.access import (
    ALWAYS_ASKED,
    DOCUMENT,
    ROLES,
    SECURITY,
    Address,
    Row,
    addresses,
    ask_everyone,
    read_table,
    written_row,
)
from tests.access_world import Samples, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def brisk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without what thousands of answers cost: a line in the log, a page drawn, a session or person read.

    Pages are drawn for those who see the most, when they look; for the others what counts is whether
    they are let in.
    """
    settings.SESSION_SAVE_EVERY_REQUEST = False
    monkeypatch.setattr(auth, "get_user", partial(_known_user, {}, auth.get_user))
    monkeypatch.setattr(SessionStore, "load", partialmethod(_known_session, {}, SessionStore.load))
    monkeypatch.setattr(Template, "render", partialmethod(_draw_for_some, Template.render))
    for status in (403, 404):
        plain = partial(_refusal, status)
        monkeypatch.setattr(urls, f"handler{status}", plain, raising=False)
    monkeypatch.setattr("allocation.letters.draw_pdf", lambda _template, data: json.dumps(data).encode())
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def _known_user(
    known: dict[str | None, Any], read: Callable[[HttpRequest], Any], request: HttpRequest
) -> Any:
    session = request.COOKIES.get(django_settings.SESSION_COOKIE_NAME)
    if session not in known:
        known[session] = read(request)
        known[session].get_all_permissions()  # which the person then remembers
    return copy.copy(known[session])


def _known_session(
    store: SessionStore,
    known: dict[str | None, dict[str, Any]],
    read: Callable[[SessionStore], dict[str, Any]],
) -> dict[str, Any]:
    if store.session_key not in known:
        known[store.session_key] = read(store)
    return copy.deepcopy(known[store.session_key])


DRAWN_FOR = ("ombud", "administrator")
UNDRAWN = "X-Undrawn"


def _draw_for_some(
    template: Template,
    draw: Callable[..., str],
    context: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> str:
    if request is not None and (request.method != "GET" or UNDRAWN in request.headers):
        return ""
    return draw(template, context, request)


def _refusal(status: int, request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=status)


def clients_of(role: str, people: Sequence[User]) -> list[Client]:
    clients = []
    for person in people:
        headers = {} if role in DRAWN_FOR else {UNDRAWN: "1"}
        client = Client(raise_request_exception=False, headers=headers)
        client.force_login(person, backend="reporting.accounts.InvitedBackend")
        clients.append(client)
    return clients


NOT_NAMED = """
docs/access.md does not name every address of the project. Read the answers below: is each what you
mean? If so paste the row under the heading where it belongs; if not, mend the code and run again.
"""
NO_SAMPLE = """
These addresses have an argument that the test cannot fill in. In tests/access_world.py make the
row in `make_world` and name the argument in `Samples.by_argument`, or in `by_route` for one address alone:
"""
DIFFERENT = """
The project answers otherwise than docs/access.md says. One of the two is wrong:
"""
STALE = """
docs/access.md names addresses that the project does not have. Remove the rows:
"""


def test_every_address_answers_every_role_as_the_table_says(brisk: None) -> None:
    world = make_world()
    people = {
        "anonymous": [Client(raise_request_exception=False)],
        **{role: clients_of(role, world.people[role]) for role in ROLES if role != "anonymous"},
    }
    samples, table = Samples(world), read_table(DOCUMENT.read_text(encoding="utf-8"))
    known = addresses()
    point = transaction.savepoint()
    unnamed, without_sample, different = [], [], []
    for address in known:
        path = samples.path(address)
        if path is None:
            without_sample.append(f"  {address.route}  ({address.name})")
            continue
        row = table.get(address.route)
        methods = dict.fromkeys([*ALWAYS_ASKED, *(row.answers if row else ())])
        form = samples.forms.get(address.route, {})
        open_to_all = row is not None and set(row.answers.get("GET", {}).values()) == {"yes"}
        alike = address.route.startswith("/admin/") or not address.arguments or open_to_all
        asked_people = one_of_each(people) if alike else people
        asked = {
            method: ask_everyone(method, path, asked_people, form=form, point=point) for method in methods
        }
        if broken := server_errors(asked):
            different.append(f"  {path}: a server error for {', '.join(broken)}")
        elif row is None:
            unnamed.append(written_row(address, asked))
        else:
            different += differences(address, row, asked)
    stale = [f"  {route}" for route in table if route not in {address.route for address in known}]
    found = [
        "\n".join([words, *lines])
        for words, lines in (
            (NO_SAMPLE, without_sample),
            (NOT_NAMED, unnamed),
            (DIFFERENT, different),
            (STALE, stale),
        )
        if lines
    ]
    assert not found, "\n".join(found)


def one_of_each(people: dict[str, list[Client]]) -> dict[str, list[Client]]:
    """Whoever stands first for a role: for open pages, and addresses where no region is meant."""
    return {role: clients[:1] for role, clients in people.items()}


def server_errors(asked: dict[str, dict[str, str]]) -> list[str]:
    """Roles, with methods, for whom the project broke."""
    return [
        f"{role} ({method})"
        for method, answers in asked.items()
        for role, answer in answers.items()
        if re.search(r"\b5\d\d\b", answer)
    ]


def differences(address: Address, row: Row, asked: dict[str, dict[str, str]]) -> list[str]:
    """Where the answers are not those of the row, each in a line. Methods it leaves out let nobody in."""
    lines = []
    for method, answers in asked.items():
        for role, answer in answers.items():
            expected = row.answers[method][role] if method in row.answers else None
            if expected is None and answer == "yes":
                lines.append(f"  {method} {address.route}, {role}: yes, but the row does not name {method}")
            elif expected is not None and expected != answer:
                lines.append(f"  {method} {address.route}, {role}: {answer}, the row says {expected}")
    return [*lines, f"  The row that says what happens now: {written_row(address, asked)}"] if lines else []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("| `/x/` | GET | yes |", "1 answers for 9 roles"),
        ("| `/x/` | GET |" + " yes |" * 9 + "\n| `/x/` | GET |" + " 404 |" * 9, "twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_an_error(rows: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_table(rows)


def test_a_cell_holds_one_answer_for_all_methods_or_one_for_each() -> None:
    row = read_table("| `/x/` | GET POST | sign in | yes / 403 |" + " 404 |" * 7)["/x/"]
    assert [row.answers[method]["anonymous"] for method in row.answers] == ["sign in", "sign in"]
    assert [row.answers[method]["pending ombud"] for method in row.answers] == ["yes", "403"]


def test_the_table_of_actions_answers_for_every_role() -> None:
    lines = SECURITY.read_text(encoding="utf-8").splitlines()
    header = ["action", *(role for role in ROLES if role != "another region")]
    start = lines.index(f"| {' | '.join(header)} |")
    rows = takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    table = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    short = [row[0] for row in table if len(row) != len(header) or not all(row)]
    assert not short, (
        f"docs/security.md, who may do what: an answer for each of {header[1:]}, please: {short}"
    )
