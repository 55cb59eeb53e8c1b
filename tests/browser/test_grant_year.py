"""A whole grant year in a browser with real servers, worker and mail: from the open round to the letters."""

import io
import os
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browsing import (
    ask,
    awaited_letter,
    dress,
    eventually,
    open_page,
    rows,
    sideways,
    sign_in,
    violations,
)
from tests.conftest import PROJECT, Stack

pytestmark = pytest.mark.browser

ROUND = "/report/a-whole-year/03/"
# Kronor for each region by the rules of 2022, computed by hand from what the regions say below.
AWARDS = {
    "01": 21_000_000, "03": 10_500_000, "04": 15_323_611, "05": 22_753_074, "06": 19_904_520,
    "07": 12_642_425, "08": 17_330_526, "09": 14_280_026, "10": 6_116_840, "12": 21_000_000,
    "13": 20_376_175, "14": 15_750_000, "17": 14_504_113, "18": 19_091_938, "19": 15_937_035,
    "20": 7_451_549, "21": 18_265_525, "22": 12_834_667, "23": 13_147_263, "24": 18_343_660,
    "25": 15_697_053,
}  # fmt: skip
# A round of its own, in which the demonstration's ombud have submitted; Uppsala does so in the browser.
FILL = """
from datetime import timedelta
from django.utils import timezone
from allocation.services.grants import add_grant, word_grant
from reporting.models import ReportingRound, Submission, User
from reporting.services.drafts import save_draft
from reporting.services.submissions import open_reports, submit_report
POSTS = {
    "01": 282, "04": 64, "05": 92, "06": 84, "07": 39, "08": 52, "09": 18, "10": 28, "12": 216, "13": 63,
    "14": 260, "17": 53, "18": 63, "19": 48, "20": 62, "21": 52, "22": 62, "23": 27, "24": 66, "25": 55,
}
now = timezone.now()
# Closes last and opened last: it is nobody's first round, and no other round's previous one.
made = ReportingRound.objects.create(
    slug="a-whole-year", name="Ett helt bidragsår", first_year=2022, last_year=2022,
    opens_at=now - timedelta(minutes=1), closes_at=now + timedelta(days=200), is_demo=True,
)
open_reports(reporting_round=made, region_codes=["03", *POSTS])
grant = add_grant(round_id=made.pk, rules_name="at-2022", by=None)
word_grant(grant_id=grant.pk, case_number="S2022/1", appeal_text="Beslutet kan inte överklagas.", by=None)
for code, posts in POSTS.items():
    report = Submission.objects.get(reporting_round=made, region_id=code)
    by = User.objects.get(email=f"ombud-{code}@platsplan.example")
    texts = {"at_2022": str(posts), "st_2022": "600", "gm_2022": "20", "comment_at_2022": "Nya block."}
    save_draft(submission_id=report.pk, texts=texts, by=by, at=now)
    submit_report(submission_id=report.pk, by=by, at=now, attested_in="sv")
"""


def fill(stack: Stack) -> None:
    """Open the round and let twenty regions submit, through the services, in the running system."""
    kept = shlex.split((stack.var / "environment").read_text())
    environment = os.environ | dict(word.split("=", 1) for word in kept)
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST")}
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", FILL], cwd=PROJECT, env=environment, check=True
    )


def submit(page: Page, stack: Stack, *, posts: str, comment: str = "") -> None:
    """Uppsala fills in, reads through, attests and submits."""
    page.goto(stack.base_url + ROUND)
    for field, text in {"at_2022": posts, "st_2022": "94", "gm_2022": "24"}.items():
        page.locator(f"#id_{field}").fill(text)
    page.locator("button[name=review]").click()
    if comment:
        page.locator("#id_comment_at_2022").fill(comment)
        page.locator("button[name=review]").click()
    page.wait_for_url(f"**{ROUND}submit/")
    page.locator("#id_attested").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**{ROUND}versions/*/")


def inspect(page: Page) -> None:
    """The page, as it is, is accessible in both themes and fits a phone."""
    for theme, width in (("dark", 360), ("light", 1280)):
        dress(page, theme=theme, width=width)
        assert sideways(page) <= 0, page.url
        assert violations(page) == [], (page.url, theme)


def test_a_whole_grant_year_from_the_open_round_to_the_letters(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    fill(stack)
    year = ask(stack, "SELECT id FROM reporting_reportinground WHERE slug = 'a-whole-year'")
    grant = ask(stack, f"SELECT id FROM allocation_roundgrant WHERE reporting_round_id = {year}")
    reports = f"FROM reporting_submission WHERE reporting_round_id = {year}"
    uppsala = ask(stack, f"SELECT id {reports} AND region_id = '03'")
    region, desk, chief = (open_page(browser) for _ in range(3))

    # the last region submits; the officer asks for more, and gets it
    sign_in(region, stack, "ombud-03")
    submit(region, stack, posts="58")
    sign_in(desk, stack, "admin", to="/admin/")
    review = f"{stack.base_url}/admin/reporting/submission/{uppsala}/change/"
    desk.goto(review)
    desk.locator(".pp-decide textarea").fill("I bilagan står 60. Vilken siffra gäller?")
    desk.locator("button[name=decision][value=return]").click()
    expect(desk.locator(".pp-sub .pp-chip")).to_contain_text("Komplettering")
    submit(region, stack, posts="60", comment="Sextio gäller: fyra nya block i Enköping.")

    # flags: one is put aside; what has none is approved at once, the others after a look at each
    desk.goto(review)
    flags = desk.locator("#flags .pp-flag")
    expect(flags.first).to_contain_text("50 i planen, 60 i rapporten")
    expect(desk.locator("#flags")).to_contain_text("med en AT-tjänst till 2022 nås gränsen 15,35")
    flags.first.locator("summary").click()
    inspect(desk)
    flags.first.locator("textarea").fill("Styrkt av bilagan.")
    flags.first.locator("button").click()
    expect(flags.first).to_contain_text("Styrkt av bilagan.")
    queue = f"{stack.base_url}/admin/reporting/submission/"
    desk.goto(f"{queue}?reporting_round__id__exact={year}")
    expect(desk.locator("#result_list tbody tr")).to_have_count(21)
    desk.locator(".object-tools a[href*='approve-unflagged']").click()
    desk.locator(".submit-row button").click()
    expect(desk.locator(".messagelist")).to_contain_text("godkä")
    waiting = f"SELECT count(*) {reports} AND state <> 'approved'"
    flagged = "SELECT count(DISTINCT submission_id) FROM reporting_reportflag WHERE dismissed_at IS NULL"
    left = ask(stack, waiting)
    assert 0 < left == ask(stack, f"{flagged} AND submission_id IN (SELECT id {reports})")
    desk.goto(f"{queue}?reporting_round__id__exact={year}&waits=agency")
    desk.locator("#action-toggle").check()
    desk.locator("select[name=action]").select_option("approve_selected")
    desk.locator("button[name=index]").click()
    desk.locator(".submit-row button").click()
    eventually(stack, f"SELECT 1 WHERE ({waiting}) = 0")

    # the worker computes; to the krona
    eventually(
        stack,
        f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM allocation_recomputation"
        f" WHERE reporting_round_id = {year} AND state <> 'done')",
    )
    run = ask(stack, f"SELECT current_run_id FROM allocation_roundgrant WHERE id = {grant}")
    totals = f"SELECT region_id, total_kr FROM allocation_runregion WHERE run_id = {run}"
    assert dict(rows(stack, totals)) == AWARDS
    pots = (
        f"SELECT allocated_kr, unallocated_kr FROM allocation_runpot WHERE run_id = {run} ORDER BY position"
    )
    assert rows(stack, pots) == [(124_000_000, 0), (140_000_000, 24_000_000), (68_250_000, 15_750_000)]
    desk.goto(f"{stack.base_url}/admin/allocation/allocationrun/{run}/change/")
    expect(desk.locator("#content")).to_contain_text("332 250 000 kr".replace(" ", "\u00a0"))

    # what if the limit were lower: a scenario, which changes nothing
    desk.locator(".object-tools a[href*='scenario/add']").click()
    desk.locator("#id_name").fill("Gräns 12 i ett helt år")
    desk.locator(".submit-row button").click()
    desk.locator("#id_threshold").fill("12,00")
    desk.locator("#id_threshold").press("Enter")
    desk.wait_for_url("**/change/")
    expect(desk.locator(".pp-notice--warn")).to_contain_text("Scenario, inte ett beslut")
    assert dict(rows(stack, totals)) == AWARDS

    # one proposes, and may not decide; neither may the database be talked into it
    desk.goto(f"{stack.base_url}/admin/allocation/allocationrun/{run}/propose/")
    desk.locator("#id_note").fill("Alla rapporter är godkända.")
    desk.locator(".submit-row button").click()
    [(proposal, proposer)] = eventually(
        stack, f"SELECT id, proposed_by_id FROM allocation_decision WHERE round_grant_id = {grant}"
    )
    decide = f"{stack.base_url}/admin/allocation/decision/{proposal}/decide/"
    answer = desk.goto(decide)
    assert answer is not None
    assert answer.status == 403 or desk.locator(".pp-decide form").count() == 0
    with (
        psycopg.connect(stack.database_url) as connection,
        pytest.raises(psycopg.errors.Error, match=r"(?i)propos|another|decid"),
    ):
        connection.execute(
            "UPDATE allocation_decision SET state = 'decided', decided_by_id = %s, decided_by_name = 'x',"
            " decided_at = now() WHERE id = %s",
            [proposer, proposal],
        )

    # another decides: letters, one zip, what the region reads
    sign_in(chief, stack, "beslutsfattare", to=f"/admin/allocation/decision/{proposal}/decide/")
    chief.goto(decide)
    chief.locator(".pp-decide form button[type=submit]").click()
    chief.wait_for_url(f"**/decision/{proposal}/change/")
    expect(chief.locator("#content")).to_contain_text("332 250 000 kr".replace(" ", "\u00a0"))
    assert ask(stack, f"SELECT count(*) FROM allocation_letter WHERE decision_id = {proposal}") == 21
    assert ask(stack, f"SELECT count(*) {reports} AND state = 'decided'") == 21
    with chief.expect_download() as download:
        chief.locator("a[href$='.zip']").first.click()
    download.value.save_as(tmp_path / "letters.zip")
    with zipfile.ZipFile(tmp_path / "letters.zip") as archive:
        [name] = [name for name in archive.namelist() if "-03" in name]
        text = PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text().replace("\u00a0", " ")
        assert len(archive.namelist()) == 21
    assert "10 500 000 kr" in text
    letter = awaited_letter(stack, "decision_letter", "ombud-03@platsplan.example")
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["application/pdf"]
    region.goto(stack.base_url + ROUND)
    expect(region.locator("main")).to_contain_text("Beslutad")
    expect(region.locator("button[name=save]")).to_have_count(0)
