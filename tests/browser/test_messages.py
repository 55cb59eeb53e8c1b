"""An officer and a region in one thread at the same time, in real browsers with real servers and mail."""

import email
import email.policy
import re
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Stack
from tests.files import EXE, pdf

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THREAD = "/report/2022-2024/19/messages/"


def signed_in(stack: Stack, browser: Browser, who: str, heard: list[str], **options: Any) -> Page:
    shape: dict[str, Any] = {"locale": "sv-SE", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**(shape | options)).new_page()
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto(f"{stack.base_url}/accounts/login/")
    page.locator("#id_login").fill(f"{who}@platsplan.example")
    page.locator("#id_password").fill("platsplan-demo")
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile(r"/(report|admin)/"))
    return page


def eventually(stack: Stack, question: str) -> tuple[Any, ...]:
    """The first row of an answer; the worker is given a minute."""
    for _ in range(240):
        with psycopg.connect(stack.database_url) as connection:
            row = connection.execute(question).fetchone()
        if row:
            return row
        time.sleep(0.25)
    pytest.fail(f"Nothing came of: {question}", pytrace=False)


def must_be_accessible_and_fit(page: Page, where: str) -> None:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]] == [], where
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, where


def test_an_officer_and_a_region_write_at_once_with_a_file(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    heard: list[str] = []
    (tmp_path / "Beslut Åland.pdf").write_bytes(pdf())
    (tmp_path / "beslut.pdf").write_bytes(EXE)
    (report_id,) = eventually(stack, "SELECT id FROM reporting_submission WHERE region_id = '19'")
    officer = signed_in(stack, browser, "handlaggare", heard)
    region = signed_in(stack, browser, "representant-19", heard)
    officer.goto(f"{stack.base_url}/admin/reporting/submission/{report_id}/change/")
    region.goto(stack.base_url + THREAD)

    # the officer writes while the region's page is open; the region's page counts it on the next page
    officer.locator("#id_body").fill("Är 48 rätt?\nFrågan gäller 2022.")
    officer.locator(".pp-write button[type=submit]").click()
    expect(officer.locator("ul.messagelist li.success")).to_be_visible()
    region.goto(f"{stack.base_url}/report/")
    expect(region.locator(".pp-nav .pp-count")).to_contain_text("1")
    region.locator(".pp-nav a[href='/report/2022-2024/19/messages/']").click()
    expect(region.locator(".pp-thread .is-new")).to_contain_text("Är 48 rätt?")

    # a wrong file is refused and the text stays; the right one goes
    region.locator("#id_body").fill("Ja, 48 är rätt. Beslutet är bifogat.")
    region.locator("#id_attachments").set_input_files(tmp_path / "beslut.pdf")
    region.locator("main form button.btn-primary").click()
    expect(region.locator("[role=alert]")).to_contain_text("beslut.pdf")
    expect(region.locator("#id_body")).to_have_value("Ja, 48 är rätt. Beslutet är bifogat.")
    region.locator("#id_attachments").set_input_files(tmp_path / "Beslut Åland.pdf")
    region.locator("main form button.btn-primary").click()
    expect(region.locator(".pp-thread .is-region").last).to_contain_text("Beslut Åland.pdf")

    # the officer's page, opened before, still sends, and then shows both in order
    officer.locator("#id_body").fill("Tack.")
    officer.locator(".pp-write button[type=submit]").click()
    written = officer.locator(".pp-thread__text")
    expect(written.last).to_have_text("Tack.")
    texts = written.all_inner_texts()
    assert texts[-2].startswith("Ja, 48 är rätt.")
    assert texts[-3].startswith("Är 48 rätt?")
    with officer.expect_download() as download:
        officer.get_by_role("link", name="Beslut Åland.pdf").click()
    assert download.value.suggested_filename == "Beslut Åland.pdf"
    assert download.value.path().read_bytes() == pdf()
    address = download.value.url
    assert heard == []

    stranger = signed_in(stack, browser, "ombud-20", [])
    assert stranger.request.get(address).status == 404
    assert stranger.request.get(stack.base_url + THREAD).status == 404

    (mail_id,) = eventually(
        stack,
        "SELECT id FROM reporting_mail WHERE kind = 'news' AND recipient = 'samordnare-19@platsplan.example'"
        " AND sent_at IS NOT NULL AND subject LIKE '%nytt meddelande%' ORDER BY id DESC LIMIT 1",
    )
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in stack.mail_folder.glob("*.eml")
    ]
    [letter] = [found for found in letters if f"platsplan-{mail_id}@" in str(found["Message-ID"])]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Elin Sandström" in body.get_content()
    assert "Tack." not in body.get_content()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_the_thread_and_the_choice_of_mail_are_accessible_and_fit(
    stack: Stack, browser: Browser, theme: str, width: int
) -> None:
    shape: dict[str, Any] = {"color_scheme": theme, "viewport": {"width": width, "height": 900}}
    page = signed_in(stack, browser, "ombud-21", [], **shape)
    page.goto(f"{stack.base_url}/report/2022-2024/21/messages/")
    page.locator("main form button.btn-primary").click()  # nothing written: the page with its error
    expect(page.locator("[role=alert]")).to_be_visible()
    must_be_accessible_and_fit(page, "thread")
    page.goto(f"{stack.base_url}/accounts/mail/")
    must_be_accessible_and_fit(page, "choice")
