"""All versions of a report, and what differs between any two."""

from decimal import Decimal

import pytest
from django.test import Client

from reporting.content import content_of, differences
from reporting.models import Revision, User
from tests.factories import make_officer, make_region_member, make_round, make_submission, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions() -> list[Revision]:
    """Three versions: a figure, a comment, an indicator and the contact change on the way."""
    person, reporting_round = make_region_member(name="Åsa Öberg"), make_round(slug="2022-2024", codes=["03"])
    steps = (
        {"gm_2024": "–"},
        {"gm_2024": "41", "at_2022": "60", "comment_at_2022": "Ten more.", "gp_own_persons": "182"},
        {"gm_2024": "41", "at_2022": "60", "comment_at_2022": "Ten <b>.", "gp_own_persons": "–",
         "comment_gp_own_persons": "Unknown.", "contact_name": "Samira"},
    )  # fmt: skip
    return [
        make_submission(reporting_round, by=person, at=moment(10 + day), **texts)
        for day, texts in enumerate(steps)
    ]


def client_of(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def test_differences_tell_figure_comment_and_contact_apart(versions: list[Revision]) -> None:
    first, second, third = (content_of(revision) for revision in versions)
    found = {
        difference.field.name: (difference.is_value, difference.is_comment, difference.change)
        for difference in differences(first, second, years=(2022, 2023, 2024)).fields
    }
    assert found == {
        "at_2022": (True, True, Decimal(10)),
        "gm_2024": (True, False, None),  # from missing to a figure is no sum
        "gp_own_persons": (True, False, None),
    }
    later = differences(second, third, years=(2022, 2023, 2024))
    assert {item.field.name: (item.is_value, item.is_comment) for item in later.fields} == {
        "at_2022": (False, True),
        "gp_own_persons": (True, True),
    }
    assert [(item.before, item.after) for item in later.contact] == [("", "Samira")]
    assert differences(third, third, years=(2022, 2023, 2024)).count == 0


def test_the_page_compares_the_last_two_and_any_two_that_are_chosen(versions: list[Revision]) -> None:
    client, address = client_of(versions[0].submitted_by), "/report/2022-2024/03/versions/"
    text = client.get(address).content.decode()
    assert text.count("Åsa Öberg, ombud") == 3
    assert "Ten &lt;b&gt;." in text
    assert "Samira" in text
    assert "ST in general medicine 2024" not in text
    wide = client.get(address, {"from": "1", "to": "3"}).content.decode()
    assert "ST in general medicine 2024" in wide
    assert "+10" in wide
    assert "Choose two different versions." in client.get(address, {"from": "2", "to": "2"}).content.decode()
    assert client.get(address, {"from": "99", "to": "\x00"}).status_code in (200, 400)


def test_the_page_is_for_those_who_may_read_the_versions(versions: list[Revision]) -> None:
    address = "/report/2022-2024/03/versions/"
    assert client_of(make_officer()).get(address).status_code == 200
    assert client_of(make_region_member("09")).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_page_costs_the_same_however_many_versions(
    versions: list[Revision], django_assert_max_num_queries
) -> None:
    client = client_of(versions[0].submitted_by)
    with django_assert_max_num_queries(18):
        client.get("/report/2022-2024/03/versions/")


def test_submitting_again_shows_what_changed_since_the_last_version(versions: list[Revision]) -> None:
    reporting_round = versions[0].submission.reporting_round
    reporting_round.opens_at, reporting_round.closes_at = moment(1), moment(1, year=2099)
    reporting_round.save()
    text = client_of(versions[0].submitted_by).get("/report/2022-2024/03/submit/").content.decode()
    assert "Changes since version 3" in text
    assert "Nothing differs" in text
