"""Invitations: who may invite whom, and a link that lets exactly one person choose a password."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from reporting import mailer
from reporting.errors import NotAllowed
from reporting.invitations import LINK_MARK
from reporting.models import Mail, MailKind, Membership, Role, User
from reporting.reference import load_reference_data
from reporting.services.people import InvitationRefused, invite_person, send_invitation_again
from tests.factories import make_officer, make_region_member, make_user, moment

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-lasting-pass"


def officer() -> User:
    load_reference_data()
    return make_officer(name="Elin Sandström")


def admin() -> User:
    load_reference_data()
    return make_user(is_staff=True, is_superuser=True)


def invite(
    by: User,
    *,
    email: str = "Ny@Example.com",
    memberships: Sequence[tuple[str, Role | str]] = (("03", Role.REPRESENTANT),),
    groups: Sequence[str] = (),
    is_staff: bool = False,
) -> User:
    return invite_person(
        email=email,
        name="Kajsa Ny",
        is_staff=is_staff,
        groups=groups,
        memberships=memberships,
        by=by,
        at=moment(),
        language="en",
    )


def link_that_was_sent() -> str:
    """Send the invitation that waits; the path of the link in it, the same in both forms."""
    mailer.send_mail(Mail.objects.get(kind=MailKind.INVITATION, sent_at=None).pk, at=timezone.now())
    message = django_mail.outbox[-1]
    pattern = re.escape(django_settings.PLATSPLAN_BASE_URL) + r"(/accounts/password/reset/key/[^\s\"<]+)"
    assert isinstance(message, django_mail.EmailMultiAlternatives)
    in_text = re.findall(pattern, str(message.body))
    in_html = re.findall(pattern, str(message.alternatives[0][0]))
    assert len(in_text) == 1
    assert in_text == in_html
    return str(in_text[0])


def choose_password(link: str, password: str = PASSWORD) -> bool:
    """Follow the link as a browser does; whether the password was accepted."""
    client = Client()
    arrived = client.get(link, secure=False)
    if arrived.status_code != 302:
        return False
    saved = client.post(arrived["Location"], {"password1": password, "password2": password})
    return saved.status_code == 302


def test_the_invited_person_has_the_roles_and_no_password() -> None:
    by = officer()
    person = invite(by, memberships=[("03", Role.REPRESENTANT), ("09", Role.SAMORDNARE)])
    assert person.email == "ny@example.com"
    assert not person.has_usable_password()
    roles = Membership.objects.filter(user=person).values_list("region_id", "role")
    assert set(roles) == {("03", "representant"), ("09", "samordnare")}
    mail = Mail.objects.get()
    assert mail.recipient == "ny@example.com"
    for words in ("Kajsa Ny", "Elin Sandström", "Region Uppsala", "Region Gotland", "7 days"):
        assert words in mail.text
        assert words in mail.html


def test_the_link_lets_the_person_choose_a_password_once() -> None:
    person = invite(officer())
    link = link_that_was_sent()
    assert choose_password(link)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert not choose_password(link, "another-password-here")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_weak_password_is_refused() -> None:
    person = invite(officer())
    assert not choose_password(link_that_was_sent(), "short")
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_the_link_ends(settings: Settings) -> None:
    person = invite(officer())
    link = link_that_was_sent()
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert not choose_password(link)
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_the_outbox_never_holds_the_link() -> None:
    invite(officer())
    link_that_was_sent()
    mail = Mail.objects.get()
    assert mail.sent_at is not None
    assert "/accounts/password/reset/key/" not in mail.text + mail.html
    assert LINK_MARK in mail.text
    assert LINK_MARK in mail.html


def test_an_invitation_to_a_closed_account_is_not_sent() -> None:
    person = invite(officer())
    person.is_active = False
    person.save()
    mail = Mail.objects.get()
    assert not mailer.send_mail(mail.pk, at=timezone.now())
    mail.refresh_from_db()
    assert mail.sent_at is None
    assert "no account that waits for a password" in mail.last_error
    assert django_mail.outbox == []


def test_a_case_officer_cannot_invite_to_the_agency() -> None:
    by = officer()
    with pytest.raises(NotAllowed):
        invite(by, is_staff=True, groups=["Beslutsfattare"], memberships=())
    with pytest.raises(NotAllowed):
        invite(by, groups=["Beslutsfattare"])
    assert not User.objects.filter(email="ny@example.com").exists()


def test_an_administrator_can_invite_to_the_agency() -> None:
    person = invite(admin(), is_staff=True, groups=["Beslutsfattare"], memberships=())
    assert person.is_staff
    assert not person.is_superuser
    assert person.has_perm("reporting.receive_status_report")
    assert "Beslutsfattare" in Mail.objects.get().text


def test_a_regions_ombud_cannot_invite() -> None:
    load_reference_data()
    with pytest.raises(NotAllowed):
        invite(make_region_member("03"))


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"memberships": ()}, "at least one region"),
        ({"email": "not an address"}, "e-post|email|e-mail"),
        ({"memberships": [("99", "ombud")]}, "."),
        ({"memberships": [("03", "king")]}, "king"),
        ({"memberships": [("03", "ombud")]}, "already has an ombud|har redan"),
        ({"memberships": [("03", "samordnare"), ("03", "representant")]}, "."),
        ({"is_staff": True, "groups": ["Nobody"], "memberships": ()}, "Nobody"),
        ({"email": "TAKEN@example.com"}, "already an account"),
    ],
)
def test_details_that_break_a_rule_leave_nothing_behind(details: dict[str, object], words: str) -> None:
    by = admin()
    make_region_member("03", email="taken@example.com")
    people = User.objects.count()
    with pytest.raises(InvitationRefused, match=words):
        invite(by, **details)  # type: ignore[arg-type]
    assert User.objects.count() == people
    assert not Mail.objects.exists()


def test_an_invitation_is_sent_again_until_a_password_is_chosen() -> None:
    by = officer()
    person = invite(by)
    first = link_that_was_sent()
    assert send_invitation_again(user_id=person.pk, by=by, at=moment(20)) is not None
    assert send_invitation_again(user_id=person.pk, by=by, at=moment(20)) is None
    assert choose_password(link_that_was_sent())
    assert not choose_password(first)
    with translation.override("en"), pytest.raises(InvitationRefused, match="already chosen"):
        send_invitation_again(user_id=person.pk, by=by, at=moment(20) + timedelta(hours=1))


def test_a_case_officer_cannot_send_an_agency_invitation_again() -> None:
    person = invite(admin(), is_staff=True, groups=["Beslutsfattare"], memberships=())
    with pytest.raises(NotAllowed):
        send_invitation_again(user_id=person.pk, by=make_officer(), at=moment(20))
    assert Mail.objects.count() == 1


def test_whoever_missed_the_link_can_ask_for_a_new_one() -> None:
    person = invite(officer())
    answer = Client().post("/accounts/password/reset/", {"email": person.email})
    assert answer.status_code == 302
    mailer.send_mail(Mail.objects.get(kind=MailKind.PASSWORD_RESET).pk, at=timezone.now())
    [message] = django_mail.outbox
    assert isinstance(message, django_mail.EmailMultiAlternatives)
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(message.body))
    assert choose_password(link)
