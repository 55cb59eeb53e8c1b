"""What browser tests share: signing in, looking with axe, asking the database, waiting for mail."""

import email
import email.policy
import re
import secrets
import time
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, Page

from config.sessions import SessionStore
from reporting.models import User
from tests.conftest import Stack
from tests.signed import session_of

PASSWORD = "platsplan-demo"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that another theme can change.
COLOURS = ["color-contrast", "link-in-text-block"]
# What axe finds leaves the browser as one line each: its whole answer about a long page is a megabyte.
# Playwright gives what it evaluates no limit of time, so this one brings its own.
LOOK = """
rules => Promise.race([
    axe.run({runOnly: rules, resultTypes: ["violations"]}).then(answer =>
        answer.violations.flatMap(rule =>
            rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))),
    new Promise((_, give_up) => setTimeout(() => give_up(new Error("axe took more than a minute")), 60000)),
])
"""
FINISH = """
document.getAnimations().forEach((change) => { try { change.finish(); } catch { change.cancel(); } })
"""


def open_page(browser: Browser, **options: Any) -> Page:
    """A page in a window of its own, Swedish and 1280 wide unless told."""
    shape: dict[str, Any] = {"locale": "sv-SE", "viewport": {"width": 1280, "height": 900}}
    return browser.new_context(**(shape | options)).new_page()


def complaints_of(page: Page) -> list[str]:
    """A list that grows with script errors and whatever the security policy refuses from now on."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    return heard


def sign_in(page: Page, stack: Stack, who: str, *, to: str = "") -> None:
    """Let a demonstration account be signed in; `to` is where to go then, else where its role leads.

    The session is what the form of signing in leaves, without its half second of work: test_sign_in.py and
    test_main_way.py walk through that.
    """
    person = f"SELECT id, password FROM reporting_user WHERE email = '{who}@platsplan.example'"
    [(number, password)] = rows(stack, person)
    method = {"method": "password", "email": f"{who}@platsplan.example"}
    with override_settings(SECRET_KEY=stack.environment["SECRET_KEY"]):
        content = SessionStore().encode(session_of(User(pk=number, password=password), method=method))
    key = secrets.token_hex(16)
    with psycopg.connect(stack.database_url) as connection:
        connection.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " VALUES (%s, %s, now() + interval '8 hours')",
            [key, content],
        )
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": stack.base_url}])
    page.goto(f"{stack.base_url}/accounts/login/" + (f"?next={to}" if to else ""))
    page.wait_for_url(re.compile(r"^[^?]*/(report|admin)/"))


def sign_in_by_form(page: Page, stack: Stack, who: str) -> None:
    """Sign a demonstration account in as people do, by keyboard."""
    page.goto(f"{stack.base_url}/accounts/login/")
    page.locator("#id_login").fill(f"{who}@platsplan.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    # The path, not where the page of signing in says that it will lead.
    page.wait_for_url(re.compile(r"^[^?]*/(report|admin)/"))


def violations(page: Page, *, rules: list[str] = RULES) -> list[str]:
    """What axe finds, one line each: the rule, and how the element begins.

    Args:
        page: as it is dressed now.
        rules: COLOURS where only the theme differs from what has been looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(LOOK, rules)
    return found


def sideways(page: Page) -> int:
    """How many pixels of the page lie beyond its right edge."""
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


def dress(page: Page, *, theme: str, width: int) -> None:
    """Show the loaded page in another theme, "light" or "dark", and width."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of the two
    page.set_viewport_size({"width": width, "height": 900})
    # A link changes its colour over some time; between two themes it has neither's contrast. To wait for
    # the end could take for ever: a window that another one covers need not draw, and then nothing ends.
    page.evaluate(FINISH)


def rows(stack: Stack, question: str) -> list[tuple[Any, ...]]:
    """The rows of an answer from the running system's database."""
    with psycopg.connect(stack.database_url) as connection:
        return connection.execute(question).fetchall()


def ask(stack: Stack, question: str) -> Any:
    """The one value that the question asks for."""
    [(value,)] = rows(stack, question)
    return value


def eventually(stack: Stack, question: str) -> list[tuple[Any, ...]]:
    """The first non-empty answer; the worker is given a minute."""
    for _ in range(600):
        answer = rows(stack, question)
        if answer:
            return answer
        time.sleep(0.1)
    pytest.fail(f"Nothing came of: {question}", pytrace=False)


def awaited_letter(stack: Stack, kind: str, recipient: str, *, subject: str = "") -> EmailMessage:
    """The newest mail of a kind to an address, its subject with these words, once it lies in the folder."""
    [(mail_id,)] = eventually(
        stack,
        f"SELECT id FROM reporting_mail WHERE kind = '{kind}' AND recipient = '{recipient}'"
        f" AND subject LIKE '%{subject}%' AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 1",
    )
    mark = f"platsplan-{mail_id}@"
    written = (path.read_bytes() for path in stack.mail_folder.glob("*.eml"))
    letters = [
        email.message_from_bytes(text, policy=email.policy.default)
        for text in written
        if mark.encode() in text
    ]
    [letter] = [found for found in letters if mark in str(found["Message-ID"])]
    return letter


def words_of(letter: EmailMessage) -> str:
    """The letter as plain text."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
