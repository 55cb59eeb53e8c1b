"""The open API: what it gives, what it never gives, and that it keeps to its own description."""

import json
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from config.wsgi import application
from publication.api.access import network_of
from reporting.models import PublishedRate, Region
from tests.publication.published import Published, next_second

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """Asked as often as a test likes."""
    with patch("publication.api.access.PerNetwork.allows", return_value=True):
        yield


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """What Django's own test client does: the connection holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def told(client: Client, address: str, status: int = 200, **headers: str) -> Any:
    answer = client.get(f"/api/v1/{address}", headers={"Accept-Language": "en", **headers})
    assert answer.status_code == status, answer.content
    kind = "application/json; charset=utf-8" if status == 200 else "application/problem+json"
    assert answer["Content-Type"] == kind
    return json.loads(answer.content)


def test_the_21_published_rates_of_2022(published: Published, client: Client) -> None:
    rates = {row.region_id: f"{row.rate:.2f}" for row in PublishedRate.objects.filter(year=2022)}
    plans = told(client, "plans?year=2022")["items"]
    assert {plan["region"]: plan["published_rate"] for plan in plans} == rates
    assert {plan["region"]: plan["planned_rate"] for plan in plans} == rates
    regions = told(client, "runs/2022-2024/at-2022/1")["regions"]
    assert {region["region"]: region["planned_rate"] for region in regions} == rates


def test_kronor_are_whole_numbers_that_sum_to_the_run(published: Published, client: Client) -> None:
    awards = told(client, "awards?limit=500")["items"]
    assert sum(award["amount_kr"] for award in awards) == published.run.allocated_kr
    assert all(type(award["amount_kr"]) is int for award in awards)


def test_what_is_not_published_is_in_no_answer(published: Published, client: Client) -> None:
    assert [run["run"] for run in told(client, "runs")["items"]] == [1]
    told(client, "runs/2022-2024/at-2022/2", 404)
    for name in ("figures", "awards", "traces"):
        assert told(client, f"{name}?run=2")["items"] == []
    assert {one["posts"] for one in told(client, "figures?region=19")["items"]} == {43, None}
    assert {one["posts"] for one in told(client, "figures?region=18&kind=reported")["items"]} == {None}
    everything = json.dumps(
        [told(client, f"{name}?limit=100") for name in ("figures", "awards", "traces", "runs")]
    )
    assert published.hidden.inputs_sha256 not in everything
    assert not re.search(rf"(?<![0-9a-f.]){published.DRAFT_POSTS}(?![0-9a-f])", everything)


def test_a_trace_ends_in_its_award(published: Published, client: Client) -> None:
    for one in told(client, "traces?region=09")["items"]:
        assert one["steps"][-1]["result"] in (one["amount_kr"], False, None)
        assert one["steps"][0]["rule"] == "reported"


def test_filters_narrow_and_parts_follow_each_other(published: Published, client: Client) -> None:
    assert told(client, "figures?region=03&kind=reported&post_type=AT&year=2022")["count"] == 1
    assert told(client, "awards?eligible=true")["count"] == 2
    seen: list[str] = []
    address: str | None = "/api/v1/regions?limit=8"
    while address:
        part = told(client, address.removeprefix("/api/v1/"))
        seen += [region["code"] for region in part["items"]]
        address = part["next"]
    assert len(seen) == len(set(seen)) == part["count"] == 21


@pytest.mark.parametrize(
    ("address", "status", "end"),
    [
        ("regions/77", 404, "not-found"),
        ("nothing", 404, "not-found"),
        ("regions/", 404, "not-found"),
        ("regions?limit=501", 422, "invalid-fields"),
        ("regions?limit=1e3", 422, "invalid-fields"),
        ("awards?regoin=03", 422, "invalid-parameters"),
        ("awards?region=03&region=09", 422, "invalid-parameters"),
        ("awards?region=%00", 400, "unreadable"),
        ("key/rounds", 401, "no-key"),
    ],
)
def test_every_refusal_is_a_problem(
    published: Published, client: Client, address: str, status: int, end: str
) -> None:
    problem = told(client, address, status)
    assert problem["type"] == f"urn:platsplan:problem:{end}"
    assert problem["status"] == status
    assert problem["title"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=0", "Måste vara minst 1."),
        ("limit=501", "Får vara högst 500."),
        ("year=x", "Måste vara ett helt tal i siffror."),
        ("region=3", "Måste följa mönstret ^[0-9]{2}$."),
        ("kind=plan", "Måste vara något av dessa: 'planned', 'reported'."),
    ],
)
def test_a_fault_is_told_in_the_callers_language(db: None, client: Client, query: str, said: str) -> None:
    problem = client.get(f"/api/v1/figures?{query}", headers={"Accept-Language": "sv"}).json()
    assert [fault["detail"] for fault in problem["errors"]] == [said]


def test_the_entrance_leads_people_and_programs_on(db: None, client: Client) -> None:
    told_all = told(client, "")
    assert "/api/v1/regions" in told_all["resources"]
    for address in (*told_all["resources"], told_all["openapi"], told_all["documentation"]):
        assert client.get(address).status_code == 200
    browser = client.get("/api/v1/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser["Location"] == "/api/v1/docs"
    assert client.post("/api/v1/").status_code == 405


def test_what_goes_wrong_on_our_side_is_a_problem_that_tells_nothing(db: None) -> None:
    client = Client(raise_request_exception=False)
    with patch("publication.api.resources.data_of", side_effect=RuntimeError("the password")):
        problem = told(client, "regions", 500)
    assert problem["type"] == "urn:platsplan:problem:failed"
    assert "password" not in json.dumps(problem)


def test_another_method_is_a_problem_too(db: None, client: Client) -> None:
    answer = client.post("/api/v1/regions")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer["Allow"] == "GET"
    assert client.head("/api/v1/regions").status_code == 200
    strict = Client(enforce_csrf_checks=True)
    for path, status in (("", 405), ("docs", 405), ("openapi.json", 405), ("no-such", 404), ("plans", 405)):
        refused = strict.post(f"/api/v1/{path}")
        assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json"), path


def test_an_answer_is_sent_again_only_when_it_has_changed(published: Published, client: Client) -> None:
    first = client.get("/api/v1/awards")
    for name, value in (
        ("If-None-Match", first["ETag"]),
        ("If-Modified-Since", next_second(first["Last-Modified"])),
    ):
        assert client.get("/api/v1/awards", headers={name: value}).status_code == 304
    Region.objects.filter(code="03").update(short_name="Upsala")
    assert client.get("/api/v1/awards", headers={"If-None-Match": first["ETag"]}).status_code == 304
    regions = client.get("/api/v1/regions")
    Region.objects.filter(code="03").update(short_name="Uppsala")
    assert client.get("/api/v1/regions", headers={"If-None-Match": regions["ETag"]}).status_code == 200


def test_pages_of_other_hosts_may_read_without_keys(db: None, client: Client) -> None:
    assert client.get("/api/v1/regions")["Access-Control-Allow-Origin"] == "*"
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/api/v1/rounds/x/regions/03/draft", headers=asked)
    assert allowed.status_code == 204
    assert "authorization" not in allowed["Access-Control-Allow-Headers"].lower()
    assert "PUT" not in allowed["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in client.get("/verify/")
    assert "Access-Control-Allow-Credentials" not in allowed


def test_a_network_that_asks_too_often_waits(db: None, client: Client) -> None:
    with patch("publication.api.access.PerNetwork.allows", side_effect=[True, False]):
        told(client, "regions")
        refused = client.get("/api/v1/regions")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert int(refused["Retry-After"]) >= 1


def test_networks_are_counted_apart() -> None:
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of(None) == "?"


@pytest.mark.parametrize("path", ["regions", "figures", "awards", "runs/2022-2024/at-2022/1"])
def test_an_answer_costs_one_query_once_the_data_are_read(
    published: Published, client: Client, django_assert_num_queries: Any, path: str
) -> None:
    told(client, "regions")
    with django_assert_num_queries(1):
        told(client, path)


def test_the_documentation_needs_nothing_from_elsewhere(db: None, client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    described = json.loads(client.get("/api/v1/openapi.json").content)
    for path in described["paths"]:
        assert path in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


def test_schemathesis_finds_no_fault(published: Published, kept_connection: None) -> None:
    """Good and bad requests to everything that is open, each answer against the description."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    found = schema.include(tag="open data")
    asked: set[str] = set()
    for result in found.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        asked.add(operation.path)
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            _ask(operation, strategy)
    assert len(asked) == 12


def _ask(operation: Any, strategy: Any) -> None:
    @settings(
        max_examples=3,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        case.call_and_validate()

    ask()
