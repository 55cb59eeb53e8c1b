"""From an ombud's invitation to a colleague at work, and to a new ombud, with real mail and servers."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import awaited_letter, open_page, sideways, sign_in, violations, words_of
from tests.conftest import Stack

pytestmark = pytest.mark.browser

PEOPLE = "/report/people/10/"
PASSWORD = "tre-glada-grisar-sjunger"


def invite(page: Page, stack: Stack, *, name: str, email: str, role: str) -> None:
    page.goto(stack.base_url + PEOPLE)
    page.get_by_label("Namn").fill(name)
    page.get_by_label("E-post").fill(email)
    page.get_by_label(re.compile(role)).check()
    page.get_by_role("button", name="Skicka inbjudan").click()
    expect(page.get_by_text(f"En inbjudan är på väg till {email}.")).to_be_visible()


def link_to(stack: Stack, email: str) -> str:
    """The address in the invitation that lies in the mail folder."""
    [link] = re.findall(r"http\S+/invitations/\S+", words_of(awaited_letter(stack, "invitation", email)))
    return str(link)


def accept(browser: Browser, link: str, *, email: str) -> Page:
    """Follow the link in another window, choose a password, and sign in with it."""
    page = open_page(browser)
    page.goto(link)
    assert_fine(page)
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.get_by_label("Lösenordet en gång till").fill(PASSWORD)
    page.get_by_role("button", name="Acceptera och välj lösenordet").click()
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile(r"/report/"))
    return page


def assert_fine(page: Page) -> None:
    """Nothing for axe, and nothing beyond the window's edge."""
    assert violations(page) == []
    assert sideways(page) <= 0


def test_a_colleague_is_invited_accepts_and_fills_in_and_a_withdrawn_link_is_dead(
    stack: Stack, browser: Browser
) -> None:
    ombud = open_page(browser)
    sign_in(ombud, stack, "ombud-10")
    invite(ombud, stack, name="Kajsa Ny", email="kajsa@region.example", role="Uppgiftssamordnare")
    colleague = accept(browser, link_to(stack, "kajsa@region.example"), email="kajsa@region.example")
    expect(colleague.get_by_role("heading", name="Region Blekinge")).to_be_visible()
    colleague.goto(stack.base_url + PEOPLE)
    expect(colleague.get_by_role("button", name="Skicka inbjudan")).to_have_count(0)
    assert_fine(colleague)

    invite(ombud, stack, name="Olof Ny", email="olof@region.example", role="Representant")
    dead = link_to(stack, "olof@region.example")
    ombud.get_by_role("button", name=re.compile(r"Återkalla\s*: Olof Ny")).click()
    expect(ombud.get_by_text("Inbjudan till olof@region.example är återkallad.")).to_be_visible()
    window = open_page(browser)
    answer = window.goto(dead)
    assert answer is not None
    assert answer.status == 410
    expect(window.get_by_role("heading", name="Länken fungerar inte längre")).to_be_visible()
    assert_fine(window)

    ombud.goto(stack.base_url + PEOPLE)
    ombud.get_by_role("link", name=re.compile(r"Ändra.*: Kajsa Ny")).click()
    expect(ombud.get_by_role("heading", name="Kajsa Ny")).to_be_visible()
    assert_fine(ombud)
    ombud.get_by_role("button", name="Avsluta rollen").click()
    expect(ombud.get_by_text("Kajsa Ny har inte längre någon roll i regionen.")).to_be_visible()
    answer = colleague.goto(stack.base_url + PEOPLE)
    assert answer is not None
    assert answer.status == 404


def test_a_new_ombud_accepts_waits_and_takes_over_when_the_agency_approves(
    stack: Stack, browser: Browser
) -> None:
    before = open_page(browser, viewport={"width": 360, "height": 800}, color_scheme="dark")
    sign_in(before, stack, "ombud-10")
    invite(before, stack, name="Vera Ny", email="vera.med.ett.langt.namn@region.example", role="Nytt ombud")
    successor = accept(
        browser,
        link_to(stack, "vera.med.ett.langt.namn@region.example"),
        email="vera.med.ett.langt.namn@region.example",
    )
    expect(successor.get_by_text("Du ska bli ombud för Region Blekinge")).to_be_visible()
    before.goto(stack.base_url + PEOPLE)
    expect(before.get_by_text("Vera Ny ska bli ombud och väntar på")).to_be_visible()
    assert_fine(before)

    officer = open_page(browser)
    sign_in(officer, stack, "handlaggare")
    officer.goto(f"{stack.base_url}/admin/")
    officer.get_by_role("link", name="Region Blekinge: Vera Ny").click()
    expect(officer.get_by_role("button", name="Godkänn som ombud")).to_be_visible()
    assert_fine(officer)
    officer.get_by_role("button", name="Godkänn som ombud").click()
    expect(officer.get_by_text("Vera Ny är nu ombud för Region Blekinge.")).to_be_visible()
    assert "Vera Ny är nu ombud" in words_of(
        awaited_letter(stack, "role_changed", "ombud-10@platsplan.example")
    )
    successor.goto(stack.base_url + PEOPLE)
    expect(successor.get_by_role("button", name="Skicka inbjudan")).to_be_visible()
    answer = before.goto(stack.base_url + PEOPLE)
    assert answer is not None
    assert answer.status == 404
