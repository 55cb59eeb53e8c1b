"""Synthetic people, plans and reports for the demonstration: no real person, no real report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from reporting.checks import check_texts
from reporting.demo_follow_up import load_follow_up
from reporting.errors import DomainError
from reporting.fields import Cell
from reporting.models import (
    STOCKHOLM,
    Baseline,
    Inhabitants,
    Invitation,
    Membership,
    PostType,
    Region,
    ReportingRound,
    Role,
    Side,
    Standing,
    Submission,
    User,
)
from reporting.services.drafts import save_draft
from reporting.services.invitations import accept_invitation, invite_to_region
from reporting.services.messages import post_message
from reporting.services.review import approve_report, return_report, start_review
from reporting.services.submissions import open_reports, submit_report

PASSWORD = "platsplan-demo"  # noqa: S105  # public on purpose; refused outside demonstration mode
DOMAIN = "platsplan.example"
ROUND_SLUG = "2022-2024"
DAYS_OPEN_FROM_NOW = 19
SYNTHETIC_SOURCE = "Exempeldata för demonstration; regionernas planer för 2023 och 2024 är inte offentliga"

AGENCY = (
    ("handlaggare", "Elin Sandström", "Handläggare"),
    ("beslutsfattare", "Gunnar Åkesson", "Beslutsfattare"),
)
FIRST_NAMES = tuple(
    "Anders Maria Samira Johan Ingrid Karim Åsa Per Linnea Mustafa Eva Oskar Nadia Björn Helena Viktor "
    "Fatima Lars Sofia Erik Annika Daniel".split()
)
LAST_NAMES = tuple(
    "Wikström Lindqvist Haddad Berg Nyström Öberg Forsman Rahimi Ek Sjödin Holm Dahlgren Aziz Lund Palm "
    "Norén Hedlund Strand Wallin Åberg Sund".split()
)
ROLES: tuple[tuple[str, Role], ...] = (
    ("ombud", Role.OMBUD),
    ("representant", Role.REPRESENTANT),
    ("samordnare", Role.SAMORDNARE),
)

# Region, role, account, name. Who is to be ombud has accepted; the other has not answered.
INVITED: tuple[tuple[str, Role, str, str], ...] = (
    ("13", Role.SAMORDNARE, "inbjuden-13", "Petra Kvist"),
    ("24", Role.OMBUD, "nytt-ombud-24", "Tomas Ahlgren"),
)

# Ten regions plan no expansion, eleven do; the sum for 2024 is 1 660 (Läkartidningen, September 2021).
PLANNED_EXPANSION_TO_2024 = {
    "01": 12, "03": 4, "05": 4, "12": 8, "13": 3, "14": 10, "17": 2, "18": 3, "20": 2, "24": 2, "25": 2,
}  # fmt: skip

Stage = Literal["draft", "submitted", "in_review", "returned", "approved"]


@dataclass(frozen=True, slots=True)
class Example:
    """A synthetic report: AT posts for the first year, how far it has come, days after opening."""

    posts: int
    stage: Stage
    day: int


EXAMPLES: dict[str, Example] = {
    "01": Example(282, "submitted", 17),
    "04": Example(64, "submitted", 16),
    "05": Example(92, "approved", 6),
    "06": Example(84, "in_review", 13),
    "07": Example(39, "approved", 5),
    "08": Example(52, "approved", 8),
    "09": Example(18, "approved", 3),
    "10": Example(28, "submitted", 12),
    "12": Example(216, "submitted", 18),
    "13": Example(63, "in_review", 15),
    "14": Example(260, "submitted", 14),
    "17": Example(53, "draft", 19),
    "18": Example(63, "submitted", 11),
    "19": Example(48, "in_review", 13),
    "20": Example(62, "draft", 17),
    "21": Example(52, "returned", 14),
    "24": Example(66, "approved", 4),
    "25": Example(55, "submitted", 18),
}
DAYS_SINCE_OPENING = 21
RETURN_MESSAGE = (
    "Ni har angett 52 AT-tjänster för 2022. Räkna bara block som tillsätts eller påbörjas under året. "
    "Rätta eller bekräfta siffran och lämna in på nytt."
)
# What the agency asks and the region answers about a report that is in review.
MESSAGES: dict[str, tuple[str, str]] = {
    "06": (
        "Räknar ni block som delas med ett annat sjukhus en eller två gånger?",
        "En gång, där blocket börjar. Hör av er om ni vill se listan.",
    ),
}


class DemoRefused(DomainError):
    """Demonstration data are only for demonstration mode."""


def load_demo(*, at: datetime) -> ReportingRound:
    """Load demonstration accounts, synthetic plans and a round that is open at the moment `at`.

    Doing it again adds nothing; a demonstration round that has closed is opened for another
    nineteen days.

    Raises:
        DemoRefused: demonstration mode is off.
    """
    if not settings.PLATSPLAN_DEMO:
        raise DemoRefused("Demonstration data are refused: PLATSPLAN_DEMO is off.")
    with transaction.atomic():
        _load_people()
        _load_plans()
        reporting_round = _open_round(at=at)
    if not reporting_round.submissions.exists():
        with transaction.atomic():
            _load_reports(reporting_round)
    with transaction.atomic():
        load_follow_up(at=at)
        _load_invitations(at=at)
    return reporting_round


def _load_people() -> None:
    password = make_password(PASSWORD)  # once: hashing is slow on purpose
    groups = {group.name: group for group in Group.objects.all()}
    for local, name, group_name in AGENCY:
        person, created = _account(local, name, password, is_staff=True)
        if created:
            person.groups.add(groups[group_name])
    _account("admin", "Admin Demo", password, is_staff=True, is_superuser=True)
    for index, region in enumerate(Region.objects.order_by("code")):
        for offset, (local, role) in enumerate(ROLES):
            first = FIRST_NAMES[(index * 3 + offset) % len(FIRST_NAMES)]
            last = LAST_NAMES[(index * 5 + offset) % len(LAST_NAMES)]
            person, created = _account(f"{local}-{region.code}", f"{first} {last}", password)
            if created:
                Membership.objects.create(user=person, region=region, role=role)


def _account(local: str, name: str, password: str, **fields: bool) -> tuple[User, bool]:
    return User.objects.get_or_create(
        email=f"{local}@{DOMAIN}", defaults={"name": name, "password": password, "is_demo": True, **fields}
    )


def _load_invitations(*, at: datetime) -> None:
    """Somebody invited who has not answered, and a next ombud who waits for the agency."""
    if Invitation.objects.exists():
        return
    asked = at - timedelta(days=2)
    for code, role, local, name in INVITED:
        email = f"{local}@{DOMAIN}"
        ombud = User.objects.get(email=f"ombud-{code}@{DOMAIN}")
        invitation = invite_to_region(code=code, role=role, email=email, name=name, by=ombud, at=asked)
        if role == Role.OMBUD:
            person, _created = _account(local, name, make_password(PASSWORD))
            accept_invitation(
                invitation_id=invitation.pk,
                link_number=invitation.link_number,
                at=asked + timedelta(hours=5),
                person=person,
            )


def _load_plans() -> None:
    first_year = Baseline.objects.filter(year=2022, post_type=PostType.AT)
    for plan in first_year:
        growth = PLANNED_EXPANSION_TO_2024.get(plan.region_id, 0)
        for year, planned in (
            (2023, plan.planned_posts + (growth + 1) // 2),
            (2024, plan.planned_posts + growth),
        ):
            Baseline.objects.get_or_create(
                region_id=plan.region_id,
                year=year,
                post_type=PostType.AT,
                defaults={
                    "planned_posts": planned,
                    "standing": Standing.SYNTHETIC,
                    "source": SYNTHETIC_SOURCE,
                },
            )


def _open_round(*, at: datetime) -> ReportingRound:
    last_day = (at + timedelta(days=DAYS_OPEN_FROM_NOW)).astimezone(STOCKHOLM)
    closes_at = last_day.replace(hour=23, minute=59, second=0, microsecond=0)
    reporting_round, created = ReportingRound.objects.get_or_create(
        slug=ROUND_SLUG,
        defaults={
            "name": "AT/ST 2022–2024",
            "first_year": 2022,
            "last_year": 2024,
            "opens_at": (at - timedelta(days=DAYS_SINCE_OPENING))
            .astimezone(STOCKHOLM)
            .replace(hour=8, minute=0, second=0, microsecond=0),
            "closes_at": closes_at,
            "is_demo": True,
        },
    )
    if not created and reporting_round.is_demo and not reporting_round.is_open(at=at):
        reporting_round.closes_at = closes_at
        reporting_round.save(update_fields=["closes_at"])
    return reporting_round


def _load_reports(reporting_round: ReportingRound) -> None:
    codes = list(Region.objects.values_list("code", flat=True))
    open_reports(reporting_round=reporting_round, region_codes=codes)
    reports = {report.region_id: report for report in reporting_round.submissions.all()}
    people = {
        (member.region_id, member.role): member.user for member in Membership.objects.select_related("user")
    }
    officer = User.objects.get(email=f"handlaggare@{DOMAIN}")
    inhabitants = dict(
        Inhabitants.objects.filter(reference__slug="projection-2022").values_list("region_id", "persons")
    )
    in_order = sorted(EXAMPLES.items(), key=lambda example: (example[1].day, example[0]))
    for number, (code, example) in enumerate(in_order):
        at = reporting_round.opens_at + timedelta(days=example.day, hours=number % 7, minutes=number * 7 % 60)
        texts = _texts(code, example, reporting_round, persons=inhabitants[code])
        author = people[code, Role.SAMORDNARE]
        texts |= {"contact_name": author.name, "contact_phone": "010-000 00 00"}
        save_draft(submission_id=reports[code].pk, texts=texts, by=author, at=at)
        if example.stage != "draft":
            signatory = people[code, Role.REPRESENTANT if number % 3 else Role.OMBUD]
            _go_through_review(reports[code], example.stage, signatory=signatory, officer=officer, at=at)
        if code in MESSAGES:
            asked = at + timedelta(days=2)
            for after, (body, by) in enumerate(zip(MESSAGES[code], (officer, author), strict=True)):
                post_message(
                    submission_id=reports[code].pk,
                    side=Side.AGENCY if by.is_staff else Side.REGION,
                    body=body,
                    by=by,
                    at=asked + timedelta(hours=3 * after),
                )


def _go_through_review(
    report: Submission, stage: Stage, *, signatory: User, officer: User, at: datetime
) -> None:
    submit_report(
        submission_id=report.pk, by=signatory, at=at + timedelta(minutes=12), attested_in=signatory.language
    )
    later = at + timedelta(days=1, hours=2)
    if stage in ("in_review", "returned", "approved"):
        start_review(submission_id=report.pk, by=officer, at=later)
    if stage == "approved":
        approve_report(
            submission_id=report.pk, revision_number=1, by=officer, at=later + timedelta(minutes=25)
        )
    if stage == "returned":
        return_report(
            submission_id=report.pk,
            revision_number=1,
            by=officer,
            at=later + timedelta(minutes=40),
            message=RETURN_MESSAGE,
            answer_by=(later + timedelta(days=14)).date(),
        )


def _texts(code: str, example: Example, reporting_round: ReportingRound, *, persons: int) -> dict[str, str]:
    """A synthetic report as somebody would type it, with a comment at every warning."""
    plans: Mapping[int, int] = dict(
        Baseline.objects.filter(region_id=code, post_type=PostType.AT).values_list("year", "planned_posts")
    )
    first, *_others = reporting_round.years
    extra = example.posts - plans[first]
    texts: dict[str, str] = {}
    for offset, year in enumerate(reporting_round.years):
        st_posts = persons // 3_900 + 2 * offset
        texts[Cell(PostType.AT, year).field] = str(plans[year] + extra)
        texts[Cell(PostType.ST, year).field] = str(st_posts)
        texts[Cell(PostType.ST_GM, year).field] = str(st_posts * 27 // 100 + offset)
    texts |= _indicator_texts(code, reporting_round, persons=persons)
    if code in ("10", "25"):
        texts[Cell(PostType.ST_GM, reporting_round.last_year).field] = "–"
    if example.stage != "draft":
        for finding in check_texts(texts, years=reporting_round.years, plans=plans, submitting=True):
            if finding.comment_field and not finding.comment:
                texts[finding.comment_field] = (
                    "Fler block vid länets sjukhus enligt regionens plan, beslutade i regionstyrelsen."
                )
    return texts


def _indicator_texts(code: str, reporting_round: ReportingRound, *, persons: int) -> dict[str, str]:
    """Synthetic answers on the page of indicators; two regions lack the hours of private providers."""
    own = persons // 2_300
    private = persons // 4_700
    st_physicians = persons // 4_100
    texts = {
        "gp_own_persons": str(own),
        "gp_own_full_time": _tenths(own * 83),
        "gp_private_persons": str(private),
        "gp_private_full_time": _tenths(private * 88),
        "gp_named": str((own + private) * 9 // 10),
        "gp_retiring_5": str(own // 7),
        "gp_retiring_10": str(own // 3),
        "gp_vacancies": _tenths(own * 11),
        "gm_persons": str(st_physicians),
        "gm_full_time": _tenths(st_physicians * 91),
        "at_wait": _tenths(400 + int(code) * 37 % 900),
        "at_queue": str(persons // 9_000 + int(code) % 5),
    }
    for offset, year in enumerate(reporting_round.years):
        texts[f"gm_starts_{year}"] = str(st_physicians // 6 + offset)
        texts[f"gm_completions_{year}"] = str(st_physicians // 7 + offset)
    if code in ("09", "23"):
        texts["gp_private_full_time"] = "–"
        texts["comment_gp_private_full_time"] = "Vårdgivarna lämnar bara antal personer i sina avtal."
    return texts


def _tenths(hundredths: int) -> str:
    """Hundredths as a figure with one decimal, such as "41,5"."""
    whole, tenth = divmod(hundredths // 10, 10)
    return f"{whole},{tenth}" if tenth else str(whole)
