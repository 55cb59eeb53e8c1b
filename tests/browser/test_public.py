"""The open pages in a real browser, on the whole running system."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browsing import COLOURS, complaints_of, dress, open_page, sideways, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser

WITH_FIGURES = [
    "/",
    "/?measure=kr&region=03",
    "/?measure=change&year=2024",
    "/regions/19/",
    "/compare/?regions=03,12",
]
OTHERS = [
    "/open-data/",
    "/api/v1/docs",
    "/method/",
    "/method/at-2022/",
    "/method/at-2022/calculator/?region=03&posts=60",
    "/method/at-2022/calculator/?region=03&posts=x",
    "/accessibility/",
    "/contact/",
    "/privacy/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/no-such/",
]


@pytest.fixture
def troubles(page: Page) -> Iterator[list[str]]:
    """What the browser complained about: script errors, and whatever the security policy refused."""
    heard = complaints_of(page)
    yield heard
    assert heard == []


# Colours differ by theme and layout by width. Pages with a map and figures show other things at each
# width, so their colours are looked at in all four.
LOOKS = (("light", 360), ("dark", 1280))
MORE_LOOKS = (("dark", 360), ("light", 1280))
BETWEEN_AND_BEYOND = (768, 1440)


@pytest.mark.parametrize("path", [*WITH_FIGURES, *OTHERS])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(stack: Stack, browser: Browser, path: str) -> None:
    page = open_page(browser)
    page.goto(stack.base_url + path)
    for theme, width in LOOKS:
        dress(page, theme=theme, width=width)
        assert violations(page) == [], (theme, width)
        assert sideways(page) == 0, width
    for theme, width in MORE_LOOKS if path in WITH_FIGURES else ():
        dress(page, theme=theme, width=width)
        assert violations(page, rules=COLOURS) == [], (theme, width)
    for width in BETWEEN_AND_BEYOND:
        dress(page, theme="light", width=width)
        assert sideways(page) == 0, width


def test_keyboard_focus_shows_the_county_card_without_leaving_the_page(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/")
    page.locator('a.pp-map__c[href*="region=01"]').focus()
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Stockholm")
    page.keyboard.press("Tab")
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Uppsala")
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("12,64")
    expect(page.locator("#mapcard .pp-map__lead")).to_have_count(1)
    expect(page.locator("#r-03")).to_have_class("is-on")
    expect(page.locator('a.pp-map__c[href*="region=03"]')).to_be_focused()


def test_hovering_shows_the_card_and_a_click_leaves_an_address(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/")
    county = page.locator('a.pp-map__c[href*="region=25"]')
    county.hover()
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Norrbotten")
    county.click()
    assert "region=25" in page.url
    page.locator(".pp-seg a", has_text="2024").click()
    expect(page.locator("h1")).to_contain_text("2024")
    assert "region=25" in page.url
    page.reload()
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Norrbotten")


def test_a_tap_shows_the_card(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(stack.base_url + "/")
    page.locator('a.pp-map__c[href*="region=24"]').tap()
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Västerbotten")


def test_everything_works_without_scripts(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    page.goto(stack.base_url + "/")
    page.locator('a.pp-map__c[href*="region=03"]').click()
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Uppsala")
    page.locator("th.pp-n a.pp-sort").first.click()
    expect(page.locator("tbody tr").first).to_have_id("r-01")
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Uppsala")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("tbody tr").first).to_have_id("r-01")
    page.locator(".pp-seg a", has_text="Kronor per inhabitant").click()
    page.locator(".pp-seg a", has_text="2024").click()
    assert "year=2024" in page.url
    assert "measure=kr-per-head" in page.url
    expect(page.locator("h1")).to_have_text("The grant per inhabitant 2024")
    page.locator("#r-03 a").click()
    expect(page.locator("h1")).to_have_text("Region Uppsala")


def test_switches_and_sorting_keep_the_county_and_leave_an_address(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/?region=12")
    page.locator(".pp-seg a", has_text="Ändring").click()
    page.locator(".pp-seg a", has_text="2024").click()
    expect(page.locator("h1")).to_have_text("AT-tjänster utöver planen 2024")
    page.locator("th a.pp-sort", has_text="Region").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Region")
    expect(page.locator("tbody tr").first).to_have_id("r-10")
    expect(page.locator("#mapcard .pp-mapcard")).to_contain_text("Region Skåne")
    assert {"region=12", "measure=change", "year=2024", "sort=name"} == set(page.url.split("?")[1].split("&"))
    page.emulate_media(media="print")
    expect(page.locator(".pp-tools")).to_be_hidden()
    expect(page.locator("#r-12")).to_be_visible()


def test_what_is_downloaded_is_what_the_page_shows(stack: Stack, page: Page, tmp_path: Path) -> None:
    def saved(link: Locator) -> Path:
        with page.expect_download() as waiting:
            link.click()
        place = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(place)
        return place

    page.goto(stack.base_url + "/")
    shown = {
        row.get_attribute("id"): [
            # What stands after the figure is for screen readers.
            cell.inner_text().splitlines()[0]
            for cell in row.locator("td.pp-n").all()
        ]
        for row in page.locator("tbody tr").all()
    }
    file = saved(page.locator(".pp-tools .pp-dl a", has_text="CSV"))
    assert file.name == "platsplan-results-2022.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        told = {
            f"r-{row['region_code']}": [row["planned_posts"], row["planned_rate"].replace(".", ",")]
            for row in csv.DictReader(rows)
        }
    assert told == shown
    page.goto(stack.base_url + "/regions/19/")
    total = page.locator("#g-at-2022 .pp-stat__value").first.inner_text()
    book = load_workbook(saved(page.locator("#downloads a", has_text="Excel").first))
    head, first, *_more = book["data"].iter_rows(values_only=True)
    row = dict(zip(map(str, head), first, strict=True))
    assert (row["region_code"], row["year"]) == ("19", 2022)
    assert f"{row['total_kr']} kr" == re.sub(r"\s", "", total).replace("kr", " kr")
    assumption = page.locator(".pp-why details li").first
    expect(assumption).to_be_hidden()
    page.emulate_media(media="print")
    expect(assumption).to_be_visible()


def test_the_calculator_answers_by_keyboard_and_leaves_an_address(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/method/at-2022/calculator/?region=03")
    page.locator("#id_posts").focus()
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    expect(page.locator(".pp-total")).to_have_text("10\u00a0500\u00a0000\u00a0kr")
    expect(page.locator("#calculator-news")).to_contain_text("Region Uppsala")
    assert "posts=60" in page.url
    page.reload()
    expect(page.locator(".pp-total")).to_have_text("10\u00a0500\u00a0000\u00a0kr")
    page.locator("#id_posts").fill("6o")
    page.keyboard.press("Enter")
    expect(page.locator("#id_posts_error")).to_be_visible()
    expect(page.locator("#id_posts")).to_have_value("6o")


def test_the_password_can_be_shown_by_keyboard_and_is_hidden_again(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/accounts/login/")
    password = page.locator("#id_password")
    password.fill("platsplan-demo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_value("platsplan-demo")
    expect(password).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(password).to_have_attribute("type", "password")


def test_a_demonstration_account_signs_in_with_two_clicks(
    stack: Stack, page: Page, troubles: list[str]
) -> None:
    page.goto(stack.base_url + "/accounts/login/")
    page.locator("[data-pp-fill*='representant-03']").click()
    page.locator("#sign-in").click()
    expect(page.locator(".pp-user")).to_contain_text("Region Uppsala")


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(stack: Stack, page: Page) -> None:
    page.goto(stack.base_url + "/")
    page.keyboard.press("Tab")
    expect(page.locator(".pp-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_targets_are_large_enough_to_tap(stack: Stack, context: BrowserContext) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(stack.base_url + "/accounts/login/")
    for selector in ("#id_login", "#id_password", "#sign-in", ".pp-reveal"):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["height"] >= 44, selector
