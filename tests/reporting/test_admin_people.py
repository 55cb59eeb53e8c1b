"""The agency's desk: people. A case officer helps regions and cannot gain anybody else's rights."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.test import Client

from reporting.models import Mail, MailKind, Membership, Role, User
from reporting.reference import load_reference_data
from tests.factories import make_officer, make_region_member, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/reporting/user/"
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def _reference() -> None:
    load_reference_data()


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
        "roles-TOTAL_FORMS": "3",
        "roles-INITIAL_FORMS": "0",
        "roles-0-region": "03",
        "roles-0-role": "representant",
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


def test_inviting_makes_the_account_the_role_and_one_mail() -> None:
    answer = signed_in(make_officer()).post(ADD, invitation(email="New@Example.com"))
    assert answer["Location"] == LIST
    person = User.objects.get(email="new@example.com")
    assert not person.has_usable_password()
    assert not person.is_staff
    assert [(role.region_id, role.role) for role in person.memberships.all()] == [("03", Role.REPRESENTANT)]
    assert Mail.objects.get(kind=MailKind.INVITATION).recipient == "new@example.com"


@pytest.mark.parametrize(("fields", "complaint"), [
    ({"email": "nowhere"}, "Enter a valid email address"),
    ({"name": ""}, "This field is required"),
    ({"roles-0-role": ""}, "Choose both region and role"),
    ({"roles-0-region": "", "roles-0-role": ""}, "Choose at least one region"),
    ({"roles-0-role": "king"}, "Select a valid choice"),
    ({"roles-0-role": "ombud"}, "The region already has an ombud."),
    ({"email": "known@example.com"}, "There is already an account"),
])  # fmt: skip
def test_an_invitation_that_cannot_go_through_says_why_and_keeps_what_was_typed(
    fields: dict[str, str], complaint: str
) -> None:
    make_region_member("03", Role.OMBUD, email="known@example.com")
    before = User.objects.count()
    text = signed_in(make_officer()).post(ADD, invitation(**{"name": "Åsa <b>", **fields})).content.decode()
    assert complaint in text
    assert fields.get("name", "Åsa &lt;b&gt;") in text
    assert User.objects.count() == before + 1  # the officer


def test_a_case_officer_cannot_invite_anybody_to_the_agency() -> None:
    group = Group.objects.get(name="Handläggare")
    client = signed_in(make_officer())
    assert 'name="is_staff"' not in client.get(ADD).content.decode()
    client.post(ADD, invitation(is_staff="on", is_superuser="on", groups=str(group.pk)))
    person = User.objects.get(email="new@example.com")
    assert (person.is_staff, person.is_superuser, person.groups.count()) == (False, False, 0)


def test_an_administrator_invites_to_the_agency() -> None:
    group = Group.objects.get(name="Handläggare")
    fields = {"is_staff": "on", "groups": str(group.pk), "roles-0-region": "", "roles-0-role": ""}
    assert signed_in(make_admin()).post(ADD, invitation(**fields)).status_code == 302
    person = User.objects.get(email="new@example.com")
    assert person.is_staff
    assert list(person.groups.all()) == [group]


def test_only_those_who_may_add_people_invite() -> None:
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    before = User.objects.count()
    assert signed_in(decider).get(ADD).status_code == 403
    assert signed_in(decider).post(ADD, invitation()).status_code == 403
    assert signed_in(make_region_member()).post(ADD, invitation()).status_code == 403
    assert User.objects.count() == before + 1


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


def test_an_address_is_fixed_for_officers_once_its_owner_has_a_password() -> None:
    with_password = make_region_member("03", password="a-long-password-of-mine")
    invited = make_region_member("04")
    client = signed_in(make_officer())
    for person in (with_password, invited):
        client.post(address(person), changed(person, email="corrected@example.com"))
    with_password.refresh_from_db()
    invited.refresh_from_db()
    assert with_password.email != "corrected@example.com"
    assert invited.email == "corrected@example.com"


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


def test_a_second_ombud_is_refused_with_a_clear_message() -> None:
    make_region_member("03", Role.OMBUD)
    person = make_region_member("03", Role.REPRESENTANT)
    data = changed(person, **{"memberships-0-role": "ombud"})
    text = signed_in(make_officer()).post(address(person), data).content.decode()
    assert "The region already has an ombud." in text
    assert Membership.objects.get(user=person).role == Role.REPRESENTANT


def test_roles_are_given_changed_and_taken_away() -> None:
    person = make_region_member("03", Role.SAMORDNARE)
    client = signed_in(make_officer())
    more = {
        "memberships-TOTAL_FORMS": "2",
        "memberships-1-user": str(person.pk),
        "memberships-1-region": "04",
        "memberships-1-role": "ombud",
    }
    assert client.post(address(person), changed(person, **more)).status_code == 302
    assert set(person.memberships.values_list("region_id", "role")) == {("03", "samordnare"), ("04", "ombud")}
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


def test_an_invitation_is_sent_again_only_to_those_who_have_no_password() -> None:
    invited = make_region_member("03")
    settled = make_region_member("04", password="a-long-password-of-mine")
    colleague = make_user(is_staff=True)
    data = {
        "action": "invite_again",
        "index": "0",
        "_selected_action": [str(person.pk) for person in (invited, settled, colleague)],
    }
    text = signed_in(make_officer()).post(LIST, data, follow=True).content.decode()
    assert [mail.recipient for mail in Mail.objects.filter(kind=MailKind.INVITATION)] == [invited.email]
    assert "has already chosen a password" in text
    assert "Only an administrator can invite people to the agency." in text


def test_groups_and_addresses_are_out_of_reach_for_case_officers() -> None:
    client = signed_in(make_officer())
    group = Group.objects.get(name="Handläggare")
    assert client.get("/admin/auth/group/").status_code == 403
    assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "X"}).status_code == 403
    for who in (client, signed_in(make_admin())):
        assert who.get("/admin/account/emailaddress/").status_code == 404
