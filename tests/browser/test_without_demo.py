"""Signing in outside demonstration mode, in a real browser: the compulsory second factor, and OpenID."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.identity_providers import providers_in
from tests.factories import make_officer, make_region_member, make_round
from tests.reporting.identity_provider import identity_provider
from tests.reporting.test_identities import environment
from tests.reporting.test_second_factor import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long enough password"


def type_password(page: Page, live_server: LiveServer, *, who: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/")
    page.locator("#id_login").fill(who)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")


def test_the_agency_reaches_its_desk_only_with_a_second_factor(live_server: LiveServer, page: Page) -> None:
    officer = make_officer(password=PASSWORD, language="sv")
    type_password(page, live_server, who=officer.email)
    page.wait_for_url("**/accounts/2fa/")
    expect(page.locator("main")).to_contain_text("andra faktor")
    page.goto(f"{live_server.url}/admin/reporting/submission/")
    page.wait_for_url("**/accounts/2fa/")

    page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")
    secret = re.sub(r"\s", "", page.locator(".pp-key").first.inner_text())
    page.locator("#id_code").fill("000000" if code_of(secret) != "000000" else "111111")
    page.locator("#id_code").press("Enter")
    expect(page.locator("#id_code")).to_have_attribute("aria-invalid", "true")
    page.locator("#id_code").fill(code_of(secret))
    page.locator("#id_code").press("Enter")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("#site-name")).to_be_visible()


def test_a_region_signs_in_through_its_own_identity_provider(
    live_server: LiveServer, page: Page, settings: Settings
) -> None:
    make_round(codes=["03"])
    make_region_member("03", email="anna@regionuppsala.se", name="Anna Berg", language="sv")
    with identity_provider() as provider:
        apps: list[dict[str, Any]] = providers_in(environment(provider.address))
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
        provider.knows("anna", email="anna@regionuppsala.se", email_verified=True)
        provider.knows("bo", email="bo@regionuppsala.se", email_verified=True)
        for sub, ends_at in (("bo", "**/login/callback/**"), ("anna", "**/report/")):
            page.goto(f"{live_server.url}/accounts/login/?next=/report/")
            page.get_by_role("link", name=re.compile("Region Uppsala")).click()
            page.locator("input[name=sub]").fill(sub)
            page.locator("input[name=sub]").press("Enter")
            page.wait_for_url(ends_at)
        expect(page.locator(".pp-user")).to_contain_text("Anna Berg")
