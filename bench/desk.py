"""Times the review queue with 1 008 reports in the whole running system, gunicorn and PostgreSQL included.

Run from the repository's root: python -m bench.desk
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.report import RESULTS, Visitor, percentile, processor, processor_seconds
from bench.system import running_system

QUEUE = "/admin/reporting/submission/"
ALONE = 100
TOGETHER = 400
CONNECTIONS = 8
LIMIT_MEDIAN_MS = 60
LIMIT_P95_MS = 120
LIMIT_PER_SECOND = 60
LIMIT_QUERIES = 12
# A thousand reports beside the demonstration's.
FILL = """
from bench.desk_rows import make_desk
from reporting.guards import let_rest
from reporting.models import User
let_rest()
print(make_desk(officer=User.objects.get(email="handlaggare@platsplan.example")))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of requests one at a time, processor milliseconds of one, requests a second at eight."""

    alone: list[float]
    worked_ms: float
    per_second: float
    queries: int


def queries_of(page: str) -> int:
    """How many queries the page says that it has taken."""
    found = re.search(r"(\d+) (?:database quer|databasfråg)", page)
    if found is None:
        raise SystemExit("The page does not say what it cost.")
    return int(found[1])


def measure(port: int, var: str) -> Measured:
    """Sign in as a case officer, look at the queue again and again."""

    def ask(visitor: Visitor) -> float:
        status, _page, passed_ms = visitor.ask(QUEUE)
        if status != 200:
            raise SystemExit(f"{QUEUE} was answered {status}.")
        return passed_ms

    visitor = Visitor(port)
    visitor.sign_in("handlaggare")
    _status, shown, _ms = visitor.ask(QUEUE)
    for _ in range(20):
        ask(visitor)
    before = processor_seconds(var)
    alone = [ask(visitor) for _ in range(ALONE)]
    worked_ms = (processor_seconds(var) - before) * 1000 / ALONE

    def several(_number: int) -> float:
        one = Visitor(port)
        one.cookies = dict(visitor.cookies)
        return ask(one)

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(several, range(TOGETHER)))
    return Measured(alone, worked_ms, TOGETHER / (time.perf_counter() - started), queries_of(shown))


def result_page(found: Measured, *, load: float) -> tuple[str, bool]:
    """The page of results, and whether every limit is met."""
    median, p95 = statistics.median(found.alone), percentile(found.alone, 95)
    checks = {
        f"at most {LIMIT_MEDIAN_MS} ms at the median": median <= LIMIT_MEDIAN_MS,
        f"at most {LIMIT_P95_MS} ms at p95": p95 <= LIMIT_P95_MS,
        f"at least {LIMIT_PER_SECOND} requests a second": found.per_second >= LIMIT_PER_SECOND,
        f"at most {LIMIT_QUERIES} queries": found.queries <= LIMIT_QUERIES,
    }
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        "# Speed of the review queue with 1 008 reports",
        "",
        "Made by `python -m bench.desk --keep`: 48 rounds of 21 regions, two versions each, 50 reports to a",
        "page; gunicorn as bin/run starts it, two processes of four threads; the client on the same machine.",
        "",
        f"Measured on: {machine}, Python {platform.python_version()}.",
        f"Load of the machine when it began: {load:.1f}.",
        "",
        "| one at a time, median | p95 | the web's processor | a second, eight connections | queries |",
        "|---|---|---|---|---|",
        (
            f"| {median:.1f} ms | {p95:.1f} ms | {found.worked_ms:.1f} ms | {found.per_second:.1f} |"
            f" {found.queries} |"
        ),
        "",
        *(f"- {'met' if met else 'NOT MET'}: {what}" for what, met in checks.items()),
        "",
    ]
    return "\n".join(lines), all(checks.values())


def main() -> int:
    """Measure and print; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="also write results/desk.md")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with running_system() as system:
        subprocess.run([sys.executable, "manage.py", "shell", "-c", FILL], env=system.environment, check=True)
        found = measure(system.port, str(system.var))
    page, is_met = result_page(found, load=load)
    sys.stdout.write(page)
    if options.keep:
        (RESULTS / "desk.md").write_text(page)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
