"""The way through, in a real browser with real servers, worker and beat: report, recompute, review, mail."""

import email
import email.policy
import re
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Stack

pytestmark = pytest.mark.browser

PASSWORD = "platsplan-demo"
REPORT = "/report/2022-2024/03/"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def open_page(browser: Browser, **options: Any) -> Page:
    shape: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
    context = browser.new_context(locale="sv-SE", **(shape | options))
    return context.new_page()


def sign_in(page: Page, stack: Stack, who: str) -> None:
    page.goto(f"{stack.base_url}/accounts/login/")
    page.locator("#id_login").fill(f"{who}@platsplan.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile(r"/(report|admin)/"))


def rows(stack: Stack, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(stack.database_url) as connection:
        return connection.execute(question).fetchall()


def eventually(stack: Stack, question: str) -> list[tuple[object, ...]]:
    """The first non-empty answer; the worker is given a minute."""
    for _ in range(240):
        answer = rows(stack, question)
        if answer:
            return answer
        time.sleep(0.25)
    pytest.fail(f"Nothing came of: {question}", pytrace=False)


def letters(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in folder.glob("*.eml")
    ]


def awaited_letter(stack: Stack, kind: str, recipient: str) -> EmailMessage:
    """The mail of a kind to an address, once it lies in the folder."""
    [(mail_id,)] = eventually(
        stack,
        f"SELECT id FROM reporting_mail WHERE kind = '{kind}' AND recipient = '{recipient}'"
        " AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 1",
    )
    found = [
        letter
        for letter in letters(stack.mail_folder)
        if f"platsplan-{mail_id}@" in str(letter["Message-ID"])
    ]
    assert len(found) == 1
    return found[0]


def words_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def test_uppsala_reports_sixty_and_gets_the_first_step(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "representant-03")
    page.goto(stack.base_url + REPORT)
    for field, text in (
        ("at_2022", "60"), ("at_2023", "52"), ("at_2024", "54"),
        ("st_2022", "94"), ("st_2023", "98"), ("st_2024", "101"),
        ("gm_2022", "24"), ("gm_2023", "27"), ("gm_2024", "–"),
    ):  # fmt: skip
        page.locator(f"#id_{field}").fill(text)
    page.locator("button[name=review]").click()

    # the warning asks for a comment, and the summary leads to it
    expect(page.locator("[role=alert]")).to_contain_text("20 %")
    page.locator("[role=alert] a").first.click()
    expect(page.locator("#id_comment_at_2022")).to_be_focused()
    page.keyboard.type("Fyra nya block i Enköping och sex vid Akademiska sjukhuset.")
    page.locator("button[name=review]").click()

    page.wait_for_url(f"**{REPORT}submit/")
    expect(page.locator("main")).to_contain_text("Fyra nya block i Enköping")
    expect(page.locator("#attest-text")).to_contain_text("intygar")
    page.locator("#id_attested").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{REPORT}versions/1/")
    [(sha256,)] = rows(
        stack,
        "SELECT k.sha256 FROM reporting_receipt k JOIN reporting_revision r ON r.id = k.revision_id"
        " JOIN reporting_submission s ON s.id = r.submission_id WHERE s.region_id = '03'",
    )
    expect(page.locator("main")).to_contain_text(str(sha256))

    # the worker computes; the award stands on the region's own page
    award = (
        "SELECT a.amount_kr, a.eligible FROM allocation_award a"
        " JOIN allocation_roundgrant g ON g.current_run_id = a.run_id"
        " JOIN allocation_runregion r ON r.run_id = a.run_id AND r.region_id = a.region_id"
        " WHERE a.region_id = '03' AND a.pot = 'tydlig-forbattring' AND r.reported_posts = 60"
    )
    assert eventually(stack, award) == [(10_500_000, True)]
    page.goto(f"{stack.base_url}/report/")
    expect(page.locator(".pp-total").first).to_have_text("10 500 000 kr".replace(" ", "\u00a0"))

    receipt = awaited_letter(stack, "receipt", "representant-03@platsplan.example")
    assert receipt["Cc"] == "ombud-03@platsplan.example"
    assert str(sha256) in words_of(receipt)

    officer = open_page(browser)
    sign_in(officer, stack, "handlaggare")
    [(report_id,)] = rows(stack, "SELECT id FROM reporting_submission WHERE region_id = '03'")
    officer.goto(f"{stack.base_url}/admin/reporting/submission/{report_id}/change/")
    expect(officer.locator("main")).to_contain_text("Fyra nya block i Enköping")
    officer.locator("button[name=decision][value=approve]").click()
    eventually(stack, f"SELECT 1 FROM reporting_submission WHERE id = {report_id} AND state = 'approved'")
    eventually(
        stack,
        "SELECT 1 FROM allocation_recomputation WHERE reason = 'approved' AND state = 'done'"
        ' AND basis @> \'[{"region": "03", "state": "approved"}]\'',
    )
    assert rows(stack, award) == [(10_500_000, True)]
    approval = awaited_letter(stack, "approved", "representant-03@platsplan.example")
    assert "Uppsala" in str(approval["Subject"])

    [(round_id,)] = rows(stack, "SELECT id FROM reporting_reportinground")
    officer.goto(f"{stack.base_url}/admin/reporting/reportinground/{round_id}/change/")
    officer.locator("form[action$='/status-report/'] button").click()
    report = awaited_letter(stack, "status_report", "handlaggare@platsplan.example")
    assert "Uppsala" in words_of(report)

    page.goto(stack.base_url + REPORT)
    expect(page.locator("button[name=save]")).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_the_regions_pages_are_accessible_and_fit(
    stack: Stack, browser: Browser, theme: str, width: int
) -> None:
    page = open_page(browser, color_scheme=theme, viewport={"width": width, "height": 900})
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    sign_in(page, stack, "ombud-21")
    for path in (
        "/report/",
        "/report/2022-2024/21/",
        "/report/2022-2024/21/?check",
        "/report/2022-2024/21/submit/",
        "/report/2022-2024/21/versions/1/",
        "/grant/2022-2024/21/",
    ):
        page.goto(stack.base_url + path)
        assert violations(page) == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
    assert trouble == []


def test_the_report_by_keyboard_alone_enter_saves_the_draft(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "samordnare-22")
    page.goto(f"{stack.base_url}/report/2022-2024/22/")
    page.locator("#id_at_2022").focus()
    page.keyboard.type("60")
    page.keyboard.press("Tab")
    expect(page.locator("#id_at_2023")).to_be_focused()
    page.keyboard.type("sextio")
    page.keyboard.press("Enter")
    expect(page.locator("#id_at_2023")).to_have_value("sextio")
    expect(page.locator("#id_at_2023")).to_have_attribute("aria-invalid", "true")
    assert rows(stack, "SELECT state FROM reporting_submission WHERE region_id = '22'") == [("draft",)]


def test_the_panels_follow_the_typing(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "ombud-23")
    page.goto(f"{stack.base_url}/report/2022-2024/23/")
    expect(page.locator("#preview")).to_contain_text("Ange AT 2022")
    page.locator("#id_at_2022").fill("24")
    total = page.locator('#preview [data-pp-total="at-2022"]')
    expect(total).to_contain_text("kr")
    before = total.inner_text()
    page.locator("#id_at_2022").fill("26")
    expect(total).not_to_have_text(before)
    expect(page.locator("#preview")).to_contain_text("4 000 000 kr".replace(" ", "\u00a0"))
    expect(page.locator("#prospect-grant")).to_contain_text("Ytterligare utökning ingår")
    expect(page.locator("#prospect-checks")).to_contain_text("AT 2023")
    expect(page.locator("#prospect-checks")).not_to_contain_text("AT 2022: ")
