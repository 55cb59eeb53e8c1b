"""What the engine is told about each region, and the hash that identifies a set of reports."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from allocation.engine.errors import DuplicateRegion, InvalidReport

# Far above any real figure, and small enough that no exact calculation grows without bound.
LARGEST_FIGURE = 1_000_000_000_000
LONGEST_CODE = 32

_code = attrgetter("code")
_in_one_line = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Report:
    """One region's figures for one grant year.

    Args:
        code: the region's code, the key of the result and the order in which ties are settled.
        inhabitants: persons in the rule set's population reference, at least 1.
        planned: AT posts planned for the grant year, at least 0.
        reported: AT posts reported for the grant year, at least 0; None where nothing is reported.

    Raises:
        InvalidReport: a figure has the wrong type or size; names the region and the column.
    """

    code: str
    inhabitants: int
    planned: int
    reported: int | None

    def __post_init__(self) -> None:
        code = self.code
        if type(code) is not str or not code or len(code) > LONGEST_CODE or not _is_plain(code):
            reason = f"must be 1 to {LONGEST_CODE} visible characters without spaces, not {clip(code)}"
            raise InvalidReport(f"region {clip(code)}", "code", reason)
        _check_figure(code, "inhabitants", self.inhabitants, least=1)
        _check_figure(code, "planned", self.planned, least=0)
        if self.reported is not None:
            _check_figure(code, "reported", self.reported, least=0)


def in_code_order(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Sort reports by region code.

    Raises:
        DuplicateRegion: a code occurs twice.
    """
    ordered = tuple(sorted(reports, key=_code))
    if len(set(map(_code, ordered))) < len(ordered):
        code = next(one.code for one, other in pairwise(ordered) if one.code == other.code)
        raise DuplicateRegion(f"region {code}", "code", "the region occurs more than once")
    return ordered


def inputs_sha256(ordered: Sequence[Report]) -> str:
    """Hash reports that stand in code order.

    The hashed bytes are the JSON list of `[code, inhabitants, planned, reported]`, one per region,
    in ASCII and without spaces, so anybody can compute the hash anew.

    Returns:
        64 hexadecimal digits.
    """
    rows = [(report.code, report.inhabitants, report.planned, report.reported) for report in ordered]
    return hashlib.sha256(_in_one_line(rows).encode("ascii")).hexdigest()


def clip(value: object) -> str:
    """Show a value that was read, in ASCII on one line of at most 40 characters."""
    shown = ascii(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."


def _is_plain(code: str) -> bool:
    return code.isprintable() and " " not in code


def _check_figure(code: str, column: str, value: object, *, least: int) -> None:
    # `type` and not isinstance: True is an int in Python, but not a number of posts.
    if type(value) is not int:
        raise InvalidReport(f"region {code}", column, f"must be a whole number, not {clip(value)}")
    if not least <= value <= LARGEST_FIGURE:
        shown = str(value) if abs(value) < 10**40 else "a number of more than 40 digits"
        raise InvalidReport(
            f"region {code}", column, f"must be from {least} to {LARGEST_FIGURE}, not {shown}"
        )
