"""Published figures as the open pages know them: regions, years, and what each figure rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from allocation.engine import RuleSet
from allocation.money import Settled
from reporting.models import Standing


@dataclass(frozen=True, slots=True)
class Known:
    """Where a column of figures comes from: the standing and source it carries in the tables."""

    standing: str
    source: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PublishedGrant:
    """A run in force on the open pages. `assumed`: some award rests on an assumption of the rules."""

    publication_id: int
    run_id: int
    year: int
    title: str
    rules_name: str
    rules_version: str
    run_number: int
    computed_at: datetime
    published_at: datetime
    decided_on: date | None
    note: str
    round_slug: str
    round_name: str
    is_demo: bool
    amount_kr: int
    allocated_kr: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version of a region's report that is public."""

    round_slug: str
    round_name: str
    number: int
    submitted_at: datetime
    published_at: datetime


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What is public of one region for one year. None is missing or not published, never 0."""

    planned: int | None = None
    reported: int | None = None
    st: int | None = None
    st_gm: int | None = None
    inhabitants: int | None = None
    total_kr: int | None = None
    published_rate: Decimal | None = None

    @property
    def change(self) -> int | None:
        """Reported posts more than planned, negative where they are fewer."""
        if self.planned is None or self.reported is None:
            return None
        return self.reported - self.planned


@dataclass(frozen=True, slots=True)
class OpenRegion:
    """A region with its figures by year; `wait` is the waiting time for AT in months."""

    code: str
    name: str
    short_name: str
    years: Mapping[int, YearFigures]
    wait: Decimal | None
    versions: tuple[PublishedVersion, ...]


@dataclass(frozen=True, slots=True)
class YearBasis:
    """What a year's figures rest on.

    `reports` is the publication that its reported figures come from; each `…_known` holds every
    combination of standing and source once.
    """

    rules: RuleSet
    grant: PublishedGrant | None
    reports: PublishedGrant | None
    population: Known | None
    plan_known: tuple[Known, ...]
    rate_known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """Everything that the open pages show, at one version of it, and when this process read it.

    Regions in code order; `settled` is (run's pk, region code) -> how the region
    stands, for each run that is shown as decided.
    """

    version: str
    read_at: datetime
    regions: tuple[OpenRegion, ...]
    years: tuple[int, ...]
    basis: Mapping[int, YearBasis]
    grants: tuple[PublishedGrant, ...]
    wait_reports: PublishedGrant | None
    settled: Mapping[tuple[int, str], Settled]

    def region(self, code: str) -> OpenRegion | None:
        """The region with a county code, or None where there is no such region."""
        return next((region for region in self.regions if region.code == code), None)

    @property
    def is_synthetic(self) -> bool:
        """Whether any figure is made up."""
        known = (known for basis in self.basis.values() for known in (*basis.plan_known, *basis.rate_known))
        return any(grant.is_demo for grant in self.grants) or any(
            one.standing == Standing.SYNTHETIC for one in known
        )
