"""A rule set: every number that decides an allocation, with its source."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Measure = Literal["planned", "reported", "increase", "inhabitants", "planned-rate", "reported-rate"]
Comparison = Literal["at-least", "above", "at-most", "below"]
Weight = Literal["reported-rate", "planned-rate", "increase", "reported", "planned", "inhabitants", "equal"]

UNITS: dict[Measure, str] = {
    "planned": "posts",
    "reported": "posts",
    "increase": "posts",
    "inhabitants": "persons",
    "planned-rate": "rate",
    "reported-rate": "rate",
}
RATES: tuple[Measure, ...] = ("planned-rate", "reported-rate")
NEEDS_REPORT: tuple[Measure, ...] = ("reported", "increase", "reported-rate")


@dataclass(frozen=True, slots=True)
class Source:
    """A public document. `id` is the short name that the rules cite."""

    id: str
    title: str
    title_sv: str
    url: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a number or a choice rests on.

    `source` holds ids of `RuleSet.sources`. `assumed` is True where the record is silent on any
    part of it; `why` (English) and `why_sv` (Swedish) then say why this was chosen.
    """

    source: tuple[str, ...]
    assumed: bool
    why: str
    why_sv: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What a region must meet to have a part of a pot.

    `bound` is the value to compare with: whole posts or persons, or a rate as Decimal.
    `against` says what the bound is: the rule set's `threshold`, or a `value` of its own.
    `reason` is the code given to a region that does not meet it.
    """

    key: str
    measure: Measure
    comparison: Comparison
    against: Literal["threshold", "value"]
    bound: int | Decimal
    reason: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Cap:
    """At most this many kronor per extra post."""

    key: str
    per_unit_kr: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Proportional:
    """The pot is shared in proportion to a weight."""

    key: str
    weight: Weight
    cap: Cap | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Step:
    """A ladder step: from `at` (posts, persons or rate) a region may claim `amount_kr`."""

    key: str
    at: int | Decimal
    amount_kr: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Ladder:
    """A region claims the amount of the highest step that it reaches.

    Claims that together exceed the pot are reduced in proportion; `oversubscribed` is what that rests on.
    """

    key: str
    measure: Measure
    steps: tuple[Step, ...]
    oversubscribed: Basis
    basis: Basis


@dataclass(frozen=True, slots=True)
class PotRule:
    """Money for one purpose: how much, to whom, and how it is shared."""

    key: str
    id: str
    title: str
    amount_kr: int
    conditions: tuple[Condition, ...]
    share: Proportional | Ladder
    basis: Basis


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One year's rules for one grant, as read from its file.

    `rate_per` is the number of inhabitants that a rate is given per; rates have `rate_decimals`
    decimals. `total_kr` is `administration_kr` and the pots together. `text` is the file itself
    and `sha256` the hash of its bytes. `origin` is where it was read. `derived` keeps what the
    calculation makes of the rules once and for all; a changed copy starts without it.
    """

    name: str
    version: str
    year: int
    title: str
    sources: tuple[Source, ...]
    total_kr: int
    total_basis: Basis
    administration_kr: int
    administration_basis: Basis
    rate_per: int
    rate_decimals: int
    rate_basis: Basis
    threshold: Decimal | None
    threshold_basis: Basis | None
    population_reference: str
    population_basis: Basis
    baseline: str
    baseline_basis: Basis
    report_by: date
    final_report_by: date | None
    reporting_basis: Basis
    missing_basis: Basis
    rounding_basis: Basis
    pots: tuple[PotRule, ...]
    text: str
    sha256: str
    origin: str
    derived: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
