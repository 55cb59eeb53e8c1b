"""Invitations: who may invite whom, and a link that lets exactly one person in, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from reporting import selectors
from reporting.errors import InvitationRefused, NotAllowed
from reporting.models import (
    Invitation,
    InvitationState,
    Mail,
    OmbudApplication,
    Role,
    User,
)
from reporting.services.invitations import (
    MAX_PENDING_PER_REGION,
    invite_to_agency,
    send_invitation_again,
    withdraw_invitation,
)
from reporting.tasks import expire_invitations_task
from tests.factories import make_invitation, make_officer, make_region_member, make_user, moment
from tests.reporting.invitation_steps import accepted, ombud

pytestmark = pytest.mark.django_db


def admin() -> User:
    return make_user(is_staff=True, is_superuser=True)


def test_a_button_pressed_twice_sends_one_mail() -> None:
    by = ombud()
    invitation = make_invitation(by=by)
    with pytest.raises(InvitationRefused, match="less than a minute"):
        send_invitation_again(invitation_id=invitation.pk, by=by, at=moment(minute=0) + timedelta(seconds=59))
    assert Mail.objects.count() == 1
    send_invitation_again(invitation_id=invitation.pk, by=by, at=moment(minute=1))
    assert Mail.objects.count() == 2


def test_an_expired_invitation_is_sent_again_and_a_withdrawn_one_is_not() -> None:
    by = ombud()
    old, withdrawn = make_invitation(by=by), make_invitation(by=by)
    withdraw_invitation(invitation_id=withdrawn.pk, by=by, at=moment(20))
    expire_invitations_task()  # years after
    old.refresh_from_db()
    withdrawn.refresh_from_db()
    assert (old.state, withdrawn.state) == (InvitationState.EXPIRED, InvitationState.WITHDRAWN)
    assert send_invitation_again(invitation_id=old.pk, by=by, at=moment(1, month=11)).is_open(
        at=moment(2, month=11)
    )
    with pytest.raises(InvitationRefused, match="accepted or withdrawn"):
        send_invitation_again(invitation_id=withdrawn.pk, by=by, at=moment(1, month=11))
    with pytest.raises(InvitationRefused, match="withdrawn already"):
        withdraw_invitation(invitation_id=withdrawn.pk, by=by, at=moment(1, month=11))


@pytest.mark.parametrize(("role", "may"), [
    (Role.OMBUD, {"ombud", "representant", "samordnare"}),
    (Role.REPRESENTANT, {"samordnare"}),
    (Role.SAMORDNARE, set()),
])  # fmt: skip
def test_who_may_invite_to_which_role(role: Role, may: set[str]) -> None:
    by = make_region_member("03", role)
    for wanted in Role:
        if wanted in may:
            invitation = make_invitation(role=wanted, by=by)
            withdraw_invitation(invitation_id=invitation.pk, by=by, at=moment(20))
        else:
            with pytest.raises(NotAllowed):
                make_invitation(role=wanted, by=by)
        with pytest.raises(NotAllowed):
            make_invitation("04", wanted, by=by)
    assert selectors.roles_open_to(by, "03") == may


def test_others_invitations_are_out_of_reach() -> None:
    invitation = make_invitation(role=Role.REPRESENTANT, by=ombud())
    others = [
        make_region_member("03", Role.REPRESENTANT),
        make_region_member("03", Role.SAMORDNARE),
        ombud("04"),
        make_user(is_staff=True, groups=["Beslutsfattare"]),
        make_user(),
    ]
    for by in others:
        for service in (withdraw_invitation, send_invitation_again):
            with pytest.raises(NotAllowed):
                service(invitation_id=invitation.pk, by=by, at=moment(20))
    withdraw_invitation(invitation_id=invitation.pk, by=make_officer(), at=moment(20))


@pytest.mark.parametrize("details", [
    {"email": "not an address"}, {"name": "  "}, {"name": "x" * 151}, {"language": "fi"},
])  # fmt: skip
def test_details_that_break_a_rule_leave_nothing_behind(details: dict[str, Any]) -> None:
    with pytest.raises(InvitationRefused):
        make_invitation(by=ombud(), **details)
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


def test_somebody_with_a_role_here_is_not_invited_to_another_but_may_be_proposed_as_ombud() -> None:
    by = ombud()
    person = make_region_member("03", Role.REPRESENTANT)
    with pytest.raises(InvitationRefused, match="already has a role"):
        make_invitation(by=by, email=person.email)
    with pytest.raises(InvitationRefused, match="already has a role"):
        make_invitation(role=Role.OMBUD, by=by, email=by.email)
    make_invitation(role=Role.OMBUD, by=by, email=person.email)


def test_a_region_cannot_write_to_the_whole_world() -> None:
    by = ombud()
    make_invitation(by=by)
    one = Invitation.objects.get()
    for number in range(MAX_PENDING_PER_REGION - 1):
        one.pk, one.email = None, f"x{number}@example.com"
        one.save()
    with pytest.raises(InvitationRefused, match="too many"):
        make_invitation(by=by)


def test_only_an_administrator_invites_to_the_agency() -> None:
    for by in (make_officer(), ombud(), make_user(is_superuser=True)):
        with pytest.raises(NotAllowed):
            invite_to_agency(agency_roles=[], email="ny@example.com", name="Ny", by=by, at=moment())
    invitation = invite_to_agency(
        agency_roles=["Beslutsfattare"],
        email="ny@example.com",
        name="Ny",
        by=admin(),
        at=moment(),
        language="en",
    )
    assert "Beslutsfattare" in Mail.objects.get().text
    person = accepted(invitation)
    assert (person.is_staff, person.is_superuser) == (True, False)
    assert User.objects.get(pk=person.pk).has_perm("reporting.receive_status_report")
    with pytest.raises(NotAllowed):
        withdraw_invitation(invitation_id=invitation.pk, by=make_officer(), at=moment(20))


def test_the_agency_refuses_unknown_roles_and_known_addresses() -> None:
    by, known = admin(), make_region_member()
    for roles, email, words in (
        (["Nobody"], "ny@example.com", "Nobody"),
        ([], known.email.upper(), "already an account"),
    ):
        with pytest.raises(InvitationRefused, match=words):
            invite_to_agency(agency_roles=roles, email=email, name="Ny", by=by, at=moment())


def test_nobody_works_at_the_agency_and_for_a_region_by_invitation() -> None:
    invitation = invite_to_agency(agency_roles=[], email="ny@example.com", name="Ny", by=admin(), at=moment())
    person = make_region_member("04", Role.SAMORDNARE, email="ny@example.com")
    with pytest.raises(InvitationRefused, match="cannot work at the agency"):
        accepted(invitation, person=person)
    person.refresh_from_db()
    assert not person.is_staff


@pytest.mark.parametrize(("column", "value"), [
    ("state", "'pending'"), ("role", "'ombud'"), ("email", "'me@example.com'"), ("region_id", "'04'"),
    ("link_number", "0"),
])  # fmt: skip
def test_the_database_refuses_to_bend_an_invitation(column: str, value: str) -> None:
    by = ombud()
    invitation = make_invitation(by=by)
    withdraw_invitation(invitation_id=invitation.pk, by=by, at=moment(20))
    for statement in (
        f"UPDATE reporting_invitation SET {column} = {value}",
        "DELETE FROM reporting_invitation",
        "TRUNCATE reporting_invitation CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_allows_one_invitation_that_waits_per_address_and_region() -> None:
    invitation = make_invitation(by=ombud(), email="ny@example.com")
    twin = Invitation(
        region=invitation.region, role="samordnare", email="NY@example.com", name="X",
        invited_by=invitation.invited_by, invited_at=moment(), sent_at=moment(), expires_at=moment(25),
    )  # fmt: skip
    with (
        pytest.raises(IntegrityError, match="one_pending_invitation_per_address_and_region"),
        transaction.atomic(),
    ):
        twin.save()


def test_the_history_tells_who_and_when() -> None:
    invitation = make_invitation(by=ombud())
    accepted(invitation)
    states = Invitation.objects.get().history.order_by("pgh_id").values_list("state", flat=True)  # type: ignore[attr-defined]  # made by pghistory
    assert list(states) == ["pending", "accepted"]
    assert not OmbudApplication.objects.exists()
