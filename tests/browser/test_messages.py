"""An officer and a region in one thread at the same time, in real browsers with real servers and mail."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import (
    ask,
    awaited_letter,
    complaints_of,
    dress,
    open_page,
    sideways,
    sign_in,
    violations,
    words_of,
)
from tests.conftest import Stack
from tests.files import EXE, pdf

pytestmark = pytest.mark.browser

THREAD = "/report/2022-2024/19/messages/"


def must_be_accessible_and_fit(page: Page) -> None:
    for theme, width in (("light", 1280), ("dark", 360)):
        dress(page, theme=theme, width=width)
        assert violations(page) == [], (page.url, theme)
        assert sideways(page) <= 0, (page.url, width)


def test_an_officer_and_a_region_write_at_once_with_a_file(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "Beslut Åland.pdf").write_bytes(pdf())
    (tmp_path / "beslut.pdf").write_bytes(EXE)
    report_id = ask(stack, "SELECT min(id) FROM reporting_submission WHERE region_id = '19'")
    officer, region = open_page(browser), open_page(browser)
    heard = complaints_of(officer), complaints_of(region)
    sign_in(officer, stack, "handlaggare")
    sign_in(region, stack, "representant-19")
    officer.goto(f"{stack.base_url}/admin/reporting/submission/{report_id}/change/")
    region.goto(stack.base_url + THREAD)

    region.goto(f"{stack.base_url}/report/")
    unread = region.locator(".pp-nav .pp-count")
    before = int(unread.inner_text().split()[0]) if unread.count() else 0  # other tests decide and pay too

    # the officer writes while the region's page is open; the region's page counts it on the next page
    officer.locator("#id_body").fill("Är 48 rätt?\nFrågan gäller 2022.")
    officer.locator(".pp-write button[type=submit]").click()
    expect(officer.locator("ul.messagelist li.success")).to_be_visible()
    region.goto(f"{stack.base_url}/report/")
    expect(unread).to_contain_text(f"{before + 1}")
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
    assert heard == ([], [])

    stranger = open_page(browser)
    sign_in(stranger, stack, "ombud-20")
    assert stranger.request.get(address).status == 404
    assert stranger.request.get(stack.base_url + THREAD).status == 404

    recipient = "samordnare-19@platsplan.example"
    letter = awaited_letter(stack, "news", recipient, subject="nytt meddelande")
    assert "Elin Sandström" in words_of(letter)
    assert "Tack." not in words_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_thread_and_the_choice_of_mail_are_accessible_and_fit(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "ombud-21")
    page.goto(f"{stack.base_url}/report/2022-2024/21/messages/")
    page.locator("main form button.btn-primary").click()  # nothing written: the page with its error
    expect(page.locator("[role=alert]")).to_be_visible()
    must_be_accessible_and_fit(page)
    page.goto(f"{stack.base_url}/accounts/mail/")
    must_be_accessible_and_fit(page)
