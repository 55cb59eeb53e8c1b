"""Sending mails again: a new row for what was sent, another attempt for what was not, and who asked."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from reporting.errors import DomainError, NotAllowed
from reporting.invitations import LINK_MARK
from reporting.mailer import enclosures_of
from reporting.models import Mail, MailFile, MailKind, MailRequest
from reporting.outbox import keep_file
from reporting.services.outbox import send_again, try_now
from reporting.tasks import send_mail_task
from tests.factories import make_officer, make_user, moment

pytestmark = pytest.mark.django_db
Capture = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


def a_mail(**fields: Any) -> Mail:
    number = Mail.objects.count() + 1
    details = {
        "kind": MailKind.STATUS_REPORT,
        "recipient": f"a{number}@example.com",
        "occasion": f"occasion {number}",
        "subject": f"Subject {number}",
        "text": "Words",
        **fields,
    }
    return Mail.objects.create(**details)


def test_what_was_sent_goes_again_as_a_row_of_its_own(django_capture_on_commit_callbacks: Capture) -> None:
    officer = make_officer()
    file = keep_file("a.xlsx", b"bytes", media_type="application/x", at=moment())
    mail = a_mail(sent_at=moment(), file=file)
    with patch.object(send_mail_task, "delay") as delay, django_capture_on_commit_callbacks(execute=True):
        again = send_again(mail_id=mail.pk, by=officer, at=moment(20))
    delay.assert_called_once_with(again.pk)
    assert (again.again_of, again.text, again.sent_at) == (mail, "Words", None)
    assert [enclosure.content for enclosure in enclosures_of(again.pk)] == [b"bytes"]
    assert MailRequest.objects.get(mail=again).by == officer
    with pytest.raises(DomainError, match="a moment ago"):
        send_again(mail_id=mail.pk, by=officer, at=moment(20) + timedelta(seconds=59))
    third = send_again(mail_id=mail.pk, by=officer, at=moment(20) + timedelta(seconds=61))
    assert (again.occasion, third.occasion) == (f"again/{mail.pk}/1", f"again/{mail.pk}/2")
    for change in (MailRequest.objects.all().delete, MailFile.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_was_not_sent_gets_no_second_row(django_capture_on_commit_callbacks: Capture) -> None:
    officer = make_officer()
    failed, sent = a_mail(last_error="550"), a_mail(sent_at=moment())
    with patch.object(send_mail_task, "delay") as delay, django_capture_on_commit_callbacks(execute=True):
        assert send_again(mail_id=failed.pk, by=officer, at=moment(20)) == failed
        assert try_now(mail_ids=[failed.pk, sent.pk], by=officer, at=moment(20)) == 1
    assert [call.args for call in delay.call_args_list] == [(failed.pk,), (failed.pk,)]
    assert Mail.objects.count() == 2


def test_a_link_that_works_once_is_not_sent_again_nor_shown(client: Client) -> None:
    officer = make_officer()
    mail = a_mail(kind=MailKind.PASSWORD_RESET, text=f"Go to {LINK_MARK}", sent_at=moment())
    with pytest.raises(DomainError, match="works once"):
        send_again(mail_id=mail.pk, by=officer, at=moment(20))
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    for refused in (send_again, lambda **fields: try_now(mail_ids=[mail.pk], by=decider, at=moment())):
        with pytest.raises(NotAllowed):
            refused(mail_id=mail.pk, by=decider, at=moment())
    client.force_login(officer)
    page = client.get(f"/admin/reporting/mail/{mail.pk}/change/").content.decode()
    assert LINK_MARK not in page
    assert f"/admin/reporting/mail/{mail.pk}/again/" not in page


def test_the_page_of_mails_filters_searches_and_sends_again(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    officer = make_officer()
    client.force_login(officer)
    file = keep_file("a.xlsx", b"bytes", media_type="application/x", at=moment())
    sent, failed = a_mail(sent_at=moment(), file=file), a_mail(last_error="550 no")
    copy_refused = a_mail(sent_at=moment(), last_error="b@example.com: 550", copy_to="b@example.com")
    only_copy = a_mail(last_error="550", copy_to="b@example.com", copied_at=moment())
    for _again in range(30):
        a_mail(sent_at=moment())
    where = "/admin/reporting/mail/"
    with django_assert_max_num_queries(12):
        assert client.get(where).status_code == 200
    with django_assert_max_num_queries(14):
        page = client.get(f"{where}{sent.pk}/change/").content.decode()
    assert "a.xlsx" in page
    shown = client.get(where, {"state": "partly"}).context["cl"].queryset
    assert set(shown) == {copy_refused, only_copy}
    assert set(client.get(where, {"state": "failed"}).context["cl"].queryset) == {failed}
    assert set(client.get(where, {"q": "b@example.com"}).context["cl"].queryset) == {copy_refused, only_copy}
    handed = client.get(f"{where}{sent.pk}/file/")
    assert (handed.content, handed["X-Content-Type-Options"]) == (b"bytes", "nosniff")
    assert client.get(f"{where}{failed.pk}/file/").status_code == 404
    with patch.object(send_mail_task, "delay"):
        went = client.post(f"{where}{sent.pk}/again/")
        tried = client.post(where, {"action": "try_now", "_selected_action": [failed.pk, sent.pk]})
    again = Mail.objects.get(again_of=sent)
    assert went["Location"] == f"{where}{again.pk}/change/"
    assert tried.status_code == 302
    assert MailRequest.objects.filter(at__gt=timezone.now() - timedelta(minutes=1)).count() == 2
    assert client.get(f"{where}{again.pk}/change/").status_code == 200
