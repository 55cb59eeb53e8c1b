"""Thin doors for the worker."""

import os
from datetime import timedelta
from socket import gethostname

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from allocation import claims, flagrefresh, runner, schedules, selectors, sweeping
from reporting.tasks import send_mail_task

# Longer than a run takes, so that a request is not sent a second time while its message is under way.
PATIENCE = timedelta(seconds=15)


@shared_task(
    name="allocation.recompute",
    acks_late=True,  # safe, because an answered request is not computed again
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def recompute_task(recomputation_id: int) -> None:
    """Compute what a request asks for."""
    runner.recompute(recomputation_id, at=timezone.now(), worker=f"{gethostname()}, process {os.getpid()}")


@shared_task(name="allocation.resend_waiting_recomputations")
def resend_waiting_recomputations_task() -> None:
    """Every few seconds: mark what has fallen silent, and send again what nobody is at."""
    claims.mark_silent(at=timezone.now())
    for recomputation_id in selectors.waiting_recomputations(before=timezone.now() - PATIENCE):
        recompute_task.delay(recomputation_id)


@shared_task(name="allocation.refresh_changed_flags")
def refresh_changed_flags_task() -> None:
    """Every minute: make flags anew when plans, inhabitants, grants or rules have changed."""
    flagrefresh.refresh_changed_flags(at=timezone.now())


@shared_task(
    name="allocation.compute_sweep_chunk",
    acks_late=True,  # safe, because a chunk that is computed is not computed again
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def compute_sweep_chunk_task(chunk_id: int) -> None:
    """Compute one chunk of a sweep."""
    sweeping.compute_chunk(chunk_id, at=timezone.now())


@shared_task(name="allocation.resend_silent_sweeps")
def resend_silent_sweeps_task() -> None:
    """Every few seconds: send again the chunks of sweeps that a lost message or a dead worker left silent."""
    now = timezone.now()
    for chunk_id in sweeping.silent_chunks(before=now - PATIENCE, at=now):
        compute_sweep_chunk_task.delay(chunk_id)


@shared_task(name="allocation.send_status_reports")
def send_status_reports_task() -> None:
    """Every minute: have the schedules dealt with that are due, each by itself."""
    for schedule_id in schedules.due_schedules(at=timezone.now()):
        send_scheduled_report_task.delay(schedule_id)


@shared_task(
    name="allocation.send_scheduled_report",
    acks_late=True,  # safe, because what has been dealt with is not written again
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def send_scheduled_report_task(schedule_id: int) -> None:
    """Tell the people of one schedule where the rounds stand."""
    for mail_id in schedules.write_scheduled_reports(schedule_id, at=timezone.now()):
        send_mail_task.delay(mail_id)
