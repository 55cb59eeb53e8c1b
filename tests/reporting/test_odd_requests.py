"""Requests that no page makes: addresses that do not exist, heads, other encodings, forms without a token."""

import pytest
from django.test import Client
from django.utils import timezone

from reporting.models import DraftValue
from tests.factories import make_region_member, make_submission, make_user, report_of
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
