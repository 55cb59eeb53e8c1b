"""What saves itself while one presses: no button slips away, and what was held back comes afterwards."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browsing import open_page, sign_in
from tests.conftest import Stack

pytestmark = pytest.mark.browser

REPORT = "/report/2022-2024/04/"
# As high as the whole form: where the action bar sticks to the window's edge, nothing moves it.
HIGH = {"width": 1280, "height": 1500}


class Slowly:
    """Keeps the page's saving from coming through until it is let."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_shut = True
        self.waiting: list[Route] = []
        page.route("**/draft/", self._meet)

    def _meet(self, route: Route) -> None:
        if self.is_shut:
            self.waiting.append(route)
        else:
            route.continue_()

    def fail(self) -> None:
        """What waits finds no server; what comes later does."""
        self.is_shut = False
        while self.waiting:
            self.waiting.pop().abort()

    def let_through(self) -> None:
        """The page has the answer, and had time to do with it what it would, when this returns."""
        self.is_shut = False
        with self.page.expect_response(re.compile("/draft/$")) as arriving:
            while self.waiting:
                self.waiting.pop().continue_()
        arriving.value.finished()
        self.page.evaluate("new Promise((done) => { setTimeout(done, 100); })")


def report(browser: Browser, stack: Stack) -> tuple[Page, Slowly]:
    """The report in a window of its own, where nothing is saved before it is let through."""
    page = open_page(browser, viewport=HIGH)
    sign_in(page, stack, "ombud-04", to=REPORT)
    page.goto(stack.base_url + REPORT)
    return page, Slowly(page)


def middle(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_button_stays_under_the_press_when_the_answer_brings_a_field(
    stack: Stack, browser: Browser
) -> None:
    page, saving = report(browser, stack)
    comment, review = page.locator("#id_comment_at_2024"), page.locator("button[name=review]")
    expect(comment).to_be_hidden()
    page.locator("#id_at_2024").fill("900")

    # pressed and thought better of: what was held back comes then
    page.mouse.move(*middle(review))
    before = middle(review)
    page.mouse.down()
    saving.let_through()
    assert middle(review) == before
    expect(comment).to_be_hidden()
    page.mouse.move(before[0], 4)
    page.mouse.up()
    expect(comment).to_be_visible()

    # the field goes again while the button is pressed; the press counts
    saving.is_shut = True
    page.locator("#id_at_2024").fill("")
    page.mouse.move(*middle(review))
    page.mouse.down()
    saving.let_through()
    page.mouse.up()
    page.wait_for_url(re.compile(r"\?check"))


def test_a_button_that_one_points_at_does_not_slip_away_before_the_press(
    stack: Stack, browser: Browser
) -> None:
    page, saving = report(browser, stack)
    review = page.locator("button[name=review]")
    page.locator("#id_st_2022").fill("många")
    page.mouse.move(*middle(review))
    before = middle(review)
    saving.let_through()
    expect(page.locator("#errors-st")).to_be_visible()
    assert middle(review) == pytest.approx(before, abs=1)
    # nor does the page glide on after it has been scrolled
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(re.compile(r"\?check"))


def test_a_second_press_is_not_lost_while_the_first_waits_in_vain(stack: Stack, browser: Browser) -> None:
    page, saving = report(browser, stack)
    page.locator("#id_contact_phone").fill("026-153")
    for _press in range(2):
        page.locator("button[name=review]").press("Enter")
    saving.fail()
    page.wait_for_url(re.compile(r"\?check"))
    expect(page.locator("#id_contact_phone")).to_have_value("026-153")


def test_by_keyboard_one_goes_on_at_once_and_without_contact_stays(stack: Stack, browser: Browser) -> None:
    page, saving = report(browser, stack)
    page.locator("#id_contact_phone").fill("026-154")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("button[name=review]")).to_be_focused()
    page.keyboard.down("Space")
    saving.let_through()
    page.keyboard.up("Space")
    page.wait_for_url(re.compile(r"\?check"))
    expect(page.locator("#id_contact_phone")).to_have_value("026-154")

    page.context.set_offline(True)
    page.locator("#id_contact_phone").fill("026-155")
    expect(page.locator("[data-pp-saved]")).to_contain_text("Inte sparat")
    page.locator("button[name=review]").press("Enter")
    expect(page.locator("#id_contact_phone")).to_have_value("026-155")
    page.context.set_offline(False)
    page.locator("button[name=review]").press("Enter")
    expect(page.locator("[data-pp-saved]")).to_contain_text(re.compile(r"Sparat \d+ "))
    expect(page.locator("#id_contact_phone")).to_have_value("026-155")
