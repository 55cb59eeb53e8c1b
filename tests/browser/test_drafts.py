"""Two people, two tabs, no contact, no session, no script: nothing that is typed in a draft is lost."""

import re
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import PASSWORD, open_page, rows, sign_in, violations
from tests.conftest import Stack
from tests.reporting.test_second_factor import code_of

pytestmark = pytest.mark.browser

SAVED = re.compile(r"Sparat \d\d:\d\d")
NOT_SAVED = "Inte sparat"


def window(browser: Browser, stack: Stack, who: str, code: str, **options: Any) -> Page:
    """A person's own browser with the report in it."""
    page = open_page(browser, **options)
    sign_in(page, stack, f"{who}-{code}")
    page.goto(f"{stack.base_url}/report/2022-2024/{code}/")
    return page


def state(page: Page) -> Any:
    return page.locator("[data-pp-saved]")


def stored(stack: Stack, code: str, field: str) -> Any:
    found = rows(
        stack,
        "SELECT v.text FROM reporting_draftvalue v JOIN reporting_submission s ON s.id = v.submission_id"
        f" WHERE s.region_id = '{code}' AND v.field = '{field}'"
        " AND s.reporting_round_id = (SELECT min(id) FROM reporting_reportinground)",
    )
    return found[0][0] if found else None


def hear(page: Page) -> None:
    """Have the page ask at once what others have done, as it does when one comes back to it."""
    # Not at once: the page may load anew, and then there is nobody left to answer.
    page.evaluate("void setTimeout(() => window.dispatchEvent(new Event('focus')))")


def test_two_people_see_each_other_and_choose_where_both_typed(stack: Stack, browser: Browser) -> None:
    maria, olof = (window(browser, stack, who, "17") for who in ("ombud", "samordnare"))
    maria.locator("#id_at_2022").fill("sixty")
    expect(state(maria)).to_have_text(SAVED)
    expect(maria.locator("#errors-at")).to_contain_text("Ange ett heltal")
    expect(maria.locator("#id_at_2022")).to_be_focused()
    maria.locator("#id_at_2022").fill("600")
    expect(maria.locator("#id_comment_at_2022")).to_be_visible()

    # different fields: each sees the other's
    olof.locator("#id_st_2022").fill("120")
    expect(state(olof)).to_contain_text(SAVED)
    expect(olof.locator("#id_at_2022")).to_have_value("600")
    expect(olof.locator("[data-pp-news]")).to_contain_text("AT 2022")
    hear(maria)
    expect(maria.locator("#id_st_2022")).to_have_value("120")

    # the same field, while one of them has no contact
    olof.context.set_offline(True)
    olof.locator("#id_at_2023").fill("33")
    expect(state(olof)).to_contain_text(NOT_SAVED)
    expect(state(olof)).to_contain_text("AT 2023")
    maria.locator("#id_at_2023").fill("44")
    expect(state(maria)).to_have_text(SAVED)
    olof.context.set_offline(False)
    choice = olof.locator("#conflicts-at [role=group]")
    expect(choice).to_contain_text("44")
    expect(choice).to_contain_text("33")
    assert stored(stack, "17", "at_2023") == "44"
    assert violations(olof) == []
    # by keyboard, and the cursor is in the field afterwards
    olof.locator("button[value^='mine:at_2023']").focus()
    olof.keyboard.press("Enter")
    expect(choice).to_have_count(0)
    expect(olof.locator("#id_at_2023")).to_be_focused()
    hear(maria)
    expect(maria.locator("#id_at_2023")).to_have_value("33")
    assert stored(stack, "17", "at_2023") == "33"


def test_two_tabs_of_one_person_do_not_overwrite_each_other_either(stack: Stack, browser: Browser) -> None:
    first = window(browser, stack, "ombud", "20")
    second = first.context.new_page()
    second.goto(first.url)
    first.locator("#id_at_2022").fill("21")
    expect(state(first)).to_have_text(SAVED)
    second.context.set_offline(True)
    second.locator("#id_at_2022").fill("22")
    first.locator("#id_st_2022").fill("90")
    expect(state(first)).to_contain_text(NOT_SAVED)
    second.context.set_offline(False)
    expect(second.locator("#conflicts-at")).to_contain_text("21")
    second.locator("button[value^='theirs:at_2022']").click()
    expect(second.locator("#id_at_2022")).to_have_value("21")
    expect(state(first)).to_contain_text(SAVED, timeout=15_000)
    assert (stored(stack, "20", "at_2022"), stored(stack, "20", "st_2022")) == ("21", "90")


def test_what_was_typed_without_contact_outlives_the_window(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "representant", "20")
    address = page.url
    page.context.set_offline(True)
    page.locator("#id_contact_phone").fill("026-15")
    expect(state(page)).to_contain_text(NOT_SAVED)
    page.close()  # the window, not the browser's storage
    assert stored(stack, "20", "contact_phone") != "026-15"
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("#id_contact_phone")).to_have_value("026-15")
    # With its date and author where the closing window's last request came through after all.
    expect(state(again)).to_contain_text(re.compile(r"Sparat (\d+ \w+ )?\d\d:\d\d"))
    assert stored(stack, "20", "contact_phone") == "026-15"
    assert again.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('pp-draft:'))") == []


def test_a_text_too_long_for_a_request_that_outlives_the_page_is_saved(
    stack: Stack, browser: Browser
) -> None:
    page = window(browser, stack, "samordnare", "20")
    pasted = "ö😀" * 5000
    page.locator("#id_contact_name").fill(pasted)
    expect(state(page)).to_have_text(SAVED)
    assert stored(stack, "20", "contact_name") == pasted
    page.locator("#id_contact_name").fill("")
    expect(state(page)).to_have_text(SAVED)


def test_when_the_session_is_over_one_signs_in_in_place_and_goes_on(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "ombud", "17")
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("DELETE FROM django_session")
    page.locator("#id_contact_name").fill("Ulla")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(state(page)).to_contain_text("Ni är utloggade")
    assert violations(page) == []
    expect(dialog.locator("#again-login")).to_have_value("ombud-17@platsplan.example")
    expect(dialog.locator("#again-password")).to_be_focused()
    dialog.locator("#again-password").fill("wrong")
    dialog.locator("#again-password").press("Enter")
    expect(dialog.locator("[data-pp-problem]:visible")).to_contain_text("lösenord")
    expect(dialog.locator("#again-password")).to_be_focused()
    dialog.locator("#again-password").fill(PASSWORD)
    dialog.locator("#again-password").press("Enter")
    expect(dialog).to_be_hidden()
    expect(state(page)).to_contain_text(SAVED)
    assert stored(stack, "17", "contact_name") == "Ulla"
    # the form's own token was renewed too
    page.locator("button[name=review]").click()
    page.wait_for_url(re.compile(r"\?check|/submit/|/reauthenticate/"))


def test_somebody_else_who_signs_in_does_not_get_what_the_first_typed(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "ombud", "17")
    page.context.clear_cookies()
    page.locator("#id_contact_phone").fill("secret-1")
    expect(page.get_by_role("dialog")).to_be_visible()
    other = page.context.new_page()
    sign_in(other, stack, "samordnare-17")
    hear(page)
    expect(page.locator("#id_contact_phone")).not_to_have_value("secret-1")
    expect(page.locator(".pp-user")).to_contain_text("samordnare", ignore_case=True)
    assert stored(stack, "17", "contact_phone") != "secret-1"
    # who typed it finds it again, and signing out forgets it
    own = sign_in_again(browser, page.context, stack, "ombud-17")
    expect(own.locator("#id_contact_phone")).to_have_value("secret-1")


def sign_in_again(browser: Browser, context: BrowserContext, stack: Stack, who: str) -> Page:
    """The same browser without its cookies: a request on its way could bring one back after clearing."""
    kept = context.storage_state()
    context.close()
    page = open_page(browser, storage_state={**kept, "cookies": []})
    sign_in(page, stack, who)
    page.goto(f"{stack.base_url}/report/2022-2024/17/")
    return page


def test_signing_out_leaves_nothing_in_the_browser(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "representant", "17")
    page.evaluate("localStorage.setItem('pp-draft:0:x:y:z', '{}')")
    page.locator("[data-pp-sign-out] button").click()
    page.wait_for_url(re.compile(r"/$"))
    assert page.evaluate("localStorage.length") == 0


def test_without_a_script_both_texts_are_shown_and_one_is_chosen(stack: Stack, browser: Browser) -> None:
    plain = window(browser, stack, "samordnare", "20", java_script_enabled=False)
    other = window(browser, stack, "ombud", "20")
    other.locator("#id_gm_2023").fill("17")
    expect(state(other)).to_contain_text(SAVED)
    plain.locator("#id_gm_2023").fill("18")
    plain.locator("#id_gm_2024").fill("19")
    plain.locator("#id_gm_2024").press("Enter")
    expect(plain.get_by_role("alert")).to_contain_text("Välj vad som ska gälla")
    expect(plain.locator("#conflicts-gm")).to_contain_text("17")
    expect(plain.locator("#id_gm_2023")).to_have_value("18")
    assert (stored(stack, "20", "gm_2023"), stored(stack, "20", "gm_2024")) == ("17", "19")
    plain.locator("button[value^='mine:gm_2023']").click()
    expect(plain.locator("#conflicts-gm")).to_be_hidden()
    assert stored(stack, "20", "gm_2023") == "18"


def test_with_a_second_step_one_goes_on_in_place_too(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "representant", "20")
    page.goto(f"{stack.base_url}/accounts/2fa/totp/activate/")
    secret = page.locator(".pp-key").inner_text()
    page.locator("#id_code").fill(code_of(secret))
    page.locator("#id_code").press("Enter")
    recovery = page.locator(".pp-codes code").first.inner_text()
    page.goto(f"{stack.base_url}/report/2022-2024/20/")
    page.context.clear_cookies()
    page.locator("#id_contact_name").fill("Ulla")
    dialog = page.get_by_role("dialog")
    dialog.locator("#again-password").fill(PASSWORD)
    dialog.locator("#again-password").press("Enter")
    code = dialog.locator("#again-code")
    expect(code).to_be_focused()
    expect(dialog.locator("#again-password")).to_be_hidden()
    assert violations(page) == []
    code.fill("000000")
    code.press("Enter")
    expect(dialog.locator("[data-pp-second] [data-pp-problem]")).to_contain_text("Koden är fel")
    code.fill(recovery)
    code.press("Enter")
    expect(dialog).to_be_hidden()
    expect(state(page)).to_contain_text(SAVED)
    assert stored(stack, "20", "contact_name") == "Ulla"
