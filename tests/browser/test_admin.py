"""The agency's desk in a real browser: look, security policy, keyboard, several reports at once."""

from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ask, complaints_of, dress, open_page, sideways, sign_in, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser

# What axe finds in the rows of Django's own inline tables, with or without our pages.
DJANGOS_OWN = ("empty-table-header", "scrollable-region-focusable")
# Looked at in both: where the layout is its own.
PATHS = (
    "/admin/",
    "/admin/reporting/submission/",
    "/admin/reporting/submission/{report}/change/",
    "/admin/reporting/submission/{report}/history/",
    "/admin/history/?region=21",
    "/admin/reporting/logentry/{entry}/change/",
    "/admin/reporting/reportinground/{round}/change/",
    "/admin/allocation/allocationrun/{run}/change/",
    "/admin/allocation/allocationrun/{run}/propose/",
)
# Looked at once each, in turn wide and light or narrow and dark.
MORE_PATHS = (
    "/admin/reporting/",
    "/admin/reporting/submission/{untouched}/change/",
    "/admin/reporting/submission/{untouched}/extend/",
    "/admin/reporting/submission/approve-unflagged/",
    "/admin/reporting/logentry/",
    "/admin/reporting/apitoken/",
    "/admin/reporting/pendingupload/",
    "/admin/reporting/news/",
    "/admin/reporting/mailchoice/",
    "/admin/reporting/user/",
    "/admin/reporting/invitation/",
    "/admin/reporting/invitation/add/",
    "/admin/reporting/ombudapplication/",
    "/admin/reporting/user/{person}/change/",
    "/admin/reporting/region/",
    "/admin/reporting/region/03/change/",
    "/admin/reporting/reportinground/",
    "/admin/reporting/reportinground/add/",
    "/admin/reporting/mail/",
    "/admin/reporting/mail/{mail}/change/",
    "/admin/reporting/populationreference/",
    "/admin/allocation/allocationrun/",
    "/admin/allocation/decision/",
    "/admin/allocation/recomputation/",
    "/admin/allocation/recomputation/{recomputation}/change/",
    "/admin/allocation/",
    "/admin/allocation/allocationrun/{run}/regions/04/",
    "/admin/allocation/paymentbatch/",
    "/admin/allocation/paymentbatch/grant/{grant}/",
    "/admin/allocation/payeeaccount/",
    "/admin/allocation/payeeaccount/regions/",
    "/admin/allocation/payeeaccount/{payee}/change/",
    "/admin/allocation/publication/",
    "/admin/allocation/publication/{publication}/change/",
    "/admin/allocation/reportschedule/",
    "/admin/allocation/reportschedule/add/",
    "/admin/allocation/scenario/",
    "/admin/allocation/sweeprun/",
    "/admin/reporting/populationreference/add/",
    "/admin/reporting/reportinground/{round}/next/",
    "/admin/reporting/export/",
    "/admin/reporting/checkrule/",
)
NUMBERS = {
    "report": "SELECT min(id) FROM reporting_submission WHERE region_id = '21'",
    "untouched": "SELECT min(id) FROM reporting_submission WHERE region_id = '23'",
    "entry": "SELECT min(sequence) FROM reporting_logentry",
    "person": "SELECT id FROM reporting_user WHERE email = 'ombud-25@platsplan.example'",
    "round": "SELECT min(id) FROM reporting_reportinground",
    "mail": "SELECT min(id) FROM reporting_mail",
    "run": "SELECT min(current_run_id) FROM allocation_roundgrant",
    "grant": "SELECT min(id) FROM allocation_roundgrant",
    "payee": "SELECT min(id) FROM allocation_payeeaccount",
    "publication": "SELECT min(id) FROM allocation_publication",
    "recomputation": "SELECT min(id) FROM allocation_recomputation",
}


def paths(stack: Stack, templates: tuple[str, ...] = PATHS) -> list[str]:
    numbers = {name: ask(stack, question) for name, question in NUMBERS.items()}
    return [path.format(**numbers) for path in templates]


def desk(stack: Stack, browser: Browser, who: str, **options: Any) -> tuple[Page, list[str]]:
    """A signed-in page, and what the browser complains about on it."""
    page = open_page(browser, **options)
    heard = complaints_of(page)
    sign_in(page, stack, who, to="/admin/")
    return page, heard


def test_every_page_keeps_the_security_policy_fits_and_is_accessible(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "admin")
    for path in paths(stack):
        answer = page.goto(stack.base_url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert heard == [], path
        for theme, width in (("light", 1280), ("dark", 360)):
            dress(page, theme=theme, width=width)
            assert sideways(page) <= 0, (path, width)
            ours = [found for found in violations(page) if not found.startswith(DJANGOS_OWN)]
            assert ours == [], (path, theme)
        heard.clear()  # axe tries to write a style of its own


def test_the_pages_about_money_rules_and_lists_fit_and_are_accessible(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "admin")
    dresses = cycle((("light", 1280), ("dark", 360)))
    for path, (theme, width) in zip(paths(stack, MORE_PATHS), dresses, strict=False):
        answer = page.goto(stack.base_url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert heard == [], path
        dress(page, theme=theme, width=width)
        assert sideways(page) <= 0, (path, width)
        ours = [found for found in violations(page) if not found.startswith(DJANGOS_OWN)]
        assert ours == [], (path, theme)
        heard.clear()  # axe tries to write a style of its own


def test_a_report_is_returned_by_keyboard_and_what_is_missing_is_said(stack: Stack, browser: Browser) -> None:
    page, heard = desk(stack, browser, "handlaggare")
    report = ask(stack, "SELECT min(id) FROM reporting_submission WHERE region_id = '10'")
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
        number = ask(stack, f"SELECT min(id) FROM reporting_submission WHERE region_id = '{code}'")
        page.locator(f"input[name=_selected_action][value='{number}']").check()
    page.locator("select[name=action]").select_option("approve_selected")
    page.locator("button[name=index]").click()
    expect(page.locator("input[name^=seen_]")).to_have_count(2)
    page.locator(".submit-row button").click()
    expect(page.locator("ul.messagelist li.success")).to_have_count(2)
    question = (
        "SELECT count(*) FROM reporting_submission WHERE region_id IN ('14', '18') AND state = 'approved'"
        " AND reporting_round_id = (SELECT min(id) FROM reporting_reportinground)"
    )
    assert ask(stack, question) == 2
    assert heard == []


def test_the_desk_works_without_scripts(stack: Stack, browser: Browser) -> None:
    page, _heard = desk(stack, browser, "handlaggare", java_script_enabled=False)
    report = ask(stack, "SELECT min(id) FROM reporting_submission WHERE region_id = '25'")
    page.goto(f"{stack.base_url}/admin/reporting/submission/{report}/change/")
    page.locator("button[value=start]").click()
    expect(page.locator("ul.messagelist li.success")).to_be_visible()
    assert ask(stack, f"SELECT state FROM reporting_submission WHERE id = {report}") == "in_review"
