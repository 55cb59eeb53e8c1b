"""Where a region and the agency meet: a return, more time, the year after, and mail that is stopped."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ask, awaited_letter, open_page, rows, sign_in, violations, words_of
from tests.conftest import Stack
from tests.factories import STOCKHOLM

pytestmark = pytest.mark.browser


def signed_in(stack: Stack, browser: Browser, who: str, path: str) -> Page:
    """A person's own window at a page."""
    page = open_page(browser)
    sign_in(page, stack, who)
    page.goto(stack.base_url + path)
    return page


def submit(page: Page, report: str) -> None:
    """Go on from the form, attest and submit."""
    page.locator("button[name=review]").click()
    page.wait_for_url(f"**{report}submit/")
    attest(page, report)


def attest(page: Page, report: str) -> None:
    """Put one's name to what has been read through."""
    page.locator("#id_attested").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{report}versions/*/")


def stop_the_mail(stack: Stack, browser: Browser) -> None:
    """By the link in a mail, without signing in; then once a day is chosen instead."""
    address = "samordnare-18@platsplan.example"
    choice = (
        "SELECT rhythm FROM reporting_mailchoice c JOIN reporting_user u ON u.id = c.user_id"
        f" WHERE email = '{address}'"
    )
    letter = awaited_letter(stack, "news", address)
    [link] = re.findall(r"http\S+/mail/unsubscribe/\S+", words_of(letter))
    assert str(letter["List-Unsubscribe"]).strip() == f"<{link}>"
    stranger = open_page(browser)
    stranger.goto(link)
    assert rows(stack, choice) == []
    assert violations(stranger) == []
    stranger.get_by_role("button", name="Avsluta mejlen").click()
    expect(stranger.locator("h1")).to_contain_text("Du får inga fler sådana mejl")
    assert ask(stack, choice) == "never"

    person = signed_in(stack, browser, "samordnare-18", "/accounts/mail/")
    expect(person.get_by_label("Aldrig")).to_be_checked()
    person.get_by_label("En gång om dagen").check()
    person.get_by_role("button", name="Spara valet").click()
    expect(person.get_by_label("En gång om dagen")).to_be_checked()
    assert ask(stack, choice) == "daily"


def test_a_returned_report_is_mended_the_officer_sees_the_difference_and_a_colleague_has_enough_mail(
    stack: Stack, browser: Browser
) -> None:
    report = "/report/2022-2024/18/"
    report_id = ask(stack, "SELECT min(id) FROM reporting_submission WHERE region_id = '18'")
    desk = f"/admin/reporting/submission/{report_id}/change/"
    officer = signed_in(stack, browser, "handlaggare", desk)
    question = "I bilagan står 60 tjänster för 2022. Vilken siffra gäller?"
    officer.locator(".pp-decide textarea").fill(question)
    officer.locator("button[name=decision][value=return]").click()
    expect(officer.locator(".pp-sub .pp-chip")).to_contain_text("Komplettering")
    assert question in words_of(awaited_letter(stack, "returned", "representant-18@platsplan.example"))

    region = signed_in(stack, browser, "representant-18", "/report/")
    region.get_by_role("link", name="Svara i rapporten").click()
    expect(region.locator("main [role=note]")).to_contain_text(question)
    before = region.locator("#id_at_2022").input_value()
    region.locator("#id_at_2022").fill("60")
    region.locator("button[name=review]").click()
    expect(region.locator("h1")).to_have_text("Granska version 2")
    expect(region.locator("main [role=note]")).to_contain_text(question)
    attest(region, report)

    officer.goto(stack.base_url + desk)
    changes = officer.locator(".module", has=officer.get_by_role("heading", name="version 1 och 2"))
    expect(changes.locator("del")).to_have_text([before])
    expect(changes.locator("ins")).to_have_text(["60"])
    stop_the_mail(stack, browser)


def test_with_more_time_a_region_submits_and_takes_its_earlier_reason_over(
    stack: Stack, browser: Browser
) -> None:
    now = datetime.now(STOCKHOLM)
    typed = {
        "name": "Stängd omgång", "slug": "more-time", "first_year": "2024", "last_year": "2024",
        "opens_at": f"{now - timedelta(days=3):%Y-%m-%dT%H:%M}",
        "closes_at": f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    chief = signed_in(stack, browser, "admin", "/admin/reporting/reportinground/add/")
    for field, text in typed.items():
        chief.locator(f"#id_{field}").fill(text)
    chief.locator("input[name=_save]").click()
    expect(chief.locator(".messagelist .success")).to_be_visible()
    report = "/report/more-time/14/"
    [(report_id,)] = rows(
        stack,
        "SELECT s.id FROM reporting_submission s JOIN reporting_reportinground r"
        " ON r.id = s.reporting_round_id WHERE r.slug = 'more-time' AND s.region_id = '14'",
    )
    region = signed_in(stack, browser, "ombud-14", report)
    expect(region.locator("main")).to_contain_text("Rapporteringstiden är slut")
    expect(region.locator("button[name=review]")).to_have_count(0)

    officer = signed_in(stack, browser, "handlaggare", f"/admin/reporting/submission/{report_id}/extend/")
    until = now + timedelta(days=300)  # after the other rounds, so that they stay the first
    officer.locator("#id_closes_at").fill(f"{until:%Y-%m-%dT%H:%M}")
    officer.locator("#id_reason").fill("Lönesystemet var nere i två dagar.")
    officer.get_by_role("button", name="Ge mer tid").click()
    letter = awaited_letter(stack, "extension", "ombud-14@platsplan.example")
    assert "Lönesystemet var nere" in words_of(letter)

    # the figure is far from the plan, as in the round before; what was said then is taken over by keyboard
    region.reload()
    region.locator("#id_at_2024").fill("320")
    before = region.locator("#s-at_2024 q").inner_text()
    region.locator("#s-at_2024 button").press("Enter")
    comment = region.locator("#id_comment_at_2024")
    expect(comment).to_be_focused()
    expect(comment).to_have_value(before)
    assert before.startswith("Fler block")
    submit(region, report)
    expect(region.locator("main")).to_contain_text(before)
    other = signed_in(stack, browser, "ombud-07", "/report/more-time/07/")
    expect(other.locator("button[name=review]")).to_have_count(0)


def test_the_year_after_a_region_reports_the_outcome_beside_its_plan(stack: Stack, browser: Browser) -> None:
    report = "/report/2025/09/"
    page = signed_in(stack, browser, "ombud-09", f"{report}indicators/")
    page.locator("#id_outcome_at_2022").fill("14")
    expect(page.locator("aside.pp-aside")).to_contain_text("−2")
    page.locator("#id_missing_gp_private_full_time").check()
    page.locator("#s-gp_private_full_time button").click()
    reason = page.locator("#id_comment_gp_private_full_time")
    expect(reason).to_have_value("Vårdgivarna lämnar bara antal personer i sina avtal.")
    page.locator("button[name=posts]").click()
    page.wait_for_url(f"**{report}")
    for field, text in {"at_2025": "20", "st_2025": "24", "gm_2025": "8"}.items():
        page.locator(f"#id_{field}").fill(text)
    submit(page, report)
    expect(page.locator("main")).to_contain_text("Vårdgivarna lämnar bara antal personer")
    outcome = page.locator(".pp-table--outcomes tr", has_text="2022")
    expect(outcome).to_contain_text("14")
    expect(outcome).to_contain_text("−2")
    assert violations(page) == []
