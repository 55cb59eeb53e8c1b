"""The outbox against real mail servers: accepted, refused, unreachable, asked twice at once."""

import threading
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from reporting import mailer
from reporting.admin.outbox import STATES, state_of
from reporting.emails import message_id
from reporting.models import Mail, MailKind
from reporting.tasks import send_mail_task, send_waiting_mail_task
from tests.reporting.smtp import free_port, smtp_server, use_smtp

SOON = timedelta(seconds=mailer.FIRST_PAUSE_SECONDS)
WORDS = "Örebro län: 10 tjänster – saknas"


def make_mail(**fields: str) -> Mail:
    return Mail.objects.create(
        **{
            "kind": MailKind.RECEIPT,
            "recipient": "ombud@example.com",
            "occasion": "round/03/1",
            "subject": "Kvitto på Örebro läns rapport",
            "text": f"{WORDS}\n",
            "html": f"<p>{WORDS}</p>\n",
            **fields,
        }
    )


@pytest.mark.django_db
def test_an_accepted_mail_is_marked_as_sent_and_never_sent_again(settings: Settings) -> None:
    mail = make_mail(copy_to="copy@example.com")
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(mail.pk, at=timezone.now())
        assert not mailer.send_mail(mail.pk, at=timezone.now())
    [received] = postbox.accepted
    assert received["To"] == "ombud@example.com"
    assert received["Cc"] == "copy@example.com"
    assert received["Subject"] == mail.subject
    assert received["Message-ID"] == message_id(mail.pk)
    assert received["Auto-Submitted"] == "auto-generated"
    mail.refresh_from_db()
    assert (mail.attempts, mail.last_error) == (1, "")


@pytest.mark.django_db
def test_a_refused_mail_keeps_the_answer_and_goes_after_the_pause(settings: Settings) -> None:
    mail = make_mail()
    at = mail.created_at
    with smtp_server(settings) as postbox:
        postbox.answers = ["451 4.3.0 try again later"]
        assert not mailer.send_mail(mail.pk, at=at)
        mail.refresh_from_db()
        assert (mail.sent_at, mail.attempts) == (None, 1)
        assert "451" in mail.last_error
        assert "try again later" in mail.last_error
        assert mailer.waiting_mail(at=at + SOON - timedelta(seconds=1)) == []
        assert mailer.waiting_mail(at=at + SOON) == [mail.pk]
        assert mailer.send_mail(mail.pk, at=at + SOON)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.attempts, mail.last_error) == (at + SOON, 2, "")
    assert len(postbox.accepted) == 1


@pytest.mark.django_db
def test_a_refused_copy_is_kept_and_the_mail_counts_as_sent(settings: Settings) -> None:
    mail = make_mail(copy_to="gone@example.com")
    with smtp_server(settings) as postbox:
        postbox.refused = {"gone@example.com"}
        assert mailer.send_mail(mail.pk, at=mail.created_at)
        assert not mailer.send_mail(mail.pk, at=mail.created_at + SOON)
    assert len(postbox.accepted) == 1
    mail.refresh_from_db()
    assert mail.last_error == "gone@example.com: 550 5.1.1 no such mailbox"
    assert state_of(mail) == "partly"
    assert list(Mail.objects.filter(STATES["partly"])) == [mail]
    assert not Mail.objects.filter(STATES["sent"]).exists()


@pytest.mark.django_db
def test_a_copy_that_was_accepted_without_the_mail_is_not_sent_again(settings: Settings) -> None:
    mail = make_mail(copy_to="copy@example.com")
    with smtp_server(settings) as postbox:
        postbox.refused = {mail.recipient}
        assert not mailer.send_mail(mail.pk, at=mail.created_at)
        mail.refresh_from_db()
        assert (mail.sent_at, mail.copied_at) == (None, mail.created_at)
        assert state_of(mail) == "partly"
        postbox.refused = {"copy@example.com"}  # asked again, the server would say so
        assert mailer.send_mail(mail.pk, at=mail.created_at + SOON)
    assert [message["Cc"] for message in postbox.accepted] == ["copy@example.com"] * 2
    mail.refresh_from_db()
    assert (mail.last_error, state_of(mail)) == ("", "sent")


@pytest.mark.django_db
def test_an_unreachable_server_delays_the_mail(settings: Settings) -> None:
    mail = make_mail()
    use_smtp(settings, free_port())
    assert not mailer.send_mail(mail.pk, at=mail.created_at)
    mail.refresh_from_db()
    assert mail.last_error.startswith("ConnectionRefusedError")
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(mail.pk, at=mail.created_at + SOON)
    assert len(postbox.accepted) == 1


@pytest.mark.django_db
def test_pauses_double_up_to_an_hour() -> None:
    mail = make_mail()
    pauses = []
    for attempts in (1, 2, 3, 9, 40):
        mail.attempts, mail.last_attempt_at = attempts, mail.created_at
        later = [(seconds, mail.created_at + timedelta(seconds=seconds)) for seconds in range(0, 3610, 10)]
        pauses.append(next(seconds for seconds, at in later if mailer.due(mail, at=at)))
    assert pauses == [10, 20, 40, 2560, 3600]


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_mail_send_one(settings: Settings) -> None:
    mail = make_mail()
    outcomes: dict[str, bool] = {}

    def work(name: str) -> None:
        try:
            outcomes[name] = mailer.send_mail(mail.pk, at=timezone.now())
        finally:
            connection.close()

    with smtp_server(settings) as postbox:
        postbox.holds_back = True
        first = threading.Thread(target=work, args=["first"])
        first.start()
        assert postbox.arrived.wait(20)
        # The first worker now waits for the server's answer, with the row locked.
        second = threading.Thread(target=work, args=["second"])
        second.start()
        second.join(20)
        assert outcomes == {"second": False}
        postbox.release.set()
        first.join(20)
    assert outcomes == {"first": True, "second": False}
    assert len(postbox.accepted) == 1


@pytest.mark.django_db
def test_a_crash_after_the_server_accepted_repeats_the_mail_with_the_same_message_id(
    settings: Settings,
) -> None:
    mail = make_mail()
    with smtp_server(settings) as postbox:
        with patch.object(Mail, "save", side_effect=SystemExit), pytest.raises(SystemExit):
            mailer.send_mail(mail.pk, at=timezone.now())
        assert Mail.objects.get().sent_at is None
        assert mailer.send_mail(mail.pk, at=timezone.now())
    first, second = postbox.accepted
    assert first["Message-ID"] == second["Message-ID"] == message_id(mail.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [{"subject": "a\nBcc: x@example.com"}, {"recipient": "a@example.com\nb"}])
def test_a_mail_that_cannot_be_put_together_is_kept_and_holds_nobody_up(
    settings: Settings, broken: dict[str, str]
) -> None:
    make_mail(**broken)
    good = make_mail(occasion="round/03/2")
    with smtp_server(settings) as postbox:
        for mail_id in mailer.waiting_mail(at=good.created_at + SOON):
            mailer.send_mail(mail_id, at=good.created_at + SOON)
    assert [message["Message-ID"] for message in postbox.accepted] == [message_id(good.pk)]
    kept = Mail.objects.get(sent_at=None)
    assert kept.attempts == 1
    assert kept.last_error


@pytest.mark.django_db
def test_old_failures_do_not_starve_a_new_mail() -> None:
    for number in range(3):
        failed = make_mail(occasion=f"old/{number}")
        failed.attempts, failed.last_attempt_at = 9, failed.created_at
        failed.save()
    fresh = make_mail(occasion="new")
    assert mailer.waiting_mail(at=fresh.created_at + SOON, limit=2) == [fresh.pk]


@pytest.mark.django_db
def test_the_sweeper_sends_what_a_lost_message_left_and_leaves_what_is_sent() -> None:
    lost = make_mail()
    Mail.objects.filter(pk=lost.pk).update(created_at=timezone.now() - SOON)
    make_mail(occasion="just written")
    done = make_mail(occasion="sent")
    Mail.objects.filter(pk=done.pk).update(created_at=timezone.now() - SOON, sent_at=timezone.now())
    with patch.object(send_mail_task, "delay") as delay:
        send_waiting_mail_task()
    delay.assert_called_once_with(lost.pk)


@pytest.mark.django_db
def test_a_written_file_is_a_whole_message(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "config.mail.EmlFileBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    mail = make_mail()
    send_mail_task(mail.pk)
    [file] = (tmp_path / "mail").iterdir()
    content = file.read_bytes()
    assert file.suffix == ".eml"
    assert content.count(b"\n") == content.count(b"\r\n") > 0
    message = message_from_bytes(content, policy=default)
    assert message["Subject"] == mail.subject
    text, html = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert html.get_content_type() == "text/html"
    assert [part.get_content_charset() for part in (text, html)] == ["utf-8", "utf-8"]
    assert cast(EmailMessage, text).get_content().strip() == WORDS
    assert WORDS in cast(EmailMessage, html).get_content()


@pytest.mark.django_db
def test_a_repeated_mail_replaces_its_file(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "config.mail.EmlFileBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    mail = make_mail()
    with patch.object(Mail, "save", side_effect=SystemExit), pytest.raises(SystemExit):
        mailer.send_mail(mail.pk, at=timezone.now())
    mailer.send_mail(mail.pk, at=timezone.now())
    assert len(list(tmp_path.iterdir())) == 1
