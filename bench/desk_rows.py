"""A thousand submitted reports, for the desk's query budgets and for measuring its speed."""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pgtrigger
from django.db import connection, transaction

from reporting.fields import cells_of
from reporting.models import (
    Assignment,
    Baseline,
    Figure,
    PostType,
    Region,
    ReportFlag,
    ReportingRound,
    Revision,
    Role,
    Severity,
    State,
    Submission,
    User,
)

FIRST = datetime(1970, 9, 1, tzinfo=ZoneInfo("Europe/Stockholm"))
FLAGS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("far-from-plan", "at_2022", {"planned": 50, "reported": 62}),
    (
        "near-limit",
        "bench",
        {"pot": "Bench", "kind": "step", "side": "under", "year": 2022, "bound": "5", "grant": "AT 2022"},
    ),
)
STATES = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED)


@transaction.atomic
@pgtrigger.ignore()
def make_desk(*, rounds: int = 48, officer: User) -> int:
    """Make rounds in the past in which every region has submitted two versions. Needs the reference data.

    Written in bulk, without triggers: nothing here has history, receipts or mail.

    Args:
        officer: submits everything, and has every third report.

    Returns:
        the number of reports.
    """
    codes = list(Region.objects.order_by("code").values_list("code", flat=True))
    made = ReportingRound.objects.bulk_create(
        ReportingRound(
            slug=f"bench-{number}",
            name=f"AT/ST {1970 + number}",
            first_year=2022,
            last_year=2024,
            opens_at=FIRST + timedelta(days=365 * number),
            closes_at=FIRST + timedelta(days=365 * number + 30),
        )
        for number in range(rounds)
    )
    reports = Submission.objects.bulk_create(
        Submission(
            reporting_round=reporting_round,
            region_id=code,
            state=STATES[(place + number) % len(STATES)],
            revision_count=2,
            submitted_at=reporting_round.closes_at,
            changed_at=reporting_round.closes_at,
        )
        for number, reporting_round in enumerate(made)
        for place, code in enumerate(codes)
    )
    newest = _versions(reports, officer)
    Assignment.objects.bulk_create(
        Assignment(
            submission=report, officer=officer, by=officer, by_name=officer.name, at=report.submitted_at
        )
        for report in reports[::3]
        if report.submitted_at
    )
    ReportFlag.objects.bulk_create(
        ReportFlag(
            submission=version.submission,
            revision=version,
            code=code,
            subject=subject,
            severity=Severity.JUDGE,
            data=data,
            raised_at=version.submitted_at,
        )
        for version in newest[::2]
        for code, subject, data in FLAGS
    )
    # What the server does by itself a minute after so many rows have come: count them for its plans.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return len(reports)


def _versions(reports: list[Submission], officer: User) -> list[Revision]:
    """Two versions of each report with nine figures in each; the newest of each is given back."""
    versions = Revision.objects.bulk_create(
        Revision(
            submission=report,
            number=number,
            submitted_at=report.submitted_at or FIRST,
            submitted_by=officer,
            submitted_by_name=officer.name,
            submitted_by_role=Role.OMBUD,
            sha256="0" * 64,
        )
        for report, number in product(reports, (1, 2))
    )
    plans = dict(
        Baseline.objects.filter(year=2022, post_type=PostType.AT).values_list("region_id", "planned_posts")
    )
    cells = cells_of((2022, 2023, 2024))
    Figure.objects.bulk_create(
        [
            Figure(
                revision=version,
                year=cell.year,
                post_type=cell.post_type,
                posts=plans.get(version.submission.region_id, 40) + version.number,
            )
            for version, cell in product(versions, cells)
        ],
        batch_size=5_000,
    )
    return versions[1::2]
