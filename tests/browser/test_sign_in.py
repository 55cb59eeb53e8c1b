"""Signing in, in a real browser, with Chromium's virtual authenticator for passkeys."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browsing import PASSWORD, complaints_of, open_page, sideways, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser
WHO = "samordnare-25@platsplan.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def at(stack: Stack) -> str:
    """The system under a name: a passkey belongs to one, and no browser makes one for 127.0.0.1."""
    return stack.base_url.replace("127.0.0.1", "localhost")


def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, str(made["authenticatorId"])


def type_password(page: Page, at: str) -> None:
    page.goto(f"{at}/accounts/login/")
    page.locator("#id_login").fill(WHO)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")


def sign_out(page: Page) -> None:
    page.locator(".pp-user button").click()
    page.wait_for_url(re.compile(r"/$"))


def test_a_passkey_signs_in_alone_and_a_recovery_code_stands_in_for_it(
    at: str, context: BrowserContext
) -> None:
    page = context.new_page()
    complaints = complaints_of(page)
    session, authenticator = with_authenticator(page)
    type_password(page, at)
    page.wait_for_url("**/report/")
    page.goto(f"{at}/accounts/2fa/webauthn/add/")
    assert violations(page) == []
    page.locator("#id_name").fill("Min dator")
    page.locator("#passkey_add").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    codes = page.locator(".pp-codes li").all_inner_texts()
    assert len(codes) == 10
    assert violations(page) == []

    sign_out(page)
    page.goto(f"{at}/accounts/login/?next=/accounts/2fa/")
    page.locator("#passkey_login").click()  # no password is typed
    page.wait_for_url("**/accounts/2fa/")
    expect(page.locator(".pp-keyrow")).to_contain_text("Min dator")
    assert violations(page) == []

    sign_out(page)
    type_password(page, at)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    assert violations(page) == []
    page.locator("#passkey_authenticate").click()
    page.wait_for_url("**/report/")

    sign_out(page)
    type_password(page, at)
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    for code, words in ((codes[0], None), (codes[0], "Koden är fel")):
        page.wait_for_url("**/accounts/2fa/authenticate/")
        page.locator("#id_code").fill(code)
        page.locator("#id_code").press("Enter")
        if words is None:
            page.wait_for_url("**/report/")
            sign_out(page)
            type_password(page, at)
        else:
            expect(page.locator("[role=alert]").first).to_contain_text(words)
    page.locator("#id_code").fill(codes[1])
    page.locator("#id_code").press("Enter")
    page.wait_for_url("**/report/")

    # the account of the demonstration goes back as it was
    page.goto(f"{at}/accounts/2fa/")
    page.locator(".pp-keyrow a").last.click()
    page.locator("main form button").click()
    page.wait_for_url("**/accounts/2fa/")
    expect(page.locator(".pp-keyrow")).to_have_count(0)
    assert complaints == []


def test_at_an_address_in_numbers_passkeys_say_where_they_work(
    at: str, stack: Stack, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{stack.base_url}/accounts/login/")
    page.locator("#passkey_login").click()
    expect(page.locator("[data-pp-passkey-error]")).to_contain_text("Passnyckeln användes inte")
    type_password(page, stack.base_url)
    page.wait_for_url("**/report/")
    page.goto(f"{stack.base_url}/accounts/2fa/webauthn/add/")
    expect(page.locator(".pp-notice a")).to_have_attribute("href", f"{at}/accounts/2fa/webauthn/add/")


def test_the_pages_of_ones_own_account_serve_a_phone_in_the_dark(at: str, browser: Browser) -> None:
    page = open_page(browser, viewport={"width": 360, "height": 800}, color_scheme="dark")
    type_password(page, at)
    page.wait_for_url("**/report/")
    for path in ("", "2fa/", "2fa/totp/activate/", "sessions/", "reauthenticate/"):
        page.goto(f"{at}/accounts/{path}")
        assert violations(page) == [], path
        assert sideways(page) <= 0, path
