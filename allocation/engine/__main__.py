"""The allocation engine's command line: compute an allocation, bundle it, verify it, explain it."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from allocation.engine.allocate import compute
from allocation.engine.bundle import bundle_of, canonical_bytes, read_bundle
from allocation.engine.csvfile import read_reports
from allocation.engine.errors import EngineError
from allocation.engine.explanation import explain
from allocation.engine.published import check_published
from allocation.engine.reports import clip
from allocation.engine.rulefile import load_rules, load_rules_file
from allocation.engine.rules import RuleSet
from allocation.engine.verification import Difference, verify

DIFFERENT = 1
BAD_INPUT = 2

_ABOUT = """
From figures to an explanation, on any machine with Python 3.11 or later and nothing installed:

  python -m allocation.engine compute --rules at-2022 --bundle reports.csv > bundle.json
  python -m allocation.engine verify bundle.json
  python -m allocation.engine explain --region 03 bundle.json

exit status:
  0  done; for verify: the bundle is what its own rules and figures give
  1  the bundle differs from the computation; one line names the first difference
  2  the input or the command cannot be used; one line says why
"""
_BUNDLE = "bundle made by compute --bundle or exported from a run; - reads standard input"

_VERIFY = """
Compute a bundle anew from its own rule set and figures, with the standard library alone, and compare
everything but its member "about", which only tells which run it was.

A bundle whose rule set bears a published version must have the text that was published, since that
never changes. The line says "as shipped" where that is so.
"""
_VERIFY_STATUS = """
exit status:
  0  verified; one line on standard output
  1  different; one line on standard output names the first difference: path, bundle, computation
  2  the file cannot be used; one line on standard error says why
"""
_EXPLAIN = """
Print how one region's amount from every pot comes about: each step's formula, the numbers put in, the
result with its unit, the sources, and what is assumed and why. The text is English in UTF-8.

The bundle is verified first: a text about figures that do not hold would explain nothing.
"""
_EXPLAIN_STATUS = """
exit status:
  0  explained
  1  the bundle differs from the computation; one line on standard error names the first difference
  2  the file or the region cannot be used; one line on standard error says why
"""
_COMPUTE_STATUS = """
exit status:
  0  computed
  2  the rule set or the reports cannot be used; one line on standard error names row, column and reason
"""


class _OneLineParser(argparse.ArgumentParser):
    """Reports a wrong command on one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit status: 0; 1 when a bundle differs from the computation; 2 when the input cannot be
        used. Except for `verify`, which prints a difference as its answer, the reason is one line on
        standard error, and nothing is then printed on standard output.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except EngineError as error:
        return _fail(str(error))


def _compute(options: argparse.Namespace) -> int:
    rules = _rules(options.rules)
    reports = read_reports(_read(options.reports))
    allocation = compute(rules, reports)
    if options.bundle:
        _print(canonical_bytes(bundle_of(rules, reports, allocation, about={})))
    else:
        _print((json.dumps(allocation.as_json(), indent=2, ensure_ascii=True) + "\n").encode("ascii"))
    return 0


def _verify(options: argparse.Namespace) -> int:
    outcome = verify(read_bundle(_read(options.bundle)))
    if isinstance(outcome, Difference):
        _print(f"{options.bundle!a}: {outcome}\n".encode())
        return DIFFERENT
    allocation = outcome.allocation
    standing = "as shipped" if outcome.shipped else "not a rule set shipped with this engine"
    _print(
        f"{options.bundle!a}: verified: rule set {ascii(allocation.rules_version)[1:-1]} ({standing}), "
        f"regions: {len(allocation.regions)}, allocated: {allocation.allocated_kr} kr, "
        f"rules {allocation.rules_sha256}, inputs {allocation.inputs_sha256}\n".encode()
    )
    return 0


def _explain(options: argparse.Namespace) -> int:
    outcome = verify(read_bundle(_read(options.bundle)))
    if isinstance(outcome, Difference):
        return _fail(f"{options.bundle!a}: {outcome}", status=DIFFERENT)
    text = explain(outcome.rules, outcome.allocation, options.region)
    if text is None:
        codes = [region.code for region in outcome.allocation.regions]
        known = ", ".join(codes[:30]) or "none"
        more = " and more" if len(codes) > 30 else ""
        return _fail(f"region {clip(options.region)}: is not in the bundle; there are {known}{more}")
    _print(text.encode("utf-8"))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="python -m allocation.engine",
        description=__doc__,
        epilog=_ABOUT,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(
        name: str, run: Callable[[argparse.Namespace], int], *, brief: str, description: str, status: str
    ) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(
            name,
            help=brief,
            description=description,
            epilog=status,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(run=run)
        return command

    command = add(
        "compute",
        _compute,
        brief="compute an allocation and print it as JSON",
        description="Compute an allocation and print it as JSON.",
        status=_COMPUTE_STATUS,
    )
    command.add_argument(
        "--rules",
        required=True,
        help="name of a shipped rule set, such as at-2022, or a path to a .toml file",
    )
    command.add_argument(
        "--bundle",
        action="store_true",
        help="print a bundle instead: rules, figures, results with every step, and hashes",
    )
    command.add_argument(
        "reports",
        help="CSV file with the columns code,inhabitants,planned,reported; - reads standard input",
    )

    command = add(
        "verify",
        _verify,
        brief="compute a bundle anew and name the first difference",
        description=_VERIFY,
        status=_VERIFY_STATUS,
    )
    command.add_argument("bundle", help=_BUNDLE)

    command = add(
        "explain",
        _explain,
        brief="print how a region's amounts come about, step by step",
        description=_EXPLAIN,
        status=_EXPLAIN_STATUS,
    )
    command.add_argument("--region", required=True, metavar="CODE", help="the region's code, such as 03")
    command.add_argument("bundle", help=_BUNDLE)
    return parser


def _rules(name: str) -> RuleSet:
    if not name.endswith(".toml"):
        return load_rules(name)
    rules = load_rules_file(Path(name))
    check_published(rules)
    return rules


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise EngineError(f"{clip(name)}: {error.strerror or 'cannot be read'}") from error
    except ValueError as error:
        raise EngineError(f"{clip(name)}: not a file name") from error


def _print(content: bytes) -> None:
    # Bytes, so that neither the locale nor the platform's line ends change the output.
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _fail(message: str, *, status: int = BAD_INPUT) -> int:
    sys.stderr.write(f"{message.encode('ascii', 'backslashreplace').decode('ascii')}\n")
    return status


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except OSError as error:
        # The reader has gone or the disk is full; without a place to flush to, the interpreter
        # would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _fail(f"standard output: {error.strerror or 'cannot be written'}")
    sys.exit(status)
