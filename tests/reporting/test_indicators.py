"""The page of indicators: what is asked, what missing means, what is computed, and past years."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reporting.fields import fields_of
from reporting.indicators import answers_in, ratios_of
from reporting.models import Baseline, Indicator, PostType, ReportingRound, Standing, Years
from reporting.services.submissions import submit_report
from tests.factories import make_draft, make_region_member, make_round, make_submission, moment, report_texts

pytestmark = pytest.mark.django_db

YEARS = Years.of(2022, 2024)


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def member():
    return make_region_member()


@pytest.fixture
def open_round():
    """Open at the moment of the test run, as pages take the time themselves."""
    now = timezone.now()
    return make_round(grant=False, opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=9))


def page_of(reporting_round: ReportingRound) -> str:
    return reverse("reporting:indicators", args=[reporting_round.slug, "03"])


def test_an_unanswered_figure_stops_nothing_and_is_not_stored(member):
    revision = make_submission(make_round(), by=member)
    assert not Indicator.objects.filter(revision=revision).exists()


def test_answers_are_stored_with_the_version(member):
    texts: dict[str, Any] = {"gp_own_persons": "41", "gp_own_full_time": "35,5", "gm_starts_2023": "0"}
    revision = make_submission(make_round(), by=member, **texts)
    stored = {(row.key, row.year): row.value for row in revision.indicators.all()}
    assert stored == {
        ("gp_own_persons", None): Decimal(41),
        ("gp_own_full_time", None): Decimal("35.5"),
        ("gm_starts", 2023): Decimal(0),
    }


def test_the_box_not_available_sets_the_dash_and_asks_for_a_reason(client, member, open_round):
    client.force_login(member)
    address = page_of(open_round)
    answer = client.post(address, {"known": "{}", "gp_named": "", "missing_gp_named": "on"})
    assert answer.status_code == 302
    page = client.get(address).content.decode()
    assert "Able to be named physician is missing" in page
    assert 'id="w-gp_named"' in page
    known = '{"gp_named": [1, "–"]}'
    client.post(address, {"known": known, "gp_named": "–"})  # the box was cleared again
    report = open_round.submissions.get(region="03")
    assert dict(report.draft_values.values_list("field", "text"))["gp_named"] == ""


def test_what_is_typed_counts_before_the_box(client, member, open_round):
    client.force_login(member)
    client.post(page_of(open_round), {"known": "{}", "gp_named": "12", "missing_gp_named": "on"})
    report = open_round.submissions.get(region="03")
    assert dict(report.draft_values.values_list("field", "text")) == {"gp_named": "12"}


def test_the_page_asks_the_database_equally_often_however_much_is_answered(
    client, member, open_round, django_assert_max_num_queries
):
    client.force_login(member)
    with django_assert_max_num_queries(12):
        client.get(page_of(open_round))
    texts = {field.name: "1" for field in fields_of(YEARS)}
    make_draft(open_round, by=member, at=open_round.opens_at, **texts)
    with django_assert_max_num_queries(12):
        assert client.get(page_of(open_round)).status_code == 200


@pytest.mark.parametrize(
    ("private", "persons", "lacking"),
    [("10", 1_000, ""), ("–", None, "Clinically active at private providers, full-time equivalents")],
)
def test_a_ratio_is_not_computed_without_all_its_figures(private, persons, lacking):
    texts = {"gp_own_full_time": "30", "gp_private_full_time": private, "gm_full_time": "0"}
    specialists, physicians = ratios_of(answers_in(texts, years=YEARS), inhabitants=40_000)
    assert (specialists.value, str(specialists.lacking)) == (persons, lacking)
    assert physicians.value is None


@pytest.mark.parametrize("submitted", [True, False])
def test_a_locked_page_is_a_table_to_read_not_a_dead_form(client, member, open_round, submitted):
    texts: dict[str, Any] = report_texts(gp_own_persons="4711", gp_named="–", comment_gp_named="Not counted.")
    if submitted:
        make_submission(open_round, by=member, at=open_round.opens_at + timedelta(hours=1), **texts)
    else:
        make_draft(open_round, by=member, at=open_round.opens_at, **texts | {"gp_vacancies": "some"})
    open_round.closes_at = open_round.opens_at + timedelta(days=1)
    open_round.save()
    client.force_login(member)
    page = client.get(page_of(open_round)).content.decode()
    assert "<fieldset" not in page
    assert "The time for reporting is over" in page
    assert "<strong>4711</strong>" in page.replace("\u00a0", "").replace(" 711", "711")
    assert "Not counted." in page
    assert ("Version 1, submitted on" in page) == submitted
    assert ("<dd>some</dd>" in page) == (not submitted)


def test_a_part_above_its_whole_is_an_error_here_too(client, member, open_round):
    client.force_login(member)
    make_draft(open_round, by=member, at=open_round.opens_at, gp_retiring_5="9", gp_retiring_10="8")
    page = client.get(page_of(open_round)).content.decode()
    assert "9 is more than Expected to retire within 10 years, 8." in page


def test_a_later_round_asks_for_the_outcome_of_past_years_beside_plan_and_report(client, member, open_round):
    earlier = make_round(grant=False, opens_at=moment(1, month=3))
    make_submission(earlier, by=member, at_2022="52")
    Baseline.objects.get_or_create(
        region_id="03",
        year=2023,
        post_type=PostType.AT,
        defaults={"planned_posts": 52, "standing": Standing.SYNTHETIC, "source": "x"},
    )
    for name, value in (("first_year", 2023), ("last_year", 2025), ("follow_up_from", 2022)):
        setattr(open_round, name, value)
    open_round.save()
    texts: dict[str, Any] = report_texts(outcome_at_2022="47")
    texts |= {"at_2023": "50", "at_2024": "50", "at_2025": "50"}
    report = make_draft(open_round, by=member, at=open_round.opens_at, **texts)
    client.force_login(member)
    page = client.get(page_of(open_round)).content.decode()
    assert "AT: plan and outcome" in page
    rows = page[page.index('id="h-outcomes"') :]
    assert [f"<dd>{number}</dd>" in rows for number in (50, 52)] == [True, True]
    assert "<strong>47</strong>" in rows
    assert "−3" in rows
    revision = submit_report(submission_id=report.pk, by=member, at=open_round.opens_at, attested_in="sv")
    assert revision.indicators.get(key="outcome_at").value == 47


def test_a_round_without_past_years_asks_for_no_outcome():
    assert not [field for field in fields_of(YEARS) if field.question.follows_up]
    assert [
        field.name for field in fields_of(Years.of(2023, 2025, past_from=2022)) if field.question.follows_up
    ] == [
        "outcome_at_2022",
        "outcome_st_2022",
    ]
