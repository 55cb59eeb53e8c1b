"""What regions answered on the page of indicators, as far as it is published."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from allocation.models import PublishedReport
from publication.opendata_records import DataIndicator, DataRate, DataRun, Status
from reporting.fields import Field, Page, fields_of
from reporting.models import Indicator, Standing


def indicators_of(
    runs: Sequence[DataRun], rows: Mapping[int, Sequence[DataRate]]
) -> Mapping[int, tuple[DataIndicator, ...]]:
    """Run's pk -> everything that its round asked its regions for on the page of indicators. Two queries.

    Args:
        runs: each with `asked`.
        rows: run's pk -> a row for each of its regions, in code order.
    """
    reports: dict[tuple[int, str], tuple[int, int]] = {
        (publication, region): (revision, number)
        for publication, region, revision, number in PublishedReport.objects.order_by()
        .filter(publication__in=[run.publication_id for run in runs])
        .values_list("publication", "region", "revision", "revision__number")
    }
    answers: dict[int, dict[tuple[str, int | None], Decimal | None]] = defaultdict(dict)
    found = Indicator.objects.filter(revision__in={revision for revision, _number in reports.values()})
    for revision, key, year, value in found.values_list("revision", "key", "year", "value"):
        answers[revision][key, year] = value
    return {
        run.run_id: tuple(
            indicator
            for row in rows[run.run_id]
            for indicator in _of_region(
                run, row.region, reports.get((run.publication_id, row.region)), answers
            )
        )
        for run in runs
    }


def _of_region(
    run: DataRun,
    region: str,
    report: tuple[int, int] | None,
    answers: Mapping[int, Mapping[tuple[str, int | None], Decimal | None]],
) -> Iterable[DataIndicator]:
    revision, number = report or (None, None)
    said = answers.get(revision, {}) if revision is not None else {}
    standing = Standing.SYNTHETIC if run.synthetic else Standing.PUBLISHED
    source = f"Regionens rapport {run.round}-{region}, version {number}"
    for field in fields_of(run.asked, page=Page.INDICATORS):
        name = (field.question.key, field.year)
        value = said.get(name)
        known = value is not None
        yield DataIndicator(
            region=region,
            indicator=field.question.key,
            year=field.year,
            value=_rounded(value, field),
            unit=str(field.question.unit),
            status=_status(known=known, answered=name in said, has_report=report is not None),
            standing=str(standing) if known else "",
            source=source if known else "",
            report_version=number,
        )


def _rounded(value: Decimal | None, field: Field) -> Decimal | None:
    """The value with the decimals that its unit may have; the database keeps one for all of them."""
    if value is None or field.question.unit.decimals:
        return value
    return value.quantize(Decimal(1))


def _status(*, known: bool, answered: bool, has_report: bool) -> Status:
    if known:
        return Status.REPORTED
    if answered:
        return Status.MISSING
    return Status.NOT_ANSWERED if has_report else Status.NOT_REPORTED
