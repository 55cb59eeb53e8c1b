"""Times the live preview against a page that only asks who is signed in, with 21 regions and with 60.

Run from the repository's root: python -m config.embedded -- python -m bench.preview
"""

import argparse
import json
import logging
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["PLATSPLAN_DEMO"] = "1"
os.environ.setdefault("SECRET_KEY", "a-key-for-measurements-only-that-signs-nothing-anyone-keeps")

RESULTS = Path(__file__).parent / "results"
LIMIT_MS = 30
TYPED = {"at_2022": "65", "at_2023": "62", "at_2024": "64"}


def seconds_of(call: Callable[[], Any], *, repeats: int) -> tuple[list[float], list[float]]:
    """How long each of `repeats` calls took, and its processor time, after a few that are not counted."""
    for _ in range(5):
        call()
    times, busy = [], []
    for _ in range(repeats):
        start, own = time.perf_counter(), time.process_time()
        call()
        times.append(time.perf_counter() - start)
        busy.append(time.process_time() - own)
    return times, busy


def add_regions(count: int) -> None:
    """Invented regions with everything that a calculation reads, in a reference that runs have used."""
    import pgtrigger

    from reporting.guards import let_rest
    from reporting.models import Baseline, Inhabitants, PopulationReference, PostType, Region, Standing

    let_rest()
    reference = PopulationReference.objects.get(slug="projection-2022")
    for number in range(count):
        region = Region.objects.create(
            code=f"{60 + number}",
            name=f"Region Invented {number}",
            short_name=f"Invented {number}",
            county="Invented",
            organisation_number=f"999999-{number:04}",
        )
        with pgtrigger.ignore("reporting.Inhabitants:stay_once_used"):
            Inhabitants.objects.create(reference=reference, region=region, persons=100_000 + 1_000 * number)
        for year in (2022, 2023, 2024):
            Baseline.objects.create(
                region=region,
                year=year,
                post_type=PostType.AT,
                planned_posts=14 + number % 9,
                standing=Standing.SYNTHETIC,
                source="Invented for a measurement",
            )


def measure(*, repeats: int) -> dict[str, Any]:
    """Medians, 95th percentiles and queries of both pages, as the test client gives them whole requests."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from reporting.models import Region, User

    client = Client(headers={"host": "localhost"})
    person = User.objects.get(email="samordnare-03@platsplan.example")
    client.force_login(person, backend="reporting.accounts.InvitedBackend")

    def preview() -> None:
        assert client.post("/grant/2022-2024/03/preview/", TYPED).status_code == 200

    def plain() -> None:
        # Signed in, one look at the session and the person, and a page that says there is nothing here.
        assert client.get("/report/2022-2024/99/").status_code == 404

    result: dict[str, Any] = {"regions": Region.objects.count()}
    for name, call in (("preview", preview), ("plain", plain)):
        seconds, busy = seconds_of(call, repeats=repeats)
        with CaptureQueriesContext(connection) as queries:
            call()
        result[name] = {
            "median_ms": statistics.median(seconds) * 1000,
            "p95_ms": statistics.quantiles(seconds, n=20)[-1] * 1000,
            "fastest_ms": min(seconds) * 1000,
            "busy_ms": statistics.median(busy) * 1000,
            "queries": len(queries),
        }
    return result


def as_markdown(result: dict[str, Any]) -> str:
    """The results as a page."""
    loads = f"load {result['load_when_started']} at the start, {result['load_when_ended']} at the end"
    heads = ("regions", "preview, median", "95th percentile", "fastest", "processor time", "queries",
             "plain page, median", "queries", "preview ÷ plain")  # fmt: skip
    lines = [
        "# Speed of the live preview",
        "",
        "Made by `python -m config.embedded -- python -m bench.preview`; see `bench/README.md`.",
        "",
        f"Measured on: {result['machine']}; {loads}.",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
    ]
    for row in result["sizes"]:
        one, other = row["preview"], row["plain"]
        times = [f"{one[name]:.1f} ms" for name in ("median_ms", "p95_ms", "fastest_ms", "busy_ms")]
        plain = [f"{other['median_ms']:.1f} ms", str(other["queries"])]
        ratio = f"{one['median_ms'] / other['median_ms']:.1f}"
        lines.append(f"| {' | '.join([str(row['regions']), *times, str(one['queries']), *plain, ratio])} |")
    lines += ["", *(f"- {'met' if met else 'NOT MET'}: {limit}" for limit, met in result["limits"].items())]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure, print the page and keep it; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--keep", action="store_true", help="write bench/results/preview.json and preview.md")
    options = parser.parse_args(arguments)
    import django

    django.setup()
    from django.core.management import call_command

    logging.disable(logging.WARNING)  # the plain page is one that is not found, each time

    call_command("collectstatic", interactive=False, verbosity=0)
    for command in ("migrate", "load_reference_data", "seed_demo"):
        call_command(command, verbosity=0)
    load = f"{os.getloadavg()[0]:.1f}"
    sizes = [measure(repeats=options.repeats)]
    add_regions(39)
    sizes.append(measure(repeats=options.repeats))
    limits = {
        f"under {LIMIT_MS} ms at the median with 21 regions": sizes[0]["preview"]["median_ms"] < LIMIT_MS,
        "as many queries with 60 regions as with 21": (
            sizes[0]["preview"]["queries"] == sizes[1]["preview"]["queries"]
        ),
    }
    result = {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}",
        "load_when_started": load,
        "load_when_ended": f"{os.getloadavg()[0]:.1f}",
        "sizes": sizes,
        "limits": limits,
    }
    page = as_markdown(result)
    sys.stdout.write(page)
    if options.keep:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "preview.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        (RESULTS / "preview.md").write_text(page, encoding="utf-8")
    return 0 if all(limits.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
