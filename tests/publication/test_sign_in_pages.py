"""The sign-in pages' look."""

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reporting.mailer import send_mail
from reporting.models import Mail
from tests.factories import make_user

EN = {"Accept-Language": "en"}


@pytest.mark.django_db
def test_fields_have_labels_and_say_what_may_fill_them(client: Client) -> None:
    html = client.get("/accounts/login/", headers=EN).content.decode()
    for field in ("id_login", "id_password"):
        assert f'<label class="pp-field-label" for="{field}">' in html
    assert 'autocomplete="current-password"' in html
    assert re.search(r'<input[^>]*name="login"[^>]*autocomplete="(email|username)"', html) or re.search(
        r'<input[^>]*autocomplete="(email|username)"[^>]*name="login"', html
    )


@pytest.mark.django_db
def test_a_refused_sign_in_is_announced_and_keeps_the_address(client: Client) -> None:
    typed = {"login": "nobody@example.com", "password": "wrong wrong wrong"}
    html = client.post("/accounts/login/", typed, headers=EN).content.decode()
    summary = html.split('role="alert"')[1].split("</ul>")[0]
    assert "<li>" in summary
    assert 'value="nobody@example.com"' in html
    assert "wrong wrong wrong" not in html


@pytest.mark.django_db
def test_an_empty_field_is_named_in_the_summary_and_marked(client: Client) -> None:
    html = client.post("/accounts/login/", {}, headers=EN).content.decode()
    assert '<a href="#id_login">' in html
    assert 'aria-invalid="true"' in html
    described = re.search(r'<input[^>]*name="login"[^>]*aria-describedby="([^"]+)"', html) or re.search(
        r'aria-describedby="([^"]+)"[^>]*id="id_login"', html
    )
    assert described is not None
    for name in described.group(1).split():
        assert f'id="{name}"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_demonstration_accounts_are_listed_in_demonstration_mode_only(
    client: Client, settings: Settings, demo: bool
) -> None:
    settings.PLATSPLAN_DEMO = demo
    html = client.get("/accounts/login/").content.decode()
    assert ("representant-03@platsplan.example" in html) is demo
    assert ("platsplan-demo" in html) is demo
    assert ("pp-demo" in html) is demo


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/password/reset/key/1-abc/"],
)
def test_the_way_back_from_a_lost_password_has_our_look(client: Client, path: str) -> None:
    html = client.get(path, headers=EN).content.decode()
    assert "pp-entrance" in html
    assert html.count("<h1") == 1
    assert "Bad Token" not in html


@pytest.mark.django_db
def test_sign_up_is_closed_and_says_how_to_get_an_account(client: Client) -> None:
    assert "Accounts are given by invitation" in client.get("/accounts/signup/", headers=EN).content.decode()


@pytest.mark.django_db
def test_the_mail_about_a_new_password_leads_to_a_page_where_it_is_chosen(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    make_user(email="maria@example.com", password="an old password, long", language="en")
    client.post("/accounts/password/reset/", {"email": "maria@example.com"}, headers=EN)
    assert not mailoutbox  # the worker sends it
    send_mail(Mail.objects.get().pk, at=timezone.now())
    (mail,) = mailoutbox
    assert mail.subject == "Choose a new password for Platsplan"
    assert "for maria@example.com in Platsplan" in " ".join(str(mail.body).split())
    link = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))
    assert link is not None
    page = client.get(link.group(1), headers=EN, follow=True).content.decode()
    assert "<h1" in page
    assert 'autocomplete="new-password"' in page
    assert "Choose a password" in page
