"""Apps with codes, recovery codes, and who must have one of them."""

import base64
import hmac
import io
import re
import struct
import time
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from reporting.accounts.sealing import seal, unseal
from reporting.errors import NotAllowed
from reporting.models import Mail, User
from reporting.services.accounts import reset_second_factor
from tests.factories import make_officer, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
SECRET = base64.b32encode(b"twenty bytes, exactly").decode()
EN = {"Accept-Language": "en"}


def code_of(secret: str = SECRET, *, at: float | None = None) -> str:
    """What an app shows for a secret. Source: RFC 6238, with its usual half minute and six digits."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    [value] = struct.unpack(">I", digest[(start := digest[-1] & 15) : start + 4])
    return f"{(value & 0x7FFFFFFF) % 1_000_000:06}"


def step_one(person: User) -> Client:
    client = Client(headers=EN)
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client


def with_app(**fields: object) -> User:
    person = make_user(password=PASSWORD, **fields)
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    return person


def set_up_app(client: Client) -> str:
    """Set an app up through its page; the address that follows. Needs commits: allauth acts after them."""
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    return str(client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})["Location"])


def officer(**fields: object) -> User:
    return make_officer(password=PASSWORD, **fields)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_with_the_code_that_it_shows_and_brings_recovery_codes() -> None:
    client = step_one(person := make_user(password=PASSWORD))
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert b"The code is wrong" in client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content
    address = set_up_app(client)
    assert address == "/accounts/2fa/recovery-codes/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get(address).content.decode())
    assert len(set(codes)) == 10
    stored = Authenticator.objects.filter(user=person).values_list("data", flat=True)
    assert len(stored) == 2
    assert all(
        value.startswith("gAAAA") for data in stored for value in (data.get("secret") or data["seed"],)
    )
    assert Mail.objects.get(kind="sign_in_changed").text.startswith("An app with codes has been added")


def test_the_password_alone_no_longer_opens_and_a_code_does() -> None:
    client = step_one(with_app())
    assert not signed_in(client)
    assert client.get("/report/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not signed_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert signed_in(client)


def test_a_code_works_once_also_in_the_half_minute_after_its_own() -> None:
    person = with_app()
    at = time.time() // 30 * 30 + 29
    with mock.patch("time.time", return_value=at):
        step_one(person).post("/accounts/2fa/authenticate/", {"code": (code := code_of(at=at))})
    with mock.patch("time.time", return_value=at + 31):
        again = step_one(person)
        answer = again.post("/accounts/2fa/authenticate/", {"code": code})
    assert b"has been used" in answer.content
    assert not signed_in(again)


def test_a_recovery_code_opens_once() -> None:
    person = with_app()
    [code, other, *_rest] = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for typed, opens in ((code, True), (code, False), (other, True)):
        client = step_one(person)
        client.post("/accounts/2fa/authenticate/", {"code": typed})
        assert signed_in(client) is opens
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 8


# What is no answer of a browser, each broken at another place.
BROKEN = (
    '{"id": "AAAA"}',
    "[1]",
    '"text"',
    '{"id": 1, "rawId": 1, "response": null, "type": "public-key"}',
    (
        '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30",'
        ' "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": "!"}}'
    ),
    (
        '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30",'
        ' "attestationObject": "AAAA"}}'
    ),
)


@pytest.mark.parametrize("credential", BROKEN)
def test_a_passkey_that_is_not_known_is_called_one_everywhere(credential: str) -> None:
    with mock.patch.object(webauthn, "get_credentials", return_value=[]):  # the made-up key holds none
        refuse_everywhere(credential)


def refuse_everywhere(credential: str) -> None:
    words = "The passkey is not known here"
    client = Client(headers=EN)
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential}, follow=True)
    assert words in answer.content.decode()
    person = make_user(password=PASSWORD)
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "Key"})
    client = step_one(person)
    assert words in client.post("/accounts/2fa/authenticate/", {"credential": credential}).content.decode()
    client.force_login(person)
    again = "/accounts/2fa/webauthn/reauthenticate/?next=/report/"
    answer = client.post(again, {"credential": credential, "next": "/report/"})
    assert answer["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next=")
    Authenticator.objects.all().delete()
    answer = client.post("/accounts/2fa/webauthn/add/", {"credential": credential})
    assert "The passkey could not be read" in answer.content.decode()


def test_guessing_codes_is_stopped() -> None:
    client = step_one(with_app())
    answers = [client.post("/accounts/2fa/authenticate/", {"code": "000000"}) for _ in range(6)]
    assert b"Too many tries" in answers[-1].content
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert not signed_in(client)


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/reporting/user/", "/report/", "/", "/accounts/password/change/", "/accounts/"]
)
def test_without_a_second_factor_nobody_at_the_agency_comes_further(path: str) -> None:
    client = step_one(officer())
    assert signed_in(client)
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.post(path, {}).status_code == 302
    assert client.get(path, headers={"Accept": "application/json"}).status_code == 403
    assert client.get(path, headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/2fa/"
    assert b"You need a second factor" in client.get("/accounts/2fa/").content


@pytest.mark.django_db(transaction=True)
def test_with_a_second_factor_the_desk_opens() -> None:
    client = step_one(officer())
    set_up_app(client)
    assert client.get("/admin/").status_code == 200


def test_a_session_that_waited_with_a_stolen_password_gains_nothing() -> None:
    person = officer()
    thief = step_one(person)
    TOTP.activate(person, SECRET)
    for path in ("/admin/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/"):
        assert thief.get(path)["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert thief.get("/accounts/reauthenticate/").status_code == 302
    answer = thief.post("/accounts/2fa/reauthenticate/?next=/admin/", {"code": code_of(), "next": "/admin/"})
    assert answer["Location"] == "/admin/"  # whoever has the phone too is the person
    assert thief.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_ends_the_other_sessions() -> None:
    person = make_user(password=PASSWORD)
    elsewhere, here = step_one(person), step_one(person)
    set_up_app(here)
    assert here.get("/accounts/").status_code == 200
    assert elsewhere.get("/accounts/").status_code == 302


@pytest.mark.parametrize(("demo", "kept"), [(False, True), (True, False)])
def test_the_last_factor_stays_with_the_agencys_people(settings: Settings, demo: bool, kept: bool) -> None:
    person = officer()
    TOTP.activate(person, SECRET)
    settings.PLATSPLAN_DEMO = demo
    client = Client(headers=EN)
    client.force_login(person)
    page = client.get("/accounts/2fa/totp/deactivate/").content
    assert (b"Add another before you remove this one" in page) is kept
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=person, type="totp").exists() is kept
    passkey = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Key"})
    Authenticator.objects.filter(type="totp").delete()
    with mock.patch.object(Authenticator, "wrap"):  # a made-up key has no credential to read
        client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
    assert Authenticator.objects.filter(pk=passkey.pk).exists() is kept


def test_in_the_demonstration_the_desk_opens_without_and_says_so(settings: Settings) -> None:
    settings.PLATSPLAN_DEMO = True
    client = step_one(officer())
    assert client.get("/admin/").status_code == 200
    assert b"Optional in the demonstration" in client.get("/accounts/2fa/").content


def test_region_people_may_have_one_and_need_none() -> None:
    client = step_one(make_user(password=PASSWORD))
    assert client.get("/report/").status_code == 200
    assert b"You need a second factor" not in client.get("/accounts/2fa/").content


def test_an_administrator_resets_a_lost_factor_and_the_person_is_told() -> None:
    administrator = officer(is_superuser=True)
    person = with_app(name="Maria Lindqvist")
    with pytest.raises(NotAllowed):
        reset_second_factor(user_id=administrator.pk, by=administrator, at=timezone.now())
    with pytest.raises(NotAllowed):
        reset_second_factor(user_id=person.pk, by=make_officer(), at=timezone.now())
    assert reset_second_factor(user_id=person.pk, by=administrator, at=timezone.now())
    assert not Authenticator.objects.filter(user=person).exists()
    assert administrator.name in Mail.objects.get(recipient=person.email).text
    assert signed_in(step_one(person))


def test_the_desk_offers_the_reset_to_administrators_only() -> None:
    administrator, clerk = officer(is_superuser=True), make_officer()
    person = with_app()
    typed = {"action": "reset_factor", "_selected_action": [person.pk]}
    for by, left in ((clerk, 2), (administrator, 0)):
        client = Client(headers=EN)
        client.force_login(by)
        assert (b"Reset the second factor" in client.get("/admin/reporting/user/").content) is (left == 0)
        client.post("/admin/reporting/user/", typed)
        assert Authenticator.objects.filter(user=person).count() == left
    assert LogEntry.objects.get().object_id == str(person.pk)


def test_the_server_resets_when_no_administrator_can_sign_in() -> None:
    person = with_app(email="admin@example.com")
    for address, words in (("Admin@example.com", "is reset"), ("admin@example.com", "has none")):
        call_command("reset_second_factor", address, stdout=(said := io.StringIO()))
        assert words in said.getvalue()
    assert not Authenticator.objects.filter(user=person).exists()
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("reset_second_factor", "nobody@example.com")


def test_secrets_are_sealed_and_another_key_opens_nothing(settings: Settings) -> None:
    sealed = seal("a secret")
    assert "secret" not in sealed
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key for signing, quite as long"
    assert unseal(sealed) != "a secret"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed) == "a secret"
    settings.SECRET_KEY_FALLBACKS = []
    client = step_one(with_app_sealed_by(former, settings))
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert not signed_in(client)


def with_app_sealed_by(key: str, settings: Settings) -> User:
    present, settings.SECRET_KEY = settings.SECRET_KEY, key
    person = with_app()
    settings.SECRET_KEY = present
    return person
