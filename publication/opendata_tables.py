"""The open data's tables: which columns each has, and what they mean.

A column is declared once here: files, dictionary and catalogue are all made from the same declaration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from publication.opendata_records import Status
from reporting.fields import QUESTIONS, Page, Unit

Text = str | Promise
Value = int | str | bool | Decimal | None | list[Any] | dict[str, Any]
Row = Mapping[str, Value]


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    WHOLE = "integer"
    RATE = "rate"
    DECIMAL = "decimal"
    TRUTH = "boolean"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Code:
    """One of the texts that can stand in a column, and what it means."""

    code: str
    meaning: Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in every file, what stands in it, its unit and its meaning.

    Attributes:
        codes: the texts that can stand there, where those are few.
    """

    name: str
    kind: Kind
    meaning: Text
    unit: str = ""
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a run: the last part of its address, its columns in order."""

    key: str
    title: Text
    about: Text
    columns: tuple[Column, ...]


_RULES = (
    Column("rules_version", Kind.TEXT, _("Version of the rule set that the figures were computed by.")),
    Column("rules_sha256", Kind.TEXT, _("Checksum (SHA-256) of the rule set's text.")),
)
# What tells a row from those of other runs stands in every row, so that files can be put together.
_RUN = (
    Column("round", Kind.TEXT, _("The round's address.")),
    Column("grant", Kind.TEXT, _("The grant's rule set.")),
    Column("run", Kind.WHOLE, _("Number of the run within the grant.")),
    *_RULES,
    Column("inputs_sha256", Kind.TEXT, _("Checksum (SHA-256) of the figures that the run counted.")),
)
REGION = (
    Column("region_code", Kind.TEXT, _("County code, two digits.")),
    Column("region", Kind.TEXT, _("The region's name.")),
)
_STANDING = (
    Column(
        "standing",
        Kind.TEXT,
        _("How the figure is known: official, published, reconstructed, synthetic or unconfirmed."),
    ),
    Column("source", Kind.TEXT, _("Where the figure comes from, in Swedish.")),
)
PUBLISHED_RATE = Column(
    "published_rate",
    Kind.RATE,
    _("The rate as a public source printed it; empty where none did."),
    "posts/100 000",
)
INHABITANTS = Column(
    "inhabitants", Kind.WHOLE, _("Inhabitants that the rates were computed with."), "persons"
)
_YEAR = Column("year", Kind.WHOLE, _("Year of the figure."))

PLAN = Table(
    "rates",
    _("Plans and rates of the 2021 agreement"),
    _("What each region planned, its inhabitants, the rate that they give, and the rate that was printed."),
    (
        *REGION,
        _YEAR,
        Column(
            "planned_posts", Kind.WHOLE, _("AT posts that the region planned in the 2021 agreement."), "posts"
        ),
        INHABITANTS,
        Column("planned_rate", Kind.RATE, _("Planned AT posts per 100 000 inhabitants."), "posts/100 000"),
        PUBLISHED_RATE,
        *_STANDING,
        Column("inhabitants_standing", Kind.TEXT, _("How the inhabitants are known.")),
        Column("inhabitants_source", Kind.TEXT, _("Where the inhabitants come from, in Swedish.")),
        Column("published_rate_source", Kind.TEXT, _("Where the printed rate stands, in Swedish.")),
        *_RULES,
    ),
)
FIGURES = Table(
    "figures",
    _("Figures"),
    _("Posts that regions planned, and reported in the version that the run counted."),
    (
        *_RUN,
        *REGION,
        _YEAR,
        Column("post_type", Kind.TEXT, _("AT, ST, or ST_GM: the ST posts in general medicine.")),
        Column("kind", Kind.TEXT, _("planned or reported.")),
        Column("posts", Kind.WHOLE, _("Number of posts; empty where the figure is missing."), "posts"),
        Column("report_version", Kind.WHOLE, _("Version of the region's report; empty for plans.")),
        *_STANDING,
    ),
)
_ASKED = [question for question in QUESTIONS if question.page == Page.INDICATORS]

INDICATORS = Table(
    "indicators",
    _("Indicators"),
    _(
        "What regions say of physicians in general medicine, the way to AT and past years, in the version"
        " that the run counted. One row for everything that was asked for."
    ),
    (
        *_RUN,
        *REGION,
        Column(
            "indicator",
            Kind.TEXT,
            _("What is asked for."),
            codes=tuple(
                Code(
                    question.key,
                    format_lazy(
                        "{group}: {name}. {help}",
                        group=question.group,
                        name=question.name,
                        help=question.help,
                    ),
                )
                for question in _ASKED
            ),
        ),
        Column("year", Kind.WHOLE, _("Year of the figure; empty for what is as on the day of reporting.")),
        Column("value", Kind.DECIMAL, _("The answer; empty where there is none, never 0."), "see unit"),
        Column(
            "unit",
            Kind.TEXT,
            _("What the value counts."),
            codes=tuple(Code(str(unit), unit.label) for unit in Unit),
        ),
        Column(
            "status",
            Kind.TEXT,
            _("Whether there is a value, and why there is none."),
            codes=(
                Code(Status.REPORTED, _("There is a value.")),
                Code(
                    Status.MISSING,
                    _("Data missing: the region has said so. Its reason stands in the report, not here."),
                ),
                Code(Status.NOT_ANSWERED, _("The region’s report says nothing of it.")),
                Code(Status.NOT_REPORTED, _("The run counted no report from the region.")),
            ),
        ),
        Column("report_version", Kind.WHOLE, _("Version of the region's report; empty without one.")),
        *_STANDING,
    ),
)
RATES = Table(
    "rates",
    _("Rates"),
    _("Posts per 100 000 inhabitants of each region, as the run computed them, and what they rest on."),
    (
        *_RUN,
        *REGION,
        Column("year", Kind.WHOLE, _("Year of the grant.")),
        INHABITANTS,
        Column("planned_posts", Kind.WHOLE, _("AT posts in the plan."), "posts"),
        Column("planned_rate", Kind.RATE, _("Planned AT posts per 100 000 inhabitants."), "posts/100 000"),
        Column("reported_posts", Kind.WHOLE, _("AT posts reported; empty where none is."), "posts"),
        Column("reported_rate", Kind.RATE, _("Reported AT posts per 100 000 inhabitants."), "posts/100 000"),
        Column("increase", Kind.WHOLE, _("Reported posts more than planned; negative where fewer."), "posts"),
        PUBLISHED_RATE,
        Column("total_kr", Kind.WHOLE, _("What the region gets from all pots."), "kr"),
    ),
)
AWARDS = Table(
    "awards",
    _("Awards"),
    _("What each region gets from each pot."),
    (
        *_RUN,
        *REGION,
        Column("pot", Kind.TEXT, _("The pot's name in the rule set.")),
        Column("eligible", Kind.TRUTH, _("Whether the region takes part in the pot.")),
        Column("reason", Kind.TEXT, _("eligible, not-reported, or the first condition that is not met.")),
        Column("amount_kr", Kind.WHOLE, _("What the region gets from the pot."), "kr"),
        Column("assumed", Kind.TRUTH, _("Whether the amount rests on an assumption of the rules.")),
    ),
)
TRACES = Table(
    "traces",
    _("Traces"),
    _("How each award comes about: every step with its rule, the numbers put in, the result and the source."),
    (
        *_RUN,
        *REGION,
        Column("pot", Kind.TEXT, _("The pot's name in the rule set.")),
        Column("step", Kind.WHOLE, _("The step's place, from 1.")),
        Column("rule", Kind.TEXT, _("What kind of step it is.")),
        Column("key", Kind.TEXT, _("Where in the rule set the step's numbers stand.")),
        Column("operation", Kind.TEXT, _("The calculation, in the names of what is put in.")),
        Column("inputs", Kind.JSON, _("Name, value and unit of what is put in.")),
        Column("result", Kind.JSON, _("What the operation gives; empty where a figure is missing.")),
        Column("unit", Kind.TEXT, _("The unit of the result.")),
        Column("source_ids", Kind.TEXT, _("Names of the sources in the rule set, with spaces between.")),
        Column("assumed", Kind.TRUTH, _("Whether the step is an assumption.")),
        Column("why", Kind.TEXT, _("Why it was assumed so, in English; empty where nothing is assumed.")),
        Column("why_sv", Kind.TEXT, _("Why it was assumed so, in Swedish; empty where nothing is assumed.")),
        Column("notes", Kind.JSON, _("What a reader may want beside the calculation.")),
    ),
)
