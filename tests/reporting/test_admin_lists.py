"""Lists at the desk of keys, files that wait, news and choices: read by case officers, changed by nobody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reporting.models import (
    MailChoice,
    MailRhythm,
    Membership,
    News,
    NewsKind,
    PendingUpload,
    Region,
    ReportingRound,
    Role,
    Side,
    User,
)
from reporting.services.tokens import create_token, revoke_token
from tests.factories import make_officer, make_region_member, make_round, make_user, report_of

pytestmark = pytest.mark.django_db
LISTS = ("apitoken", "pendingupload", "news", "mailchoice")


def signed_in(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(f"/admin/reporting/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def fill(reporting_round: ReportingRound, code: str) -> User:
    """One of each for a region."""
    now = timezone.now()
    found = User.objects.filter(memberships__region=code, memberships__role=Role.OMBUD).first()
    ombud = found or make_region_member(code, name=f"Ombud {code}")
    report = report_of(reporting_round, code)
    create_token(region_code=code, name=f"Staff {reporting_round.pk}", by=ombud, at=now)
    PendingUpload.objects.create(
        submission=report, user=ombud, kind="csv", file_name=f"file-{code}.csv", template=2, issued_at=now,
        content=b"what-a-region-types", texts={"at_2022": ["4711", "", "", 1]}, created_at=now,
        expires_at=now + timedelta(hours=2),
    )  # fmt: skip
    News.objects.create(
        user=ombud, kind=NewsKind.MESSAGE, occasion=f"{reporting_round.pk}/{code}", submission=report,
        side=Side.REGION, actor_name=f"Writer {code}", at=now,
    )  # fmt: skip
    MailChoice.objects.get_or_create(user=ombud, defaults={"rhythm": MailRhythm.WEEKLY})
    return ombud


def test_the_lists_take_the_same_few_queries_however_many_rows() -> None:
    client = signed_in(make_officer())
    codes = list(Region.objects.values_list("code", flat=True)[:8])

    def queries() -> list[int]:
        counts = []
        for name in LISTS:
            with CaptureQueriesContext(connection) as captured:
                page(client, f"{name}/")
            counts.append(len(captured))
        return counts

    for code in codes[:2]:
        fill(make_round(), code)
    page(client, "news/")
    few = queries()
    reporting_round = make_round()
    for code in codes:
        fill(reporting_round, code)
    many = queries()
    assert max(many) <= 12
    # a filter by round costs a query once there is more than one to choose from
    assert [count - before <= 1 for before, count in zip(few, many, strict=True)] == [True] * len(LISTS)


@pytest.mark.parametrize(("name", "words"), [
    ("apitoken", "Ombud 04"), ("pendingupload", "file-04.csv"), ("news", "Writer 04"),
    ("mailchoice", "Ombud 04"),
])  # fmt: skip
def test_a_search_finds_a_regions_row_and_leaves_the_others(name: str, words: str) -> None:
    reporting_round = make_round()
    for code in ("03", "04"):
        fill(reporting_round, code)
    text = page(signed_in(make_officer()), f"{name}/?q={words.replace(' ', '+')}")
    assert words in text
    assert words.replace("04", "03") not in text


def test_a_key_says_whether_it_opens_anything() -> None:
    reporting_round, now = make_round(), timezone.now()
    makers = {code: fill(reporting_round, code) for code in ("01", "03", "04")}
    revoked, _secret = create_token(region_code="01", name="Old system", by=makers["01"], at=now)
    revoke_token(token_id=revoked.pk, region_code="01", by=makers["01"], at=now)
    User.objects.filter(pk=makers["04"].pk).update(is_active=False)
    client = signed_in(make_officer())
    for state, words in (("live", "Ombud 03"), ("revoked", "Old system"), ("orphaned", "Ombud 04")):
        text = page(client, f"apitoken/?state={state}")
        assert words in text
        assert ("Ombud 03" in text) == (state == "live")


def test_what_waits_in_a_file_is_never_shown_to_the_agency() -> None:
    fill(make_round(), "03")
    client = signed_in(make_officer())
    waiting = PendingUpload.objects.get()
    for address in ("pendingupload/", f"pendingupload/{waiting.pk}/change/"):
        text = page(client, address)
        assert "file-03.csv" in text
        assert "4711" not in text
        assert "what-a-region-types" not in text


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("who", [make_officer, lambda: make_user(is_staff=True, is_superuser=True)])
def test_nobody_changes_what_the_lists_show(name: str, who: Callable[[], User]) -> None:
    fill(make_round(), "03")
    client = signed_in(who())
    assert client.get(f"/admin/reporting/{name}/add/").status_code == 403
    assert "Save" not in page(client, f"{name}/")
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    assert signed_in(decider).get(f"/admin/reporting/{name}/").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_the_start_page_and_the_people_lead_to_the_keys(role: Role) -> None:
    make_round(opens_at=timezone.now() - timedelta(days=1), closes_at=timezone.now() + timedelta(days=9))
    person = make_region_member("03", role)
    assert Membership.objects.filter(user=person).count() == 1
    client = signed_in(person)
    for address in ("/report/", "/report/people/03/"):
        assert 'href="/report/region/03/keys/"' in client.get(address).content.decode(), address


@pytest.mark.parametrize(
    "query",
    [
        "pendingupload/?texts__icontains=4711",
        "pendingupload/?texts__at_2022__0=4711",
        "pendingupload/?content__contains=what",
        "pendingupload/?versions__isnull=false",
        "pendingupload/?problems=[]",
        "apitoken/?secret_sha256__startswith=a",
    ],
)
def test_an_address_asks_no_list_for_what_it_does_not_show(query: str) -> None:
    """A list that is empty for a wrong guess, and not for a right one, tells a draft figure by figure."""
    fill(make_round(), "03")
    client = signed_in(make_officer())
    assert client.get(f"/admin/reporting/{query}").status_code == 400
    assert "file-03.csv" in page(client, "pendingupload/?kind__exact=csv")
