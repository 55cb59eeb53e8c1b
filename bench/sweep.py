"""Times a sweep of 10 000 combinations with real workers, beside the same combinations in one process.

Run from the repository's root: python -m config.embedded -- python -m bench.sweep
"""

import argparse
import os
import platform
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocation.models import Scenario, SweepRun
    from reporting.models import User

RESULTS = Path(__file__).parent / "results" / "sweep.md"
PROJECT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 30
REPEATS = 5
WAIT_SECONDS = 120


def set_up() -> None:
    """Bring an empty database up to date and load the reference data."""
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    os.environ.setdefault("PLATSPLAN_VAR", tempfile.mkdtemp(prefix="platsplan-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    (Path(os.environ["PLATSPLAN_VAR"]) / "static").mkdir(exist_ok=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_reference_data", verbosity=0)


def make_scenario() -> "tuple[Scenario, User]":
    """The rules for 2022 and all 21 regions, each with some posts more than its plan."""
    from allocation.comparison import read_rules
    from allocation.models import RoundGrant
    from allocation.ruleedit import edit_of
    from allocation.services.scenarios import Figures, base_of_reports, create_scenario, save_scenario
    from reporting.models import Region, ReportingRound, User
    from reporting.services.submissions import open_reports

    now = datetime.now(UTC)
    officer = User.objects.create_superuser("bench@platsplan.example", None, name="Bench")
    reporting_round = ReportingRound.objects.create(
        slug="bench",
        name="Bench",
        first_year=2022,
        last_year=2024,
        opens_at=now,
        closes_at=now.replace(year=2100),
    )
    codes = list(Region.objects.values_list("code", flat=True))
    open_reports(reporting_round=reporting_round, region_codes=codes)
    grant = RoundGrant.objects.create(
        reporting_round=reporting_round, rules_name="at-2022", year=2022, title="AT 2022"
    )
    scenario = create_scenario(base=base_of_reports(grant, at=now), name="Bench", by=officer, at=now)
    figures = {
        row.region_id: Figures(row.planned, row.planned + number % 13)
        for number, row in enumerate(scenario.regions.order_by("region"))
    }
    scenario = save_scenario(
        scenario_id=scenario.pk,
        version=1,
        name="Bench",
        note="",
        edit=edit_of(read_rules(scenario.rules_text)),
        figures=figures,
        by=officer,
        at=now,
    )
    return scenario, officer


@contextmanager
def workers() -> Iterator[None]:
    """The product's own worker with its two processes, ready for work."""
    import redis
    from django.conf import settings

    from config.celery import WORKER_KEY

    with subprocess.Popen(
        [sys.executable, "-m", "config.processes", "worker"], cwd=PROJECT, start_new_session=True
    ) as process:
        client = redis.Redis.from_url(settings.REDIS_URL)
        try:
            while not client.get(WORKER_KEY):
                time.sleep(0.1)
            yield
        finally:
            client.close()
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def sweep_axes(scenario: "Scenario", per_axis: int) -> list[Any]:
    """Where the ladder begins and the price of a post in it: `per_axis` values each."""
    from allocation.comparison import own_reports, read_rules
    from allocation.variation import make_axis, parameters

    rules = read_rules(scenario.rules_text)
    known = parameters(rules, own_reports(list(scenario.regions.order_by("region"))))
    ranges = (
        ("threshold", Decimal("12.00"), Decimal("0.05")),
        ("per-post:tydlig-forbattring", Decimal(500_000), Decimal(10_000)),
    )
    return [
        make_axis(known[key], start=start, stop=start + (per_axis - 1) * step, step=step)
        for key, start, step in ranges
    ]


def measure(scenario: "Scenario", officer: "User", axes: list[Any]) -> "tuple[float, float, SweepRun]":
    """Ask for a sweep as the page does and wait for it; seconds until asked, until done, and the sweep."""
    from allocation.models import SweepState
    from allocation.services.sweeps import sweep_scenario

    start = time.perf_counter()
    sweep = sweep_scenario(scenario_id=scenario.pk, axes=axes, by=officer, at=datetime.now(UTC))
    asked = time.perf_counter() - start
    while sweep.state == SweepState.RUNNING:
        if time.perf_counter() - start > WAIT_SECONDS:
            raise SystemExit(f"not done after {WAIT_SECONDS} seconds: {sweep.done} of {sweep.total}")
        time.sleep(0.01)
        sweep.refresh_from_db(fields=["state", "done"])
    return asked, time.perf_counter() - start, sweep


def alone(sweep: "SweepRun") -> tuple[float, list[int | None]]:
    """The same combinations in this process: seconds and results, in the order of the chunks."""
    from allocation.comparison import read_rules
    from allocation.sweeping import axes_of, figures_of
    from allocation.variation import answers

    rules, reports, axes = read_rules(sweep.rules_text), figures_of(sweep), axes_of(sweep)
    results: list[int | None] = []
    start = time.perf_counter()
    for first in range(0, sweep.total, sweep.chunk_size):
        count = min(sweep.chunk_size, sweep.total - first)
        results += answers(rules, reports, axes, start=first, count=count)
    return time.perf_counter() - start, results


def machine() -> str:
    """What was measured on."""
    name = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0]
    return (
        f"processor {name}, cores {os.cpu_count()}, system {platform.system()} {platform.machine()}, "
        f"python {platform.python_version()}; load when started {load:.1f}"
    )


def main() -> int:
    """Measure, print, and with --keep write the results; 1 when the limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    keep = parser.parse_args().keep
    about = machine()
    set_up()
    scenario, officer = make_scenario()
    with workers():
        measure(scenario, officer, sweep_axes(scenario, 10))  # so that both processes have read their code
        runs, singles = [], []
        for _ in range(REPEATS):
            asked, done, sweep = measure(scenario, officer, sweep_axes(scenario, 100))
            runs.append((asked, done))
            seconds, expected = alone(sweep)
            singles.append(seconds)
            stored = [kr for chunk in sweep.chunks.order_by("start") for kr in chunk.results or ()]
            if stored != expected:
                raise SystemExit("the workers and one process disagree")
    done, single = statistics.median(done for _asked, done in runs), statistics.median(singles)
    asked, slowest = statistics.median(asked for asked, _done in runs), max(done for _asked, done in runs)
    met = slowest < LIMIT_SECONDS
    text = f"""# A sweep of {sweep.total} combinations of {len(sweep.figures)} regions

Made by `python -m config.embedded -- python -m bench.sweep --keep`; see `bench/README.md`.

Measured on: {about}. {REPEATS} repetitions; medians.

| | seconds |
|---|---|
| asked for, until the page can show progress | {asked:.2f} |
| done, with two worker processes | {done:.2f} |
| the slowest of the repetitions | {slowest:.2f} |
| the same combinations in one process, nothing stored | {single:.2f} |

One process ÷ two workers: {single / done:.2f}. Combinations per second: {sweep.total / done:.0f}.
{sweep.chunks.count()} chunks of at most {sweep.chunk_size}.

- {"met" if met else "NOT MET"}: under {LIMIT_SECONDS} seconds with two workers
"""
    sys.stdout.write(text)
    if keep:
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
