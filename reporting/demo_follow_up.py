"""A synthetic later round that follows the earlier years up, for the demonstration."""

from datetime import datetime, timedelta

from reporting.checks import check_texts
from reporting.models import STOCKHOLM, Membership, ReportingRound, Role, User
from reporting.services.drafts import save_draft
from reporting.services.submissions import open_reports, submit_report

ROUND_SLUG = "2025"
DAYS_OPEN_FROM_NOW = 75
DAYS_SINCE_OPENING = 5
# Regions whose report of the earlier years is approved, with AT posts filled or started in each of them:
# one has submitted, one has begun, one has not.
OUTCOMES: dict[str, dict[int, int]] = {
    "05": {2022: 88, 2023: 95, 2024: 91},
    "08": {2022: 49, 2023: 53},
    "09": {},
}
SUBMITTED = "05"


def load_follow_up(*, at: datetime) -> ReportingRound:
    """Load a round for 2025 that asks three regions for the outcome of 2022 to 2024.

    It closes after the round of the earlier years, so that one stays first everywhere. No grant is computed
    from it. Doing it again adds nothing; once it has closed it is opened anew.
    """
    closes_at = _at_clock(at + timedelta(days=DAYS_OPEN_FROM_NOW), hour=23, minute=59)
    reporting_round, created = ReportingRound.objects.get_or_create(
        slug=ROUND_SLUG,
        defaults={
            "name": "AT/ST 2025, med utfall 2022–2024",
            "first_year": 2025,
            "last_year": 2025,
            "follow_up_from": 2022,
            "opens_at": _at_clock(at - timedelta(days=DAYS_SINCE_OPENING), hour=8),
            "closes_at": closes_at,
            "is_demo": True,
        },
    )
    if created:
        open_reports(reporting_round=reporting_round, region_codes=list(OUTCOMES))
        _load_reports(reporting_round, at=at)
    elif reporting_round.is_demo and not reporting_round.is_open(at=at):
        reporting_round.closes_at = closes_at
        reporting_round.save(update_fields=["closes_at"])
    return reporting_round


def _load_reports(reporting_round: ReportingRound, *, at: datetime) -> None:
    reports = {report.region_id: report for report in reporting_round.submissions.all()}
    people: dict[tuple[str, str], User] = {
        (member.region_id, member.role): member.user
        for member in Membership.objects.filter(region__in=OUTCOMES).select_related("user")
    }
    for code, filled in OUTCOMES.items():
        if not filled:
            continue
        author = people[code, Role.SAMORDNARE]
        texts = {f"outcome_at_{year}": str(posts) for year, posts in filled.items()}
        texts |= {f"outcome_st_{year}": str(posts + 30) for year, posts in filled.items()}
        texts |= {"at_2025": str(max(filled.values())), "st_2025": "124", "gm_2025": "36"}
        texts |= {"contact_name": author.name, "contact_phone": "010-000 00 00"}
        for finding in check_texts(texts, years=reporting_round.years, plans={}, submitting=True):
            if finding.comment_field:
                texts[finding.comment_field] = "Fler sökande än väntat till länets sjukhus."
        save_draft(submission_id=reports[code].pk, texts=texts, by=author, at=at - timedelta(hours=14))
        if code == SUBMITTED:
            submit_report(
                submission_id=reports[code].pk,
                by=people[code, Role.REPRESENTANT],
                at=at - timedelta(hours=13),
                attested_in="sv",
            )


def _at_clock(moment: datetime, *, hour: int, minute: int = 0) -> datetime:
    return moment.astimezone(STOCKHOLM).replace(hour=hour, minute=minute, second=0, microsecond=0)
