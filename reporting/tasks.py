"""Thin doors for the worker."""

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from reporting import chain, digests, filestore, mailer, notices, sessions
from reporting.exchange import waiting
from reporting.invitations import close_expired
from reporting.models import Invitation


@shared_task(
    name="reporting.send_mail",
    acks_late=True,  # safe, because a sent mail is not sent again
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def send_mail_task(mail_id: int) -> None:
    """Send a mail from the outbox."""
    mailer.send_mail(mail_id, at=timezone.now())


@shared_task(name="reporting.send_waiting_mail")
def send_waiting_mail_task() -> None:
    """Every few seconds: send what a lost message or a refusing mail server left waiting."""
    for mail_id in mailer.waiting_mail(at=timezone.now()):
        send_mail_task.delay(mail_id)


@shared_task(name="reporting.check_log")
def check_log_task() -> None:
    """Every night: go through the log of receipts, and keep what was found."""
    chain.keep_check(at=timezone.now())


@shared_task(name="reporting.send_reminders")
def send_reminders_task() -> None:
    """Every morning: remind regions that have not submitted or answered, and last their ombuds."""
    at = timezone.now()
    for mail_id in [
        *notices.write_reminders(at=at),
        *notices.write_answer_reminders(at=at),
        *notices.write_escalations(at=at),
    ]:
        send_mail_task.delay(mail_id)


@shared_task(name="reporting.remove_old_uploads")
def remove_old_uploads_task() -> None:
    """Every hour: remove files that were read in and saved by nobody in time."""
    waiting.remove_old_uploads(at=timezone.now())


@shared_task(name="reporting.send_digests")
def send_digests_task() -> None:
    """Every hour of the day: write the digests of the morning, those that an outage held up included."""
    for mail_id in digests.write_digests(at=timezone.now()):
        send_mail_task.delay(mail_id)


@shared_task(name="reporting.remove_orphaned_files")
def remove_orphaned_files_task() -> None:
    """Every night: remove stored files whose message was never written."""
    filestore.remove_orphans(at=timezone.now())


@shared_task(name="reporting.expire_invitations")
def expire_invitations_task() -> None:
    """Every night: mark invitations whose links are too old."""
    close_expired(Invitation.objects.all(), at=timezone.now())


@shared_task(name="reporting.remove_old_sessions")
def remove_old_sessions_task() -> None:
    """Every night: remove sessions that are over, and counters that count no longer."""
    at = timezone.now()
    sessions.remove_old_sessions(at=at)
    sessions.remove_old_counters(at=at)
