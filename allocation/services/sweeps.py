"""Asking for sweeps, cancelling and deleting them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allocation.bundles import reports_of
from allocation.comparison import own_reports, read_rules
from allocation.engine import Report
from allocation.errors import SweepEnded, SweepImpossible, SweepTooLarge
from allocation.models import AllocationRun, SweepChunk, SweepRun, SweepState
from allocation.services.scenarios import lock_scenario
from allocation.tasks import compute_sweep_chunk_task
from allocation.variation import MOST_COMBINATIONS, Axis, combinations, parameters
from reporting.models import User
from reporting.services.roles import must_have
from reporting.templatetags.platsplan import number

# A chunk takes a worker some tenths of a second: long beside a message, short to lose.
LARGEST_CHUNK = 500
SMALLEST_CHUNK = 50
# So that the bar of a sweep moves while a few workers share it.
CHUNKS_WANTED = 20


def chunk_size(total: int) -> int:
    """How many combinations a worker takes at a time."""
    return max(SMALLEST_CHUNK, min(LARGEST_CHUNK, -(-total // CHUNKS_WANTED)))


@transaction.atomic
def sweep_scenario(*, scenario_id: int, axes: Sequence[Axis], by: User, at: datetime) -> SweepRun:
    """Vary one or two parameters of a scenario as it is now.

    Raises:
        NotAllowed, ScenarioGone, SweepImpossible, SweepTooLarge: nothing was started.
    """
    must_have(by, "allocation.add_sweeprun")
    scenario = lock_scenario(scenario_id)
    reports = own_reports(list(scenario.regions.order_by("region")))
    return _start(
        SweepRun(round_grant=scenario.round_grant, scenario=scenario, rules_text=scenario.rules_text),
        reports,
        axes,
        by=by,
        at=at,
    )


@transaction.atomic
def sweep_run(*, run: AllocationRun, axes: Sequence[Axis], by: User, at: datetime) -> SweepRun:
    """Vary one or two parameters of an official run's rules and figures. The run itself never changes.

    Raises:
        NotAllowed, SweepImpossible, SweepTooLarge: nothing was started.
    """
    must_have(by, "allocation.add_sweeprun")
    sweep = SweepRun(round_grant=run.round_grant, base_run=run, rules_text=run.rules_text)
    return _start(sweep, reports_of(run), axes, by=by, at=at)


def _start(
    sweep: SweepRun, reports: Sequence[Report], axes: Sequence[Axis], *, by: User, at: datetime
) -> SweepRun:
    known = parameters(read_rules(sweep.rules_text), reports)
    if any(axis.key not in known for axis in axes):
        # Somebody has saved the scenario since its page was opened.
        raise SweepImpossible(
            _("The rules have changed since you opened the page. Choose again what to vary.")
        )
    total = combinations(axes)
    if total > MOST_COMBINATIONS:
        raise SweepTooLarge(
            _("That makes %(count)s combinations, and a sweep has at most %(most)s. Take longer steps.")
            % {"count": number(total), "most": number(MOST_COMBINATIONS)}
        )
    sweep.figures = [[report.code, report.inhabitants, report.planned, report.reported] for report in reports]
    sweep.axes = [axis.as_json() for axis in axes]
    sweep.total, sweep.chunk_size = total, chunk_size(total)
    sweep.created_by, sweep.created_at, sweep.last_sign_at = by, at, at
    sweep.save()
    chunks = SweepChunk.objects.bulk_create(
        SweepChunk(sweep=sweep, start=start, size=min(sweep.chunk_size, total - start))
        for start in range(0, total, sweep.chunk_size)
    )
    # Robust: a broker that is down must not undo what was asked for; the sweeper sends it later.
    transaction.on_commit(lambda: _send(chunks), robust=True)
    return sweep


@transaction.atomic
def cancel_sweep(*, sweep_id: int, by: User, at: datetime) -> None:
    """Stop a sweep. What has been computed stays.

    Raises:
        NotAllowed: the role of `by` does not include it.
        SweepEnded: there is nothing to stop any more.
    """
    must_have(by, "allocation.cancel_sweeprun")
    running = SweepRun.objects.filter(pk=sweep_id, state=SweepState.RUNNING)
    if not running.update(state=SweepState.CANCELLED, finished_at=at):
        raise SweepEnded(_("The sweep has ended already."))


@transaction.atomic
def delete_sweep(*, sweep_id: int, by: User) -> None:
    """Delete a sweep and its results. Deleting one that is gone changes nothing.

    Raises:
        NotAllowed: the role of `by` does not include it.
    """
    must_have(by, "allocation.delete_sweeprun")
    # The chunks first: a worker that holds one takes the sweep's row after it.
    SweepChunk.objects.filter(sweep=sweep_id).delete()
    SweepRun.objects.filter(pk=sweep_id).delete()


def _send(chunks: Sequence[SweepChunk]) -> None:
    # The first that cannot be sent ends it: a person must not wait for a broker that hangs, chunk by chunk.
    for chunk in chunks:
        compute_sweep_chunk_task.delay(chunk.pk)
