"""The open data's tables: which columns each has, what they mean, and the rows of a run.

A column is declared once here: files, dictionary and catalogue are all made from the same declaration.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publication.opendata_records import DataAward, DataFigure, DataRate, DataRun, OpenData, PlanFigure

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
class Column:
    """A column: its name in every file, what stands in it, its unit and its meaning."""

    name: str
    kind: Kind
    meaning: Text
    unit: str = ""


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

RUN_TABLES: dict[str, Table] = {table.key: table for table in (FIGURES, RATES, AWARDS, TRACES)}

Traces = Callable[[Sequence[DataAward]], Mapping[int, list[dict[str, Any]]]]


def plan_rows(data: OpenData) -> list[Row]:
    """The rows of `PLAN`."""
    return [_plan_row(data, plan) for plan in data.plans]


def run_rows(table: Table, run: DataRun, data: OpenData, traces: Traces, *, region: str = "") -> list[Row]:
    """The rows of one of `RUN_TABLES` for a run, regions in code order.

    Args:
        region: only this region's rows; all of them where empty.
        traces: gives the steps of awards by their pk; called for the traces only.
    """
    same: dict[str, Value] = {
        "round": run.round,
        "grant": run.grant,
        "run": run.number,
        "rules_version": run.rules_version,
        "rules_sha256": run.rules_sha256,
        "inputs_sha256": run.inputs_sha256,
    }
    return [
        {**same, "region_code": code, "region": data.region_name(code), **row}
        for code, row in _rows(table, _of_region(run, region), traces)
    ]


def _of_region(run: DataRun, region: str) -> DataRun:
    if not region:
        return run
    return replace(
        run,
        figures=tuple(one for one in run.figures if one.region == region),
        rates=tuple(one for one in run.rates if one.region == region),
        awards=tuple(one for one in run.awards if one.region == region),
    )


def _rows(table: Table, run: DataRun, traces: Traces) -> Iterable[tuple[str, dict[str, Value]]]:
    if table is FIGURES:
        return ((figure.region, _figure(figure)) for figure in run.figures)
    if table is RATES:
        return ((rate.region, _rate(rate, run.year)) for rate in run.rates)
    if table is AWARDS:
        return ((award.region, _award(award)) for award in run.awards)
    return _steps(run, traces(run.awards))


def _plan_row(data: OpenData, plan: PlanFigure) -> Row:
    return {
        "region_code": plan.region,
        "region": data.region_name(plan.region),
        "year": plan.year,
        "planned_posts": plan.posts,
        "inhabitants": plan.inhabitants,
        "planned_rate": plan.rate,
        "published_rate": plan.published_rate,
        "standing": plan.standing,
        "source": plan.source,
        "inhabitants_standing": plan.inhabitants_standing,
        "inhabitants_source": plan.inhabitants_source,
        "published_rate_source": plan.published_rate_source,
        "rules_version": plan.rules_version,
        "rules_sha256": plan.rules_sha256,
    }


def _figure(figure: DataFigure) -> dict[str, Value]:
    return {
        "year": figure.year,
        "post_type": str(figure.post_type),
        "kind": figure.kind,
        "posts": figure.posts,
        "report_version": figure.report_version,
        "standing": str(figure.standing),
        "source": figure.source,
    }


def _rate(rate: DataRate, year: int) -> dict[str, Value]:
    return {
        "year": year,
        "inhabitants": rate.inhabitants,
        "planned_posts": rate.planned_posts,
        "planned_rate": rate.planned_rate,
        "reported_posts": rate.reported_posts,
        "reported_rate": rate.reported_rate,
        "increase": rate.increase,
        "published_rate": rate.published_rate,
        "total_kr": rate.total_kr,
    }


def _award(award: DataAward) -> dict[str, Value]:
    return {
        "pot": award.pot,
        "eligible": award.eligible,
        "reason": award.reason,
        "amount_kr": award.amount_kr,
        "assumed": award.assumed,
    }


def _steps(
    run: DataRun, traces: Mapping[int, list[dict[str, Any]]]
) -> Iterable[tuple[str, dict[str, Value]]]:
    for award in run.awards:
        for place, step in enumerate(traces[award.pk], start=1):
            yield (
                award.region,
                {
                    "pot": award.pot,
                    "step": place,
                    "rule": step["rule"],
                    "key": step["key"],
                    "operation": step["operation"],
                    "inputs": step["inputs"],
                    "result": step["result"],
                    "unit": step["unit"],
                    "source_ids": " ".join(step["source"]),
                    "assumed": step["assumed"],
                    "why": step["why"],
                    "why_sv": step["why_sv"],
                    "notes": step["notes"],
                },
            )
