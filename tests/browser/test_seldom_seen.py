"""Pages that few ever meet: refusals, the check of receipts, a region's keys, for axe."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import dress, open_page, rows, sideways, sign_in, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser


def looked_at(page: Page) -> None:
    """Nothing for axe and nothing beyond the edge, large and light, small and dark."""
    for theme, width in (("light", 1280), ("dark", 360)):
        dress(page, theme=theme, width=width)
        assert violations(page) == [], (page.url, theme)
        assert sideways(page) <= 0, (page.url, width)


def test_open_pages_that_refuse_or_answer_are_accessible(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    [(sha256, number)] = rows(stack, "SELECT sha256, number FROM reporting_receipt ORDER BY id LIMIT 1")
    for path, words in (
        (f"/verify/?number={number}&sha256={sha256}", "Kvittensen är äkta"),
        (f"/verify/{'0' * 64}/", "Kvittensen kan inte bekräftas"),
        ("/accounts/oidc/cancelled/", ""),
    ):
        page.goto(stack.base_url + path)
        expect(page.locator("main")).to_contain_text(words)
        looked_at(page)
    # A form that is sent too often; the account is nobody's, and the limit is the account's own.
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 8:
        page.goto(f"{stack.base_url}/accounts/password/reset/")
        page.locator("#id_email").fill("nobody-at-all@platsplan.example")
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            page.locator("main form button[type=submit]").click()
        statuses.append(answer.value.status)
    assert statuses[-1] == 429
    page.wait_for_load_state()
    looked_at(page)


def test_a_regions_keys_and_versions_are_accessible(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "ombud-25")
    for path, words in (("region/25/keys/", "Nycklar"), ("2022-2024/25/versions/", "Versioner")):
        page.goto(f"{stack.base_url}/report/{path}")
        expect(page.locator("main")).to_contain_text(words)
        looked_at(page)
