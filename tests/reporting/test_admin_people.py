"""The agency's desk: people. A case officer helps regions and cannot gain anybody else's rights."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.test import Client

from reporting.models import Invitation, Mail, MailKind, Membership, Role, User
from reporting.services.invitations import invite_to_agency
from tests.factories import make_invitation, make_officer, make_region_member, make_user, moment

pytestmark = pytest.mark.django_db

LIST = "/admin/reporting/user/"
INVITATIONS = "/admin/reporting/invitation/"
ADD = f"{INVITATIONS}add/"


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def make_admin() -> User:
    return make_user(is_staff=True, is_superuser=True)


def invitation(**fields: str) -> dict[str, str]:
    return {
        "email": "new@example.com",
        "name": "New Person",
        "language": "sv",
        "region": "03",
        "role": "representant",
        **fields,
    }


def changed(person: User, **fields: str) -> dict[str, str]:
    """The whole form of a person, as a hostile officer might send it."""
    roles = list(person.memberships.all())
    data = {
        "name": person.name,
        "email": person.email,
        "phone": "",
        "language": person.language,
        "is_active": "on",
        "memberships-TOTAL_FORMS": str(len(roles)),
        "memberships-INITIAL_FORMS": str(len(roles)),
    }
    for index, role in enumerate(roles):
        data |= {
            f"memberships-{index}-id": str(role.pk),
            f"memberships-{index}-user": str(person.pk),
            f"memberships-{index}-region": role.region_id,
            f"memberships-{index}-role": role.role,
        }
    return {key: value for key, value in (data | fields).items() if value is not None}


def address(person: User) -> str:
    return f"{LIST}{person.pk}/change/"


def test_the_desk_invites_as_a_region_does() -> None:
    answer = signed_in(make_officer()).post(ADD, invitation(email="New@Example.com"))
    assert answer["Location"] == INVITATIONS
    sent = Invitation.objects.get()
    assert (sent.email, sent.region_id, sent.role) == ("new@example.com", "03", Role.REPRESENTANT)
    assert Mail.objects.get(kind=MailKind.INVITATION).recipient == "new@example.com"
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize(("fields", "complaint"), [
    ({"email": "nowhere"}, "Enter a valid email address"),
    ({"name": ""}, "This field is required"),
    ({"role": ""}, "Choose both region and role"),
    ({"region": ""}, "Choose both region and role"),
    ({"role": "king"}, "Select a valid choice"),
    ({"email": "known@example.com"}, "already has a role in the region"),
])  # fmt: skip
def test_an_invitation_that_cannot_go_through_says_why_and_keeps_what_was_typed(
    fields: dict[str, str], complaint: str
) -> None:
    make_region_member("03", Role.OMBUD, email="known@example.com")
    text = signed_in(make_officer()).post(ADD, invitation(**{"name": "Åsa <b>", **fields})).content.decode()
    assert complaint in text
    assert fields.get("name", "Åsa &lt;b&gt;") in text
    assert not Invitation.objects.exists()


def test_a_case_officer_cannot_invite_anybody_to_the_agency() -> None:
    group = Group.objects.get(name="Handläggare")
    client = signed_in(make_officer())
    assert 'name="is_staff"' not in client.get(ADD).content.decode()
    client.post(ADD, invitation(is_staff="on", is_superuser="on", groups=str(group.pk)))
    sent = Invitation.objects.get()
    assert (sent.region_id, sent.agency_roles) == ("03", [])


def test_an_administrator_invites_to_the_agency_or_to_a_region_and_not_to_both() -> None:
    group = Group.objects.get(name="Handläggare")
    client = signed_in(make_admin())
    both = invitation(is_staff="on", groups=str(group.pk))
    assert "not both" in client.post(ADD, both).content.decode()
    assert client.post(ADD, both | {"region": "", "role": ""}).status_code == 302
    sent = Invitation.objects.get()
    assert (sent.region, sent.agency_roles) == (None, ["Handläggare"])


def test_nobody_adds_an_account_by_hand() -> None:
    for who in (make_officer(), make_admin()):
        assert signed_in(who).get(f"{LIST}add/").status_code == 403
        assert f'href="{ADD}"' in signed_in(who).get(LIST).content.decode()


def test_invitations_are_sent_again_and_withdrawn_from_the_list() -> None:
    officer, admin = make_officer(), make_admin()
    by_region = make_invitation(by=make_region_member("03"))
    to_agency = invite_to_agency(agency_roles=[], email="a@example.com", name="A", by=admin, at=moment())
    chosen = {"index": "0", "_selected_action": [str(by_region.pk), str(to_agency.pk)]}
    client = signed_in(officer)
    text = client.post(INVITATIONS, {"action": "invite_again", **chosen}, follow=True).content.decode()
    assert f"A new link is on its way to {by_region.email}." in text
    assert "Nothing was done for a@example.com. Your role does not include this action." in text
    client.post(INVITATIONS, {"action": "withdraw", **chosen})
    by_region.refresh_from_db()
    to_agency.refresh_from_db()
    assert (by_region.state, by_region.link_number, to_agency.state) == ("withdrawn", 2, "pending")
    assert by_region.email in client.get(f"{INVITATIONS}?state=withdrawn").content.decode()
    # by the clock, before the night has swept it up
    assert "a@example.com" in client.get(f"{INVITATIONS}?state=expired").content.decode()
    assert "a@example.com" not in client.get(f"{INVITATIONS}?state=pending").content.decode()


@pytest.mark.parametrize("kind", ["administrator", "colleague", "themselves", "sleeping administrator"])
def test_a_case_officer_cannot_change_anybody_at_the_agency(kind: str) -> None:
    officer = make_officer(password="a-long-password-of-mine")
    makers: dict[str, Callable[[], User]] = {
        "administrator": make_admin,
        "colleague": make_officer,
        "themselves": lambda: officer,
        "sleeping administrator": lambda: make_user(is_superuser=True, is_active=False),
    }
    person = makers[kind]()
    email = person.email
    data = changed(
        person,
        email="mine@example.com",
        is_superuser="on",
        **{
            "memberships-TOTAL_FORMS": "1",
            "memberships-0-user": str(person.pk),
            "memberships-0-region": "03",
            "memberships-0-role": "ombud",
        },
    )
    client = signed_in(officer)
    assert client.post(address(person), data).status_code == 403
    person.refresh_from_db()
    assert person.email == email
    assert not Membership.objects.exists()
    shown = client.get(address(person)).content.decode()
    assert 'name="email"' not in shown
    assert 'name="memberships-0-region"' not in shown


def test_a_case_officer_cannot_raise_anybody_in_a_region() -> None:
    person, group = make_region_member(), Group.objects.get(name="Handläggare")
    data = changed(
        person, is_staff="on", is_superuser="on", groups=str(group.pk), user_permissions="1", phone="018-1"
    )
    assert signed_in(make_officer()).post(address(person), data).status_code == 302
    person.refresh_from_db()
    assert person.phone == "018-1"
    assert (person.is_staff, person.is_superuser) == (False, False)
    assert not person.groups.exists()
    assert not person.user_permissions.exists()


def test_only_an_administrator_changes_an_address() -> None:
    person = make_region_member("03")
    before = person.email
    data = changed(person, email="corrected@example.com")
    signed_in(make_officer()).post(address(person), data)
    person.refresh_from_db()
    assert person.email == before
    signed_in(make_admin()).post(address(person), data)
    person.refresh_from_db()
    assert person.email == "corrected@example.com"


def test_a_former_address_no_longer_belongs_to_the_account() -> None:
    person = make_region_member(password="a-long-password-of-mine")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    former = person.email
    data = changed(person, email="now@example.com")
    assert signed_in(make_admin()).post(address(person), data).status_code == 302
    assert not EmailAddress.objects.filter(email=former).exists()


def test_no_form_touches_the_password() -> None:
    person = make_region_member(password="a-long-password-of-mine")
    before = person.password
    client = signed_in(make_admin())
    shown = client.get(address(person)).content.decode()
    assert 'type="password"' not in shown
    assert before not in shown
    client.post(address(person), changed(person, password="pbkdf2_sha256$x", phone="1"))
    person.refresh_from_db()
    assert (person.password, person.phone) == (before, "1")


def test_the_list_does_not_give_the_password_away() -> None:
    make_region_member(password="a-long-password-of-mine")
    client = signed_in(make_admin())
    for query in ("password__startswith=p", "password=x", "memberships__user__password__contains=a"):
        answer = client.get(f"{LIST}?{query}")
        assert answer.status_code == 400, query


def test_nobody_becomes_or_stops_being_ombud_on_a_persons_page() -> None:
    ombud, person = make_region_member("03", Role.OMBUD), make_region_member("03", Role.REPRESENTANT)
    client = signed_in(make_officer())
    text = client.post(address(person), changed(person, **{"memberships-0-role": "ombud"})).content.decode()
    assert "Select a valid choice" in text
    for fields in ({"memberships-0-role": "samordnare"}, {"memberships-0-DELETE": "on"}):
        text = client.post(address(ombud), changed(ombud, **fields)).content.decode()
        assert "replaced by a successor whom the agency has approved" in text
    assert client.post(address(ombud), changed(ombud, phone="1")).status_code == 302
    assert [role.role for role in Membership.objects.order_by("role")] == ["ombud", "representant"]


def test_roles_are_given_changed_and_taken_away() -> None:
    person = make_region_member("03", Role.SAMORDNARE)
    client = signed_in(make_officer())
    more = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-1-user": str(person.pk),
        "memberships-1-region": "04",
        "memberships-1-role": "representant",
    }
    assert client.post(address(person), changed(person, **more)).status_code == 302
    assert set(person.memberships.values_list("region_id", flat=True)) == {"03", "04"}
    client.post(address(person), changed(person, **{"memberships-0-DELETE": "on"}))
    assert list(person.memberships.values_list("region_id", flat=True)) == ["04"]


def test_an_account_is_closed_and_never_removed() -> None:
    person = make_region_member()
    client = signed_in(make_officer())
    data = changed(person)
    del data["is_active"]
    assert client.post(address(person), data).status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    for who in (client, signed_in(make_admin())):
        assert who.post(f"{LIST}{person.pk}/delete/", {"post": "yes"}).status_code == 403
        who.post(LIST, {"action": "delete_selected", "_selected_action": str(person.pk), "post": "yes"})
    assert User.objects.filter(pk=person.pk).exists()


@pytest.mark.parametrize("field", ["is_active", "is_staff", "is_superuser"])
def test_administrators_do_not_lock_themselves_out(field: str) -> None:
    admin = make_admin()
    data = changed(admin, is_staff="on", is_superuser="on")
    del data[field]
    text = signed_in(admin).post(address(admin), data).content.decode()
    assert "You cannot take this away from your own account." in text
    admin.refresh_from_db()
    assert getattr(admin, field)


def test_the_agencys_rights_are_only_for_people_at_the_agency() -> None:
    person, group = make_region_member(), Group.objects.get(name="Handläggare")
    client = signed_in(make_admin())
    text = client.post(
        address(person), changed(person, is_superuser="on", groups=str(group.pk))
    ).content.decode()
    assert "Only people at the agency can be administrators." in text
    assert "Only people at the agency have the agency&#x27;s roles." in text
    person.refresh_from_db()
    assert not person.is_superuser


def test_groups_and_addresses_are_out_of_reach_for_case_officers() -> None:
    client = signed_in(make_officer())
    group = Group.objects.get(name="Handläggare")
    assert client.get("/admin/auth/group/").status_code == 403
    assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "X"}).status_code == 403
    for who in (client, signed_in(make_admin())):
        assert who.get("/admin/account/emailaddress/").status_code == 404


def test_permissions_are_djangos_own_in_one_query(django_assert_num_queries: Any) -> None:
    person = make_user(is_staff=True, groups=["Handläggare", "Beslutsfattare"])
    person.user_permissions.add(Permission.objects.get(codename="delete_region"))
    expected = ModelBackend().get_all_permissions(User.objects.get(pk=person.pk))
    fresh = User.objects.get(pk=person.pk)
    with django_assert_num_queries(1):
        assert fresh.get_all_permissions() == expected
        assert fresh.has_perm("reporting.delete_region")
        assert not fresh.has_perm("reporting.delete_submission")
    assert "reporting.delete_region" in expected
    person.is_active = False
    assert not person.get_all_permissions()
    assert make_user(is_superuser=True).has_perm("reporting.delete_submission")


def test_a_groups_permissions_are_named_in_the_readers_language() -> None:
    group = Group.objects.get(name="Handläggare")
    client = signed_in(make_admin())
    page = client.get(f"/admin/auth/group/{group.pk}/change/", HTTP_ACCEPT_LANGUAGE="sv").content.decode()
    assert "rapport | får se" in page
    assert "Can " not in page
