"""A region's people: the page, roles that change and end, and the one ombud whom the agency approves."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reporting.errors import InvitationRefused, NotAllowed, RoleRefused
from reporting.models import (
    ApplicationState,
    Invitation,
    Mail,
    MailKind,
    Membership,
    OmbudApplication,
    Region,
    Role,
    User,
)
from reporting.services.invitations import accept_invitation, withdraw_invitation
from reporting.services.ombud import approve_ombud, decline_ombud
from reporting.services.people import change_role, end_role
from reporting.services.submissions import submit_report
from tests.factories import (
    make_draft,
    make_invitation,
    make_officer,
    make_pending_ombud,
    make_region_member,
    make_round,
    make_user,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db
PAGE = "/report/people/03/"


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def role_of(person: User, code: str = "03") -> str | None:
    return Membership.objects.filter(user=person, region=code).values_list("role", flat=True).first()


def membership_of(person: User) -> int:
    return Membership.objects.get(user=person, region="03").pk


def notices() -> dict[str, str]:
    """Address -> text, of the mails about roles."""
    return {mail.recipient: mail.text for mail in Mail.objects.filter(kind=MailKind.ROLE_CHANGED)}


# The page


def test_the_page_lists_people_and_invitations_of_the_region_and_nobody_elses() -> None:
    ombud = make_region_member("03", name="Anders Wikström")
    make_region_member("03", Role.SAMORDNARE, name="Maria Berg")
    make_region_member("04", name="Elsewhere Person")
    make_invitation(by=ombud, name="Kajsa Ny", at=timezone.now())
    make_invitation("04", by=make_region_member("04", Role.REPRESENTANT), name="Elsewhere Invited")
    text = signed_in(ombud).get(PAGE).content.decode()
    for words in ("Anders Wikström", "Maria Berg", "never", "Kajsa Ny", "holds until"):
        assert words in text
    assert "Elsewhere" not in text
    assert signed_in(ombud).get("/report/people/04/").status_code == 404


@pytest.mark.parametrize(("role", "offered"), [
    (Role.OMBUD, ["samordnare", "representant", "ombud"]),
    (Role.REPRESENTANT, ["samordnare"]),
    (Role.SAMORDNARE, []),
])  # fmt: skip
def test_each_role_is_offered_what_it_may(role: Role, offered: list[str]) -> None:
    person = make_region_member("03", role)
    text = signed_in(person).get(PAGE).content.decode()
    assert [
        value for value in ("samordnare", "representant", "ombud") if f'value="{value}"' in text
    ] == offered
    data = {"name": "Ny", "email": "ny@example.com", "role": "ombud", "language": "sv"}
    signed_in(person).post(PAGE, data)
    assert Invitation.objects.exists() == (role == Role.OMBUD)


def test_the_page_asks_the_same_however_many_people_there_are() -> None:
    ombud = make_region_member("03")
    client = signed_in(ombud)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    for _round in range(2):
        make_region_member("03", Role.SAMORDNARE)
        make_invitation(by=ombud)
    few = queries()
    for _round in range(6):
        make_region_member("03", Role.SAMORDNARE)
        make_invitation(by=ombud)
    assert queries() == few <= 12


def test_an_action_that_does_not_exist_is_refused() -> None:
    ombud = make_region_member("03")
    invitation = make_invitation(by=ombud)
    client = signed_in(ombud)
    assert client.post(f"{PAGE}invitations/{invitation.pk}/", {"action": "accept"}).status_code == 400
    assert client.post(f"{PAGE}invitations/{invitation.pk}/", {"action": "withdraw"}).status_code == 302
    elsewhere = make_invitation("04", by=make_region_member("04"))
    assert client.post(f"{PAGE}invitations/{elsewhere.pk}/", {"action": "withdraw"}).status_code == 404
    assert client.get(f"{PAGE}{membership_of(ombud)}/").status_code == 403
    other = Membership.objects.get(region="04")
    assert client.get(f"{PAGE}{other.pk}/").status_code == 404


# Roles that change and end


def test_the_ombud_changes_and_ends_roles_and_the_person_is_told() -> None:
    ombud, person = make_region_member("03"), make_region_member("03", Role.SAMORDNARE)
    client = signed_in(ombud)
    place = f"{PAGE}{membership_of(person)}/"
    assert client.post(place, {"role": "representant"})["Location"] == PAGE
    assert role_of(person) == Role.REPRESENTANT
    assert "is now representant" in notices()[person.email]
    assert client.post(place, {"role": "ombud"}).status_code == 200
    assert role_of(person) == Role.REPRESENTANT
    assert client.post(place, {"end": "1"})["Location"] == PAGE
    assert role_of(person) is None
    assert Mail.objects.filter(kind=MailKind.ROLE_CHANGED, recipient=person.email).count() == 2
    assert signed_in(person).get(PAGE).status_code == 404


def test_a_representant_ends_an_uppgiftssamordnares_role_and_no_others() -> None:
    by = make_region_member("03", Role.REPRESENTANT)
    make_region_member("03", Role.OMBUD)
    for role, may in ((Role.SAMORDNARE, True), (Role.REPRESENTANT, False)):
        person = make_region_member("03", role)
        with pytest.raises(NotAllowed):
            change_role(membership_id=membership_of(person), role=Role.REPRESENTANT, by=by, at=moment())
        if may:
            end_role(membership_id=membership_of(person), by=by, at=moment())
            continue
        with pytest.raises(NotAllowed):
            end_role(membership_id=membership_of(person), by=by, at=moment())


def test_everyone_but_the_ombud_may_leave() -> None:
    for role in (Role.REPRESENTANT, Role.SAMORDNARE):
        person = make_region_member("03", role)
        assert (
            signed_in(person).post(f"{PAGE}{membership_of(person)}/", {"end": "1"})["Location"] == "/report/"
        )
        assert role_of(person) is None
    ombud = make_region_member("03", Role.OMBUD)
    for by in (ombud, make_officer()):
        with pytest.raises(RoleRefused):
            end_role(membership_id=membership_of(ombud), by=by, at=moment())
        with pytest.raises(RoleRefused):
            change_role(membership_id=membership_of(ombud), role=Role.SAMORDNARE, by=by, at=moment())
    assert notices() == {}


def test_a_role_that_ended_meanwhile_is_a_clear_message() -> None:
    ombud, person = make_region_member("03"), make_region_member("03", Role.SAMORDNARE)
    number = membership_of(person)
    end_role(membership_id=number, by=ombud, at=moment())
    with pytest.raises(RoleRefused, match="ended already"):
        end_role(membership_id=number, by=ombud, at=moment())


def test_what_ended_stands_in_the_history() -> None:
    ombud, person = make_region_member("03"), make_region_member("03", Role.SAMORDNARE)
    end_role(membership_id=membership_of(person), by=ombud, at=moment())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM reporting_membershipevent WHERE user_id = %s", [person.pk])
        assert {label for (label,) in cursor.fetchall()} == {"insert", "delete"}


# The ombud, whom the agency approves


def application_of(person: User) -> OmbudApplication:
    return OmbudApplication.objects.get(person=person)


def test_a_pending_ombud_neither_submits_nor_invites_nor_sees_the_region() -> None:
    reporting_round = make_round()
    ombud = make_region_member("03")
    make_draft(reporting_round, by=ombud)
    person = make_pending_ombud(invited_by=ombud)
    assert application_of(person).state == ApplicationState.WAITING
    with pytest.raises(NotAllowed):
        submit_report(submission_id=report_of(reporting_round).pk, by=person, at=moment(), attested_in="en")
    with pytest.raises(NotAllowed):
        make_invitation(by=person)
    client = signed_in(person)
    assert "You are to be ombud for Region Uppsala" in client.get("/report/").content.decode()
    assert client.get(PAGE).status_code == 404
    assert "waits for the agency" in signed_in(ombud).get(PAGE).content.decode()


def test_approval_ends_the_old_role_and_starts_the_new_one_at_once() -> None:
    before = make_region_member("03", name="Anders Wikström")
    person = make_pending_ombud(invited_by=before)
    approve_ombud(application_id=application_of(person).pk, by=make_officer(), at=moment(20))
    assert (role_of(before), role_of(person)) == (None, Role.OMBUD)
    told = notices()
    assert "Kajsa Ny" in told[before.email]
    assert "has ended" in told[before.email]
    assert "approved you as ombud" in told[person.email]
    make_invitation(by=person)
    with pytest.raises(NotAllowed):
        make_invitation(by=before)


def test_a_representant_who_becomes_ombud_keeps_one_role() -> None:
    before, person = make_region_member("03"), make_region_member("03", Role.REPRESENTANT)
    invitation = make_invitation(role=Role.OMBUD, by=before, email=person.email)
    accept_invitation(invitation_id=invitation.pk, link_number=1, at=moment(), person=person)
    assert role_of(person) == Role.REPRESENTANT
    approve_ombud(application_id=application_of(person).pk, by=make_officer(), at=moment(20))
    assert (role_of(before), role_of(person)) == (None, Role.OMBUD)


def test_the_first_ombud_of_a_region_is_invited_by_one_at_the_agency_and_approved_by_another() -> None:
    officer = make_officer()
    person = make_pending_ombud("09", invited_by=officer)
    with pytest.raises(NotAllowed, match="Somebody else"):
        approve_ombud(application_id=application_of(person).pk, by=officer, at=moment(20))
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    approve_ombud(application_id=application_of(person).pk, by=decider, at=moment(20))
    assert role_of(person, "09") == Role.OMBUD


def test_only_those_with_the_permission_approve_and_only_once() -> None:
    ombud = make_region_member("03")
    person = make_pending_ombud(invited_by=ombud)
    number = application_of(person).pk
    for by in (
        ombud,
        person,
        make_user(is_staff=True),
        make_officer(is_active=False),
        make_officer(is_staff=False),
    ):
        with pytest.raises(NotAllowed):
            approve_ombud(application_id=number, by=by, at=moment(20))
        with pytest.raises(NotAllowed):
            decline_ombud(application_id=number, by=by, at=moment(20), message="No.")
    approve_ombud(application_id=number, by=make_officer(), at=moment(20))
    for again in (approve_ombud, lambda **given: decline_ombud(message="No.", **given)):
        with pytest.raises(RoleRefused, match="already"):
            again(application_id=number, by=make_officer(), at=moment(20))


def test_declining_needs_a_reason_and_changes_no_role() -> None:
    before = make_region_member("03")
    person = make_pending_ombud(invited_by=before)
    number, officer = application_of(person).pk, make_officer()
    with pytest.raises(RoleRefused, match="Write why"):
        decline_ombud(application_id=number, by=officer, at=moment(20), message="  ")
    decline_ombud(application_id=number, by=officer, at=moment(20), message="No delegation order.")
    assert (role_of(before), role_of(person)) == (Role.OMBUD, None)
    assert "No delegation order." in notices()[person.email]


def test_one_successor_at_a_time_and_the_ombud_may_take_the_proposal_back() -> None:
    ombud = make_region_member("03")
    invitation = make_invitation(role=Role.OMBUD, by=ombud)
    with pytest.raises(InvitationRefused, match="already"):
        make_invitation(role=Role.OMBUD, by=ombud)
    withdraw_invitation(invitation_id=invitation.pk, by=ombud, at=moment())
    person = make_pending_ombud(invited_by=ombud)
    with pytest.raises(InvitationRefused, match="already"):
        make_invitation(role=Role.OMBUD, by=ombud)
    withdraw_invitation(invitation_id=application_of(person).invitation_id, by=ombud, at=moment(20))
    assert application_of(person).state == ApplicationState.WITHDRAWN
    with pytest.raises(RoleRefused):
        approve_ombud(application_id=application_of(person).pk, by=make_officer(), at=moment(20))
    make_invitation(role=Role.OMBUD, by=ombud)


def test_a_closed_account_is_not_approved() -> None:
    person = make_pending_ombud(invited_by=make_region_member("03"))
    User.objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(RoleRefused, match="closed"):
        approve_ombud(application_id=application_of(person).pk, by=make_officer(), at=moment(20))


# What the database promises


def _delete(ombud: User) -> None:
    Membership.objects.filter(user=ombud).delete()


def _demote(ombud: User) -> None:
    Membership.objects.filter(user=ombud).update(role=Role.SAMORDNARE)


def _move(ombud: User) -> None:
    Membership.objects.filter(user=ombud).update(region="04")


@pytest.mark.parametrize("leave", [_delete, _demote, _move])
def test_the_database_never_leaves_a_region_without_its_ombud(leave: Callable[[User], None]) -> None:
    ombud = make_region_member("03")
    leave(ombud)  # a successor may follow in the same transaction
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="without an ombud"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit does
    transaction.set_rollback(True)


def test_the_database_allows_one_ombud_and_one_who_waits() -> None:
    ombud = make_region_member("03")
    person = make_pending_ombud(invited_by=ombud)
    with pytest.raises(IntegrityError, match="one_ombud_per_region"), transaction.atomic():
        Membership.objects.create(user=person, region=Region.objects.get(code="03"), role=Role.OMBUD)
    application = application_of(person)
    application.decided_by, application.decided_at, application.state = person, moment(), "approved"
    with pytest.raises(ValidationError, match="nobody_approves_themselves"):
        application.full_clean()
    with pytest.raises(IntegrityError, match="nobody_approves_themselves"), transaction.atomic():
        application.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        OmbudApplication.objects.filter(pk=application.pk).update(person=ombud)


# The desk


def test_the_desk_shows_who_waits_and_decides() -> None:
    before = make_region_member("03", name="Anders Wikström")
    person = make_pending_ombud(invited_by=before)
    number = application_of(person).pk
    client = signed_in(make_officer())
    place = f"/admin/reporting/ombudapplication/{number}/"
    assert f"{place}change/" in client.get("/admin/").content.decode()
    shown = client.get(f"{place}change/").content.decode()
    assert "Anders Wikström" in shown
    refused = client.post(f"{place}decide/", {"decision": "decline", "message": ""}).content.decode()
    assert "Write why." in refused
    assert client.post(f"{place}decide/", {"decision": "crown"}).status_code == 400
    assert client.post(f"{place}decide/", {"decision": "approve"})["Location"] == f"{place}change/"
    assert role_of(person) == Role.OMBUD
    assert f"{place}change/" not in client.get("/admin/").content.decode()
    assert 'value="approve"' not in client.get(f"{place}change/").content.decode()


def test_whoever_invited_the_ombud_is_told_that_another_approves() -> None:
    officer = make_officer()
    person = make_pending_ombud("09", invited_by=officer)
    shown = signed_in(officer).get(f"/admin/reporting/ombudapplication/{application_of(person).pk}/change/")
    assert "Somebody else at the agency approves." in shown.content.decode()
    assert 'value="approve"' not in shown.content.decode()


@pytest.mark.parametrize("role", Role)
def test_every_row_of_the_people_has_a_cell_under_every_heading(role: Role) -> None:
    person = make_region_member(role=role)
    make_region_member(role=Role.SAMORDNARE)
    page = signed_in(person).get(PAGE).content.decode()
    table = page[page.index("pp-people") :].split("</table>")[0]
    cells = [row.count("<td") + row.count("<th ") for row in table.split("<tr>")[1:]]
    assert len(cells) > 2
    assert len(set(cells)) == 1, cells
