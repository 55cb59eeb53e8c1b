"""What regions answered on the page of indicators is open: each answer, and why there is none."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from allocation import runner
from allocation.models import AllocationRun, Recomputation
from allocation.services.publications import publish_run
from publication import opendata
from publication.opendata_records import Status
from reporting.fields import Page, fields_of
from reporting.models import Indicator, ReportingRound, User
from tests.factories import make_region_member, make_round, make_submission, make_user

pytestmark = pytest.mark.django_db
REASON = "Anna Andersson har inte lämnat uppgiften."
HIDDEN = "417.5"
ANSWERS: dict[str, Any] = {
    "at_wait": "7,5",
    "gp_own_persons": "204",
    "gm_starts_2023": "0",
    "outcome_at_2021": "48",
    "at_queue": "–",
    "comment_at_queue": REASON,
}


class Answered:
    """Uppsala's answers, published; Gotland reported after that, in a run that is not."""

    def __init__(self) -> None:
        now = timezone.now()
        self.round: ReportingRound = make_round(
            slug="2022-2024",
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=9),
            follow_up_from=2021,
        )
        make_submission(self.round, "03", by=make_region_member("03"), at=now, **ANSWERS)
        self.decider: User = make_user(is_staff=True, groups=["Beslutsfattare"])
        publish_run(run=self.computed(), by=self.decider, at=now)
        make_submission(self.round, "09", by=make_region_member("09"), at=now, gp_own_full_time="417,5")
        self.hidden = self.computed()

    def computed(self) -> AllocationRun:
        """The run of what has been submitted so far."""
        runner.recompute(Recomputation.objects.latest("pk").pk, at=timezone.now())
        return AllocationRun.objects.latest("pk")


@pytest.fixture
def answered(db: None) -> Answered:
    """Every file and answer is read and made anew."""
    caches["pages"].clear()
    caches["default"].clear()
    opendata._data.forget()
    return Answered()


def told(client: Client, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/indicators?limit=500&{query}")
    assert answer.status_code == 200, answer.content
    return list(json.loads(answer.content)["items"])


def filed(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/open-data/2022-2024/at-2022/run-1/indicators.json")
    assert answer.status_code == 200
    return list(json.loads(answer.content)["rows"])


def test_every_answer_of_a_published_report_is_open(answered: Answered, client: Client) -> None:
    rows = {(row["indicator"], row["year"]): row for row in told(client, "region=03")}
    asked = fields_of(answered.round.years, page=Page.INDICATORS)
    assert list(rows) == [(field.question.key, field.year) for field in asked]
    stored = Indicator.objects.filter(revision__submission__region="03", value__isnull=False)
    assert stored.count() > 3
    for one in stored:
        row = rows[one.key, one.year]
        assert (float(row["value"]), row["status"]) == (float(one.value or 0), "reported")
        assert (row["standing"], row["source"]) == ("published", "Regionens rapport 2022-2024-03, version 1")
    assert rows["at_wait", None]["value"] == "7.5"
    assert (rows["gp_own_persons", None]["value"], rows["gp_own_persons", None]["unit"]) == ("204", "persons")
    assert rows["gm_starts", 2023]["value"] == "0"
    assert rows["outcome_at", 2021]["value"] == "48"


def test_what_is_missing_says_so_by_a_code_and_never_by_the_regions_words(
    answered: Answered, client: Client
) -> None:
    [queue] = told(client, "region=03&indicator=at_queue")
    assert (queue["value"], queue["status"], queue["report_version"]) == (None, "missing", 1)
    assert (queue["standing"], queue["source"]) == ("", "")
    [vacancies] = told(client, "region=03&indicator=gp_vacancies")
    assert (vacancies["value"], vacancies["status"]) == (None, "not-answered")
    everything = client.get("/open-data/2022-2024/at-2022/run-1/indicators.csv").content.decode()
    assert "missing" in everything
    assert "Anna" not in everything


def test_a_report_that_is_not_published_answers_nothing(answered: Answered, client: Client) -> None:
    rows = told(client, "region=09")
    assert {row["status"] for row in rows} == {"not-reported"}
    assert {row["report_version"] for row in rows} == {None}
    assert not [row for row in filed(client) if row["value"] == HIDDEN]
    opendata._data.forget()
    publish_run(run=answered.hidden, by=answered.decider, at=timezone.now())
    assert [row["value"] for row in told(client, "region=09&indicator=gp_own_full_time")] == [HIDDEN]


def test_file_and_api_say_the_same(answered: Answered, client: Client) -> None:
    names = "indicator year value unit status report_version standing source".split()
    filed_rows = [{name: row[name] for name in names} for row in filed(client) if row["region_code"] == "03"]
    assert filed_rows == [{name: row[name] for name in names} for row in told(client, "region=03")]


def test_every_code_in_a_row_is_explained(answered: Answered, client: Client) -> None:
    whole = json.loads(client.get("/open-data/2022-2024/at-2022/run-1/indicators.json").content)
    codes = {
        column["name"]: {code["code"]: code for code in column["codes"]}
        for column in whole["columns"]
        if "codes" in column
    }
    assert set(codes) == {"indicator", "unit", "status"}
    assert set(codes["status"]) == set(Status)
    for name, known in codes.items():
        assert {row[name] for row in whole["rows"]} <= set(known)
        assert all(code["en"] and code["sv"] and code["en"] != code["sv"] for code in known.values())
    page = client.get("/open-data/", headers={"Accept-Language": "en"}).content.decode()
    assert "<code>gp_retiring_5</code> Specialists in general medicine: Expected to retire" in page


def test_filters_of_the_api(answered: Answered, client: Client) -> None:
    assert {row["region"] for row in told(client, "indicator=at_wait&status=reported")} == {"03"}
    assert {row["indicator"] for row in told(client, "region=03&year=2023")} == {
        "gm_starts",
        "gm_completions",
    }
    assert client.get("/api/v1/indicators?status=unknown").status_code == 422


def test_reading_them_costs_the_same_for_one_report_and_two(
    answered: Answered, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish_run(run=answered.hidden, by=answered.decider, at=timezone.now())
    with django_assert_max_num_queries(16):
        assert len(filed(client)) > 100
