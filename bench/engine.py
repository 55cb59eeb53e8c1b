"""Times one allocation by the engine, by bare arithmetic and by openfisca-core, in the same run.

Run from the repository's root: python -m bench.engine
"""

import argparse
import gc
import importlib.metadata
import json
import math
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from allocation.engine import (
    ENGINE_VERSION,
    Allocation,
    RegionResult,
    Report,
    RuleSet,
    compute,
    load_rules,
)
from allocation.engine.figures import numbers_of
from bench import bare
from bench.bare import Row

RESULTS = Path(__file__).parent / "results"
# Regions -> how often everything is measured, and how many calls make one measurement.
REPEATS = {21: (41, 20), 290: (15, 4), 10_000: (5, 1), 100_000: (3, 1)}
RATIOS = (
    "engine ÷ bare",
    "whole ÷ bare",
    "arrays ÷ engine",
    "openfisca ÷ engine",
    "openfisca ÷ whole",
    "engine, ns per n log n",
)
CONTENDERS = ("engine", "engine_whole", "bare", "openfisca_arrays", "openfisca")
WITH_STEPS_UP_TO = 10_000
# Beyond this, building a situation takes minutes and says no more.
SITUATION_UP_TO = 290
LIMIT_TO_BARE = 10
LIMIT_TO_OPENFISCA = 50


def make_rows(count: int) -> list[Row]:
    """Invented regions in code order; one in ten has not reported. The same for every run."""
    draw = random.Random(count)  # noqa: S311 - invented figures, no secrets
    rows: list[Row] = []
    for number in range(count):
        inhabitants = draw.randint(60_000, 2_500_000)
        planned = int(inhabitants * draw.uniform(0.00012, 0.00021))
        reported = None if draw.random() < 0.1 else max(0, planned + draw.randint(-2, 45))
        rows.append((f"{number:06}", inhabitants, planned, reported))
    return rows


def kronor(rules: RuleSet, reports: Sequence[Report]) -> Sequence[RegionResult]:
    """Compute, and give each region's kronor from each pot: what the other contenders give."""
    return compute(rules, reports).regions


def whole(rules: RuleSet, reports: Sequence[Report]) -> tuple[str, int]:
    """Compute, and read every award's amount, reason and mark of assumption, and the hash of the figures."""
    allocation = compute(rules, reports)
    read = 0
    for region in allocation.regions:
        for award in region.awards:
            read += award.amount_kr if award.reason and not award.assumed else 0
    return allocation.inputs_sha256, read


def traced(rules: RuleSet, reports: Sequence[Report]) -> int:
    """Compute, and make every number of every step of every award, its reason and its mark of assumption."""
    allocation = compute(rules, reports)
    made = len(allocation.regions)
    for part in allocation.evidence:
        made += len(numbers_of(part)) + len(part.reasons) + len(part.assumed)
    return made


def with_every_step(rules: RuleSet, reports: Sequence[Report]) -> int:
    """The same, and every step of every award as an object; returns how many steps there are."""
    return sum(len(award.trace) for region in compute(rules, reports).regions for award in region.awards)


def as_text(rules: RuleSet, reports: Sequence[Report]) -> int:
    """The same, and every award's steps written out as JSON text, as a stored run needs them."""
    written = 0
    for region in compute(rules, reports).regions:
        for award in region.awards:
            written += len(json.dumps([step.as_json() for step in award.trace]))
    return written


def measure(count: int, rules: RuleSet, openfisca: Any, system: Any) -> dict[str, Any]:
    """Measure all contenders at one size, one after the other and over again."""
    rows = make_rows(count)
    reports = [Report(*row) for row in rows]
    check_equal(compute(rules, reports), bare.allocate(rows))
    contenders: dict[str, Callable[[], Any]] = {
        "engine": lambda: kronor(rules, reports),
        "engine_whole": lambda: whole(rules, reports),
        "bare": lambda: bare.allocate(rows),
        "openfisca_arrays": lambda: openfisca.shares(openfisca.simulation(system, rows)),
    }
    if count <= SITUATION_UP_TO:
        contenders["openfisca"] = lambda: openfisca.shares(openfisca.simulation_of_situation(system, rows))
    contenders["engine_traced"] = lambda: traced(rules, reports)
    if count <= WITH_STEPS_UP_TO:
        contenders["engine_every_step"] = lambda: with_every_step(rules, reports)
        contenders["engine_as_text"] = lambda: as_text(rules, reports)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    repeats, calls = REPEATS[count]
    for _ in range(repeats):
        for name, contender in contenders.items():
            gc.collect()
            # Processor time: every contender computes and waits for nothing, and others share the machine.
            start = time.process_time()
            for _call in range(calls):
                contender()
            seconds[name].append((time.process_time() - start) / calls)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    engine = medians["engine"]

    def ratio(one: str, other: str) -> float | None:
        return medians[one] / medians[other] if one in medians and other in medians else None

    return {
        "regions": count,
        "repeats": repeats,
        "calls": calls,
        "median_seconds": medians,
        "fastest_seconds": {name: min(times) for name, times in seconds.items()},
        "engine_to_bare": engine / medians["bare"],
        "whole_to_bare": medians["engine_whole"] / medians["bare"],
        "openfisca_to_engine": ratio("openfisca", "engine"),
        "openfisca_to_whole": ratio("openfisca", "engine_whole"),
        "openfisca_to_traced": ratio("openfisca", "engine_traced"),
        "openfisca_arrays_to_engine": medians["openfisca_arrays"] / engine,
        "traced_to_bare": medians["engine_traced"] / medians["bare"],
        "every_step_to_bare": ratio("engine_every_step", "bare"),
        "as_text_to_bare": ratio("engine_as_text", "bare"),
        "nanoseconds_per_n_log_n": engine * 1e9 / (count * math.log2(count)),
        "openfisca_error": float_error(
            openfisca.shares(openfisca.simulation(system, rows)), compute(rules, reports)
        ),
    }


def check_equal(allocation: Allocation, expected: bare.Awards) -> None:
    """Stop unless engine and bare arithmetic give the same kronor: else their times say nothing."""
    computed = {
        region.code: tuple(award.amount_kr for award in region.awards) for region in allocation.regions
    }
    if computed != expected:
        raise SystemExit("the engine and the bare arithmetic disagree")


def float_error(shares: list[Any], allocation: Allocation) -> dict[str, float]:
    """How far openfisca's floats are from the exact shares, in kronor, and its sums from the pots' shares."""
    largest, wrong, off = 0.0, 0, 0.0
    for place, column in enumerate(shares):
        evidence = allocation.pots[place].evidence
        split = evidence.split
        exact = {
            index: Fraction(split.amount_kr * weight, split.total_weight)
            for index, weight in zip(evidence.sharers, evidence.weights, strict=True)
        }
        total = Fraction(0)
        for index, share in enumerate(column):
            error = abs(float(Fraction(float(share)) - exact.get(index, 0)))
            largest = max(largest, error)
            wrong += error >= 1
            total += Fraction(float(share))
        off = max(off, abs(float(total - sum(exact.values()))))
    return {"largest_kr": largest, "awards_off_by_a_krona_or_more": wrong, "largest_pot_sum_error_kr": off}


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        names = [
            line for line in about.read_text(encoding="utf-8").splitlines() if line.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else model
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "openfisca-core": importlib.metadata.version("openfisca-core"),
        "numpy": importlib.metadata.version("numpy"),
        "engine": ENGINE_VERSION,
    }


def as_markdown(result: dict[str, Any]) -> str:
    """The results as a page."""
    about = ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    loads = f"load {result['load_when_started']} at the start, {result['load_when_ended']} at the end"
    lines = [
        "# Speed of the allocation engine",
        "",
        "Made by `python -m bench.engine`; what is measured stands in `bench/README.md`.",
        "",
        f"Measured on: {about}; {loads}.",
        "",
        f"| regions | {' | '.join(CONTENDERS)} | {' | '.join(RATIOS)} |",
        f"|{'---|' * (1 + len(CONTENDERS) + len(RATIOS))}",
    ]
    for row in result["sizes"]:
        medians = row["median_seconds"]
        times = [f"{medians[name] * 1000:.3f} ms" if name in medians else "" for name in CONTENDERS]
        ratios = [
            row[name]
            for name in (
                "engine_to_bare",
                "whole_to_bare",
                "openfisca_arrays_to_engine",
                "openfisca_to_engine",
                "openfisca_to_whole",
            )
        ]
        cells = [*times, *(f"{ratio:.1f}" if ratio else "" for ratio in ratios)]
        lines.append(f"| {row['regions']} | {' | '.join(cells)} | {row['nanoseconds_per_n_log_n']:.0f} |")
    lines += [
        "",
        "| regions | engine_traced | ÷ bare | every step as an object | ÷ bare | as JSON text | ÷ bare |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in result["sizes"]:
        cells = []
        for name in ("traced", "every_step", "as_text"):
            seconds, against = row["median_seconds"].get(f"engine_{name}"), row[f"{name}_to_bare"]
            cells += [f"{seconds * 1000:.3f} ms", f"{against:.1f}"] if seconds else ["", ""]
        lines.append(f"| {row['regions']} | {' | '.join(cells)} |")
    lines += [
        "",
        "| regions | openfisca's largest error | awards off by 1 kr or more | largest error of a pot's sum |",
        "|---|---|---|---|",
    ]
    for row in result["sizes"]:
        error = row["openfisca_error"]
        lines.append(
            f"| {row['regions']} | {error['largest_kr']:.2f} kr | {error['awards_off_by_a_krona_or_more']} "
            f"| {error['largest_pot_sum_error_kr']:.2f} kr |"
        )
    lines += ["", *(f"- {'met' if met else 'NOT MET'}: {limit}" for limit, met in result["limits"].items())]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure, print the page and keep it; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", choices=list(REPEATS), default=list(REPEATS))
    parser.add_argument("--keep", action="store_true", help="write bench/results/engine.json and engine.md")
    options = parser.parse_args(arguments)
    try:
        from bench import openfisca_rules
    except ImportError as error:
        sys.stderr.write(f"{error}; install bench/requirements.txt first\n")
        return 2
    load = f"{os.getloadavg()[0]:.1f}"
    system, rules = openfisca_rules.system(), load_rules("at-2022")
    sizes = [measure(count, rules, openfisca_rules, system) for count in options.sizes]
    limits = {
        f"at most {LIMIT_TO_BARE} times the bare arithmetic, trace included, at {row['regions']} regions": (
            row["traced_to_bare"] <= LIMIT_TO_BARE
        )
        for row in sizes
    }
    for row in sizes:
        if row["regions"] == 21:
            limits[f"at least {LIMIT_TO_OPENFISCA} times faster than openfisca-core at 21 regions"] = (
                row["openfisca_to_engine"] >= LIMIT_TO_OPENFISCA
            )
    result = {
        "machine": machine(),
        "load_when_started": load,
        "load_when_ended": f"{os.getloadavg()[0]:.1f}",
        "sizes": sizes,
        "limits": limits,
    }
    page = as_markdown(result)
    sys.stdout.write(page)
    if options.keep:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "engine.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        (RESULTS / "engine.md").write_text(page, encoding="utf-8")
    return 0 if all(limits.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
