"""A round with two grants: each by its own year's figures, shown apart, never summed together."""

import re

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone, translation

from allocation import runner, selectors
from allocation.engine import Report, compute, load_rules
from allocation.models import AllocationRun, RoundGrant
from allocation.preview import previews_of
from allocation.services.runs import request_recomputation
from allocation.status_reports import status_report, write_status_report
from reporting.models import Baseline, Inhabitants, Mail, PostType, ReportingRound, Standing, User
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db
EXAMPLE = "Example data"


@pytest.fixture
def two_grants() -> ReportingRound:
    """A round for at-2022 and at-2024, the plan for 2024 synthetic and 2 posts above that for 2022."""
    plans = Baseline.objects.filter(year=2022, post_type=PostType.AT)
    Baseline.objects.bulk_create(
        Baseline(
            region_id=plan.region_id,
            year=2024,
            post_type=PostType.AT,
            planned_posts=plan.planned_posts + 2,
            standing=Standing.SYNTHETIC,
            source="Example",
        )
        for plan in plans
    )
    reporting_round = make_round(slug="2022-2024", closes_at=timezone.now().replace(year=2099))
    RoundGrant.objects.create(
        reporting_round=reporting_round, rules_name="at-2024", year=2024, title="AT 2024"
    )
    ombud = make_region_member(email="ombud@example.com")
    make_submission(
        reporting_round,
        by=ombud,
        at_2022="60",
        at_2024="57",
        comment_at_2022="New blocks.",
        comment_at_2024="New blocks.",
    )
    runner.recompute(request_recomputation(reporting_round=reporting_round, reason="asked").pk, at=moment(20))
    return reporting_round


def text_of(person: User, address: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " "))


def test_each_grant_is_computed_from_its_own_years_figures(two_grants: ReportingRound) -> None:
    runs = selectors.current_runs(two_grants)
    assert [run.rules_version for run in runs] == ["at-2022.1", "at-2024.1"]
    figures = [run.regions.get(region_id="03") for run in runs]
    assert [(row.planned_posts, row.reported_posts, row.increase) for row in figures] == [
        (50, 60, 10),
        (52, 57, 5),
    ]
    assert [row.total_kr for row in figures] == [10_500_000, 63_000_000 + 7_500_000]
    assert [(run.allocated_kr, run.amount_kr) for run in runs] == [
        (10_500_000, 372_000_000),
        (70_500_000, 223_000_000),
    ]


def test_the_runs_are_what_the_engine_gives_for_each_year(two_grants: ReportingRound) -> None:
    people = dict(
        Inhabitants.objects.filter(reference__slug="projection-2022").values_list("region_id", "persons")
    )
    for run in AllocationRun.objects.all():
        plans = Baseline.objects.filter(year=run.round_grant.year, post_type=PostType.AT)
        reported = {"03": {2022: 60, 2024: 57}[run.round_grant.year]}
        reports = [
            Report(plan.region_id, people[plan.region_id], plan.planned_posts, reported.get(plan.region_id))
            for plan in plans
        ]
        assert compute(load_rules(run.round_grant.rules_name), reports).inputs_sha256 == run.inputs_sha256


def test_the_panel_shows_both_apart_and_marks_the_synthetic_one(two_grants: ReportingRound) -> None:
    texts = {"at_2022": "65", "at_2024": "54"}
    with translation.override("en"):
        first, second = previews_of(report_of(two_grants), texts)
        [_, waiting] = previews_of(report_of(two_grants), {"at_2022": "65"})
    assert (first.title, first.total_kr, first.is_example) == ("AT 2022", 15_750_000, False)
    assert (second.title, second.is_example) == ("AT 2024", True)
    assert second.total_kr > 3_000_000
    assert second.scale is None  # the grant has no threshold
    assert waiting.problem == "Enter AT 2024 to see what it gives."
    page = text_of(User.objects.get(email="ombud@example.com"), "/report/2022-2024/03/")
    assert "How the figures affect the grants" in page
    assert page.count("The plan for 2024 is synthetic") == 1
    assert "The plan for 2022 is synthetic" not in page


@pytest.mark.parametrize(
    ("address", "amount_2024", "sum_of_both"),
    [
        # the start page counts the others with their plan, the run leaves them out
        ("/report/", "9 766 855 kr", "20 266 855 kr"),
        ("/grant/2022-2024/03/", "70 500 000 kr", "81 000 000 kr"),
    ],
)
def test_the_regions_pages_show_each_grant_under_its_name(
    two_grants: ReportingRound, address: str, amount_2024: str, sum_of_both: str
) -> None:
    page = text_of(User.objects.get(email="ombud@example.com"), address)
    assert page.index("AT 2022") < page.index("10 500 000 kr") < page.index(amount_2024)
    assert page.index(amount_2024) > page.index("AT 2024")
    assert sum_of_both not in page  # nowhere are the two summed
    assert page.count("The plan for 2024 is synthetic, since the real one is not public.") == 1


def test_the_agencys_pages_mark_it_too(two_grants: ReportingRound) -> None:
    officer = make_officer(is_superuser=True)
    desk = text_of(officer, "/admin/")
    assert "AT 2022, preliminary 10 500 000 kr Run 1 of 372 000 000 kr AT 2024" in desk
    assert "Run 1 of 223 000 000 kr Example data" in desk
    for run in selectors.current_runs(two_grants):
        page = text_of(officer, f"/admin/allocation/allocationrun/{run.pk}/change/")
        assert ("The plan for 2024 is synthetic" in page) == (run.round_grant.year == 2024)
    report = text_of(officer, f"/admin/reporting/submission/{report_of(two_grants).pk}/change/")
    assert "Basis, AT 2022" in report
    assert f"Basis, AT 2024 {EXAMPLE}" in report


def test_the_status_report_gives_each_grant_its_own_sum(two_grants: ReportingRound) -> None:
    report = status_report(two_grants, at=moment(21))
    assert [(grant.title, grant.is_example) for grant in report.grants] == [
        ("AT 2022", False),
        ("AT 2024", True),
    ]
    officer = make_officer(email="officer@example.com", language="en")
    write_status_report(two_grants, recipients=[officer], occasion="test", at=moment(21))
    mail = Mail.objects.get(recipient="officer@example.com")
    for form in (mail.text, mail.html):
        shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", form).replace("\u00a0", " "))
        assert shown.count("The plan for 2024 is synthetic, since the real one is not public.") == 1
        for amount in ("10 500 000", "372 000 000", "70 500 000", "223 000 000"):
            assert amount in shown
        for both in ("81 000 000", "595 000 000"):
            assert both not in shown


@override_settings(PLATSPLAN_DEMO=True)
def test_the_demonstration_has_both(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    call_command("seed_demo")
    grants = RoundGrant.objects.order_by("year").select_related("current_run")
    assert [(grant.rules_name, grant.current_run.amount_kr) for grant in grants if grant.current_run] == [
        ("at-2022", 372_000_000),
        ("at-2024", 223_000_000),
    ]
    assert AllocationRun.objects.count() == 2
    assert selectors.example_years() == {2023, 2024}
    plan = AllocationRun.objects.get(round_grant__rules_name="at-2024").regions.get(region_id="01")
    assert plan.planned_posts == Baseline.objects.get(region_id="01", year=2024).planned_posts
