"""Sign-in through a region's own identity provider: real authorisation-code flows against a real server."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from config.identity_providers import providers_in
from reporting.models import Mail, Membership, Region, Role, User
from tests.factories import make_draft, make_officer, make_round, make_user, moment
from tests.reporting.identity_provider import IdentityProvider, identity_provider
from tests.reporting.test_second_factor import SECRET, code_of

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
ANNA = "anna@regionuppsala.se"


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityProvider]:
    """One server for these tests; each has people of its own there."""
    with identity_provider() as running:
        yield running


@pytest.fixture
def provider(server: IdentityProvider, settings: Settings) -> IdentityProvider:
    """The server, set up as Region Uppsala's, with Anna in it."""
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": providers_in(environment(server.address))}}
    server.knows("anna", email=ANNA, email_verified=True, name="Anna")
    return server


def environment(address: str, **more: str) -> environ.Env:
    env = environ.Env()
    env.ENVIRON = {
        "OIDC_PROVIDERS": "uppsala",
        "OIDC_UPPSALA_NAME": "Region Uppsala",
        "OIDC_UPPSALA_SERVER": address,
        "OIDC_UPPSALA_CLIENT_ID": "platsplan",
        "OIDC_UPPSALA_CLIENT_SECRET": "secret",
        "OIDC_UPPSALA_DOMAINS": "regionuppsala.se,akademiska.se",
        **more,
    }
    return env


def come_back(client: Client, provider: IdentityProvider, *, sub: str = "anna", query: str = "") -> Any:
    """Follow the link on the sign-in page there and back again; the answer to the coming back."""
    there = client.get(f"/accounts/oidc/uppsala/login/?process=login{query}")
    assert there["Location"].startswith(f"{provider.address}/oauth2/authorize?")
    assert "code_challenge_method=S256" in there["Location"]
    return client.get(provider.sign_in(there["Location"], sub=sub))


def signed_in_as(client: Client) -> User | None:
    answer = client.get("/accounts/")
    return answer.context["user"] if answer.status_code == 200 else None


def make_anna(**fields: object) -> User:
    return make_user(email=ANNA, **fields)


def test_an_invited_person_signs_in_and_is_linked_by_the_confirmed_address(
    provider: IdentityProvider,
) -> None:
    anna, client = make_anna(), Client(headers=EN)
    page = client.get("/accounts/login/").content.decode()
    assert re.search(r'href="/accounts/oidc/uppsala/login/\?process=login"[^>]*>Sign in through Region', page)
    assert come_back(client, provider)["Location"] == "/after-sign-in/"
    assert signed_in_as(client) == anna
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.uid, link.extra_data) == (anna, "uppsala", "anna", {})
    assert "through Region Uppsala has been used for the first time" in Mail.objects.get().text

    provider.knows("anna", email="anna.berg@akademiska.se", email_verified=True)  # married, moved house
    again = Client(headers=EN)
    come_back(again, provider)
    assert signed_in_as(again) == anna
    assert SocialAccount.objects.get().extra_data == {}
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "nobody@regionuppsala.se", "email_verified": True}, "no account for you"),
        ({"email": ANNA, "email_verified": False}, "address is not confirmed"),
        ({"email": ANNA}, "address is not confirmed"),
        ({"email_verified": True}, "address is not confirmed"),
        ({"email": "maria@regionskane.se", "email_verified": True}, "may not vouch for"),
        ({"email": "maria@evil-regionuppsala.se", "email_verified": True}, "may not vouch for"),
        ({"email": "demo@regionuppsala.se", "email_verified": True}, "no account for you"),
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(
    provider: IdentityProvider, claims: dict[str, object], words: str
) -> None:
    make_anna()
    make_user(email="maria@regionskane.se")
    make_user(email="maria@evil-regionuppsala.se")
    make_user(email="demo@regionuppsala.se", is_demo=True)
    provider.knows("stranger", **claims)
    client = Client(headers=EN)
    answer = come_back(client, provider, sub="stranger")
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert signed_in_as(client) is None
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 4


def test_a_linked_identity_whose_address_is_no_longer_confirmed_stays_outside(
    provider: IdentityProvider,
) -> None:
    make_anna()
    come_back(Client(), provider)
    provider.knows("anna", email=ANNA, email_verified=False)
    client = Client()
    assert come_back(client, provider).status_code == 403
    assert signed_in_as(client) is None


@pytest.mark.parametrize(("claims", "opens"), [({}, True), ({"email_verified": False}, False)])
def test_a_provider_that_never_tells_can_be_trusted_but_not_against_its_word(
    provider: IdentityProvider, settings: Settings, claims: dict[str, object], opens: bool
) -> None:
    env = environment(provider.address, OIDC_UPPSALA_TRUST_EMAIL="1")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": providers_in(env)}}
    make_anna()
    provider.knows("anna", email=ANNA, **claims)
    client = Client()
    come_back(client, provider)
    assert (signed_in_as(client) is not None) is opens


def test_a_closed_account_stays_closed(provider: IdentityProvider) -> None:
    make_anna(is_active=False)
    client = Client()
    assert come_back(client, provider)["Location"] == "/accounts/inactive/"
    assert signed_in_as(client) is None


def test_an_answer_that_contradicts_its_token_is_refused(
    provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_anna()
    other = {"sub": "somebody else", "email": ANNA, "email_verified": True}
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "_fetch_user_info", lambda _self, _token: other)
    client = Client(headers=EN)
    assert b"contradicts itself" in come_back(client, provider).content
    assert signed_in_as(client) is None


def test_an_answer_that_was_meant_for_another_browser_opens_nothing(provider: IdentityProvider) -> None:
    """A stolen, swapped or repeated answer: the state is the browser's own, the code goes with its secret."""
    make_anna()
    way = "/accounts/oidc/uppsala/login/?process=login"
    thief, victim = Client(headers=EN), Client(headers=EN)
    answer = provider.sign_in(thief.get(way)["Location"], sub="anna")
    assert victim.get(answer).status_code == 401  # a state that the browser does not know
    own = provider.sign_in(victim.get(way)["Location"], sub="anna")
    code = parse_qs(urlsplit(answer).query)["code"][0]
    own_code = parse_qs(urlsplit(own).query)["code"][0]
    assert victim.get(own.replace(own_code, code)).status_code == 403  # a code of somebody else's sign-in
    assert signed_in_as(victim) is None
    assert thief.get(f"{answer}x").status_code == 401  # a state with a letter more
    fresh = provider.sign_in(thief.get(f"{way}&auth_params=nonce%3Dmine")["Location"], sub="anna")
    assert thief.get(fresh).status_code == 302
    assert signed_in_as(thief) is not None
    assert thief.get(fresh).status_code == 401  # once only


def test_a_new_identity_takes_the_place_of_the_former(provider: IdentityProvider) -> None:
    make_anna()
    come_back(Client(), provider)
    provider.knows("anna-2", email=ANNA, email_verified=True)
    come_back(Client(), provider, sub="anna-2")
    assert SocialAccount.objects.get().uid == "anna-2"


def test_the_second_factor_is_asked_for_after_the_provider_too(provider: IdentityProvider) -> None:
    TOTP.activate(make_anna(), SECRET)
    client = Client()
    assert come_back(client, provider)["Location"] == "/accounts/2fa/authenticate/"
    assert signed_in_as(client) is None
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert signed_in_as(client) is not None


def test_at_the_agency_the_provider_alone_opens_nothing(provider: IdentityProvider) -> None:
    make_officer(email=ANNA)
    client = Client()
    come_back(client, provider)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_nobody_links_an_identity_by_hand(provider: IdentityProvider) -> None:
    make_anna()
    somebody = make_user()
    client = Client()
    client.force_login(somebody)
    there = client.get("/accounts/oidc/uppsala/login/?process=connect")
    assert client.get(provider.sign_in(there["Location"], sub="anna")).status_code == 403
    assert not SocialAccount.objects.exists()


def test_breaking_off_an_old_answer_and_a_server_that_is_away_have_a_page(
    provider: IdentityProvider, settings: Settings
) -> None:
    client = Client(headers=EN)
    there = client.get("/accounts/oidc/uppsala/login/?process=login")["Location"]
    back = client.get(provider.break_off(there), follow=True)
    assert b"You broke off the sign-in" in back.content
    answer = client.get("/accounts/oidc/uppsala/login/callback/?code=1&state=invented")
    assert answer.status_code == 401
    assert "did not answer as it should" in answer.content.decode()
    away = providers_in(environment("http://localhost:9"))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": away}}
    answer = client.get("/accounts/oidc/uppsala/login/?process=login")
    assert answer.status_code == 502
    assert "did not answer as it should" in answer.content.decode()


@pytest.mark.parametrize(
    ("sub", "asked_ago", "words"),
    [
        ("anna", 5, None),
        ("anna", 3600, "did not ask for your password anew"),
        ("anna", None, "did not ask for your password anew"),
        ("bertil", 5, "as another person"),
    ],
)
def test_before_submitting_the_provider_confirms_the_person(
    provider: IdentityProvider, sub: str, asked_ago: int | None, words: str | None
) -> None:
    anna = make_anna()
    make_user(email="bertil@regionuppsala.se")
    Membership.objects.create(user=anna, region=Region.objects.get(code="03"), role=Role.OMBUD)
    reporting_round = make_round(codes=["03"])
    submit = make_draft(reporting_round, by=anna, at=moment()).get_absolute_url() + "submit/"
    client = Client(headers=EN)
    come_back(client, provider)
    assert client.get(submit).status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()

    asked = client.get(submit, follow=True)
    assert asked.redirect_chain == [
        (f"/accounts/reauthenticate/uppsala/?next={submit.replace('/', '%2F')}", 302)
    ]
    there = client.get(asked.context["address"])["Location"]
    assert "prompt=login" in there
    assert "max_age=0" in there
    provider.knows("bertil", email="bertil@regionuppsala.se", email_verified=True)
    auth_time = None if asked_ago is None else int(time.time()) - asked_ago
    provider.knows(sub, email=f"{sub}@regionuppsala.se", email_verified=True, auth_time=auth_time)
    answer = client.get(provider.sign_in(there, sub=sub))
    if words is None:
        assert answer["Location"] == submit
        assert client.get(submit).status_code == 200
    else:
        assert words in answer.content.decode()
        assert client.get(submit).status_code == 302
    assert signed_in_as(client) == anna


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("OIDC_UPPSALA_SERVER", "http://id.regionuppsala.se", "https://"),
        ("OIDC_UPPSALA_DOMAINS", "", "OIDC_UPPSALA_DOMAINS"),
        ("OIDC_UPPSALA_DOMAINS", "*", "OIDC_UPPSALA_DOMAINS"),
        ("OIDC_UPPSALA_CLIENT_SECRET", "", "OIDC_UPPSALA_CLIENT_SECRET is not set"),
        ("OIDC_PROVIDERS", "Region Uppsala", "small letters"),
    ],
)
def test_a_provider_that_is_half_set_up_stops_the_start(setting: str, value: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        providers_in(environment("https://id.regionuppsala.se", **{setting: value}))
