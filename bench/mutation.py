"""Changes the engine in one small place at a time and tells which changes no test notices.

Run from the repository's root: python -m bench.mutation kronor allocate measures --out FILE

The changes are those of mutmut's operators, also in decorated functions and outside functions. Each
changed engine is written as a source file of its own and tested in a fresh process, forked before any
test has run and before the engine was imported, so that no verdict can depend on another one. Before
and after, the unchanged engine must pass in the same way, or nothing is reported.
"""

import argparse
import compileall
import difflib
import importlib
import io
import json
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import hypothesis
import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).resolve().parents[1]
ENGINE = Path("allocation/engine")
# The kept runs are compared before any of these. What calculates is tested by what calculates, the quick
# ones first; the commands run in the same process.
CALCULATING = ("golden", "borders", "trace", "measures", "marginal", "invented_grant", "properties")
READING = ("rulefile", "rule_borders", "reports", "published", "rule_documents", "invented_grant", "cli")
TELLING = ("bundle", "bundle_commands", "cli")
TESTS = {
    "results": ("cli", *CALCULATING),
    "reports": ("reports", "cli", "bundle"),
    "csvfile": ("cli",),
    **dict.fromkeys(("rules", "tables", "rulefile", "published", "errors"), READING),
    **dict.fromkeys(("bundle", "verification", "explanation", "__main__"), TELLING),
}
_WITHOUT_EFFECT = (re.compile(r",? *(?:strict|compare|repr)=\w+| "), re.compile(r"cast\([^,()]+,"))
MOST_EXAMPLES = 5
# What the engine imports is loaded here once, and not once for every change.
for needed in ("argparse", "csv", "decimal", "fractions", "hashlib", "tomllib"):
    importlib.import_module(needed)
CPU_SECONDS = 60  # several times what all tests take: a change that loops for ever is noticed
MEMORY_BYTES = 2**30


@dataclass(frozen=True)
class Mutant:
    """One change: the module, where it stands, what it was and became, and the whole changed source."""

    module: str
    line: int
    diff: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """What the tests said: `killed` with the first test that failed, `survived`, or `error`."""

    module: str
    line: int
    diff: str
    outcome: str
    test: str


class _Everywhere(MutationVisitor):
    """Decorated functions too: mutmut leaves them out, since it cannot switch them at run time."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        return cast(bool, super()._skip_node_and_children(node))


def mutants_of(module: str) -> Iterator[Mutant]:
    """Every change of a module of the engine that does something, in the order of the source."""
    source = (ROOT / ENGINE / f"{module}.py").read_text(encoding="utf-8")
    visitor = _Everywhere(mutation_operators, IgnoredCode(set(), set(), set()))
    tree = MetadataWrapper(cst.parse_module(source)).visit(visitor)
    before = source.splitlines()
    for mutation in visitor.mutations:
        changed = deep_replace(tree, mutation.original_node, mutation.mutated_node).code
        lines = list(difflib.unified_diff(before, changed.splitlines(), lineterm="", n=0))[2:]
        if lines and not _is_empty(lines):
            line = int(lines[0].split()[1].lstrip("-").partition(",")[0])
            yield Mutant(module, line, "\n".join(lines[1:]), changed)


def _is_empty(diff: Sequence[str]) -> bool:
    """Whether a change touches only types, checks of equal length, or what a dataclass compares and shows."""
    removed, added = ("".join(line[1:] for line in diff if line[0] == sign) for sign in "-+")
    return any(pattern.sub("", removed) == pattern.sub("", added) for pattern in _WITHOUT_EFFECT)


class _FirstFailure:
    """A pytest plugin: remembers the first test that fails, and makes random tests few and repeatable."""

    def __init__(self) -> None:
        self.name = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            function: Any = getattr(item, "function", None)
            given = getattr(function, "_hypothesis_internal_use_settings", None)
            if given is not None:
                # Hypothesis has no public way to give a collected test fewer examples.
                function._hypothesis_internal_use_settings = hypothesis.settings(  # noqa: SLF001
                    given,
                    max_examples=min(given.max_examples, MOST_EXAMPLES),
                    derandomize=True,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(hypothesis.HealthCheck),
                    # The first failure is enough; making it small takes longer than finding it.
                    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
                )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.name:
            self.name = "the import of the tests"


def make_tree(folder: Path) -> None:
    """Copy what the tests of the engine need."""
    for part in ("allocation/engine", "allocation/rules", "tests/engine", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "allocation/__init__.py", folder / "allocation/__init__.py")
    shutil.copy(ROOT / "README.md", folder / "README.md")
    compileall.compile_dir(folder, quiet=2)


def put(folder: Path, module: str, source: str) -> None:
    """Write the source of a module, and take away what was compiled from the one before."""
    # Python tells sources apart by size and second, so another change could be taken for this one.
    for compiled in (folder / ENGINE / "__pycache__").glob(f"{module}.*"):
        compiled.unlink()
    (folder / ENGINE / f"{module}.py").write_text(source, encoding="utf-8")


def run_here(
    *arguments: str, stdin: bytes = b"", python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command of the engine in this process, many times faster than in one of its own."""
    if environment or python != sys.executable:
        pytest.skip("needs a process of its own")
    main = importlib.import_module("allocation.engine.__main__").main
    outside = sys.stdin, sys.stdout, sys.stderr
    inside = [io.TextIOWrapper(io.BytesIO(content), write_through=True) for content in (stdin, b"", b"")]
    sys.stdin, sys.stdout, sys.stderr = inside
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdin, sys.stdout, sys.stderr = outside
    out, err = (cast(io.BytesIO, stream.buffer).getvalue() for stream in inside[1:])
    return subprocess.CompletedProcess(arguments, code, out, err)


def first_difference(folder: Path) -> str:
    """The first kept run whose bytes are others; empty where none are."""
    cases = importlib.import_module("tests.engine.cases")
    kept = json.loads((folder / "tests/engine/golden/bundles.json").read_text(encoding="utf-8"))
    names = (name for name, case in cases.cases() if cases.digest(case) != kept[name])
    return next((f"test_golden_bundles.py[{name}]" for name in names), "")


def run_tests(folder: Path, module: str) -> tuple[int, str]:
    """Run the tests in this process. Returns pytest's exit code and the first test that failed."""
    os.chdir(folder)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.path[:] = [str(folder), *(part for part in sys.path if part not in ("", str(ROOT)))]
    # A change of the same size in the same second would be taken for the old one.
    sys.dont_write_bytecode = True
    importlib.import_module("tests.engine.commandline").run = run_here  # type: ignore[attr-defined]
    different = first_difference(folder)
    if different:
        return int(pytest.ExitCode.TESTS_FAILED), different
    failure = _FirstFailure()
    options = ["-c", os.devnull, "--rootdir", ".", "-o", "pythonpath=.", "--import-mode=importlib"]
    options += ["--noconftest", "--assert=plain", "-p", "no:cacheprovider", "-x", "-q", "--tb=no"]
    files = [f"tests/engine/test_{name}.py" for name in TESTS.get(module, CALCULATING)]
    return int(pytest.main([*options, *files], plugins=[failure])), failure.name


def start(folder: Path, module: str) -> tuple[int, int]:
    """Fork a process that runs the tests in a folder. Returns its id and where its answer comes."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            answer = json.dumps(run_tests(folder, module))
        except BaseException as error:  # noqa: BLE001 - a changed engine may raise anything
            answer = json.dumps([1, f"{type(error).__name__} outside a test"])
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    return process, reader


def finish(process: int, reader: int) -> tuple[str, str]:
    """Wait for a process. Returns outcome and test."""
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _process, status = os.waitpid(process, 0)
    if not answer:
        # The limit on processor time, or a fault that ended the interpreter: noticed either way.
        ended_by = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "an early end"
        return "killed", f"ended by {ended_by}"
    code, test = json.loads(answer)
    if code == pytest.ExitCode.OK:
        return "survived", ""
    noticed = code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    return ("killed" if noticed else "error"), test


def check_unchanged(folder: Path) -> None:
    """Stop unless the unchanged engine passes, or the verdicts say nothing."""
    outcome, test = finish(*start(folder, ""))
    if outcome != "survived":
        raise SystemExit(f"the unchanged engine does not pass: {outcome} {test}")


def test_all(mutants: Sequence[Mutant], folders: Sequence[Path]) -> Iterator[Verdict]:
    """Test every mutant, as many at a time as there are folders; verdicts come as they fall."""
    waiting, free = list(reversed(mutants)), list(folders)
    running: dict[int, tuple[int, Mutant, Path]] = {}
    while waiting or running:
        while waiting and free:
            mutant, folder = waiting.pop(), free.pop()
            put(folder, mutant.module, mutant.source)
            process, reader = start(folder, mutant.module)
            running[reader] = (process, mutant, folder)
        ready, _, _ = select.select(list(running), [], [])
        for reader in ready:
            process, mutant, folder = running.pop(reader)
            outcome, test = finish(process, reader)
            put(folder, mutant.module, (ROOT / ENGINE / f"{mutant.module}.py").read_text(encoding="utf-8"))
            free.append(folder)
            yield Verdict(mutant.module, mutant.line, mutant.diff, outcome, test)


def main(arguments: Sequence[str]) -> int:
    """Test the modules named; 1 when a change survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="+", help="modules of allocation/engine, without .py")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="one JSON object per line is added here")
    options = parser.parse_args(arguments)
    counts: Counter[tuple[str, str]] = Counter()
    known = set()
    if options.out.exists():
        # An earlier run that was ended goes on where it stopped.
        for line in options.out.read_text(encoding="utf-8").splitlines():
            earlier = Verdict(**json.loads(line))
            known.add((earlier.module, earlier.line, earlier.diff))
            counts[earlier.module, earlier.outcome] += earlier.module in options.modules
    found = [mutant for module in options.modules for mutant in mutants_of(module)]
    mutants = [mutant for mutant in found if (mutant.module, mutant.line, mutant.diff) not in known]
    sys.stdout.write(f"{len(found)} changes, {len(mutants)} to test\n")
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent) / str(number) for number in range(options.jobs)]
        for folder in folders:
            make_tree(folder)
            check_unchanged(folder)
        began = time.monotonic()
        with options.out.open("a", encoding="utf-8") as out:
            for number, verdict in enumerate(test_all(mutants, folders), 1):
                counts[verdict.module, verdict.outcome] += 1
                out.write(json.dumps(asdict(verdict)) + "\n")
                out.flush()
                if number % 50 == 0:
                    sys.stdout.write(f"{number} after {time.monotonic() - began:.0f} s\n")
                    sys.stdout.flush()
        for folder in folders:
            check_unchanged(folder)
    for (module, outcome), count in sorted(counts.items()):
        sys.stdout.write(f"{module}: {count} {outcome}\n")
    return 1 if any(outcome != "killed" for _module, outcome in counts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
