"""A person's own account: details, sessions, confirming who one is before submitting, limits."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from reporting.accounts.devices import device_of
from reporting.mailer import send_mail
from reporting.models import Mail, Role, User
from tests.factories import make_draft, make_region_member, make_round, make_user, report_of
from tests.reporting.test_second_factor import PASSWORD, SECRET, code_of, signed_in, step_one

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"


def let_time_pass(client: Client, minutes: int) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= minutes * 60
    session.save()


def ready_to_submit() -> tuple[User, str]:
    now = timezone.now()
    person = make_region_member("03", Role.REPRESENTANT, password=PASSWORD)
    reporting_round = make_round(
        codes=["03"], opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=9)
    )
    report = make_draft(reporting_round, by=person, at=now)
    return person, f"{report.get_absolute_url()}submit/"


def test_details_are_changed_and_address_and_roles_are_not() -> None:
    person = make_user(password=PASSWORD, email="maria@example.com")
    client = step_one(person)
    typed = {"name": "  Maria   Lindqvist ", "phone": "070-1", "language": "sv", "email": "x@example.com"}
    assert client.post("/accounts/", {**typed, "is_staff": "on"}).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.phone, person.language) == ("Maria Lindqvist", "070-1", "sv")
    assert (person.email, person.is_staff) == ("maria@example.com", False)
    assert b'aria-invalid="true"' in client.post("/accounts/", {"name": "", "language": "sv"}).content


def test_within_a_quarter_of_an_hour_after_signing_in_one_submits_at_once() -> None:
    person, submit = ready_to_submit()
    client = step_one(person)
    let_time_pass(client, 14)
    assert client.get(submit).status_code == 200


def test_later_the_password_is_asked_for_and_one_goes_on_to_the_submit_page() -> None:
    person, submit = ready_to_submit()
    client = step_one(person)
    let_time_pass(client, 16)
    asked = client.get(submit, follow=True)
    assert "What you have saved is kept" in asked.content.decode()
    address = asked.redirect_chain[-1][0]
    assert client.post(address, {"password": "wrong", "next": submit}).status_code == 200
    assert client.get(submit).status_code == 302
    assert client.post(address, {"password": PASSWORD, "next": submit})["Location"] == submit
    assert client.get(submit).status_code == 200


def test_what_was_sent_meanwhile_is_not_lost() -> None:
    person, submit = ready_to_submit()
    client = step_one(person)
    page = client.get(submit).content.decode()
    form = dict(re.findall(r'type="hidden" name="(seen|language)" value="([^"]*)"', page))
    form["attested"] = "1"
    let_time_pass(client, 16)
    asked = client.post(submit, form, follow=True)
    assert report_of(person.memberships.get().region.submissions.get().reporting_round).revision_count == 0
    done = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD, "next": submit})
    assert done["Location"].endswith("/versions/1/")


def test_a_code_confirms_the_person_as_well() -> None:
    person, submit = ready_to_submit()
    TOTP.activate(person, SECRET)
    [recovery, *_others] = RecoveryCodes.activate(person).get_unused_codes()
    client = step_one(person)
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    let_time_pass(client, 16)
    page = client.get(submit, follow=True)
    assert "Use a code from the app" in page.content.decode()
    confirm = f"/accounts/2fa/reauthenticate/?next={submit}"
    used = client.post(confirm, {"code": code_of(), "next": submit})  # the code that opened the session
    assert b"has been used" in used.content
    assert client.post(confirm, {"code": recovery, "next": submit})["Location"] == submit
    assert client.get(submit).status_code == 200


def test_nobody_touches_another_persons_passkey() -> None:
    passkey = Authenticator.objects.create(user=make_user(), type="webauthn", data={"name": "Her phone"})
    client = step_one(make_user(password=PASSWORD))
    for action in ("edit", "remove"):
        address = f"/accounts/2fa/webauthn/keys/{passkey.pk}/{action}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "Mine"}).status_code == 404
    assert b"Her phone" not in client.get("/accounts/2fa/").content


def test_setting_up_a_factor_needs_a_fresh_sign_in() -> None:
    client = step_one(make_user(password=PASSWORD))
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    let_time_pass(client, 16)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")


def test_sessions_are_listed_with_device_and_ended_one_by_one_or_all() -> None:
    person = make_user(password=PASSWORD)
    phone, other, here = (Client(headers={"Accept-Language": "en"}) for _ in range(3))
    for client, agent in ((phone, PHONE), (other, ""), (here, "Mozilla/5.0 (X11; Linux) Firefox/140.0")):
        client.post(
            "/accounts/login/",
            {"login": person.email, "password": PASSWORD},
            headers={"User-Agent": agent},
        )
    page = here.get("/accounts/sessions/").content.decode()
    assert [page.count(words) for words in ("Safari, iPhone", "Firefox, Linux", "Unknown device")] == [
        2,
        1,
        1,
    ]
    assert "127.0.0.1" in page
    stranger = step_one(make_user(password=PASSWORD))
    number = UserSession.objects.get(user_agent=PHONE).pk
    assert stranger.post(f"/accounts/sessions/{number}/end/").status_code == 404
    assert signed_in(phone)
    here.post(f"/accounts/sessions/{number}/end/")
    assert [signed_in(client) for client in (phone, other, here)] == [False, True, True]
    here.post("/accounts/sessions/end/")
    assert [signed_in(client) for client in (other, here, stranger)] == [False, True, True]


def test_a_session_that_has_ended_is_not_listed() -> None:
    person = make_user(password=PASSWORD)
    gone, here = step_one(person), step_one(person)
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date=timezone.now())
    assert here.get("/accounts/sessions/").content.decode().count("pp-keyrow") == 1


def test_many_sessions_cost_no_more_questions(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    person = make_user(password=PASSWORD)
    client = step_one(person)
    for _ in range(9):
        step_one(person)
    with django_assert_max_num_queries(8):
        page = client.get("/accounts/sessions/").content.decode()
    assert page.count("pp-keyrow") == 10


def test_a_new_password_ends_every_session_and_is_told_by_mail() -> None:
    person = make_user(password=PASSWORD)
    elsewhere, here = step_one(person), step_one(person)
    new = "another long password"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", typed).status_code == 302
    assert not signed_in(elsewhere)
    assert not signed_in(here)
    assert not UserSession.objects.filter(user=person).exists()
    mail = Mail.objects.get(recipient=person.email)
    assert mail.text.startswith("The password has been changed.")
    assert send_mail(mail.pk, at=timezone.now())


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "at least 12"),
        ("123456789012345", "entirely numeric"),
        ("passwordpassword", "repeats itself"),
        ("aaaaaaaaaabbb", "repeats itself"),
        ("Sommar2026!!!", "one common word"),
        ("platsplan-demo", "one common word"),
        ("password12345!", "one common word"),
        ("maria.lindqvist1", "too similar"),
        ("Nora Nygren!", "too similar"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, words: str) -> None:
    client = step_one(make_user(password=PASSWORD, name="Nora Nygren", email="maria.lindqvist1@example.com"))
    typed = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert words in client.post("/accounts/password/change/", typed).content.decode()


@pytest.mark.parametrize(
    ("path", "form", "times"),
    [
        ("/accounts/password/reset/", {"email": "maria@example.com"}, 5),
        ("/accounts/reauthenticate/", {"password": "wrong"}, 10),
        ("/accounts/password/change/", {"oldpassword": "wrong"}, 5),
    ],
)
def test_too_many_tries_have_a_page_of_their_own(path: str, form: dict[str, str], times: int) -> None:
    client = step_one(make_user(password=PASSWORD, email="maria@example.com"))
    if "reset" in path:
        client = Client(headers={"Accept-Language": "en"})
    answers = [client.post(path, form) for _ in range(times + 1)]
    assert [answer.status_code == 429 for answer in answers] == [False] * times + [True]
    assert "Too many tries in a short time" in answers[-1].content.decode()
    assert "pp-header" in answers[-1].content.decode()


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (PHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_as_people_name_it(agent: str, device: str) -> None:
    assert device_of(agent) == device
