"""What the worker does with a chunk of a sweep."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import BigIntegerField, F, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from allocation.comparison import read_rules
from allocation.engine import EngineError, Report
from allocation.models import SweepChunk, SweepRun, SweepState
from allocation.variation import Axis, NoSuchParameter, answers

# An attempt ends without an answer only when the worker dies or the database is away.
MOST_ATTEMPTS = 20


def axes_of(sweep: SweepRun) -> list[Axis]:
    """The ranges of a sweep."""
    return [Axis.read(axis) for axis in sweep.axes]


def figures_of(sweep: SweepRun) -> list[Report]:
    """The figures of a sweep, in the order of the county codes."""
    return [Report(*row) for row in sweep.figures]


def compute_chunk(chunk_id: int, *, at: datetime) -> None:
    """Compute a chunk. Does nothing if it has been done, its sweep has ended, or another worker is at it.

    The chunk's row is held while it is computed, and the database lets go of it the moment the worker's
    connection is lost; so whoever gets the message next can begin at once, and none waits for the dead.
    """
    if not _begin(chunk_id, at=at):
        return
    try:
        _compute(chunk_id, at=at)
    except (EngineError, NoSuchParameter) as error:
        _fail(chunk_id, str(error), at=at)
        raise


def silent_chunks(*, before: datetime, at: datetime) -> list[int]:
    """Chunks to send again: not computed, in sweeps that have given no sign of life since `before`.

    Each sweep that is named counts as having given a sign at `at`.
    """
    silent = SweepRun.objects.filter(state=SweepState.RUNNING, last_sign_at__lt=before)
    with transaction.atomic():
        sweeps = list(silent.select_for_update(skip_locked=True).values_list("pk", flat=True))
        SweepRun.objects.filter(pk__in=sweeps).update(last_sign_at=at)
    waiting = SweepChunk.objects.filter(sweep__in=sweeps, results=None)
    return list(waiting.order_by("sweep", "start").values_list("pk", flat=True))


def _waiting(chunk_id: int) -> SweepChunk | None:
    """The chunk, locked, if it has to be computed and nobody is at it."""
    return (
        SweepChunk.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("sweep")
        .filter(pk=chunk_id, results=None, sweep__state=SweepState.RUNNING)
        .first()
    )


@transaction.atomic
def _begin(chunk_id: int, *, at: datetime) -> bool:
    """Count an attempt, so that a chunk that ends its worker time and again is given up at last."""
    chunk = _waiting(chunk_id)
    if chunk is None:
        return False
    if chunk.attempts >= MOST_ATTEMPTS:
        error = _("Given up after %(count)d attempts. See the worker's log.") % {"count": MOST_ATTEMPTS}
        _end(chunk, error, at=at)
        return False
    chunk.attempts += 1
    chunk.save(update_fields=["attempts"])
    return True


@transaction.atomic
def _compute(chunk_id: int, *, at: datetime) -> None:
    chunk = _waiting(chunk_id)
    if chunk is None:
        return
    sweep = chunk.sweep
    results = answers(
        read_rules(sweep.rules_text), figures_of(sweep), axes_of(sweep), start=chunk.start, count=chunk.size
    )
    SweepChunk.objects.filter(pk=chunk.pk).update(results=_as_array(results))
    # The sweep's row last and for a moment only: every worker of the sweep wants it.
    running = SweepRun.objects.filter(pk=sweep.pk, state=SweepState.RUNNING)
    if not running.update(done=F("done") + chunk.size, last_sign_at=at):
        transaction.set_rollback(True)  # cancelled meanwhile
        return
    running.filter(done=F("total")).update(state=SweepState.DONE, finished_at=at)


def _as_array(results: Sequence[int | None]) -> Cast:
    """PostgreSQL's own text of an array: adapting the numbers one by one takes as long as computing them."""
    text = ",".join("NULL" if kr is None else str(kr) for kr in results)
    return Cast(Value(f"{{{text}}}", output_field=TextField()), ArrayField(BigIntegerField(null=True)))


@transaction.atomic
def _fail(chunk_id: int, error: str, *, at: datetime) -> None:
    chunk = _waiting(chunk_id)
    if chunk is not None:
        _end(chunk, error, at=at)


def _end(chunk: SweepChunk, error: str, *, at: datetime) -> None:
    running = SweepRun.objects.filter(pk=chunk.sweep_id, state=SweepState.RUNNING)
    running.update(state=SweepState.FAILED, error=error, finished_at=at)
