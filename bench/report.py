"""Times the report's page and its autosave in the whole running system, gunicorn and PostgreSQL included.

Run from the repository's root: python -m bench.report
"""

import argparse
import http.client
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from bench.system import running_system

RESULTS = Path(__file__).parent / "results"
PASSWORD = "platsplan-demo"  # noqa: S105 - of the demonstration, and public
ROUNDS = 200
REPORT = "/report/2022-2024/20/"
TRIVIAL = "/accounts/password/change/"
LIMIT_PAGE_MEDIAN_MS = 60
LIMIT_AUTOSAVE_P95_MS = 40


class Visitor:
    """A browser as far as it matters: cookies, and how long each answer takes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, float]:
        """Status, body and milliseconds from opening the connection to the answer's last byte."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET" if form is None else "POST", path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        passed_ms = (time.perf_counter() - started) * 1000
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return response.status, text, passed_ms

    def sign_in(self, who: str) -> None:
        """Sign in as a demonstration account."""
        _status, page, _ms = self.ask("/accounts/login/")
        form = {
            "csrfmiddlewaretoken": token_in(page),
            "login": f"{who}@platsplan.example",
            "password": PASSWORD,
        }
        status, _page, _ms = self.ask("/accounts/login/", form)
        if status != 302:
            raise SystemExit(f"Sign-in was answered {status}.")


def token_in(page: str) -> str:
    """The token that the page's forms carry."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    if found is None:
        raise SystemExit("The page has no form.")
    return found[1]


def processor_seconds(var: str) -> float:
    """Processor time that the web's processes have used so far; 0 where the system does not tell."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"PLATSPLAN_VAR={var}\0".encode() in (folder / "environ").read_bytes()
            if not is_ours or b"gunicorn" not in (folder / "cmdline").read_bytes():
                continue
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def processor_ms(ask: Callable[[], float], var: str) -> float:
    """Milliseconds of the web's processor for one request."""
    before = processor_seconds(var)
    for _ in range(ROUNDS):
        ask()
    return (processor_seconds(var) - before) * 1000 / ROUNDS


def measure(port: int, var: str) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of every request, and of the web's processor for one.

    The three kinds take turns, so that they share the machine's moods; the processor's time is taken
    from each kind alone afterwards.
    """
    visitor = Visitor(port)
    visitor.sign_in("ombud-20")
    _status, page, _ms = visitor.ask(REPORT)
    token = token_in(page)
    known: dict[str, list[object]] = {}
    taken: dict[str, list[float]] = {"trivial": [], "report": [], "autosave": []}

    def page_at(path: str) -> Callable[[], float]:
        def ask() -> float:
            status, _page, passed_ms = visitor.ask(path)
            if status != 200:
                raise SystemExit(f"{path} was answered {status}.")
            return passed_ms

        return ask

    def autosave() -> float:
        text = str(60 + int(str(known.get("at_2022", ["", "60"])[1])) % 9)
        form = {"csrfmiddlewaretoken": token, "page": "posts", "known": json.dumps(known), "at_2022": text}
        status, answer, passed_ms = visitor.ask(f"{REPORT}draft/", form)
        if status != 200:
            raise SystemExit(f"The autosave was answered {status}.")
        known.update(
            {
                field: [value["version"], value["text"]]
                for field, value in json.loads(answer)["values"].items()
            }
        )
        return passed_ms

    kinds = {"trivial": page_at(TRIVIAL), "report": page_at(REPORT), "autosave": autosave}
    for ask in [*kinds.values()] * 5:
        ask()  # warm
    for _ in range(ROUNDS):
        for kind, ask in kinds.items():
            taken[kind].append(ask())
    return taken, {kind: processor_ms(ask, var) for kind, ask in kinds.items()}


def percentile(values: list[float], share: int) -> float:
    """The value that `share` per cent do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def report_page(
    taken: dict[str, list[float]], worked: dict[str, float], *, load_before: float, load_after: float
) -> tuple[str, bool]:
    """The page of results, and whether every limit is met."""
    trivial = statistics.median(taken["trivial"])
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    lines = [
        "# Speed of the report's page and its autosave",
        "",
        "Made by `python -m bench.report --keep`; what is measured stands in `bench/README.md`.",
        "",
        f"Measured on: {machine}, Python {platform.python_version()}.",
        f"Load of the machine: {load_before:.1f} before, {load_after:.1f} after.",
        "",
        "| | median | p95 | median ÷ trivial page | the web's processor |",
        "|---|---|---|---|---|",
    ]
    names = {"trivial": f"trivial page, `{TRIVIAL}`", "report": "the report's page", "autosave": "autosave"}
    for kind, name in names.items():
        median, p95 = statistics.median(taken[kind]), percentile(taken[kind], 95)
        lines.append(
            f"| {name} | {median:.1f} ms | {p95:.1f} ms | {median / trivial:.2f} | {worked[kind]:.1f} ms |"
        )
    page_ms, autosave_ms = statistics.median(taken["report"]), percentile(taken["autosave"], 95)
    checks = {
        f"the report's page at most {LIMIT_PAGE_MEDIAN_MS} ms at the median": page_ms <= LIMIT_PAGE_MEDIAN_MS,
        f"an autosave at most {LIMIT_AUTOSAVE_P95_MS} ms at p95": autosave_ms <= LIMIT_AUTOSAVE_P95_MS,
    }
    lines += ["", *(f"- {'met' if met else 'NOT MET'}: {what}" for what, met in checks.items()), ""]
    return "\n".join(lines), all(checks.values())


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        words = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    found = re.search(r"model name\s*: (.*)", words)
    return found[1] if found else platform.processor()


def main() -> int:
    """Measure and print; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="also write results/report.md")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    with running_system() as system:
        taken, worked = measure(system.port, str(system.var))
    page, is_met = report_page(taken, worked, load_before=load_before, load_after=os.getloadavg()[0])
    sys.stdout.write(page)
    if options.keep:
        (RESULTS / "report.md").write_text(page)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
