"""The command line: `python -m allocation.engine compute --rules NAME reports.csv`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from allocation.engine.allocate import compute
from allocation.engine.csvfile import read_reports
from allocation.engine.errors import EngineError
from allocation.engine.reports import clip
from allocation.engine.rulefile import load_rules, load_rules_file
from allocation.engine.rules import RuleSet

BAD_INPUT = 2


class _OneLineParser(argparse.ArgumentParser):
    """Reports a wrong command on one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        The exit status: 0, or 2 when the input cannot be used; the reason is then one line on
        standard error, and nothing is printed on standard output.
    """
    options = _parser().parse_args(arguments)
    try:
        rules = _rules(options.rules)
        reports = read_reports(_read(options.reports))
        allocation = compute(rules, reports)
    except EngineError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{clip(options.reports)}: {error.strerror or 'cannot be read'}")
    text = json.dumps(allocation.as_json(), indent=2, ensure_ascii=True) + "\n"
    # Bytes, so that neither the locale nor the platform's line ends change the output.
    sys.stdout.buffer.write(text.encode("ascii"))
    sys.stdout.buffer.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="python -m allocation.engine", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "compute",
        help="compute an allocation and print it as JSON",
        description="Compute an allocation and print it as JSON.",
        allow_abbrev=False,
    )
    command.add_argument(
        "--rules",
        required=True,
        help="name of a shipped rule set, such as at-2022, or a path to a .toml file",
    )
    command.add_argument(
        "reports",
        help="CSV file with the columns code,inhabitants,planned,reported; - reads standard input",
    )
    return parser


def _rules(name: str) -> RuleSet:
    return load_rules_file(Path(name)) if name.endswith(".toml") else load_rules(name)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except ValueError as error:
        raise OSError("not a file name") from error


def _fail(message: str) -> int:
    sys.stderr.write(f"{message.encode('ascii', 'backslashreplace').decode('ascii')}\n")
    return BAD_INPUT


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except OSError as error:
        # The reader has gone or the disk is full; without a place to flush to, the interpreter
        # would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _fail(f"standard output: {error.strerror or 'cannot be written'}")
    sys.exit(status)
