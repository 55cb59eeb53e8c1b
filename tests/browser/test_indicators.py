"""Indicators and a soft rule's way to a region, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import open_page, rows, sign_in, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser

PAGE = "/report/2022-2024/22/indicators/"


def test_a_missing_figure_is_ticked_explained_and_saved(browser: Browser, stack: Stack) -> None:
    page = open_page(browser)
    sign_in(page, stack, "samordnare-22")
    page.goto(stack.base_url + PAGE)
    page.locator("#id_gp_own_persons").fill("60")
    page.locator("#id_gp_own_full_time").fill("20,5")
    reason = page.locator("#id_comment_gp_private_full_time")
    expect(reason).to_be_hidden()
    page.locator("#id_missing_gp_private_full_time").focus()
    page.keyboard.press("Space")
    expect(page.locator("#id_gp_private_full_time")).to_have_value("–")
    reason.fill("Avtalen räknar personer.")
    assert violations(page) == []
    page.get_by_role("button", name="Spara utkast").click()
    expect(page.locator("#id_missing_gp_private_full_time")).to_be_checked()
    expect(reason).to_have_value("Avtalen räknar personer.")
    expect(page.locator("body")).to_contain_text("3 av 18 uppgifter besvarade")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(page) == []

    # What the rule in shadow found is counted, and shown to nobody in the region.
    assert "halvtid" not in page.content()
    assert rows(stack, "SELECT field FROM reporting_raisedfinding WHERE code = 'few-hours'") == [
        ("gp_own_full_time",)
    ]
    officer = open_page(browser)
    sign_in(officer, stack, "handlaggare")
    officer.goto(f"{stack.base_url}/admin/reporting/checkrule/")
    rule = officer.locator(".pp-rule", has_text="Få timmar för många personer")
    rule.locator("summary").click()
    rule.locator("select").select_option("warning")
    rule.get_by_role("button", name="Flytta regeln").click()
    expect(officer.locator(".pp-rule .pp-field-error")).to_contain_text("Skriv varför regeln flyttas")
    rule.locator("textarea").fill("Träffade rätt i provet.")
    assert violations(officer) == []
    rule.get_by_role("button", name="Flytta regeln").click()
    expect(rule).to_contain_text("Varning: kräver kommentar")

    page.reload()
    expect(page.locator("#w-gp_own_full_time")).to_contain_text("20,5 heltidsekvivalenter på 60 personer")
