"""What-if in a real browser: from the run that holds to a scenario, a comparison, a sweep, and away again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_admin import desk
from tests.browsing import ask, dress, sideways, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser


def inspect(page: Page, heard: list[str]) -> None:
    """The page, as it is, is accessible in both themes and fits a phone."""
    assert heard == []
    for theme, width in (("light", 1280), ("dark", 360)):
        dress(page, theme=theme, width=width)
        assert sideways(page) <= 0, page.url
        assert violations(page) == [], (page.url, theme)
        heard.clear()  # axe tries to write a style of its own
    dress(page, theme="light", width=1280)


def save(page: Page) -> None:
    page.locator(".submit-row button").click()


def test_a_case_officer_tries_another_rule_and_leaves_no_trace(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "handlaggare")
    run = ask(stack, "SELECT current_run_id FROM allocation_roundgrant ORDER BY id LIMIT 1")
    awards = "SELECT md5(string_agg(a::text, '|' ORDER BY id)) FROM allocation_award a"
    official = f"{awards} WHERE run_id = {run}"
    before = ask(stack, official)

    page.goto(f"{stack.base_url}/admin/allocation/allocationrun/{run}/change/")
    page.locator(".object-tools a[href*='scenario/add']").click()
    expect(page.locator("#id_start")).to_have_value(f"run:{run}")
    page.locator("#id_name").fill("Gräns 12")
    save(page)
    page.wait_for_url(re.compile(r"/edit/$"))
    inspect(page, heard)

    # A ladder that does not rise is refused where it stands; Enter saves and removes no step.
    page.locator("#id_threshold").fill("12,00")
    page.locator("#id_region_03_reported").fill("70")
    page.locator("#id_pot_3_step_2_at").fill("9")
    page.locator("#id_pot_3_step_2_at").press("Enter")
    expect(page.locator("#id_pot_3_step_2_at_error")).to_contain_text("Måste vara över steget före, 10")
    page.locator("button[name=_remove_step][value='pot_3:2']").click()
    expect(page.locator("#id_pot_3_step_2_at")).to_have_value("20")
    save(page)
    page.wait_for_url(re.compile(r"/change/$"))
    expect(page.locator(".pp-notice--warn")).to_contain_text("Scenario, inte ett beslut")
    uppsala = page.locator(".pp-compared tbody tr", has=page.get_by_role("rowheader", name="Uppsala"))
    expect(uppsala).to_contain_text("Deltar i God.")
    expect(uppsala.locator(".pp-up").first).to_contain_text("+")
    inspect(page, heard)
    scenario = page.url

    page.locator(".object-tools a[href$='/copy/']").click()
    save(page)
    page.locator("#id_pot_1_amount").fill("100 000 000")
    save(page)
    page.locator(".pp-choose button").click()
    expect(page.locator(".pp-group a")).to_have_count(4)
    inspect(page, heard)

    page.goto(scenario)
    page.locator(".object-tools a[href*='sweeprun/add']").click()
    page.locator("#id_first_key").select_option("start:tydlig-forbattring")
    page.locator("#id_second_key").select_option("per-post:tydlig-forbattring")
    for place, values in (("first", ("5", "20", "1")), ("second", ("500 000", "1 500 000", "5 000"))):
        for part, value in zip(("start", "stop", "step"), values, strict=True):
            page.locator(f"#id_{place}_{part}").fill(value)
    inspect(page, heard)
    save(page)
    # The bar moves and the results come without a touch.
    expect(page.locator("#progress, .pp-squares__map").first).to_be_visible()
    expect(page.locator(".pp-squares__map")).to_be_visible(timeout=60_000)
    page.locator("#region").select_option("01")
    page.locator(".pp-choose button").click()
    expect(page.locator("#h-region")).to_have_text("Stockholm")
    inspect(page, heard)

    page.goto(scenario)
    page.locator(".object-tools a[href$='/delete/']").click()
    expect(page.locator("#content form")).to_contain_text("1 svep")
    save(page)
    expect(page.locator("ul.messagelist li.success")).to_contain_text("Gräns 12")
    assert ask(stack, "SELECT count(*) FROM allocation_sweeprun") == 0
    assert ask(stack, official) == before
    assert heard == []


def test_a_sweep_is_followed_and_cancelled_without_scripts(stack: Stack, browser: Browser) -> None:
    page, _heard = desk(stack, browser, "handlaggare", java_script_enabled=False)
    run = ask(stack, "SELECT current_run_id FROM allocation_roundgrant ORDER BY id LIMIT 1")
    page.goto(f"{stack.base_url}/admin/allocation/sweeprun/add/?run={run}")
    page.locator("#id_first_key").select_option("amount:god")
    for part, value in (("start", "100 000 000"), ("stop", "119 999 000"), ("step", "1 000")):
        page.locator(f"#id_first_{part}").fill(value)
    save(page)
    cancel = page.locator(".object-tools form button")
    if cancel.count():  # unless the workers were quicker than the browser
        page.locator("#progress a").click()
    if cancel.count():
        cancel.click()
        expect(page.locator("ul.messagelist li")).to_be_visible()
    expect(page.locator(".pp-chip").first).to_be_visible()
    assert ask(stack, "SELECT count(*) FROM allocation_sweeprun WHERE state = 'failed'") == 0
