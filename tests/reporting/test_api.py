"""The API for a region's own systems: keys, reading, filling in, and everything that can be refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from reporting.models import (
    DraftValue,
    ReportingRound,
    Submission,
)
from reporting.services.drafts import save_draft
from tests.factories import (
    make_draft,
    make_round,
)
from tests.reporting.api_system import System, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference() -> None:
    cache.clear()


def answered(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    body: dict[str, Any] = json.loads(response.content)
    return body


def test_a_system_fills_in_fields_and_reads_them_back() -> None:
    system = System()
    body = answered(
        system.put(
            {
                "at_2022": 60,
                "at_2023": "1 052",
                "gp_own_persons": 120,
                "gp_own_full_time": 101.5,
                "gp_vacancies": {"missing": True, "comment": "Counted in December."},
                "at_2024": {"value": 54, "comment": "As planned."},
                "contact_name": "Åsa",
            }
        )
    )
    assert set(body["changed"]) == {
        "at_2022", "at_2023", "at_2024", "comment_at_2024", "gp_own_persons", "gp_own_full_time",
        "gp_vacancies", "comment_gp_vacancies", "contact_name",
    }  # fmt: skip
    texts = system.texts
    assert (texts["at_2022"], texts["gp_own_full_time"], texts["gp_vacancies"]) == ("60", "101,5", "–")
    assert texts["comment_gp_vacancies"] == "Counted in December."
    read = answered(system.get())["fields"]
    assert (read["at_2022"]["value"], read["gp_own_full_time"]["value"]) == (60, 101.5)
    assert read["gp_vacancies"]["missing"] is True
    assert read["gp_vacancies"]["value"] is None
    assert read["contact_name"]["text"] == "Åsa"
    assert any(
        finding["field"] == "at_2022" and finding["level"] == "warning" for finding in body["findings"]
    )

    answered(system.put({"at_2022": None}))
    assert system.texts["at_2022"] == ""
    assert system.texts["at_2023"] == "1 052"


def test_what_a_system_fills_in_carries_its_name_and_the_person_who_answers_for_it() -> None:
    system = System()
    system.put({"at_2022": 60})
    value = DraftValue.objects.get(field="at_2022")
    assert value.updated_by == system.ombud
    assert value.via == f"HR-systemet ({system.token.prefix})"
    [event] = value.history.all()  # type: ignore[attr-defined]  # by pghistory
    assert event.via == value.via
    assert event.pgh_context.metadata["user"] == system.ombud.pk
    assert event.pgh_context.metadata["key"] == system.token.prefix
    save_draft(submission_id=system.report.pk, texts={"at_2022": "61"}, by=system.ombud, at=timezone.now())
    value.refresh_from_db()
    assert value.via == ""


def test_one_wrong_field_saves_none_and_each_is_told_with_its_place() -> None:
    system = System()
    problem = told(
        system.put({"at_2022": 60, "at_2023": "sixty", "st_2022": 1.5, "gp_wrong": 1, "a/b~c": 2}),
        422,
        "invalid-fields",
    )
    assert {fault["pointer"]: fault["code"] for fault in problem["errors"]} == {
        "/fields/gp_wrong": "unknown-field",
        "/fields/a~1b~0c": "unknown-field",
    }
    problem = told(
        system.put({"at_2022": 60, "at_2023": {"value": "sixty"}, "st_2022": 1.5, "gm_2022": -1}),
        422,
        "invalid-fields",
    )
    assert {fault["pointer"] for fault in problem["errors"]} == {
        "/fields/at_2023/value", "/fields/st_2022", "/fields/gm_2022",
    }  # fmt: skip
    problem = told(system.put({"st_2022": 10, "gm_2022": 11}), 422, "invalid-fields")
    assert problem["errors"][0]["code"] == "part-above-total"
    assert system.texts == {}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"at_2022": True}, "wrong-kind"),
        ({"at_2022": [1]}, "wrong-kind"),
        ({"at_2022": {"value": 1, "more": 2}}, "wrong-kind"),
        ({"at_2022": {"value": 1, "missing": True}}, "value-and-missing"),
        ({"at_2022": {"comment": "a"}, "comment_at_2022": "b"}, "twice"),
        ({"contact_name": {"value": "a", "comment": "b"}}, "no-comment"),
        ({"contact_name": {"missing": True}}, "no-comment"),
        ({"comment_at_2022": {"value": "a", "comment": "b"}}, "no-comment"),
        ({"at_2022": "1" * 6000}, "too-long"),
        ({"comment_at_2022": "x" * 601}, "too-long"),
        ({"contact_phone": "x" * 51}, "too-long"),
        ({"comment_at_2022": "a\x00b"}, "not-text"),
        ({"comment_at_2022": "\ud800"}, "not-text"),
        ({"at_2022": 10**400}, "not-a-number"),
        ({"at_2022": 1e300}, "not-a-number"),
    ],
)
def test_what_is_no_answer_is_told_and_never_an_error_of_the_server(fields: Any, code: str) -> None:
    system = System()
    problem = told(system.put(fields), 422, "invalid-fields")
    assert [fault["code"] for fault in problem["errors"]] in ([code], ["not-a-number"])
    assert system.texts == {}


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"fields": {"at_2022": NaN}}', b'{"fields": {"at_2022": 1, "at_2022": 2}}',
     b"[" * 50_000, b'{"fields": {"at_2022": ' + b"1" * 6000 + b"}}"],
)  # fmt: skip
def test_what_is_no_json_is_told(body: bytes) -> None:
    told(System().put(body=body), 400, "not-json")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"null", b"{}", b'{"fields": []}', b'{"fields": {}, "x": 1}']
)
def test_json_of_another_form_is_told(body: bytes) -> None:
    told(System().put(body=body), 422, "invalid-fields")


def test_too_large_and_other_kinds_of_bodies_are_refused() -> None:
    system = System()
    told(system.put(body=b'{"fields": {}}' + b" " * 64_000), 413, "too-large")
    told(system.put(body=b'{"fields": {}}' + b" " * 3_000_000), 413, "too-large")
    told(system.put(body=b"fields=1", kind="application/x-www-form-urlencoded"), 415, "not-json")


def test_what_a_person_has_filled_in_is_changed_only_by_who_has_read_it() -> None:
    system = System()
    system.put({"at_2023": 52})
    save_draft(
        submission_id=system.report.pk,
        texts={"at_2022": "61", "st_2022": "90"},
        by=system.ombud,
        at=timezone.now(),
    )
    problem = told(system.put({"at_2022": 60, "at_2023": 53, "st_2022": 90}), 409, "filled-in-by-others")
    [fault] = problem["errors"]
    assert fault["field"] == "at_2022"
    assert "61" in fault["detail"]
    assert system.ombud.name in fault["detail"]
    assert system.texts["at_2023"] == "52"

    tag = system.get()["ETag"]
    body = answered(system.put({"at_2022": 60, "at_2023": 53}, if_match=tag))
    assert set(body["changed"]) == {"at_2022", "at_2023"}
    told(system.put({"at_2022": 62}, if_match=tag), 412, "draft-changed")
    assert system.texts["at_2022"] == "60"


def test_an_etag_tells_whether_the_draft_has_changed() -> None:
    system = System()
    first = system.get()
    assert system.get(if_none_match=first["ETag"]).status_code == 304
    changed = system.put({"at_2022": 60})
    assert changed["ETag"] != first["ETag"]
    assert system.get(if_none_match=first["ETag"])["ETag"] == changed["ETag"]
    again = system.put({"at_2022": 60})
    assert answered(again)["changed"] == []
    assert again["ETag"] == changed["ETag"]
    assert DraftValue.objects.get(field="at_2022").version == 1


def test_a_dry_run_checks_and_saves_nothing() -> None:
    system = System()
    body = answered(system.put({"at_2022": 60}, query="?dry_run=true"))
    assert (body["changed"], body["dry_run"]) == (["at_2022"], True)
    assert any(finding["field"] == "at_2022" for finding in body["findings"])
    assert system.texts == {}


def test_another_region_and_an_unknown_round_are_told_apart() -> None:
    system = System()
    other = system.address.replace("/regions/03/", "/regions/04/")
    told(system.put({"at_2022": 1}, address=other), 403, "other-region")
    told(system.get(other), 403, "other-region")
    told(system.get(system.address.replace(system.round.slug, "no-such")), 404, "no-report")
    assert not DraftValue.objects.exists()


@pytest.mark.parametrize("why", ["closed", "not open yet", "approved"])
def test_a_report_that_cannot_be_changed_is_told(why: str) -> None:
    now = timezone.now()
    times: dict[str, dict[str, Any]] = {
        "closed": {"opens_at": now - timedelta(days=9), "closes_at": now - timedelta(days=1)},
        "not open yet": {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=9)},
        "approved": {},
    }
    system = System(**times[why])
    if why == "approved":
        Submission.objects.filter(pk=system.report.pk).update(state="submitted")
        Submission.objects.filter(pk=system.report.pk).update(state="approved")
    told(system.put({"at_2022": 1}), 409, "report-locked" if why == "approved" else "round-not-open")


def test_every_round_and_every_field_is_listed() -> None:
    system = System()
    [listed] = json.loads(system.get("/api/v1/key/rounds").content)
    assert (listed["round"], listed["years"], listed["may_be_changed"]) == (
        system.round.slug,
        [2022, 2023, 2024],
        True,
    )
    fields = {
        field["name"]: field
        for field in json.loads(system.get(f"/api/v1/rounds/{system.round.slug}/fields").content)
    }
    assert fields["gm_2022"]["part_of"] == "st_2022"
    assert fields["gp_own_full_time"]["decimals"] == 1
    assert set(fields) <= set(answered(system.put(dict.fromkeys(fields, 0)))["fields"])


def test_half_a_character_is_no_name_of_a_field() -> None:
    system = System()
    for body in ('{"fields": {"\\ud800": 1}}', '{"fields": {}, "\\udfff": 1}'):
        answer = system.client.put(
            system.address,
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {system.secret}"},
        )
        told(answer, 400, "not-json")


def test_the_description_names_every_path_and_answer() -> None:
    described = json.loads(Client().get("/api/v1/openapi.json").content)
    assert described["openapi"].startswith("3.")
    draft = described["paths"]["/api/v1/rounds/{round}/regions/{code}/draft"]
    assert set(draft["put"]["responses"]) >= {"200", "401", "403", "404", "409", "412", "413", "422", "429"}
    assert draft["put"]["security"] == [{"Key": []}]
    assert {parameter["name"] for parameter in draft["put"]["parameters"]} >= {
        "round",
        "code",
        "dry_run",
        "If-Match",
    }


def test_the_number_of_queries_does_not_grow_with_the_fields(django_assert_max_num_queries: Any) -> None:
    system = System()
    system.put({"at_2022": 1})
    names = [
        field["name"]
        for field in json.loads(system.get(f"/api/v1/rounds/{system.round.slug}/fields").content)
    ]
    system.put(dict.fromkeys(names, 0), if_match=system.get()["ETag"])
    with django_assert_max_num_queries(20):
        system.get()


def test_rounds_that_were_made_earlier_read_too() -> None:
    system = System()
    later = make_round(grant=False)
    assert ReportingRound.objects.count() == 2
    make_draft(later, by=system.ombud)
    assert answered(system.get(f"/api/v1/rounds/{later.slug}/regions/03/draft"))["may_be_changed"] is False
