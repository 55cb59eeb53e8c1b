"""Keys of the API: what they open and for how long, who makes them, and how often they may ask."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from reporting.api.access import FAILURES_PER_MINUTE, REQUESTS_PER_MINUTE
from reporting.errors import NotAllowed
from reporting.models import (
    ApiToken,
    Membership,
    OmbudApplication,
    Role,
    User,
)
from reporting.models.tokens import VALID_FOR
from reporting.services.ombud import approve_ombud
from reporting.services.tokens import KEYS_PER_REGION, KeyRefused, create_token, revoke_token
from tests.factories import (
    make_officer,
    make_pending_ombud,
    make_region_member,
    make_user,
)
from tests.reporting.api_system import System, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference() -> None:
    cache.clear()


def without_key(method: str = "get", **headers: str) -> Any:
    system = System()
    client = Client(headers=headers)
    return getattr(client, method)(
        system.address, data=b'{"fields": {}}' if method == "put" else None, content_type="application/json"
    )


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic x", "Bearer platsplan_å", "Bearer platsplan_" + "x" * 43],
)
@pytest.mark.parametrize("method", ["get", "put"])
def test_without_a_key_nothing_is_told(header: str | None, method: str) -> None:
    headers = {} if header is None else {"authorization": header}
    response = without_key(method, **headers)
    told(response, 401, "no-key")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing() -> None:
    system = System()
    client = Client()
    client.force_login(system.ombud, backend="reporting.accounts.adapters.InvitedBackend")
    told(client.get(system.address), 401, "no-key")
    told(
        client.put(system.address, b'{"fields": {"at_2022": 1}}', content_type="application/json"),
        401,
        "no-key",
    )
    assert system.texts == {}


def revoked(system: System) -> None:
    revoke_token(token_id=system.token.pk, region_code="03", by=system.ombud, at=timezone.now())


def maker_left(system: System) -> None:
    Membership.objects.filter(user=system.ombud).update(role=Role.REPRESENTANT)
    make_region_member("03", Role.OMBUD)


def maker_blocked(system: System) -> None:
    User.objects.filter(pk=system.ombud.pk).update(is_active=False)


def demonstration_over(system: System) -> None:
    User.objects.filter(pk=system.ombud.pk).update(is_demo=True)


@pytest.mark.parametrize("change", [revoked, maker_left, maker_blocked, demonstration_over])
def test_a_key_opens_nothing_once_it_is_revoked_or_its_maker_is_gone(change: Any) -> None:
    system = System()
    assert system.get().status_code == 200
    change(system)
    told(system.get(), 401, "no-key")


def test_the_keys_of_a_replaced_ombud_are_revoked_for_good_and_the_successor_sees_why() -> None:
    system, officer = System(), make_officer()
    elsewhere = System(code="04")
    own_before = create_token(region_code="03", name="Old", by=system.ombud, at=timezone.now())[0]
    revoke_token(token_id=own_before.pk, region_code="03", by=system.ombud, at=timezone.now())
    successor = make_pending_ombud("03", invited_by=system.ombud)
    application = OmbudApplication.objects.get()
    approve_ombud(application_id=application.pk, by=officer, at=timezone.now())
    system.token.refresh_from_db()
    assert (system.token.revoked_by, system.token.revoked_for) == (officer, "ombud_replaced")
    assert system.token.history.count() == 2  # type: ignore[attr-defined]  # by pghistory
    own_before.refresh_from_db()
    assert (own_before.revoked_by, own_before.revoked_for) == (system.ombud, "asked")
    assert elsewhere.get().status_code == 200

    browser = Client(headers={"accept-language": "en"})
    browser.force_login(successor, backend="reporting.accounts.InvitedBackend")
    page = browser.get("/report/region/03/keys/").content.decode()
    assert f"when the agency approved a new ombud after {system.ombud.name}" in page
    assert page.count("Revoked") == 2

    # the former ombud comes back; the old key must not
    Membership.objects.filter(user=successor).delete()
    Membership.objects.create(user=system.ombud, region_id="03", role=Role.OMBUD)
    told(system.get(), 401, "no-key")


def test_a_key_ends_when_its_year_is_over() -> None:
    system = System()
    _token, secret = create_token(
        region_code="03", name="Old", by=system.ombud, at=timezone.now() - VALID_FOR
    )
    system.secret = secret
    told(system.get(), 401, "no-key")


def test_only_the_checksum_of_a_key_is_kept_and_its_use_is_written_down() -> None:
    system = System()
    row = json.dumps(list(ApiToken.objects.values()), default=str)
    assert system.secret not in row
    assert system.secret.startswith(system.token.prefix)
    assert system.token.last_used_at is None
    system.get()
    system.token.refresh_from_db()
    assert system.token.last_used_from == "127.0.0.1"
    first = system.token.last_used_at
    system.get()
    system.token.refresh_from_db()
    assert system.token.last_used_at == first
    assert system.token.history.count() == 1  # type: ignore[attr-defined]  # by pghistory


def test_only_the_ombud_makes_and_revokes_keys() -> None:
    system = System()
    for person in (make_region_member("03", Role.REPRESENTANT), make_region_member("04"), make_user()):
        with pytest.raises(NotAllowed):
            create_token(region_code="03", name="x", by=person, at=timezone.now())
        with pytest.raises(NotAllowed):
            revoke_token(token_id=system.token.pk, region_code="03", by=person, at=timezone.now())


def test_a_name_is_used_once_and_keys_are_few() -> None:
    system = System()
    for name in ("HR-systemet", "", "  ", "x" * 61, "a\x1bb"):
        with pytest.raises(KeyRefused):
            create_token(region_code="03", name=name, by=system.ombud, at=timezone.now())
    for number in range(KEYS_PER_REGION - 1):
        create_token(region_code="03", name=f"System {number}", by=system.ombud, at=timezone.now())
    with pytest.raises(KeyRefused):
        create_token(region_code="03", name="One more", by=system.ombud, at=timezone.now())
    revoked(system)
    create_token(region_code="03", name="HR-systemet", by=system.ombud, at=timezone.now())


@pytest.mark.parametrize(
    "change",
    [{"name": "x"}, {"secret_sha256": "0" * 64}, {"expires_at": timezone.now() + timedelta(days=999)}],
)
def test_the_database_refuses_to_make_a_key_another_one(change: dict[str, Any]) -> None:
    system = System()
    with pytest.raises(DatabaseError), transaction.atomic():
        ApiToken.objects.filter(pk=system.token.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ApiToken.objects.all().delete()
    revoked(system)
    with pytest.raises(DatabaseError), transaction.atomic():
        ApiToken.objects.filter(pk=system.token.pk).update(revoked_at=None, revoked_by=None)


def test_a_key_has_so_many_requests_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System()
    monkeypatch.setattr("reporting.api.access._seconds", lambda: 1_000_000_000.0)
    cache.set(f"api:key:{system.token.pk}:{1_000_000_000 // 60}", REQUESTS_PER_MINUTE - 1)
    assert system.get().status_code == 200
    response = system.get()
    told(response, 429, "too-many")
    assert 1 <= int(response["Retry-After"]) <= 60


def test_a_system_cannot_say_itself_where_it_comes_from() -> None:
    system = System()
    system.get(x_forwarded_for="203.0.113.9")
    system.token.refresh_from_db()
    assert system.token.last_used_from == "127.0.0.1"


def test_guessing_keys_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System()
    monkeypatch.setattr("reporting.api.access._seconds", lambda: 1_000_000_000.0)
    cache.set(f"api:refused:127.0.0.1:{1_000_000_000 // 60}", FAILURES_PER_MINUTE)
    right = system.secret
    system.secret = "platsplan_" + "x" * 43
    told(system.get(), 429, "too-many")
    system.secret = right
    assert system.get().status_code == 200
