"""Requests that no page makes: addresses that do not exist, heads, other encodings, forms without a token."""

import pytest
from django.test import Client
from django.utils import timezone

from reporting import fragments
from reporting.models import Assignment, DraftValue
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    report_of,
)
from tests.reporting.test_pages import open_round, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/report/none/03/", "/report/2022-2024/99/", "/report/2022-2024/03/versions/0/", "/report/?region=09"],
)
def test_what_does_not_exist_is_not_found(address: str) -> None:
    open_round(slug="2022-2024")
    assert signed_in(make_region_member()).get(address).status_code == 404


@pytest.mark.parametrize("part", ["report/", "report", "submit/", "versions/1/", "grant"])
def test_asking_for_the_head_of_a_page_is_as_asking_for_it(part: str) -> None:
    reporting_round, person = open_round(), make_region_member()
    revision = make_submission(reporting_round, by=person, at=timezone.now())
    address = revision.submission.get_absolute_url()
    address = {
        "report/": "/report/",
        "report": address,
        "grant": f"/grant/{reporting_round.slug}/03/",
    }.get(part, f"{address}{part}")
    answer = signed_in(person).head(address)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "address",
    [
        "/report/2022-2024/%00/",
        "/grant/2022-2024/%00/",
        "/admin/reporting/region/%00/change/",
        "/admin/reporting/mail/?kind__exact=%00",
        "/admin/reporting/user/?email=a%00",
    ],
)
def test_an_address_with_a_nul_is_a_bad_request(address: str) -> None:
    open_round(slug="2022-2024")
    for person in (make_region_member(), make_user(is_staff=True, is_superuser=True)):
        assert signed_in(person).get(address).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data; boundary=zz; charset=unicode_escape",
        "multipart/form-data; boundary=zz; charset=rot13",
        "multipart/form-data; boundary=zz; charset=nosuch",
    ],
)
def test_a_form_in_another_encoding_is_a_bad_request(content_type: str) -> None:
    reporting_round, person = open_round(), make_region_member()
    body = '--zz\r\nContent-Disposition: form-data; name="contact_name"\r\n\r\n\\ud800\r\n--zz--\r\n'
    client = signed_in(person)
    answer = client.generic(
        "POST", report_of(reporting_round).get_absolute_url(), body, content_type=content_type
    )
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()
    assert not DraftValue.objects.exists()


def test_forms_are_refused_without_a_token() -> None:
    reporting_round, person = open_round(), make_region_member()
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    assert client.post(report_of(reporting_round).get_absolute_url(), {"at_2022": "1"}).status_code == 403
    assert not DraftValue.objects.exists()


# The desk

LIST = "/admin/reporting/submission/"
DIGITS = "9" * 5_000


@pytest.mark.parametrize("key", ["abc", "1\0", DIGITS], ids=["a word", "a nul", "too many digits"])
@pytest.mark.parametrize("address", [LIST, "/admin/reporting/region/"])
def test_rows_that_no_list_offers_are_not_asked_for(address: str, key: str) -> None:
    open_round(slug="2022-2024")
    data = {"action": "export_csv", "_selected_action": key}
    status = signed_in(make_user(is_staff=True, is_superuser=True)).post(address, data).status_code
    # A region's key is text, so that a word is one that is not there.
    assert status == (302 if address != LIST and "\0" not in key else 400)


@pytest.mark.parametrize("officer", ["٣", DIGITS], ids=["other digits", "too many digits"])
def test_an_officer_who_cannot_be_is_not_chosen(officer: str) -> None:
    report, client = report_of(open_round(slug="2022-2024")), signed_in(make_officer())
    assert client.post(f"{LIST}{report.pk}/assign/", {"officer": officer}).status_code == 302
    data = {"action": "assign_selected", "confirmed": "1", "officer": officer, "_selected_action": report.pk}
    assert client.post(LIST, data).status_code == 200
    assert not Assignment.objects.exists()


def test_the_way_through_a_queue_that_cannot_be_asked_for_leads_nowhere() -> None:
    report = report_of(open_round(slug="2022-2024"))
    address = f"{LIST}{report.pk}/change/?_changelist_filters=state__exact%3D%2500"
    assert signed_in(make_officer()).get(address).status_code == 200


@pytest.mark.parametrize(
    "action", ["assign_to_me", "assign_selected", "approve_selected", "return_selected", "extend_selected"]
)
def test_more_reports_than_a_form_holds_are_not_acted_upon(
    action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.admin.queue.MOST_AT_ONCE", 1)
    reporting_round = open_round(slug="2022-2024")
    keys = [report_of(reporting_round, code).pk for code in ("03", "09")]
    client = signed_in(make_officer())
    shown = client.post(LIST, {"action": action, "_selected_action": keys}, follow=True).content.decode()
    assert "choose at most 1 reports at once" in shown
    assert not Assignment.objects.exists()
    one = client.post(LIST, {"action": action, "_selected_action": keys[:1]}, follow=True).content.decode()
    assert "at once" not in one


def test_a_filters_links_are_not_kept_where_a_search_makes_them_long() -> None:
    make_round(codes=["03"])
    client, kept = signed_in(make_officer()), fragments._block.cache_info
    client.get(LIST)
    before = kept().currsize
    assert client.get(f"{LIST}?q={'x' * 3_000}").status_code == 200
    assert kept().currsize - before <= 5  # those with few choices
