"""The agency's desk in a real browser: look, security policy, keyboard, several reports at once."""

import re
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Stack

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe finds in the rows of Django's own inline tables, with or without our pages.
DJANGOS_OWN = {"empty-table-header", "scrollable-region-focusable"}
PATHS = (
    "/admin/",
    "/admin/reporting/",
    "/admin/reporting/submission/",
    "/admin/reporting/submission/{report}/change/",
    "/admin/reporting/submission/{untouched}/change/",
    "/admin/reporting/user/",
    "/admin/reporting/invitation/",
    "/admin/reporting/invitation/add/",
    "/admin/reporting/ombudapplication/",
    "/admin/reporting/user/{person}/change/",
    "/admin/reporting/region/",
    "/admin/reporting/region/03/change/",
    "/admin/reporting/reportinground/",
    "/admin/reporting/reportinground/add/",
    "/admin/reporting/reportinground/{round}/change/",
    "/admin/reporting/mail/",
    "/admin/reporting/mail/{mail}/change/",
    "/admin/reporting/populationreference/",
    "/admin/allocation/allocationrun/",
    "/admin/allocation/allocationrun/{run}/change/",
    "/admin/allocation/recomputation/",
    "/admin/allocation/recomputation/{recomputation}/change/",
)
NUMBERS = {
    "report": "SELECT id FROM reporting_submission WHERE region_id = '21'",
    "untouched": "SELECT id FROM reporting_submission WHERE region_id = '23'",
    "person": "SELECT id FROM reporting_user WHERE email = 'ombud-25@platsplan.example'",
    "round": "SELECT min(id) FROM reporting_reportinground",
    "mail": "SELECT min(id) FROM reporting_mail",
    "run": "SELECT current_run_id FROM allocation_roundgrant",
    "recomputation": "SELECT min(id) FROM allocation_recomputation",
}


def ask(stack: Stack, question: str) -> Any:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def paths(stack: Stack) -> list[str]:
    numbers = {name: ask(stack, question) for name, question in NUMBERS.items()}
    return [path.format(**numbers) for path in PATHS]


def desk(stack: Stack, browser: Browser, who: str, **options: Any) -> tuple[Page, list[str]]:
    """A signed-in page, and what the browser complains about on it."""
    shape: dict[str, Any] = {"locale": "sv-SE", "viewport": {"width": 1280, "height": 900}}
    page = browser.new_context(**(shape | options)).new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto(f"{stack.base_url}/accounts/login/?next=/admin/")
    page.locator("#id_login").fill(f"{who}@platsplan.example")
    page.locator("#id_password").fill("platsplan-demo")
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile(r"/admin/$"))
    return page, heard


def sideways(page: Page) -> int:
    pixels: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return pixels


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_every_page_keeps_the_security_policy_fits_and_is_accessible(
    stack: Stack, browser: Browser, theme: str, width: int
) -> None:
    page, heard = desk(stack, browser, "admin", color_scheme=theme, viewport={"width": width, "height": 900})
    for path in paths(stack):
        answer = page.goto(stack.base_url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert sideways(page) <= 0, path
        assert heard == [], path
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        ours = [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in found
            if rule["id"] not in DJANGOS_OWN
            for node in rule["nodes"]
        ]
        assert ours == [], path
        heard.clear()  # axe tries to write a style of its own


def test_a_report_is_returned_by_keyboard_and_what_is_missing_is_said(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "handlaggare")
    report = ask(stack, "SELECT id FROM reporting_submission WHERE region_id = '10'")
    page.goto(f"{stack.base_url}/admin/reporting/submission/{report}/change/")
    page.locator("button[value=return]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.locator("#id_message").fill("Är 28 rätt?")
    page.locator("button[value=return]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("ul.messagelist li.success")).to_be_visible()
    expect(page.locator(".pp-thread .is-agency")).to_contain_text("Är 28 rätt?")
    expect(page.locator("button[name=decision]")).to_have_count(0)
    assert ask(stack, f"SELECT state FROM reporting_submission WHERE id = {report}") == "returned"
    assert heard == []


def test_several_reports_are_approved_from_the_list(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "handlaggare")
    page.goto(f"{stack.base_url}/admin/reporting/submission/")
    for code in ("14", "18"):
        number = ask(stack, f"SELECT id FROM reporting_submission WHERE region_id = '{code}'")
        page.locator(f"input[name=_selected_action][value='{number}']").check()
    page.locator("select[name=action]").select_option("approve_selected")
    page.locator("button[name=index]").click()
    expect(page.locator("input[name^=seen_]")).to_have_count(2)
    page.locator(".submit-row button").click()
    expect(page.locator("ul.messagelist li.success")).to_have_count(2)
    question = (
        "SELECT count(*) FROM reporting_submission WHERE region_id IN ('14', '18') AND state = 'approved'"
    )
    assert ask(stack, question) == 2
    assert heard == []


def test_the_desk_works_without_scripts(stack: Stack, browser: Browser) -> None:
    page, _heard = desk(stack, browser, "handlaggare", java_script_enabled=False)
    report = ask(stack, "SELECT id FROM reporting_submission WHERE region_id = '25'")
    page.goto(f"{stack.base_url}/admin/reporting/submission/{report}/change/")
    page.locator("button[value=start]").click()
    expect(page.locator("ul.messagelist li.success")).to_be_visible()
    assert ask(stack, f"SELECT state FROM reporting_submission WHERE id = {report}") == "in_review"
