"""What the test of a grant year does beside the browser: fills twenty reports in, and reads what came out."""

import io
import os
import re
import subprocess
import sys
import zipfile
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import openpyxl
from playwright.sync_api import Page
from pypdf import PdfReader

from tests.conftest import PROJECT, Stack

# What a page may take on two busy processors, and what everything else may.
PAGE_MS, FILL_SECONDS = 20_000, 90
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"
# The posts that the other regions report for 2022; nothing else about them differs.
POSTS = {
    "01": 282, "04": 64, "05": 92, "06": 84, "07": 39, "08": 52, "09": 18, "10": 28, "12": 216, "13": 63,
    "14": 260, "17": 53, "18": 63, "19": 48, "20": 62, "21": 52, "22": 62, "23": 27, "24": 66, "25": 55,
}  # fmt: skip
_FILL = """
from django.utils import timezone
from reporting.models import Submission, User
from reporting.services.drafts import save_draft
from reporting.services.submissions import submit_report
for code, posts in {posts}.items():
    report = Submission.objects.get(reporting_round__slug={slug!r}, region_id=code)
    by = User.objects.get(email=f"ombud-{{code}}@platsplan.example")
    texts = {{"at_2022": str(posts), "st_2022": "600", "gm_2022": "20", "comment_at_2022": "Nya block."}}
    save_draft(submission_id=report.pk, texts=texts, by=by, at=timezone.now())
    submit_report(submission_id=report.pk, by=by, at=timezone.now(), attested_in="sv")
"""


def fill_in(stack: Stack, slug: str) -> "subprocess.Popen[bytes]":
    """Start the twenty other ombud: the product's services on the running system's servers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    program = _FILL.format(posts=POSTS, slug=slug)
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
        cwd=PROJECT,
        env=environment | stack.environment,
    )


def fetch(page: Page, address: str) -> bytes:
    """What a link leads to for the person who is signed in on the page; a file, with a time limit."""
    answer = page.context.request.get(address, timeout=PAGE_MS)
    assert answer.status == 200, (address, answer.status)
    assert "attachment" in answer.headers["content-disposition"], address
    return answer.body()


def link(page: Page, selector: str) -> str:
    """The whole address of the first link of that kind."""
    address = page.locator(selector).first.get_attribute("href", timeout=PAGE_MS)
    return urljoin(page.url, str(address))


def text_of(pdf: bytes, *, pages: int | None = None) -> str:
    """The words of a PDF's first pages without any space: where letters are kerned, pypdf sees some."""
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages[:pages])
    return re.sub(r"[\s\u200b]+", "", words)


def spoken(amount_kr: int) -> str:
    """An amount as a Swedish text has it, with plain spaces."""
    return f"{amount_kr:,} kr".replace(",", " ")


def on_page(amount_kr: int) -> str:
    """An amount as a page has it."""
    return spoken(amount_kr).replace(" ", "\u00a0")


def letters_in(archive: bytes) -> dict[str, str]:
    """Region code -> the text of its letter's first page."""
    with zipfile.ZipFile(io.BytesIO(archive)) as letters:
        assert letters.testzip() is None
        return {name[-6:-4]: text_of(letters.read(name), pages=1) for name in letters.namelist()}


def transfers_in(pain: bytes) -> dict[str, int]:
    """Region code -> kronor of a pain.001, when both control sums and both counts agree with its rows."""
    tree = ElementTree.fromstring(pain)  # noqa: S314  # our own file, a moment old
    paid = {
        str(row.findtext(f"{PAIN}PmtId/{PAIN}EndToEndId"))[-2:]: int(
            str(row.findtext(f"{PAIN}Amt/{PAIN}InstdAmt"))
        )
        for row in tree.iter(f"{PAIN}CdtTrfTxInf")
    }
    for name, value in (("CtrlSum", sum(paid.values())), ("NbOfTxs", len(paid))):
        assert [int(str(found.text)) for found in tree.iter(PAIN + name)] == [value, value]
    return paid


def columns_of(workbook: bytes, sheet: int, *columns: int) -> list[tuple[Any, ...]]:
    """Those columns of every row with a figure in the last of them; a row of sums comes last."""
    book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)
    rows = book.worksheets[sheet].iter_rows(values_only=True)
    wanted = [
        tuple(row[place] for place in columns)
        for row in rows
        if len(row) > columns[-1] and isinstance(row[columns[-1]], int)
    ]
    book.close()
    return wanted
