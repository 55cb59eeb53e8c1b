"""Who may sign in."""

import time

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reporting import mailer
from reporting.demo import DemoRefused, load_demo
from reporting.models import Mail, MailKind, Membership, User
from tests.factories import make_user, moment
from tests.reporting.smtp import free_port, smtp_server, use_smtp

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


def sign_in(email: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


@pytest.mark.parametrize("typed", ["maria@example.com", "Maria@Example.COM", " maria@example.com "])
def test_the_address_is_one_whatever_its_letters(typed: str) -> None:
    make_user(email="maria@example.com", password=PASSWORD)
    assert "_auth_user_id" in sign_in(typed, PASSWORD).session


def test_a_wrong_password_an_unknown_and_a_stopped_account_stay_outside() -> None:
    make_user(email="maria@example.com", password=PASSWORD)
    make_user(email="gone@example.com", password=PASSWORD, is_active=False)
    for email, password in (
        ("maria@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
    ):
        assert "_auth_user_id" not in sign_in(email, password).session


def test_guessing_is_stopped() -> None:
    make_user(email="maria@example.com", password=PASSWORD)
    for _ in range(6):
        sign_in("maria@example.com", "wrong password")
    assert "_auth_user_id" not in sign_in("maria@example.com", PASSWORD).session


def test_a_mail_server_that_is_away_does_not_tell_which_addresses_exist(settings: Settings) -> None:
    use_smtp(settings, free_port())  # nobody listens there
    make_user(email="maria@example.com", password=PASSWORD)
    make_user(email="gone@example.com", password=PASSWORD, is_active=False)
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("maria@example.com", "nobody@example.com", "gone@example.com")
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/accounts/password/reset/done/")
    }
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == (MailKind.PASSWORD_RESET, "maria@example.com")
    assert "/accounts/password/reset/key/" not in mail.text + mail.html
    assert not mailer.send_mail(mail.pk, at=timezone.now())
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(mail.pk, at=timezone.now())
    [received] = postbox.accepted
    assert "/accounts/password/reset/key/" in received.as_string()


def test_sign_up_is_closed() -> None:
    client = Client()
    answer = client.post(
        "/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code in (200, 403)
    assert not User.objects.filter(email="new@example.com").exists()


def test_demonstration_accounts_exist_in_demonstration_mode_only(settings) -> None:
    settings.PLATSPLAN_DEMO = True
    load_demo(at=moment())
    assert "_auth_user_id" in sign_in("ombud-03@platsplan.example", "platsplan-demo").session
    session = sign_in("handlaggare@platsplan.example", "platsplan-demo")
    assert session.get("/admin/").status_code == 200

    settings.PLATSPLAN_DEMO = False
    assert "_auth_user_id" not in sign_in("ombud-03@platsplan.example", "platsplan-demo").session
    assert session.get("/admin/").status_code == 302  # a session from before does not help
    with pytest.raises(DemoRefused):
        load_demo(at=moment())


def test_the_demonstration_has_its_people_once_and_opens_again(settings) -> None:
    settings.PLATSPLAN_DEMO = True
    reporting_round = load_demo(at=moment())
    load_demo(at=moment(20))  # again: nothing is doubled
    assert Membership.objects.count() == 63
    assert set(User.objects.filter(is_staff=True).values_list("email", flat=True)) == {
        "handlaggare@platsplan.example",
        "beslutsfattare@platsplan.example",
        "admin@platsplan.example",
    }
    assert reporting_round.is_demo
    assert reporting_round.is_open(at=moment())
    states = list(reporting_round.submissions.values_list("state", flat=True))
    assert len(states) == 21
    assert states.count("not_started") == 3

    much_later = moment(month=12)  # when it has closed it opens again
    assert load_demo(at=much_later).is_open(at=much_later)


def test_asking_for_a_password_takes_as_long_without_an_account(settings: Settings) -> None:
    settings.PASSWORD_RESET_LEAST_SECONDS = 0.3
    begun = time.monotonic()
    answer = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert answer.status_code == 302
    assert time.monotonic() - begun >= 0.3
