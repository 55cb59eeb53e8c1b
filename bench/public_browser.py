"""What an open page costs in a browser: bytes as Chromium counts them, and Lighthouse's marks."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = {
    "first-contentful-paint": "first contentful paint",
    "largest-contentful-paint": "largest contentful paint",
    "total-blocking-time": "total blocking time",
}
LIGHTHOUSE_RUNS = 3
LIGHTHOUSE_TRIES = 4


def chromium() -> str:
    """The browser's program, as the browser tests find it."""
    found = os.environ.get("PLATSPLAN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("No Chromium: none is on PATH, and PLATSPLAN_CHROMIUM is not set.")
    return found


def first_view(url: str) -> dict[str, int]:
    """Address -> bytes transferred, headers included, of all that a page loads with empty caches."""
    addresses: dict[str, str] = {}
    transferred: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(locale="sv-SE", viewport={"width": 1440, "height": 900})
        network = page.context.new_cdp_session(page)
        network.on(
            "Network.requestWillBeSent",
            lambda news: addresses.update({news["requestId"]: news["request"]["url"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda news: transferred.update({addresses[news["requestId"]]: int(news["encodedDataLength"])}),
        )
        network.send("Network.enable")
        page.goto(url, wait_until="networkidle")
        browser.close()
    return transferred


@dataclass(frozen=True, slots=True)
class Marks:
    """What Lighthouse says of a page in mobile mode, the median of its runs. Marks from 0 to 100."""

    version: str
    marks: dict[str, float]
    lowest: dict[str, float]
    times_ms: dict[str, float]


def lighthouse_marks(program: str, url: str) -> Marks:
    """Run Lighthouse on a page, several times."""
    reports = [_lighthouse(program, url) for _ in range(LIGHTHOUSE_RUNS)]
    marks = {name: [one["categories"][name]["score"] * 100 for one in reports] for name in CATEGORIES}
    return Marks(
        version=str(reports[0]["lighthouseVersion"]),
        marks={name: statistics.median(found) for name, found in marks.items()},
        lowest={name: min(found) for name, found in marks.items()},
        times_ms={
            name: statistics.median(one["audits"][name]["numericValue"] for one in reports) for name in TIMES
        },
    )


def _lighthouse(program: str, url: str) -> dict:
    """One report; on a busy machine Lighthouse now and then loses a page's trace and says to try again."""
    for _ in range(LIGHTHOUSE_TRIES):
        report = _tried(program, url)
        if report is not None:
            return report
    raise SystemExit(f"Lighthouse could not measure {url} in {LIGHTHOUSE_TRIES} tries.")


def _tried(program: str, url: str) -> dict | None:
    with tempfile.TemporaryDirectory(prefix="platsplan-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        ended = subprocess.run(
            [
                program,
                url,
                "--quiet",
                "--output=json",
                f"--output-path={report}",
                "--form-factor=mobile",
                f"--only-categories={','.join(CATEGORIES)}",
                "--chrome-flags=--headless --no-sandbox --disable-gpu --disable-background-networking",
            ],
            env=os.environ | {"CHROME_PATH": chromium()},
            check=False,
        )
        found = json.loads(report.read_text()) if report.exists() else {"runtimeError": "no report"}
    return None if ended.returncode or found.get("runtimeError") else dict(found)
