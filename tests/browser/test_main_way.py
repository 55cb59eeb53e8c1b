"""The way through, in a real browser with real servers, worker and beat: report, recompute, review, mail."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import (
    awaited_letter,
    complaints_of,
    dress,
    eventually,
    open_page,
    rows,
    sideways,
    sign_in,
    sign_in_by_form,
    violations,
    words_of,
)
from tests.conftest import Stack

pytestmark = pytest.mark.browser

REPORT = "/report/2022-2024/03/"


def test_uppsala_reports_sixty_and_gets_the_first_step(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in_by_form(page, stack, "representant-03")
    page.goto(stack.base_url + REPORT)
    for field, text in (
        ("at_2022", "60"), ("at_2023", "52"), ("at_2024", "54"),
        ("st_2022", "94"), ("st_2023", "98"), ("st_2024", "101"),
        ("gm_2022", "24"), ("gm_2023", "27"), ("gm_2024", "–"),
    ):  # fmt: skip
        page.locator(f"#id_{field}").fill(text)
    page.locator("button[name=review]").click()

    # the warning asks for a comment, and the summary leads to it
    expect(page.locator("[role=alert]")).to_contain_text("20 %")
    page.locator("[role=alert] a").first.click()
    expect(page.locator("#id_comment_at_2022")).to_be_focused()
    page.keyboard.type("Fyra nya block i Enköping och sex vid Akademiska sjukhuset.")
    page.locator("button[name=review]").click()

    page.wait_for_url(f"**{REPORT}submit/")
    expect(page.locator("main")).to_contain_text("Fyra nya block i Enköping")
    expect(page.locator("#attest-text")).to_contain_text("intygar")
    page.locator("#id_attested").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{REPORT}versions/1/")
    [(sha256,)] = rows(
        stack,
        "SELECT k.sha256 FROM reporting_receipt k JOIN reporting_revision r ON r.id = k.revision_id"
        " JOIN reporting_submission s ON s.id = r.submission_id WHERE s.region_id = '03'"
        " ORDER BY s.id LIMIT 1",
    )
    expect(page.locator("main")).to_contain_text(str(sha256))

    # the worker computes; the award stands on the region's own page
    award = (
        "SELECT a.amount_kr, a.eligible FROM allocation_award a"
        " JOIN allocation_roundgrant g ON g.current_run_id = a.run_id"
        " JOIN allocation_runregion r ON r.run_id = a.run_id AND r.region_id = a.region_id"
        " WHERE a.region_id = '03' AND a.pot = 'tydlig-forbattring' AND r.reported_posts = 60"
        " AND g.reporting_round_id = (SELECT min(id) FROM reporting_reportinground)"
    )
    assert eventually(stack, award) == [(10_500_000, True)]
    page.goto(f"{stack.base_url}/report/")
    expect(page.locator(".pp-total").first).to_have_text("10 500 000 kr".replace(" ", "\u00a0"))

    receipt = awaited_letter(stack, "receipt", "representant-03@platsplan.example")
    assert receipt["Cc"] == "ombud-03@platsplan.example"
    assert str(sha256) in words_of(receipt)

    officer = open_page(browser)
    sign_in(officer, stack, "handlaggare")
    [(report_id,)] = rows(stack, "SELECT min(id) FROM reporting_submission WHERE region_id = '03'")
    officer.goto(f"{stack.base_url}/admin/reporting/submission/{report_id}/change/")
    expect(officer.locator("main")).to_contain_text("Fyra nya block i Enköping")
    officer.locator("button[name=decision][value=approve]").click()
    eventually(stack, f"SELECT 1 FROM reporting_submission WHERE id = {report_id} AND state = 'approved'")
    eventually(
        stack,
        "SELECT 1 FROM allocation_recomputation WHERE reason = 'approved' AND state = 'done'"
        " AND reporting_round_id = (SELECT min(id) FROM reporting_reportinground)"
        ' AND basis @> \'[{"region": "03", "state": "approved"}]\'',
    )
    assert rows(stack, award) == [(10_500_000, True)]
    approval = awaited_letter(stack, "approved", "representant-03@platsplan.example")
    assert "Uppsala" in str(approval["Subject"])

    [(round_id,)] = rows(stack, "SELECT min(id) FROM reporting_reportinground")
    officer.goto(f"{stack.base_url}/admin/reporting/reportinground/{round_id}/change/")
    officer.locator("form[action$='/status-report/'] button").click()
    report = awaited_letter(stack, "status_report", "handlaggare@platsplan.example")
    assert "Uppsala" in words_of(report)

    page.goto(stack.base_url + REPORT)
    expect(page.locator("button[name=save]")).to_have_count(0)


def test_the_regions_pages_are_accessible_and_fit(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    heard = complaints_of(page)
    sign_in(page, stack, "ombud-21")
    for path in (
        "/report/",
        "/report/2022-2024/21/",
        "/report/2022-2024/21/?check",
        "/report/2022-2024/21/submit/",
        "/report/2022-2024/21/versions/1/",
        "/grant/2022-2024/21/",
    ):
        page.goto(stack.base_url + path)
        for theme, width in (("light", 360), ("dark", 1280)):
            dress(page, theme=theme, width=width)
            assert violations(page) == [], (path, theme)
            assert sideways(page) <= 0, (path, width)
    for width in (768, 1100):  # where the menu and the name no longer stand on one line
        dress(page, theme="light", width=width)
        assert sideways(page) <= 0, width
    assert heard == []


def test_the_report_by_keyboard_alone_enter_saves_the_draft(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "samordnare-22")
    page.goto(f"{stack.base_url}/report/2022-2024/22/")
    page.locator("#id_at_2022").focus()
    page.keyboard.type("60")
    page.keyboard.press("Tab")
    expect(page.locator("#id_at_2023")).to_be_focused()
    page.keyboard.type("sextio")
    page.keyboard.press("Enter")
    expect(page.locator("#id_at_2023")).to_have_value("sextio")
    expect(page.locator("#id_at_2023")).to_have_attribute("aria-invalid", "true")
    assert rows(
        stack, "SELECT state FROM reporting_submission WHERE region_id = '22' ORDER BY id LIMIT 1"
    ) == [("draft",)]


def test_the_panels_follow_the_typing(stack: Stack, browser: Browser) -> None:
    page = open_page(browser)
    sign_in(page, stack, "ombud-23")
    page.goto(f"{stack.base_url}/report/2022-2024/23/")
    expect(page.locator("#preview")).to_contain_text("Ange AT 2022")
    page.locator("#id_at_2022").fill("24")
    total = page.locator('#preview [data-pp-total="at-2022"]')
    expect(total).to_contain_text("kr")
    before = total.inner_text()
    page.locator("#id_at_2022").fill("26")
    expect(total).not_to_have_text(before)
    expect(page.locator("#preview")).to_contain_text("4 000 000 kr".replace(" ", "\u00a0"))
    expect(page.locator("#prospect-grant")).to_contain_text("Ytterligare utökning ingår")
    expect(page.locator("#prospect-checks")).to_contain_text("AT 2023")
    expect(page.locator("#prospect-checks")).not_to_contain_text("AT 2022: ")
