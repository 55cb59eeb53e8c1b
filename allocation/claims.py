"""Which worker is at a request to recompute: claims, signs of life, and what has fallen silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from allocation.models import SILENCE, Recomputation, RequestState

HEARTBEAT_SECONDS = 5.0
# After so many workers have fallen silent on it, a request is given up; a person may ask anew.
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to answer a request, until another one claims it with a greater token."""

    pk: int
    token: int


@transaction.atomic
def take(recomputation_id: int, *, worker: str, at: datetime) -> Claim | None:
    """Claim a request that waits or is stuck; None if it is answered or another worker is at it.

    Under the row's lock, so of two workers with the same message one gets it.
    """
    waiting = Recomputation.objects.filter(
        pk=recomputation_id, state__in=(RequestState.REQUESTED, RequestState.STUCK)
    )
    claimed = waiting.update(
        state=RequestState.RUNNING,
        token=F("token") + 1,
        attempts=F("attempts") + 1,
        worker=worker[:100],
        started_at=at,
        heartbeat_at=at,
        error="",
    )
    if not claimed:
        return None
    # In the same transaction, so that it is the token of this claim and never of a later one.
    return Claim(
        recomputation_id, Recomputation.objects.values_list("token", flat=True).get(pk=recomputation_id)
    )


def held(claim: Claim) -> QuerySet[Recomputation]:
    """The request, if the claim is still the one that counts."""
    return Recomputation.objects.filter(pk=claim.pk, token=claim.token, state=RequestState.RUNNING)


@contextmanager
def beating(claim: Claim) -> Iterator[None]:
    """Give signs of life while the block runs, from a thread and a connection of its own."""
    ended = Event()
    thread = Thread(target=_beat, args=(claim, ended), name=f"heartbeat-{claim.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(claim: Claim, ended: Event) -> None:
    try:
        while not ended.wait(HEARTBEAT_SECONDS):
            try:
                held(claim).update(heartbeat_at=Now())
            except OperationalError:
                connection.close()  # away for a moment; the next sign goes on a new connection
    finally:
        connection.close()


@transaction.atomic
def mark_silent(*, at: datetime) -> list[int]:
    """Mark as stuck each request whose worker is silent for `SILENCE`; give up what was tried too often.

    Returns:
        the requests that were marked as stuck.
    """
    silent = Recomputation.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=RequestState.RUNNING, heartbeat_at__lt=at - SILENCE
    )
    stuck = []
    for request in silent.order_by("pk"):
        if request.attempts >= MOST_ATTEMPTS:
            request.state, request.finished_at = RequestState.FAILED, at
            request.error = _("Given up after %(count)d attempts. See the worker's log.") % {
                "count": request.attempts
            }
        else:
            request.state = RequestState.STUCK
            request.error = _("The worker %(worker)s has fallen silent.") % {"worker": request.worker}
            stuck.append(request.pk)
        request.save(update_fields=["state", "finished_at", "error"])
    return stuck
