"""Times the open pages in the whole running system, weighs the first view, and has Lighthouse mark two pages.

Run from the repository's root: python -m bench.public --lighthouse …/node_modules/.bin/lighthouse
"""

import argparse
import http.client
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.public_browser import CATEGORIES, LIGHTHOUSE_RUNS, TIMES, Marks, first_view, lighthouse_marks
from bench.report import RESULTS, percentile, processor
from bench.system import System, running_system, worked_ms

CYCLES = 40  # each asks the calculator once, which answers a network 60 times a minute
KEPT_ASKED = 100
AFTER = 8  # requests at once after each change
STAMPEDES, STAMPEDE = 5, 64
TRIVIAL = "/contact/"
FIRST = "/"
MARKED = (FIRST, "/regions/03/")
PAGES = {
    FIRST: "the results, AT per 100 000",
    "/?measure=kr-per-head&year=2023": "the results, kronor per inhabitant",
    "/?measure=reported&year=2024": "the results, reported posts",
    "/regions/03/": "a region",
    "/compare/?regions=01,03,12,14": "four regions compared",
    "/method/": "how it is computed",
    "/method/at-2022/": "a rule set",
    "/method/at-2022/calculator/": "the calculator",
    "/open-data/": "the open data",
    "/open-data/{run}/awards.csv": "a file of open data",
    "/open-data/{run}/bundle.json": "a run's bundle",
}
NEVER_KEPT = {
    "/method/at-2022/calculator/?region=03&posts=61": "an answer of the calculator",
    "/api/v1/figures?limit=100": "a hundred figures from the API",
}
# Each region's page is asked for once; a region's curve is kept with the run, so nobody has computed it yet.
UNSEEN = "/regions/…/"
UNSEEN_CODES = (
    "01",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    "12",
    "13",
    "14",
    "17",
    "18",
    "19",
    "20",
    "21",
)
LIMIT_UNKEPT_MS = 50
LIMIT_KEPT_MS = 5
LIMIT_BYTES = 120_000
LEAST_MARK = 95
AHEAD = " What was measured ran before the machine's other work."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and the milliseconds from opening the connection to its last byte."""

    status: int
    etag: str
    body: bytes
    passed_ms: float


@dataclass(slots=True)
class Measured:
    """Everything that was measured; the web's processor in milliseconds for one request."""

    unkept_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unkept_worked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept_worked: dict[str, float] = field(default_factory=dict)
    changes: int = 0
    met_both: int = 0
    asked_after: int = 0
    stale: int = 0
    stampede_ms: list[float] = field(default_factory=list)
    stampede_slowest: list[float] = field(default_factory=list)
    stampede_worked: list[float] = field(default_factory=list)
    view: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)


class Publisher:
    """The other process that publishes and withdraws."""

    def __init__(self, system: System) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "shell", "--no-imports", "-c"),
                "from bench.public_publisher import serve; serve()",
            ],
            env=system.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.run, year = self._said().split()
        self.changing = f"/?measure=kr&year={year}"

    def do(self, what: str) -> None:
        """Publish or withdraw, and come back once it is committed."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        self._said()

    def _said(self) -> str:
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        if not said:
            raise SystemExit("The publisher has ended.")
        return said


def ask(port: int, path: str) -> Answer:
    """Ask as a new visitor does: a connection of one's own, no cookie, gzip."""
    headers = {"Accept-Encoding": "gzip", "Accept-Language": "sv"}
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    passed_ms = (time.perf_counter() - started) * 1000
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{path} was answered {response.status}.")
    return Answer(response.status, response.headers.get("ETag", ""), body, passed_ms)


def measure(system: System, lighthouse: str, *, is_ahead: bool) -> Measured:
    """Everything, one after the other."""
    found = Measured()
    publisher = Publisher(system)
    if is_ahead:
        system.put_ahead()
    try:
        paths = [path.format(run=publisher.run) for path in (*PAGES, *NEVER_KEPT, TRIVIAL)]
        for path in [*paths] * 3:
            ask(system.port, path)
        for number in range(CYCLES):
            _unkept(system, publisher, paths, found, unseen=UNSEEN_CODES[number : number + 1])
        for _ in range(STAMPEDES):
            _stampede(system, publisher, found)
    finally:
        publisher.process.terminate()
        publisher.process.wait(60)
    _kept(system, [path for path in paths if path not in NEVER_KEPT], found)
    if is_ahead:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # a browser leaves other work the other cores
    address = f"http://127.0.0.1:{system.port}"
    found.view = {url.removeprefix(address): size for url, size in first_view(f"{address}{FIRST}").items()}
    if lighthouse:
        found.marks = {path: lighthouse_marks(lighthouse, f"{address}{path}") for path in MARKED}
    return found


def _unkept(
    system: System, publisher: Publisher, paths: list[str], found: Measured, *, unseen: Sequence[str]
) -> None:
    """Publish, so that no process has a page at hand, and ask each once.

    The first page that a process is asked for also reads all figures anew.
    """
    port = system.port
    before = ask(port, publisher.changing).etag
    publisher.do("withdraw")
    _look_for(before, system, publisher, found)
    without = ask(port, publisher.changing).etag
    publisher.do("publish")
    web = system.web_processes()
    asked = [*((path, path) for path in paths), *((UNSEEN, f"/regions/{code}/") for code in unseen)]
    for name, path in asked:
        worked = worked_ms(web)
        found.unkept_ms[name].append(ask(port, path).passed_ms)
        found.unkept_worked[name].append(worked_ms(web) - worked)
    _look_for(without, system, publisher, found)


def _look_for(old: str, system: System, publisher: Publisher, found: Measured) -> None:
    """Ask from several connections at once, to meet both processes, and count answers from before."""
    web = system.web_processes()
    worked = [worked_ms([one]) for one in web]
    with ThreadPoolExecutor(AFTER) as pool:
        asked = [
            one.etag for one in pool.map(lambda _number: ask(system.port, publisher.changing), range(AFTER))
        ]
    busy = [worked_ms([one]) - before > 1 for one, before in zip(web, worked, strict=True)]
    found.changes += 1
    found.met_both += sum(busy) > 1
    found.asked_after += len(asked)
    found.stale += asked.count(old)


def _stampede(system: System, publisher: Publisher, found: Measured) -> None:
    """Publish, and ask for the first page from many connections at once."""
    publisher.do("withdraw")
    publisher.do("publish")
    web = system.web_processes()
    worked = worked_ms(web)
    with ThreadPoolExecutor(STAMPEDE) as pool:
        passed = list(pool.map(lambda _number: ask(system.port, FIRST).passed_ms, range(STAMPEDE)))
    found.stampede_ms += passed
    found.stampede_slowest.append(max(passed))
    found.stampede_worked.append(worked_ms(web) - worked)


def _kept(system: System, paths: list[str], found: Measured) -> None:
    """Ask again and again for pages that both processes have at hand, in turn."""
    for path in paths * 10:
        ask(system.port, path)
    for _ in range(KEPT_ASKED):
        for path in paths:
            found.kept_ms[path].append(ask(system.port, path).passed_ms)
    web = system.web_processes()
    for path in paths:
        worked = worked_ms(web)
        for _ in range(KEPT_ASKED):
            ask(system.port, path)
        found.kept_worked[path] = (worked_ms(web) - worked) / KEPT_ASKED


def result_page(found: Measured, *, loads: tuple[float, float], is_ahead: bool) -> tuple[str, bool]:
    """The page of results, and whether every limit is met."""
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    checks = _checks(found)
    lines = [
        "# Speed of the open pages",
        "",
        "Made by `python -m bench.public --keep`; what is measured stands in `bench/README.md`.",
        "",
        f"Measured on: {machine}, Python {platform.python_version()}.",
        f"Load of the machine: {loads[0]:.1f} before, {loads[1]:.1f} after.{AHEAD if is_ahead else ''}",
        "",
        "## Time on the server",
        "",
        (
            f"{CYCLES} publications, after each of which every page is asked for once, made anew; then"
            f" {KEPT_ASKED} requests for each that find it at hand."
        ),
        "",
        *_times(found),
        "",
        "## After a publication",
        "",
        (
            f"{found.changes} publications and withdrawals; {found.asked_after} requests right after them,"
            f" {AFTER} at once, which both processes answered in {found.met_both} cases;"
            f" {found.stale} answers were of before."
        ),
        "",
        (
            f"{STAMPEDE} requests for `/` from as many connections at once after a publication,"
            f" {STAMPEDES} times: {statistics.median(found.stampede_ms):.0f} ms at the median, the slowest"
            f" {max(found.stampede_slowest):.0f} ms; the web's processor worked"
            f" {statistics.median(found.stampede_worked):.0f} ms for all {STAMPEDE} together."
        ),
        "",
        "## First view of `/`",
        "",
        "| address | bytes transferred |",
        "|---|---|",
        *(f"| `{path}` | {size:,} |".replace(",", " ") for path, size in found.view.items()),
        f"| together | {sum(found.view.values()):,} |".replace(",", " "),
        "",
        *_marks(found.marks),
        "## Limits",
        "",
        *(f"- {'met' if met else 'NOT MET'}: {what}" for what, met in checks.items()),
        "",
    ]
    return "\n".join(lines), all(checks.values())


def _times(found: Measured) -> list[str]:
    lines = [
        (
            "| | made anew: median | p95 | ÷ trivial | processor"
            " | at hand: median | p95 | ÷ trivial | processor |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    trivial = statistics.median(found.unkept_ms[TRIVIAL])
    trivial_again = statistics.median(found.kept_ms[TRIVIAL])
    names = (
        PAGES | NEVER_KEPT | {TRIVIAL: "a trivial page, drawn each time", UNSEEN: "a region, the first time"}
    )
    for (path, name), known in zip(names.items(), found.unkept_ms, strict=True):
        shown = f"{name}, `{path}`"
        made = found.unkept_ms[known]
        median = statistics.median(made)
        lines.append(
            f"| {shown} | {median:.1f} ms | {percentile(made, 95):.1f} ms | {median / trivial:.2f} |"
            f" {statistics.median(found.unkept_worked[known]):.1f} ms |"
        )
        kept = found.kept_ms.get(known)
        if kept is None:
            lines[-1] += " – | – | – | – |"
            continue
        median = statistics.median(kept)
        lines[-1] += (
            f" {median:.1f} ms | {percentile(kept, 95):.1f} ms | {median / trivial_again:.2f} |"
            f" {found.kept_worked[known]:.1f} ms |"
        )
    return lines


def _marks(marks: Mapping[str, Marks]) -> list[str]:
    if not marks:
        return []
    version = next(iter(marks.values())).version
    lines = [
        "## Lighthouse",
        "",
        f"Lighthouse {version}, mobile mode, the median of {LIGHTHOUSE_RUNS} runs; in brackets the lowest.",
        "",
        f"| | {' | '.join((*CATEGORIES, *TIMES.values()))} |",
        f"|{'---|' * (1 + len(CATEGORIES) + len(TIMES))}",
    ]
    for path, found in marks.items():
        cells = [f"{found.marks[name]:.0f} ({found.lowest[name]:.0f})" for name in CATEGORIES]
        cells += [f"{found.times_ms[name]:.0f} ms" for name in TIMES]
        lines.append(f"| `{path}` | {' | '.join(cells)} |")
    return [*lines, ""]


def _checks(found: Measured) -> dict[str, bool]:
    """Each limit in words, and whether it is met."""
    unkept = {path: statistics.median(passed) for path, passed in found.unkept_ms.items()}
    kept = {path: statistics.median(passed) for path, passed in found.kept_ms.items() if path != TRIVIAL}
    checks = {
        f"`/` made anew under {LIMIT_UNKEPT_MS} ms at the median": unkept[FIRST] < LIMIT_UNKEPT_MS,
        f"every page made anew under {LIMIT_UNKEPT_MS} ms": max(unkept.values()) < LIMIT_UNKEPT_MS,
        f"`/` at hand under {LIMIT_KEPT_MS} ms at the median": kept[FIRST] < LIMIT_KEPT_MS,
        f"every page at hand under {LIMIT_KEPT_MS} ms": max(kept.values()) < LIMIT_KEPT_MS,
        "no answer from before a publication or withdrawal": found.stale == 0,
        f"first view of `/` at most {LIMIT_BYTES // 1000} kB": sum(found.view.values()) <= LIMIT_BYTES,
    }
    for path, marks in found.marks.items():
        least = min(marks.marks.values())
        checks[f"`{path}` at least {LEAST_MARK} in all three of Lighthouse’s marks"] = least >= LEAST_MARK
    return checks


def main() -> int:
    """Measure and print; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--lighthouse", default="", help="Lighthouse's program, from npm; without it no marks"
    )
    parser.add_argument(
        "--ahead", action="store_true", help="run before the machine's other work; needs root"
    )
    parser.add_argument("--keep", action="store_true", help="also write results/public.md")
    options = parser.parse_args()
    if options.keep and not options.lighthouse:
        parser.error("--keep needs --lighthouse, so that the page is whole")
    load_before = os.getloadavg()[0]
    with running_system() as system:
        found = measure(system, options.lighthouse, is_ahead=options.ahead)
    page, is_met = result_page(found, loads=(load_before, os.getloadavg()[0]), is_ahead=options.ahead)
    sys.stdout.write(page)
    if options.keep:
        (Path(RESULTS) / "public.md").write_text(page)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
