"""The rows of the open data's tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from publication.opendata_records import (
    DataAward,
    DataFigure,
    DataIndicator,
    DataRate,
    DataRun,
    OpenData,
    PlanFigure,
)
from publication.opendata_tables import AWARDS, FIGURES, INDICATORS, RATES, TRACES, Row, Table, Value

RUN_TABLES: dict[str, Table] = {table.key: table for table in (FIGURES, INDICATORS, RATES, AWARDS, TRACES)}

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
        indicators=tuple(one for one in run.indicators if one.region == region),
        rates=tuple(one for one in run.rates if one.region == region),
        awards=tuple(one for one in run.awards if one.region == region),
    )


def _rows(table: Table, run: DataRun, traces: Traces) -> Iterable[tuple[str, dict[str, Value]]]:
    if table is FIGURES:
        return ((figure.region, _figure(figure)) for figure in run.figures)
    if table is INDICATORS:
        return ((indicator.region, _indicator(indicator)) for indicator in run.indicators)
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


def _indicator(indicator: DataIndicator) -> dict[str, Value]:
    return {
        "indicator": indicator.indicator,
        "year": indicator.year,
        "value": indicator.value,
        "unit": indicator.unit,
        "status": indicator.status,
        "report_version": indicator.report_version,
        "standing": indicator.standing,
        "source": indicator.source,
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
