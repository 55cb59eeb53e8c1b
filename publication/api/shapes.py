"""The shapes of what the open API takes and gives, as OpenAPI describes them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Schema
from pydantic import BeforeValidator

SLUG = r"^[-a-zA-Z0-9_.]{1,50}$"
CODE = r"^[0-9]{2}$"
LARGEST = 2_147_483_647


def _digits(value: Any) -> Any:
    """Whole numbers as they are written in digits; 1.0, 1_0 and " 1" are none."""
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise ValueError(_("Must be a whole number in digits."))
    return value


Whole = Annotated[int, BeforeValidator(_digits)]
Truth = Literal["true", "false"]
# The bounds first: after a validator, OpenAPI would not have them.
Year = Annotated[int, Described(ge=1900, le=2200), BeforeValidator(_digits)]
RunNumber = Annotated[int, Described(ge=1, le=LARGEST), BeforeValidator(_digits)]
Slug = Annotated[str, Described(pattern=SLUG)]
Code = Annotated[str, Described(pattern=CODE)]
Key = Annotated[str, Described(pattern=r"^[a-z0-9_]{1,40}$")]
Rate = Annotated[str, Described(pattern=r"^[0-9]+\.[0-9]{2,4}$", examples=["12.64"])]


class Page(Schema):
    """Which part of the list is asked for."""

    limit: Whole = Described(100, ge=1, le=500, description="How many at most.")
    offset: Whole = Described(0, ge=0, le=1_000_000, description="How many to skip.")


class RegionFilter(Page):
    """Regions."""


class RoundFilter(Page):
    """Rounds that something has been published from."""


class RulesFilter(Page):
    """Rule sets."""

    name: Slug | None = Described(None, description="Such as at-2022.")


class RunFilter(Page):
    """Published runs."""

    round: Slug | None = Described(None, description="The round's address, such as 2022-2024.")
    grant: Slug | None = Described(None, description="The grant's rule set, such as at-2022.")
    in_force: Truth | None = Described(
        None, description="true: only what the open pages show; false: only what a newer run has replaced."
    )


class RowFilter(Page):
    """Rows of published runs; of those in force, unless a run is asked for."""

    round: Slug | None = Described(None, description="The round's address, such as 2022-2024.")
    grant: Slug | None = Described(None, description="The grant's rule set, such as at-2022.")
    run: RunNumber | None = Described(None, description="The run's number; without it the run in force.")
    region: Code | None = Described(None, description="County code, such as 03.")


class FigureFilter(RowFilter):
    """Figures."""

    year: Year | None = Described(None, description="Year of the figure.")
    post_type: Literal["AT", "ST", "ST_GM"] | None = Described(None, description="Kind of post.")
    kind: Literal["planned", "reported"] | None = Described(None, description="Planned or reported.")


class IndicatorFilter(RowFilter):
    """Indicators."""

    indicator: Key | None = Described(None, description="What is asked for, such as at_wait.")
    year: Year | None = Described(None, description="Year of the figure; those asked once have none.")
    status: Literal["reported", "missing", "not-answered", "not-reported"] | None = Described(
        None, description="Whether there is a value, and why there is none."
    )


class AwardFilter(RowFilter):
    """Awards."""

    pot: Slug | None = Described(None, description="The pot's name in the rule set.")
    eligible: Truth | None = Described(None, description="Whether the region takes part in the pot.")


class TraceFilter(AwardFilter):
    """Traces."""

    limit: Whole = Described(20, ge=1, le=100, description="How many at most.")


class RegionOut(Schema):
    """One of the 21 regions."""

    code: str
    name: str
    short_name: str
    county: str


class OpenRound(Schema):
    """A round that something has been published from."""

    round: str
    name: str
    years: list[int]
    synthetic: bool = Described(description="Whether its reports are made up.")


class RulesBrief(Schema):
    """A version of a rule set."""

    name: str
    version: str
    year: int
    sha256: str = Described(description="Checksum of the text in UTF-8.")
    shipped: bool = Described(description="Whether it comes with the product.")


class RulesOut(RulesBrief):
    """A version of a rule set with its text."""

    text: str = Described(description="The rule set itself, TOML.")


class PlanOut(Schema):
    """A region's plan, and the rate that it gives."""

    region: str
    year: int
    planned_posts: int
    inhabitants: int | None
    planned_rate: Rate | None
    published_rate: Rate | None = Described(description="The rate as a public source printed it.")
    standing: str
    source: str
    inhabitants_standing: str
    inhabitants_source: str
    published_rate_source: str


class OfRun(Schema):
    """Which run a row belongs to."""

    round: str
    grant: str
    run: int
    rules_version: str
    rules_sha256: str


class FigureOut(OfRun):
    """A published figure."""

    region: str
    year: int
    post_type: str
    kind: str
    posts: int | None = Described(description="null is missing, never 0.")
    report_version: int | None = Described(description="Version of the region's report; null for plans.")
    standing: str = Described(
        description="How it is known: official, published, reconstructed, synthetic or unconfirmed; empty for"
        " a missing figure."
    )
    source: str


class IndicatorOut(OfRun):
    """An answer on the page of indicators, or why there is none."""

    region: str
    indicator: str
    year: int | None = Described(description="null for what is as on the day of reporting.")
    value: str | None = Described(description="null where there is none, never 0 for that.", examples=["7.5"])
    unit: Literal["posts", "persons", "full_time", "months"]
    status: Literal["reported", "missing", "not-answered", "not-reported"] = Described(
        description="missing: the region has said that the figure is missing, with its reason in the report;"
        " not-answered: its report says nothing of it; not-reported: the run counted no report from it."
    )
    report_version: int | None
    standing: str = Described(description="How the value is known; empty without one.")
    source: str


class PotOut(Schema):
    """A pot of a run, in whole kronor."""

    pot: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int


class RateOut(Schema):
    """A region in a run: figures, rates and what it gets from all pots."""

    region: str
    inhabitants: int
    planned_posts: int
    planned_rate: Rate
    reported_posts: int | None
    reported_rate: Rate | None
    increase: int | None
    published_rate: Rate | None
    total_kr: int


class RunBrief(OfRun):
    """A published run."""

    title: str
    year: int
    inputs_sha256: str
    engine_version: str
    computed_at: datetime
    published_at: datetime
    decided_on: date | None = Described(description="Day of the decision; null while it is preliminary.")
    in_force: bool
    synthetic: bool
    note: str
    amount_kr: int
    allocated_kr: int
    unallocated_kr: int
    eligible_count: int
    bundle: str = Described(description="Address of the bundle that anybody can verify.")


class RunOut(RunBrief):
    """A published run with its pots and regions."""

    pots: list[PotOut]
    regions: list[RateOut]


class AwardOut(OfRun):
    """What a region gets from a pot."""

    region: str
    pot: str
    eligible: bool
    reason: str
    amount_kr: int
    assumed: bool


class StepOut(Schema):
    """A step on the way from the figures to the amount."""

    rule: str
    key: str
    inputs: dict[str, Any]
    operation: str
    result: Any
    unit: str
    source: list[str]
    assumed: bool
    why: str
    why_sv: str
    notes: dict[str, Any]


class TraceOut(AwardOut):
    """An award with every step of its calculation."""

    steps: list[StepOut]


class Part(Schema):
    """A part of a list."""

    count: int = Described(description="How many there are in all.")
    limit: int
    offset: int
    next: str | None = Described(description="Address of the next part; null after the last.")


class Regions(Part):
    """Regions."""

    items: list[RegionOut]


class Rounds(Part):
    """Rounds."""

    items: list[OpenRound]


class RuleSets(Part):
    """Rule sets."""

    items: list[RulesBrief]


class Plans(Part):
    """Plans."""

    items: list[PlanOut]


class Figures(Part):
    """Figures."""

    items: list[FigureOut]


class Indicators(Part):
    """Indicators."""

    items: list[IndicatorOut]


class Runs(Part):
    """Runs."""

    items: list[RunBrief]


class Awards(Part):
    """Awards."""

    items: list[AwardOut]


class Traces(Part):
    """Traces."""

    items: list[TraceOut]


class PlanFilter(Page):
    """Plans."""

    region: Code | None = Described(None, description="County code, such as 03.")
    year: Year | None = Described(None, description="Year of the plan.")
