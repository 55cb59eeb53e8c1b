"""Reads one table of a rule set file: each key once, with its type, and no key left over."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allocation.engine.errors import RuleSetInvalid
from allocation.engine.reports import clip


class Table:
    """A TOML table that is taken apart key by key.

    Every `take` method raises RuleSetInvalid, naming file and key, when the key is absent or has
    the wrong type. `finish` raises it when a key is left that nobody asked for.
    """

    def __init__(self, content: Any, *, origin: str, key: str) -> None:
        self.origin = origin
        self.key = key
        if type(content) is not dict:
            raise RuleSetInvalid(origin, key or "the file", f"must be a table, not {clip(content)}")
        self._left: dict[str, Any] = dict(content)

    def path(self, name: str) -> str:
        """The full path of a key of this table."""
        return f"{self.key}.{name}" if self.key else name

    def invalid(self, name: str, reason: str) -> RuleSetInvalid:
        """An error about a key of this table."""
        return RuleSetInvalid(self.origin, self.path(name), reason)

    def has(self, name: str) -> bool:
        """Whether the key is there and has not been taken yet."""
        return name in self._left

    def names(self) -> list[str]:
        """The keys that have not been taken yet, as they stand in the file."""
        return list(self._left)

    def take(self, name: str) -> Any:
        """Any value; the caller checks its type."""
        try:
            return self._left.pop(name)
        except KeyError:
            raise self.invalid(name, "is missing") from None

    def text(self, name: str) -> str:
        """Text on one line, not empty."""
        value = self.take(name)
        if type(value) is not str or not value.strip() or not value.isprintable():
            raise self.invalid(name, f"must be text on one line, not {clip(value)}")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of the words in `allowed`."""
        value = self.take(name)
        if type(value) is not str or value not in allowed:
            raise self.invalid(name, f"must be one of {', '.join(allowed)}, not {clip(value)}")
        return value

    def whole(self, name: str, *, least: int, most: int) -> int:
        """A whole number from `least` to `most`; true and false are not numbers."""
        value = self.take(name)
        if type(value) is not int:
            raise self.invalid(name, f"must be a whole number, not {clip(value)}")
        if not least <= value <= most:
            raise self.invalid(name, f"must be from {least} to {most}, not {clip(value)}")
        return value

    def rate(self, name: str, *, decimals: int, most: int) -> Decimal:
        """A rate with at most `decimals` decimals, returned with exactly that many."""
        value = self.take(name)
        if type(value) is not Decimal and type(value) is not int:
            raise self.invalid(name, f"must be a rate such as 15.35, not {clip(value)}")
        rate = Decimal(value)
        if not rate.is_finite() or not 0 <= rate <= most:
            raise self.invalid(name, f"must be from 0 to {most}, not {clip(str(value))}")
        # A finer bound could never be met exactly by a rate that is rounded to fewer decimals.
        digits = "".join(map(str, rate.as_tuple().digits))
        exponent = int(rate.as_tuple().exponent) + len(digits) - len(digits.rstrip("0"))
        if rate and exponent < -decimals:
            raise self.invalid(name, f"must have at most {decimals} decimals, not {clip(str(value))}")
        return Decimal(f"{int(rate.scaleb(decimals))}e-{decimals}")

    def day(self, name: str) -> date:
        """A date such as 2022-10-01."""
        value = self.take(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.invalid(name, f"must be a date such as 2022-10-01, not {clip(str(value))}")
        return value

    def table(self, name: str) -> "Table":
        """A table inside this one."""
        return Table(self.take(name), origin=self.origin, key=self.path(name))

    def tables(self, name: str) -> list["Table"]:
        """An array of tables, not empty, numbered from 1 in their keys."""
        content = self.take(name)
        if type(content) is not list or not content:
            raise self.invalid(name, "must be one or more tables")
        return [
            Table(part, origin=self.origin, key=f"{self.path(name)}.{number}")
            for number, part in enumerate(content, 1)
        ]

    def finish(self) -> None:
        """Refuse what is left."""
        for name in self._left:
            raise self.invalid(name, "is not a known key")
