"""A receipt's way: read through, attest, fetch the PDF, let a stranger check it, genuine and forged."""

import hashlib
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browsing import dress, open_page, rows, sign_in, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser

REPORT = "/report/2022-2024/21/"


def test_a_receipt_is_attested_fetched_and_checked_by_a_stranger(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    page = open_page(browser)
    sign_in(page, stack, "representant-21")
    page.goto(f"{stack.base_url}{REPORT}submit/")
    expect(page.locator("main")).to_contain_text("Ändrat sedan version 1")

    # without the tick the browser itself stops, and the server too
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#id_attested")).to_be_focused()
    page.locator("main form").evaluate("form => { form.noValidate = true; }")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_contain_text("Kryssa i att du intygar")
    assert violations(page) == []
    page.locator("#id_attested").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{REPORT}versions/2/")
    assert violations(page) == []

    with page.expect_download() as fetched:
        page.get_by_role("link", name="Kvittens (PDF)").click()
    pdf = fetched.value.path().read_bytes()
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == "sv"  # type: ignore[index]  # pypdf types the root as any object
    assert "Region Gävleborg" in reader.pages[0].extract_text()
    [(sha256,)] = rows(stack, "SELECT sha256 FROM reporting_receipt WHERE number = 'PP-2022-2024-21-2'")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Kvittens (JSON)").click()
    assert hashlib.sha256(fetched.value.path().read_bytes()).hexdigest() == sha256

    stranger = open_page(browser, java_script_enabled=False)
    stranger.goto(f"{stack.base_url}/verify/")
    for content, words in ((pdf, "Kvittensen är äkta"), (pdf[:-1], "Kvittensen kan inte bekräftas")):
        (tmp_path / "kvittens.pdf").write_bytes(content)
        stranger.locator("input[type=file]").set_input_files(tmp_path / "kvittens.pdf")
        stranger.locator("main form[method=post] button").click()
        expect(stranger.locator("main")).to_contain_text(words)
    stranger.locator("#id_number").fill("PP-2022-2024-21-2")
    stranger.locator("#id_sha256").fill(str(sha256))
    stranger.locator("main form[method=get] button").click()
    expect(stranger.locator("main")).to_contain_text("Kvittensen är äkta")
    expect(stranger.locator("main")).not_to_contain_text("Karim")

    page.goto(f"{stack.base_url}/verify/{sha256}/")
    assert violations(page) == []
    page.goto(f"{stack.base_url}{REPORT}versions/")
    expect(page.locator("main")).to_contain_text("Version 2")
    assert violations(page) == []
    dress(page, theme="dark", width=360)
    expect(page.locator("#h-differences")).to_be_visible()
    assert violations(page) == []
