"""A whole grant year in a browser, with real servers, worker and mail: each sum the same to the krona.

An administrator works at the desk, a decision-maker answers, and Uppsala types its report. The other
twenty ombud report through the product's services, in a process of its own on the same database and
broker: clicking through the same pages twenty times would show nothing more.
"""

from datetime import datetime, timedelta

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.year_steps import (
    FILL_SECONDS,
    PAGE_MS,
    columns_of,
    fetch,
    fill_in,
    letters_in,
    link,
    on_page,
    spoken,
    text_of,
    transfers_in,
)
from tests.browsing import ask, awaited_letter, eventually, open_page, rows, sign_in, violations, words_of
from tests.conftest import Stack
from tests.factories import STOCKHOLM

pytestmark = pytest.mark.browser

SLUG = "a-whole-year"
# Kronor for each region by the rules of 2022, computed by hand from what the regions say.
AWARDS = {
    "01": 21_000_000, "03": 10_500_000, "04": 15_323_611, "05": 22_753_074, "06": 19_904_520,
    "07": 12_642_425, "08": 17_330_526, "09": 14_280_026, "10": 6_116_840, "12": 21_000_000,
    "13": 20_376_175, "14": 15_750_000, "17": 14_504_113, "18": 19_091_938, "19": 15_937_035,
    "20": 7_451_549, "21": 18_265_525, "22": 12_834_667, "23": 13_147_263, "24": 18_343_660,
    "25": 15_697_053,
}  # fmt: skip
# The pots: their kronor, what is shared out, what is left.
POTS = [
    (124_000_000, 124_000_000, 0),
    (164_000_000, 140_000_000, 24_000_000),
    (84_000_000, 68_250_000, 15_750_000),
]
SHARED_OUT, LEFT = 332_250_000, 39_750_000


class Year:
    """The pages of the three people, and where the round, its grant and its report stand."""

    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack = stack
        self.region, self.desk, self.chief = (open_page(browser) for _ in range(3))
        for page in (self.region, self.desk, self.chief):
            page.set_default_timeout(PAGE_MS)
        self.round = self.grant = self.run = self.proposal = 0

    @property
    def reports(self) -> str:
        return f"FROM reporting_submission WHERE reporting_round_id = {self.round}"

    def at(self, path: str) -> str:
        return f"{self.stack.base_url}/admin/{path}"

    def submit(self, *, posts: str, comment: str = "") -> None:
        """Uppsala fills in, reads through, attests and submits."""
        page, report = self.region, f"/report/{SLUG}/03/"
        page.goto(self.stack.base_url + report)
        for field, text in {"at_2022": posts, "st_2022": "94", "gm_2022": "24"}.items():
            page.locator(f"#id_{field}").fill(text)
        page.locator("button[name=review]").click()
        if comment:
            page.locator("#id_comment_at_2022").fill(comment)
            page.locator("button[name=review]").click()
        page.wait_for_url(f"**{report}submit/")
        page.locator("#id_attested").check()
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(f"**{report}versions/*/")


def test_a_whole_grant_year_adds_up_from_the_open_round_to_the_final_report(
    stack: Stack, browser: Browser
) -> None:
    year = Year(stack, browser)
    sign_in(year.desk, stack, "admin", to="/admin/")
    open_the_round(year)
    others = fill_in(stack, SLUG)
    try:
        sign_in(year.region, stack, "ombud-03")
        return_and_answer(year)
        assert others.wait(FILL_SECONDS) == 0
    finally:
        others.kill()
    approve(year)
    check_the_run(year)
    try_a_scenario(year)
    propose_and_refuse_oneself(year)
    decide(year)
    read_the_letters(year)
    pay(year)
    report_finally(year)


def open_the_round(year: Year) -> None:
    """Made from the round before, on the page for that."""
    page, before = year.desk, ask(year.stack, "SELECT min(id) FROM reporting_reportinground")
    # It closes last, so that it is nobody's first round in the other tests.
    now = datetime.now(STOCKHOLM)
    page.goto(year.at(f"reporting/reportinground/{before}/next/"))
    typed = {
        "name": "Ett helt bidragsår", "slug": SLUG, "first_year": "2022", "last_year": "2022",
        "follow_up_from": "", "opens_at": f"{now - timedelta(minutes=2):%Y-%m-%dT%H:%M}",
        "closes_at": f"{now + timedelta(days=200):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    for field, text in typed.items():
        page.locator(f"#id_{field}").fill(text)
    page.locator("input[name=rules_names][value=at-2022]").check()
    page.locator("#id_population_reference").select_option("projection-2022")
    page.locator(".submit-row button").click()
    page.locator("button[name=_make]").click()
    expect(page.locator(".messagelist")).to_contain_text("Ett helt bidragsår är skapad")
    year.round = ask(year.stack, f"SELECT id FROM reporting_reportinground WHERE slug = '{SLUG}'")
    [(year.grant, grants)] = rows(
        year.stack,
        f"SELECT min(id), count(*) FROM allocation_roundgrant WHERE reporting_round_id = {year.round}",
    )
    assert (grants, ask(year.stack, f"SELECT count(*) {year.reports}")) == (1, 21)
    page.locator("[id$=-case_number]").first.fill("S2022/1")
    page.locator("[id$=-appeal_text]").first.fill("Beslutet kan inte överklagas.")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def return_and_answer(year: Year) -> None:
    """The officer asks for more than the region said at first, and gets it."""
    year.submit(posts="58")
    uppsala = ask(year.stack, f"SELECT id {year.reports} AND region_id = '03'")
    desk = year.desk
    desk.goto(year.at(f"reporting/submission/{uppsala}/change/"))
    desk.locator(".pp-decide textarea").fill("I bilagan står 60. Vilken siffra gäller?")
    desk.locator("button[name=decision][value=return]").click()
    expect(desk.locator(".pp-sub .pp-chip")).to_contain_text("Komplettering")
    year.submit(posts="60", comment="Sextio gäller: fyra nya block i Enköping.")
    assert ask(year.stack, f"SELECT revision_count {year.reports} AND region_id = '03'") == 2


def approve(year: Year) -> None:
    """One report by hand, its flag put aside; all without flags at once; the others after a look."""
    desk, stack, queue = year.desk, year.stack, year.at("reporting/submission/")
    uppsala = ask(stack, f"SELECT id {year.reports} AND region_id = '03'")
    desk.goto(f"{queue}{uppsala}/change/")
    flag = desk.locator("#flags .pp-flag", has_text="50 i planen, 60 i rapporten")
    expect(desk.locator("#flags")).to_contain_text("med en AT-tjänst färre 2022 nås inte steget 10")
    flag.locator("summary").click()
    flag.locator("textarea").fill("Styrkt av bilagan.")
    flag.locator("button").click()
    expect(flag).to_contain_text("Styrkt av bilagan.")
    desk.locator("button[name=decision][value=approve]").click()
    expect(desk.locator(".pp-sub .pp-chip")).to_contain_text("Godkänd")

    flagged = f"""
        SELECT count(DISTINCT submission_id) FROM reporting_reportflag
        WHERE dismissed_at IS NULL AND submission_id IN (SELECT id {year.reports} AND state = 'submitted')
    """
    expected = ask(stack, flagged)
    assert 0 < expected < 20
    desk.goto(f"{queue}?reporting_round__id__exact={year.round}")
    expect(desk.locator("#result_list tbody tr")).to_have_count(21)
    desk.locator(".object-tools a[href*='approve-unflagged']").click()
    desk.locator(".submit-row button").click()
    expect(desk.locator(".messagelist")).to_contain_text(f"{20 - expected} rapporter är godkända")
    assert ask(stack, f"SELECT count(*) {year.reports} AND state = 'submitted'") == expected
    desk.goto(f"{queue}?reporting_round__id__exact={year.round}&waits=agency")
    desk.locator("#action-toggle").check()
    desk.locator("select[name=action]").select_option("approve_selected")
    desk.locator("button[name=index]").click()
    desk.locator(".submit-row button").click()
    expect(desk.locator(".messagelist")).to_be_visible()
    assert ask(stack, f"SELECT count(*) {year.reports} AND state = 'approved'") == 21


def check_the_run(year: Year) -> None:
    """The worker has computed by itself: every region, every pot and the sum, also on the run's page."""
    stack = year.stack
    eventually(
        stack,
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM allocation_recomputation"
        f" WHERE reporting_round_id = {year.round} AND state <> 'done')",
    )
    year.run = ask(stack, f"SELECT current_run_id FROM allocation_roundgrant WHERE id = {year.grant}")
    assert official(year) == AWARDS
    pots = f"SELECT amount_kr, allocated_kr, unallocated_kr FROM allocation_runpot WHERE run_id = {year.run}"
    assert rows(stack, f"{pots} ORDER BY position") == POTS
    assert [sum(column) for column in zip(*POTS, strict=True)] == [SHARED_OUT + LEFT, SHARED_OUT, LEFT]
    assert sum(AWARDS.values()) == SHARED_OUT
    year.desk.goto(year.at(f"allocation/allocationrun/{year.run}/change/"))
    for amount_kr in (SHARED_OUT, LEFT, SHARED_OUT + LEFT):
        expect(year.desk.locator(".pp-totline")).to_contain_text(on_page(amount_kr))
    expect(year.desk.locator(".pp-wrong")).to_have_count(0)


def official(year: Year) -> dict[str, int]:
    return dict(
        rows(year.stack, f"SELECT region_id, total_kr FROM allocation_runregion WHERE run_id = {year.run}")
    )


def try_a_scenario(year: Year) -> None:
    """What if the limit were lower: other amounts on the page of the scenario, the same ones in the run."""
    desk = year.desk
    desk.locator(".object-tools a[href*='scenario/add']").click()
    desk.locator("#id_name").fill("Gräns 12 i ett helt år")
    desk.locator(".submit-row button").click()
    desk.locator("#id_threshold").fill("12,00")
    desk.locator("#id_threshold").press("Enter")
    desk.wait_for_url("**/change/")
    expect(desk.locator(".pp-notice--warn")).to_contain_text("Scenario, inte ett beslut")
    expect(desk.locator(".pp-compared .pp-up, .pp-compared .pp-down").first).to_be_visible()
    assert official(year) == AWARDS


def propose_and_refuse_oneself(year: Year) -> None:
    """Whoever proposed may not decide, although the role includes it: not on the page, not by SQL."""
    desk, stack = year.desk, year.stack
    desk.goto(year.at(f"allocation/allocationrun/{year.run}/propose/"))
    desk.locator("#id_note").fill("Alla rapporter är godkända.")
    desk.locator(".submit-row button").click()
    desk.wait_for_url("**/allocation/decision/*/change/")
    [(year.proposal, proposer)] = rows(
        stack, f"SELECT id, proposed_by_id FROM allocation_decision WHERE round_grant_id = {year.grant}"
    )
    decide_page = year.at(f"allocation/decision/{year.proposal}/decide/")
    desk.goto(decide_page)
    expect(desk.locator(".pp-decide")).to_contain_text("Du har föreslagit beslutet")
    expect(desk.locator(".pp-decide form")).to_have_count(0)
    with (
        psycopg.connect(stack.database_url) as connection,
        pytest.raises(psycopg.errors.Error, match="nobody_decides_their_own"),
    ):
        connection.execute(
            "UPDATE allocation_decision SET state = 'decided', decided_by_id = %s, decided_by_name = 'x',"
            " decided_at = now() WHERE id = %s",
            [proposer, year.proposal],
        )


def decide(year: Year) -> None:
    """Another person decides; the reports are closed, and the status report goes out at once."""
    chief, stack = year.chief, year.stack
    sign_in(chief, stack, "beslutsfattare", to=f"/admin/allocation/decision/{year.proposal}/decide/")
    expect(chief.locator(".pp-decide")).to_contain_text(on_page(SHARED_OUT))
    chief.locator(".pp-decide form button[type=submit]").click()
    chief.wait_for_url(f"**/decision/{year.proposal}/change/")
    expect(chief.locator("#content")).to_contain_text(on_page(SHARED_OUT))
    expect(chief.locator("#content")).to_contain_text(on_page(LEFT))
    assert ask(stack, f"SELECT count(*) {year.reports} AND state = 'decided'") == 21
    report = awaited_letter(stack, "status_report", "handlaggare@platsplan.example", subject="21")
    said = " ".join(words_of(report).replace("\u00a0", " ").split())
    assert f"Utdelat {spoken(SHARED_OUT)} Ej utdelat {spoken(LEFT)}" in said
    [workbook] = report.iter_attachments()
    content = workbook.get_payload(decode=True)
    assert isinstance(content, bytes)
    amounts = {str(code): amount_kr for code, amount_kr in columns_of(content, 2, 0, 6)}
    assert {code: amounts[code] for code in AWARDS} == AWARDS


def read_the_letters(year: Year) -> None:
    """Every region's letter says its amount; the ombud has got it by mail, byte for byte."""
    chief, stack = year.chief, year.stack
    archive = fetch(chief, link(chief, "a[href$='letters.zip']"))
    letters = letters_in(archive)
    assert set(letters) == set(AWARDS)
    for code, amount_kr in AWARDS.items():
        assert f"får{amount_kr}kristatsbidrag" in letters[code], code
    kept = f"SELECT region_id, amount_kr FROM allocation_letter WHERE decision_id = {year.proposal}"
    assert dict(rows(stack, kept)) == AWARDS
    mail = awaited_letter(stack, "decision_letter", "ombud-03@platsplan.example")
    [attached] = mail.iter_attachments()
    assert attached.get_payload(decode=True) == fetch(chief, link(chief, "a[href$='/letters/03.pdf']"))
    year.region.goto(f"{stack.base_url}/report/{SLUG}/03/")
    expect(year.region.locator("main")).to_contain_text("Beslutad")
    expect(year.region.locator("button[name=save]")).to_have_count(0)


def pay(year: Year) -> None:
    """One makes the batch and another approves it; three files say the same; the bank has paid."""
    desk, chief, stack = year.desk, year.chief, year.stack
    today = datetime.now(STOCKHOLM).date().isoformat()
    desk.goto(year.at(f"allocation/paymentbatch/grant/{year.grant}/"))
    expect(desk.locator("#h-make + p")).to_have_text(on_page(SHARED_OUT))
    desk.locator("#make-pay_on").fill(today)
    desk.locator("button[name=action][value=make]").click()
    desk.wait_for_url("**/paymentbatch/*/change/")
    expect(desk.locator("form[action$='/approve/']")).to_have_count(0)
    chief.goto(desk.url)
    chief.locator("form[action$='/approve/'] button").click()
    expect(chief.locator(".messagelist .success")).to_be_visible()
    desk.reload()
    desk.locator("button[value=export]").click()
    pain, excel, text = (
        fetch(desk, link(desk, f".object-tools a[href$='/files/{kind}']"))
        for kind in ("pain001", "excel", "csv")
    )
    assert transfers_in(pain) == AWARDS
    *listed, (_total, _name, total_kr) = columns_of(excel, 0, 0, 1, 10)
    assert ({str(code): amount for code, _name, amount in listed}, total_kr) == (AWARDS, SHARED_OUT)
    lines = [line.split(";") for line in text.decode("utf-8-sig").splitlines()]
    assert {line[0]: int(line[10]) for line in lines if line[0] in AWARDS} == AWARDS

    desk.locator("#paid-paid_on").fill(today)
    desk.locator("#paid-reference").fill("BANK-1")
    desk.locator("button[value=paid]").click()
    expect(desk.locator(".pp-sub .pp-chip")).to_contain_text("Avslutad")
    paid = f"""
        SELECT region_id, sum(amount_kr)::bigint FROM allocation_payment
        WHERE round_grant_id = {year.grant} AND state = 'paid' AND paid_on = '{today}' GROUP BY 1
    """
    assert dict(rows(stack, paid)) == AWARDS
    mail = awaited_letter(stack, "payment_made", "ombud-03@platsplan.example")
    assert on_page(AWARDS["03"]) in words_of(mail)


def report_finally(year: Year) -> None:
    """The final report, in print and as a workbook, ends where the run began."""
    desk = year.desk
    desk.goto(year.at(f"allocation/paymentbatch/grant/{year.grant}/"))
    expect(desk.locator("#h-balance + .pp-sub .pp-chip")).to_contain_text("Stämmer")
    desk.locator("button[value=issue]").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert violations(desk) == []
    text = text_of(fetch(desk, link(desk, "#h-reports + ul a[href$='.pdf']")))
    for said in (f"harbetalatut{SHARED_OUT}kr", f"{LEFT}kravmedlen", *map(str, AWARDS.values())):
        assert said in text
    book = fetch(desk, link(desk, "#h-reports + ul a[href$='.xlsx']"))
    names = dict(rows(year.stack, "SELECT name, code FROM reporting_region"))
    *regions, total = columns_of(book, 0, 0, 1, 2, 3, 4, 5)
    assert {names[name]: (decided, paid) for name, decided, paid, _left, _claimed, _repaid in regions} == {
        code: (amount_kr, amount_kr) for code, amount_kr in AWARDS.items()
    }
    assert total[1:] == (SHARED_OUT, SHARED_OUT, 0, 0, 0)
    assert columns_of(book, 2, 1, 2, 3) == [*POTS, (SHARED_OUT + LEFT, SHARED_OUT, LEFT)]
