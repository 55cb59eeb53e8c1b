"""The Celery application, its beat schedule, and the signs of life that /readyz reads."""

import os
from typing import Any

import pghistory
import redis
from celery import Celery, Task
from celery.schedules import crontab
from celery.signals import after_task_publish, beat_init, heartbeat_sent, worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class RecordedTask(Task):
    """A task whose name stands in the history of every row that it changes."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with pghistory.context(task=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("platsplan", task_cls=RecordedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

SWEEP_SECONDS = 10.0
SIGN_OF_LIFE_SECONDS = 35
WORKER_KEY = "platsplan:alive:worker"
BEAT_KEY = "platsplan:alive:beat"

app.conf.beat_schedule = {
    # A sweep that no worker took in time is useless: the next one does the same. So none pile up.
    "send mail that waits": {
        "task": "reporting.send_waiting_mail",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "run what was asked for and not done": {
        "task": "allocation.resend_waiting_recomputations",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "check the log of receipts": {"task": "reporting.check_log", "schedule": crontab(hour="4", minute="30")},
    "flags that rest on something else now": {
        "task": "allocation.refresh_changed_flags",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "go on with sweeps that are silent": {
        "task": "allocation.resend_silent_sweeps",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "remind regions": {"task": "reporting.send_reminders", "schedule": crontab(hour="7", minute="0")},
    "remove files that nobody saved": {
        "task": "reporting.remove_old_uploads",
        "schedule": crontab(minute="20"),
    },
    "digests": {"task": "reporting.send_digests", "schedule": crontab(hour="7-20", minute="10")},
    "stray files": {"task": "reporting.remove_orphaned_files", "schedule": crontab(hour="3", minute="20")},
    "invitations that are too old": {
        "task": "reporting.expire_invitations",
        "schedule": crontab(hour="3", minute="10"),
    },
    "sessions that are over": {
        "task": "reporting.remove_old_sessions",
        "schedule": crontab(hour="3", minute="40"),
    },
    "status reports that are due": {
        "task": "allocation.send_status_reports",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
}


def _show_life(key: str) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        client.set(key, "1", ex=SIGN_OF_LIFE_SECONDS)
    except redis.RedisError:
        return  # the broker is away; /readyz says so itself
    finally:
        client.close()


@worker_ready.connect
@heartbeat_sent.connect
def _worker_lives(**kwargs: Any) -> None:
    _show_life(WORKER_KEY)


@beat_init.connect
def _beat_starts(**kwargs: Any) -> None:
    _show_life(BEAT_KEY)
    after_task_publish.connect(_beat_lives)  # here, because every other process publishes tasks too


def _beat_lives(**kwargs: Any) -> None:
    _show_life(BEAT_KEY)
