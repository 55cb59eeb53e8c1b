"""What the open data consist of: regions, plans, rounds, rule sets and published runs with their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class DataRegion:
    """One of the 21 regions."""

    code: str
    name: str
    short_name: str
    county: str


@dataclass(frozen=True, slots=True)
class PlanFigure:
    """A region's plan for a year, with the inhabitants and the rate that it gives. None is missing."""

    region: str
    year: int
    posts: int
    standing: str
    source: str
    inhabitants: int | None
    inhabitants_standing: str
    inhabitants_source: str
    rate: Decimal | None
    published_rate: Decimal | None
    published_rate_source: str
    rules_version: str
    rules_sha256: str


@dataclass(frozen=True, slots=True)
class DataFigure:
    """A published figure: posts planned, or reported in the version that counted. None is not reported."""

    region: str
    year: int
    post_type: str
    kind: str
    posts: int | None
    standing: str
    source: str
    report_version: int | None


class Status(StrEnum):
    """Why there is an indicator's value, or none."""

    REPORTED = "reported"
    MISSING = "missing"
    NOT_ANSWERED = "not-answered"
    NOT_REPORTED = "not-reported"


@dataclass(frozen=True, slots=True)
class DataIndicator:
    """A published answer on the page of indicators; `status` says why there is none. No year: asked once."""

    region: str
    indicator: str
    year: int | None
    value: Decimal | None
    unit: str
    status: Status
    standing: str
    source: str
    report_version: int | None


@dataclass(frozen=True, slots=True)
class DataRate:
    """A region in a run: what it was computed from, rates with the decimals of the rules."""

    region: str
    inhabitants: int
    planned_posts: int
    planned_rate: Decimal
    reported_posts: int | None
    reported_rate: Decimal | None
    increase: int | None
    published_rate: Decimal | None
    total_kr: int


@dataclass(frozen=True, slots=True)
class DataAward:
    """What a region gets from a pot; `pk` leads to its trace."""

    pk: int
    region: str
    pot: str
    eligible: bool
    reason: str
    amount_kr: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class DataPot:
    """A pot of a run, in whole kronor."""

    pot: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int


@dataclass(frozen=True, slots=True)
class DataRun:
    """A run that has been published.

    Attributes:
        asked: the years that its round asked for, which decide what there was to answer.
        in_force: the open pages show it; else a newer one has replaced it.
    """

    run_id: int
    publication_id: int
    round: str
    round_name: str
    asked: Sequence[int]
    grant: str
    title: str
    year: int
    number: int
    rules_version: str
    rules_sha256: str
    rules_text: str
    inputs_sha256: str
    engine_version: str
    computed_at: datetime
    published_at: datetime
    decided_on: date | None
    note: str
    synthetic: bool
    in_force: bool
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    eligible_count: int
    pots: tuple[DataPot, ...] = ()
    figures: tuple[DataFigure, ...] = ()
    indicators: tuple[DataIndicator, ...] = ()
    rates: tuple[DataRate, ...] = ()
    awards: tuple[DataAward, ...] = ()


@dataclass(frozen=True, slots=True)
class DataRound:
    """A round that something has been published from."""

    slug: str
    name: str
    years: tuple[int, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class DataRules:
    """A version of a rule set, as text, with its checksum. `shipped`: it comes with the product."""

    name: str
    version: str
    year: int
    sha256: str
    text: str
    shipped: bool


@dataclass(frozen=True, slots=True)
class OpenData:
    """Everything that is open, at one version of it, and when this process read it. Runs newest first."""

    version: str
    read_at: datetime
    regions: tuple[DataRegion, ...]
    plans: tuple[PlanFigure, ...]
    rounds: tuple[DataRound, ...]
    rules: tuple[DataRules, ...]
    runs: tuple[DataRun, ...]

    def run(self, round_slug: str, grant: str, number: int) -> DataRun | None:
        """A published run by its address; None where nothing is published there."""
        wanted = (round_slug, grant, number)
        return next((run for run in self.runs if (run.round, run.grant, run.number) == wanted), None)

    @property
    def published_at(self) -> datetime:
        """When the newest of the runs was published; when it was all read, where nothing is."""
        return max((run.published_at for run in self.runs), default=self.read_at)

    def region_name(self, code: str) -> str:
        """The region's name; its code where there is no such region."""
        return next((region.name for region in self.regions if region.code == code), code)
