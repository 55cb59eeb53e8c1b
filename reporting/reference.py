"""Loading the reference figures that come with the product, each with its standing and source."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from reporting.models import (
    Baseline,
    Inhabitants,
    PopulationReference,
    PostType,
    PublishedRate,
    Region,
    Standing,
)

REGIONS_CSV = Path(settings.BASE_DIR) / "reporting" / "data" / "regions.csv"
PLAN_YEAR = 2022

ACTUAL = {
    "slug": "actual-2021-12-31",
    "title": "Folkmängd 31 december 2021",
    "reference_date": date(2021, 12, 31),
    "standing": Standing.OFFICIAL,
    "source": "Statistiska centralbyrån, folkmängd i riket, län och kommuner 31 december 2021",
}
PROJECTED = {
    "slug": "projection-2022",
    "title": "Framskriven folkmängd 2022",
    "reference_date": date(2022, 12, 31),
    "standing": Standing.RECONSTRUCTED,
    "source": "Återskapad: den folkmängd som ger de 21 publicerade kvoterna och genomsnittet 15,35",
}
PLAN_SOURCE = (
    "Återskapad: de hela tjänster som ger de 21 publicerade kvoterna (Läkartidningen, februari 2022)"
)
RATE_SOURCE = "Läkartidningen, februari 2022"

# What each of the agency's roles may do.
GROUPS: dict[str, tuple[str, ...]] = {
    "Handläggare": (
        "reporting.view_region",
        "reporting.view_reportinground",
        "reporting.view_submission",
        "reporting.view_revision",
        "reporting.view_figure",
        "reporting.view_reviewevent",
        "reporting.view_mail",
        "reporting.view_logentry",
        "reporting.view_apitoken",
        "reporting.view_pendingupload",
        "reporting.view_news",
        "reporting.view_mailchoice",
        "reporting.view_user",
        "reporting.change_user",
        "reporting.view_membership",
        "reporting.add_membership",
        "reporting.change_membership",
        "reporting.delete_membership",
        "reporting.view_invitation",
        "reporting.add_invitation",
        "reporting.view_ombudapplication",
        "reporting.approve_ombud",
        "reporting.view_baseline",
        "reporting.view_populationreference",
        "reporting.add_populationreference",
        "reporting.view_inhabitants",
        "reporting.view_publishedrate",
        "reporting.view_checkrule",
        "reporting.change_checkrule",
        "reporting.send_mail_again",
        "reporting.make_export",
        "reporting.view_export",
        "reporting.review_submission",
        "reporting.approve_submission",
        "reporting.return_submission",
        "reporting.extend_submission",
        "reporting.assign_report",
        "reporting.dismiss_flag",
        "reporting.approve_unflagged",
        "reporting.view_extension",
        "reporting.read_history",
        "reporting.receive_status_report",
        "reporting.send_status_report",
        "allocation.view_roundgrant",
        "allocation.view_allocationrun",
        "allocation.view_runpot",
        "allocation.view_runregion",
        "allocation.view_award",
        "allocation.view_recomputation",
        "allocation.request_recomputation",
        "allocation.view_decision",
        "allocation.view_letter",
        "allocation.propose_decision",
        "allocation.view_payeeaccount",
        "allocation.view_paymentbatch",
        "allocation.handle_payment",
        "allocation.view_scenario",
        "allocation.add_scenario",
        "allocation.change_scenario",
        "allocation.delete_scenario",
        "allocation.view_publication",
        "allocation.view_sweeprun",
        "allocation.add_sweeprun",
        "allocation.cancel_sweeprun",
        "allocation.delete_sweeprun",
        "allocation.view_reportschedule",
        "allocation.add_reportschedule",
        "allocation.change_reportschedule",
        "allocation.delete_reportschedule",
    ),
    "Beslutsfattare": (
        "reporting.view_ombudapplication",
        "reporting.approve_ombud",
        "reporting.view_region",
        "reporting.view_reportinground",
        "reporting.view_submission",
        "reporting.view_revision",
        "reporting.view_figure",
        "reporting.view_reviewevent",
        "reporting.view_mail",
        "reporting.make_export",
        "reporting.view_export",
        "reporting.view_logentry",
        "reporting.view_baseline",
        "reporting.view_populationreference",
        "reporting.view_inhabitants",
        "reporting.view_publishedrate",
        "reporting.view_checkrule",
        "reporting.receive_status_report",
        "allocation.view_roundgrant",
        "allocation.view_allocationrun",
        "allocation.view_runpot",
        "allocation.view_runregion",
        "allocation.view_award",
        "allocation.view_recomputation",
        "allocation.view_decision",
        "allocation.view_letter",
        "allocation.decide_decision",
        "allocation.view_payeeaccount",
        "allocation.view_paymentbatch",
        "allocation.approve_payment",
        "allocation.view_scenario",
        "allocation.view_sweeprun",
        "allocation.view_publication",
        "allocation.publish_run",
        "allocation.view_reportschedule",
    ),
}


@transaction.atomic
def load_reference_data() -> int:
    """Load regions, inhabitants, plans and published rates, and the agency's roles.

    Doing it again changes nothing. What has been corrected in the database since is
    left as it is, except for the names of the regions.

    Returns:
        the number of regions.

    Source: reporting/data/regions.csv; Statistics Sweden; Läkartidningen, February 2022.
    """
    actual, _created = PopulationReference.objects.get_or_create(slug=ACTUAL["slug"], defaults=ACTUAL)
    projected, _created = PopulationReference.objects.get_or_create(
        slug=PROJECTED["slug"], defaults=PROJECTED
    )
    with REGIONS_CSV.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = ("name", "short_name", "county", "organisation_number")
    Region.objects.bulk_create(
        [
            Region(
                code=row["code"],
                name=row["region"],
                short_name=row["short_name"],
                county=row["county"],
                organisation_number=row["organisation_number"],
            )
            for row in rows
        ],
        update_conflicts=True,
        update_fields=names,
        unique_fields=["code"],
    )
    columns = ((actual, "population_2021_12_31"), (projected, "population_2022_projected"))
    # Looked for first: the database takes no offer of what a run rests on, even where it is there already.
    counted = set(Inhabitants.objects.values_list("reference_id", "region_id"))
    Inhabitants.objects.bulk_create(
        Inhabitants(reference=reference, region_id=row["code"], persons=int(row[column]))
        for reference, column in columns
        for row in rows
        if (reference.pk, row["code"]) not in counted
    )
    at_posts = Baseline.objects.filter(year=PLAN_YEAR, post_type=PostType.AT)
    planned = set(at_posts.values_list("region_id", flat=True))
    Baseline.objects.bulk_create(
        Baseline(
            region_id=row["code"],
            year=PLAN_YEAR,
            post_type=PostType.AT,
            planned_posts=int(row["planned_at_2022"]),
            standing=Standing.RECONSTRUCTED,
            source=PLAN_SOURCE,
        )
        for row in rows
        if row["code"] not in planned
    )
    rated = set(PublishedRate.objects.filter(year=PLAN_YEAR).values_list("region_id", flat=True))
    PublishedRate.objects.bulk_create(
        PublishedRate(
            region_id=row["code"],
            year=PLAN_YEAR,
            rate=Decimal(row["published_rate_2022"]),
            standing=Standing.PUBLISHED,
            source=RATE_SOURCE,
        )
        for row in rows
        if row["code"] not in rated
    )
    _load_groups()
    return len(rows)


def _load_groups() -> None:
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, wanted in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*(permissions[label] for label in wanted))
