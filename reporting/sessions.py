"""What people leave behind in the database when their sessions are over."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction


@transaction.atomic
def remove_old_sessions(*, at: datetime) -> int:
    """Remove the sessions that are over at the moment `at`; how many they were.

    A session holds whose it was, and the list of a person's sessions its address and device: neither is
    kept longer than it is of use.
    """
    removed, _by_kind = Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def remove_old_counters(*, at: datetime) -> int:
    """Remove what the cache holds and nobody can read any longer, such as counts of tries; how many rows."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [at])  # noqa: S608  # a name of our settings
        return int(cursor.rowcount)
