"""What the first view of the open pages weighs, and what the next page need not fetch again."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browsing import open_page
from tests.conftest import Stack

pytestmark = pytest.mark.browser

MOST_BYTES = 120_000
HASHED = re.compile(r"\.[0-9a-f]{12}\.(css|js|svg)$")


def test_the_first_view_is_light_and_the_next_page_fetches_only_itself(
    stack: Stack, browser: Browser
) -> None:
    page = open_page(browser)
    network = page.context.new_cdp_session(page)
    answers: dict[str, dict] = {}
    transferred: dict[str, int] = {}

    network.on("Network.responseReceived", lambda news: answers.update({news["requestId"]: news["response"]}))
    network.on(
        "Network.loadingFinished",
        lambda news: transferred.update({answers[news["requestId"]]["url"]: int(news["encodedDataLength"])}),
    )
    network.send("Network.enable")
    page.goto(f"{stack.base_url}/", wait_until="networkidle")
    assert sum(transferred.values()) <= MOST_BYTES, transferred
    files = [answer for answer in answers.values() if "/static/" in answer["url"]]
    assert len(files) >= 4
    for answer in files:
        assert HASHED.search(answer["url"])
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        assert headers["cache-control"] == "max-age=315360000, public, immutable"
        assert headers["content-encoding"] == "gzip"
    assert all(url.startswith(f"{stack.base_url}/") for url in transferred)

    transferred.clear()
    page.goto(f"{stack.base_url}/regions/03/", wait_until="networkidle")
    assert [url for url, size in transferred.items() if size] == [f"{stack.base_url}/regions/03/"]
