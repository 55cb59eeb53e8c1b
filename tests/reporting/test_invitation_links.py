"""An invitation's link: how it leaves, what it opens, when it ends, and who takes it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from reporting import mailer
from reporting.admin.outbox import STATES, state_of, trouble_with
from reporting.errors import DomainError, InvitationRefused, NotAllowed
from reporting.invitations import LINK_MARK, invitation_token, read_invitation_token
from reporting.models import (
    INVITATION_DAYS,
    Invitation,
    InvitationState,
    Mail,
    MailKind,
    Membership,
    Role,
    User,
)
from reporting.services.invitations import (
    accept_invitation,
    send_invitation_again,
    withdraw_invitation,
)
from reporting.services.outbox import send_again
from tests.factories import make_invitation, make_officer, make_region_member, make_user, moment
from tests.reporting.invitation_steps import PASSWORD, accepted, ombud

pytestmark = pytest.mark.django_db


def invited_now(by: User, **fields: Any) -> Invitation:
    """An invitation whose link works at this moment, as a browser meets it."""
    return make_invitation(by=by, at=timezone.now(), **fields)


def address(invitation: Invitation) -> str:
    return f"/invitations/{invitation_token(invitation)}/"


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def new_account(**fields: str) -> dict[str, str]:
    return {"name": "Kajsa Ny", "password1": PASSWORD, "password2": PASSWORD, **fields}


def test_an_invitation_makes_no_account_and_one_mail_without_the_link() -> None:
    invitation = make_invitation(by=ombud(), email=" Ny@Example.com ")
    assert invitation.email == "ny@example.com"
    assert not User.objects.filter(email="ny@example.com").exists()
    mail = Mail.objects.get()
    assert (mail.recipient, mail.kind, mail.region_id) == ("ny@example.com", MailKind.INVITATION, "03")
    for words in ("Kajsa Ny", "Anders Wikström", "Region Uppsala", "Uppgiftssamordnare", "14 days"):
        assert words in mail.text
        assert words in mail.html
    assert LINK_MARK in mail.text
    assert LINK_MARK in mail.html
    assert invitation_token(invitation) not in mail.text + mail.html


def test_the_link_is_made_when_the_mail_leaves_and_the_outbox_never_holds_it() -> None:
    invitation = make_invitation(by=ombud())
    mail = Mail.objects.get()
    assert mailer.send_mail(mail.pk, at=timezone.now())
    [message] = django_mail.outbox
    assert isinstance(message, django_mail.EmailMultiAlternatives)
    link = django_settings.PLATSPLAN_BASE_URL + address(invitation)
    assert link in str(message.body)
    assert link in str(message.alternatives[0][0])
    mail.refresh_from_db()
    assert "/invitations/" not in mail.text + mail.html


@pytest.mark.parametrize("action", ["withdrawn", "sent again", "accepted"])
def test_a_mail_that_has_not_left_when_its_link_dies_is_dropped_and_counts_as_no_failure(action: str) -> None:
    by = ombud()
    invitation = make_invitation(by=by)
    mail = Mail.objects.get()
    if action == "withdrawn":
        withdraw_invitation(invitation_id=invitation.pk, by=by, at=moment(20))
    elif action == "sent again":
        send_invitation_again(invitation_id=invitation.pk, by=by, at=moment(20))
    else:
        accepted(invitation)
    assert not mailer.send_mail(mail.pk, at=timezone.now())
    mail.refresh_from_db()
    assert "withdrawn, accepted or sent anew" in mail.last_error
    assert mail.dropped_at is not None
    assert mail.pk not in mailer.waiting_mail(at=timezone.now() + timedelta(days=1))
    assert state_of(mail) == "dropped"
    with override("sv"):
        assert trouble_with(mail) == "Inbjudan har återkallats, accepterats eller skickats på nytt."
    assert set(Mail.objects.filter(STATES["dropped"])) == {mail}
    assert not Mail.objects.filter(STATES["failed"]).exists()
    with pytest.raises(DomainError):
        send_again(mail_id=mail.pk, by=make_officer(), at=timezone.now())
    assert django_mail.outbox == []


def test_a_token_is_read_only_as_it_was_made() -> None:
    invitation = make_invitation(by=ombud())
    token = invitation_token(invitation)
    assert read_invitation_token(token) == (invitation.pk, 1)
    for broken in (token[:-1], f"1{token}", token.replace("-1.", "-2."), "", "1-1", "x.y", f"{token}."):
        assert read_invitation_token(broken) is None


def test_whoever_follows_the_link_chooses_a_password_and_has_the_role() -> None:
    invitation = invited_now(ombud())
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    shown = client.get(address(invitation)).content.decode()
    assert "Anders Wikström has invited you." in shown
    assert not User.objects.filter(email=invitation.email).exists()  # looking is not accepting
    answer = client.post(address(invitation), new_account(name="Kajsa  Nyström"))
    assert answer["Location"] == "/accounts/login/?next=%2Freport%2F%3Fregion%3D03"
    person = User.objects.get(email=invitation.email)
    assert (person.name, person.language) == ("Kajsa Nyström", "en")
    assert person.check_password(PASSWORD)
    assert [(role.region_id, role.role) for role in person.memberships.all()] == [("03", "samordnare")]
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == (InvitationState.ACCEPTED, person)
    again = client.post(address(invitation), new_account(password1="another-long-password"))
    assert again.status_code == 410
    assert "accepted already" in again.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize(("typed", "words"), [
    ({"password1": "short", "password2": "short"}, "too short"),
    ({"password1": "111111111111", "password2": "111111111111"}, "numeric"),
    ({"password2": "another-long-password"}, "not the same"),
    ({"name": ""}, "required"),
    ({"password1": "kajsa.nystroem@x", "password2": "kajsa.nystroem@x"}, "similar"),
])  # fmt: skip
def test_what_is_not_good_enough_leaves_no_account(typed: dict[str, str], words: str) -> None:
    invitation = invited_now(ombud(), email="kajsa.nystroem@x.example")
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    assert words in client.post(address(invitation), new_account(**typed)).content.decode()
    assert not User.objects.filter(email=invitation.email).exists()
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.PENDING


def test_a_person_with_an_account_gets_the_role_only_by_accepting_and_keeps_name_and_password() -> None:
    person = make_region_member("04", Role.SAMORDNARE, name="Kajsa Lund", password=PASSWORD)
    invitation = invited_now(ombud(), email=person.email, name="Somebody Else")
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(address(invitation)).content.decode()
    assert f'href="/accounts/login/?next={address(invitation).replace("/", "%2F")}"' in page
    assert "password1" not in page
    assert (
        Client().post(address(invitation), new_account(password1="b" * 20, password2="b" * 20)).status_code
        == 200
    )
    assert person.memberships.count() == 1
    assert signed_in(person).post(address(invitation))["Location"] == "/report/?region=03"
    person.refresh_from_db()
    assert person.name == "Kajsa Lund"
    assert person.check_password(PASSWORD)
    assert set(person.memberships.values_list("region_id", "role")) == {
        ("03", "samordnare"),
        ("04", "samordnare"),
    }


def test_nobody_accepts_what_was_sent_to_another_address() -> None:
    invitation = invited_now(ombud())
    other = make_region_member("04")
    client = signed_in(other)
    assert "You are signed in as" in client.get(address(invitation)).content.decode()
    assert client.post(address(invitation)).status_code == 403
    assert not Membership.objects.filter(region="03").exclude(role=Role.OMBUD).exists()


@pytest.mark.parametrize("kind", ["at the agency", "closed", "with a role here"])
def test_accounts_that_cannot_take_the_role(kind: str) -> None:
    by = ombud()
    person = make_user(is_staff=kind == "at the agency")
    invitation = make_invitation(by=by, email=person.email)
    if kind == "closed":
        person.is_active = False
        person.save()
    if kind == "with a role here":
        Membership.objects.create(user=person, region_id="03", role=Role.REPRESENTANT)
    with pytest.raises(InvitationRefused):
        accepted(invitation, person=person)
    assert not Membership.objects.filter(user=person, role=Role.SAMORDNARE).exists()


def test_an_account_counts_as_it_stands_when_the_form_arrives_not_as_it_was_when_it_was_sent() -> None:
    person = make_user()
    invitation = make_invitation("03", by=make_region_member("03"), email=person.email)
    for change in ({"is_active": False}, {"is_active": True, "is_staff": True}):
        User.objects.filter(pk=person.pk).update(**change)  # `person` does not know
        with pytest.raises(InvitationRefused):
            accept_invitation(invitation_id=invitation.pk, link_number=1, at=moment(), person=person)
    assert not Membership.objects.filter(user=person).exists()


def test_the_link_ends_after_its_days_to_the_second() -> None:
    invitation = make_invitation(by=ombud())
    end = moment() + timedelta(days=INVITATION_DAYS)
    assert invitation.expires_at == end
    with pytest.raises(InvitationRefused):
        accepted(invitation, at=end)
    assert accepted(invitation, at=end - timedelta(seconds=1))


@pytest.mark.parametrize(("state", "words"), [
    ("withdrawn", "withdrawn"), ("expired", "too old"), ("sent again", "newer link"),
])  # fmt: skip
def test_a_dead_link_says_why(state: str, words: str) -> None:
    by = ombud()
    at = timezone.now() - timedelta(days=20) if state == "expired" else timezone.now()
    invitation = make_invitation(by=by, at=at)
    link = address(invitation)
    if state == "withdrawn":
        withdraw_invitation(invitation_id=invitation.pk, by=by, at=at)
    if state == "sent again":
        send_invitation_again(invitation_id=invitation.pk, by=by, at=at + timedelta(minutes=2))
    for answer in (Client().get(link, headers={"accept-language": "en"}), Client().post(link, new_account())):
        assert answer.status_code == 410
    assert words in Client().get(link, headers={"accept-language": "en"}).content.decode()
    assert not User.objects.filter(email=invitation.email).exists()


def test_an_unknown_link_is_not_found() -> None:
    invitation = make_invitation(by=ombud())
    for token in ("1-1.made-up", f"{invitation.pk}-1.{'x' * 43}"):
        assert Client().get(f"/invitations/{token}/").status_code == 404


def test_sending_again_makes_a_new_link_and_a_new_mail_and_kills_the_first() -> None:
    by = ombud()
    invitation = make_invitation(by=by)
    again = send_invitation_again(invitation_id=invitation.pk, by=by, at=moment(25))
    assert (again.link_number, again.expires_at) == (2, moment(25) + timedelta(days=INVITATION_DAYS))
    assert Mail.objects.filter(kind=MailKind.INVITATION).count() == 2
    with pytest.raises(InvitationRefused):
        accepted(invitation, at=moment(25))
    assert accepted(again, at=moment(26))


def test_an_accepted_invitation_is_not_withdrawn() -> None:
    by = ombud()
    invitation = make_invitation(by=by)
    accepted(invitation)
    with pytest.raises(InvitationRefused, match="End the role"):
        withdraw_invitation(invitation_id=invitation.pk, by=by, at=moment(20))


def test_whoever_is_invited_anew_after_the_link_grew_old_has_one_invitation_that_waits() -> None:
    by = ombud()
    make_invitation(by=by, email="ny@example.com")
    with pytest.raises(InvitationRefused, match="Send it again"):
        make_invitation(by=by, email="NY@example.com", at=moment(20))
    make_invitation(by=by, email="ny@example.com", at=moment(20, month=10))
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["expired", "pending"]
    make_invitation("04", by=ombud("04"), email="ny@example.com", at=moment(20, month=10))


def test_a_closed_account_invites_nobody() -> None:
    by = make_region_member("03", Role.OMBUD, is_active=False)
    with pytest.raises(NotAllowed):
        make_invitation(by=by)


def test_inviting_says_the_same_whether_the_address_has_an_account_or_not() -> None:
    known = make_region_member("04", name="Hemligt Namn")
    by = ombud()
    client = signed_in(by)
    texts = []
    for email in (known.email, "nobody-knows@example.com"):
        data = {"name": "Kajsa", "email": email, "role": "samordnare", "language": "sv"}
        answer = client.post("/report/people/03/", data, follow=True)
        texts.append(answer.content.decode().replace(email, "ADDRESS"))
        withdraw_invitation(invitation_id=Invitation.objects.get(email=email).pk, by=by, at=timezone.now())
        Invitation.objects.filter(email=email).update(closed_at=moment(year=2020))  # not in the list any more
    without_tokens = [re.sub(r'value="[A-Za-z0-9]{64}"|invitations/\d+/', "", text) for text in texts]
    assert "Hemligt Namn" not in texts[0]
    assert without_tokens[0] == without_tokens[1]


def test_whoever_forgot_the_password_asks_for_a_link_and_the_outbox_does_not_hold_it() -> None:
    person = make_region_member(password=PASSWORD)
    assert Client().post("/accounts/password/reset/", {"email": person.email}).status_code == 302
    mail = Mail.objects.get(kind=MailKind.PASSWORD_RESET)
    mailer.send_mail(mail.pk, at=timezone.now())
    [message] = django_mail.outbox
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(message.body))
    assert "/accounts/password/reset/key/" not in mail.text + mail.html
    client = Client()
    arrived = client.get(link)
    typed = {"password1": "another-password-here", "password2": "another-password-here"}
    assert client.post(arrived["Location"], typed).status_code == 302
    person.refresh_from_db()
    assert person.check_password("another-password-here")
