"""The open pages' own figures as a table: every region and year, one column for each measure."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from publication.measures import kr_per_head, per_inhabitants
from publication.opendata_tables import INHABITANTS, PUBLISHED_RATE, REGION, Column, Kind, Row, Table
from publication.published import OpenFigures, OpenRegion, YearFigures

_PER = "posts/100 000"

RESULTS = Table(
    "results",
    _("Everything that the open pages show"),
    _("Each region and year in one row: plan, reports, change, rates, grant and waiting time."),
    (
        *REGION,
        Column("year", Kind.WHOLE, _("Year of the figures.")),
        INHABITANTS,
        Column("planned_posts", Kind.WHOLE, _("AT posts in the plan."), "posts"),
        Column("reported_posts", Kind.WHOLE, _("AT posts reported; empty where none is."), "posts"),
        Column("change", Kind.WHOLE, _("Reported posts more than planned; negative where fewer."), "posts"),
        Column("planned_rate", Kind.RATE, _("Planned AT posts per 100 000 inhabitants."), _PER),
        Column("reported_rate", Kind.RATE, _("Reported AT posts per 100 000 inhabitants."), _PER),
        PUBLISHED_RATE,
        Column("st_posts", Kind.WHOLE, _("ST posts reported, all specialties."), "posts"),
        Column("st_rate", Kind.RATE, _("Reported ST posts per 100 000 inhabitants."), _PER),
        Column("st_gm_posts", Kind.WHOLE, _("ST posts reported in general medicine."), "posts"),
        Column(
            "st_gm_rate", Kind.RATE, _("Reported ST posts in general medicine per 100 000 inhabitants."), _PER
        ),
        Column("total_kr", Kind.WHOLE, _("What the region gets of the year’s grant."), "kr"),
        Column("kr_per_inhabitant", Kind.RATE, _("The grant per inhabitant."), "kr/person"),
        Column(
            "wait_months",
            Kind.DECIMAL,
            _("Months from the degree to the start of AT, as on the day of reporting; the same each year."),
            "months",
        ),
        Column("plan_standing", Kind.TEXT, _("How the plan is known.")),
        Column("inhabitants_standing", Kind.TEXT, _("How the inhabitants are known.")),
        Column("reports_standing", Kind.TEXT, _("How the reported posts are known; empty where none are.")),
        Column("reports_run", Kind.TEXT, _("Round, grant and run that published the reported posts.")),
        Column("grant_state", Kind.TEXT, _("preliminary or decided; empty where no grant is published.")),
        Column("grant_assumed", Kind.TRUTH, _("Whether some amount of the grant rests on an assumption.")),
    ),
)


def result_rows(figures: OpenFigures, *, region: str = "", year: int | None = None) -> list[Row]:
    """The rows of `RESULTS`, regions in code order and each one's years after each other.

    Args:
        region: only this region's; all of them where empty.
        year: only this year's.
    """
    return [
        _row(figures, one, chosen)
        for one in figures.regions
        if region in ("", one.code)
        for chosen in figures.years
        if year in (None, chosen)
    ]


def _row(figures: OpenFigures, region: OpenRegion, year: int) -> Row:
    basis = figures.basis[year]
    own = region.years.get(year, YearFigures())
    reported = own.reported is not None or own.st is not None or own.st_gm is not None
    reports, grant = basis.reports if reported else None, basis.grant
    run = f"{reports.round_slug}/{reports.rules_name}/run-{reports.run_number}" if reports else ""

    def rate(posts: int | None) -> Decimal | None:
        return per_inhabitants(posts, own, basis)

    return {
        "region_code": region.code,
        "region": region.name,
        "year": year,
        "inhabitants": own.inhabitants,
        "planned_posts": own.planned,
        "reported_posts": own.reported,
        "change": own.change,
        "planned_rate": rate(own.planned),
        "reported_rate": rate(own.reported),
        "published_rate": own.published_rate,
        "st_posts": own.st,
        "st_rate": rate(own.st),
        "st_gm_posts": own.st_gm,
        "st_gm_rate": rate(own.st_gm),
        "total_kr": own.total_kr,
        "kr_per_inhabitant": kr_per_head(own),
        "wait_months": region.wait,
        "plan_standing": _standings([one.standing for one in basis.plan_known], known=own.planned),
        "inhabitants_standing": _standings(
            [basis.population.standing] if basis.population else [], known=own.inhabitants
        ),
        "reports_standing": ("synthetic" if reports.is_demo else "published") if reports else "",
        "reports_run": run,
        "grant_state": ("decided" if grant.decided_on else "preliminary") if grant else "",
        "grant_assumed": grant.assumed if grant else None,
    }


def _standings(standings: Sequence[str], *, known: int | None) -> str:
    return "" if known is None else " ".join(dict.fromkeys(standings))
