"""Sweeps: asked for, computed in chunks, cancelled, given up, read; each chunk once, whoever dies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from allocation import sweeping
from allocation.admin.sweeppage import columns_of, sweep_page
from allocation.comparison import own_reports, read_rules
from allocation.errors import SweepEnded, SweepImpossible, SweepTooLarge
from allocation.models import AllocationRun, SweepChunk, SweepRun, SweepState
from allocation.ruleedit import edit_of
from allocation.services.scenarios import base_of_run, create_scenario, delete_scenario, save_scenario
from allocation.services.sweeps import cancel_sweep, chunk_size, delete_sweep, sweep_run, sweep_scenario
from allocation.tasks import compute_sweep_chunk_task, resend_silent_sweeps_task
from allocation.variation import Axis, NoSuchParameter, answers
from reporting.errors import NotAllowed
from reporting.models import Region, User
from tests.allocation.scenario_steps import official_rows, page, signed_in
from tests.factories import make_officer, make_user, moment

pytestmark = pytest.mark.django_db
LADDER = "tydlig-forbattring"


def axis(key: str, start: str, stop: str, step: str = "1") -> Axis:
    return Axis(key, Decimal(start), Decimal(stop), Decimal(step))


# Uppsala's posts from 55 to 74, and the ladder from 5 to 14.
TWO = (axis("reported:03", "55", "74"), axis(f"start:{LADDER}", "5", "14"))


def make_sweep(run: AllocationRun, *, by: User, axes: Sequence[Axis] = TWO) -> SweepRun:
    return sweep_run(run=run, axes=axes, by=by, at=moment(26))


def compute_all(sweep: SweepRun) -> SweepRun:
    for chunk in sweep.chunks.all():
        sweeping.compute_chunk(chunk.pk, at=moment(26, 11))
    sweep.refresh_from_db()
    return sweep


def names() -> dict[str, str]:
    return dict(Region.objects.values_list("code", "short_name"))


def address_of(sweep: SweepRun, name: str = "change") -> str:
    return reverse(f"admin:allocation_sweeprun_{name}", args=[sweep.pk])


def test_chunks_cover_every_combination_once_and_hold_what_the_engine_gives(run: AllocationRun) -> None:
    before = official_rows()
    sweep = make_sweep(run, by=make_officer())
    assert (sweep.total, sweep.chunk_size) == (200, 50)
    assert list(sweep.chunks.values_list("start", "size")) == [(0, 50), (50, 50), (100, 50), (150, 50)]
    compute_all(sweep)
    assert (sweep.state, sweep.done) == (SweepState.DONE, 200)
    assert sweep.finished_at == moment(26, 11)
    whole = answers(read_rules(run.rules_text), sweeping.figures_of(sweep), TWO, start=0, count=200)
    assert [kr for column in columns_of(sweep) for kr in column] == whole
    assert official_rows() == before


def test_chunks_are_neither_tiny_nor_long() -> None:
    sizes = {1: 50, 1000: 50, 1001: 51, 10_000: 500, 20_000: 500}
    assert {total: chunk_size(total) for total in sizes} == sizes


def test_the_chunks_are_sent_after_the_commit_and_a_broker_that_is_away_is_asked_once(
    run: AllocationRun,
    django_capture_on_commit_callbacks: Any,
) -> None:
    officer = make_officer()
    with patch.object(compute_sweep_chunk_task, "delay") as delay:
        with django_capture_on_commit_callbacks() as callbacks:
            sweep = make_sweep(run, by=officer)
        delay.assert_not_called()
        [send] = callbacks
        send()
        assert [call.args[0] for call in delay.call_args_list] == list(
            sweep.chunks.values_list("pk", flat=True)
        )
        delay.reset_mock(side_effect=True)
        delay.side_effect = OSError("no broker")
        with pytest.raises(OSError, match="no broker"):
            send()
        delay.assert_called_once()


def test_a_chunk_is_computed_once_however_often_its_message_comes(run: AllocationRun) -> None:
    sweep = make_sweep(run, by=make_officer())
    chunk = sweep.chunks.first()
    assert chunk is not None
    sweeping.compute_chunk(chunk.pk, at=moment(26, 11))
    with patch.object(sweeping, "answers") as asked:
        compute_sweep_chunk_task(chunk.pk)
        asked.assert_not_called()
    sweep.refresh_from_db()
    assert sweep.done == 50
    compute_sweep_chunk_task(999_999)


def test_what_was_computed_and_asked_never_changes(run: AllocationRun) -> None:
    sweep = compute_all(make_sweep(run, by=make_officer()))
    for change in (
        "UPDATE allocation_sweepchunk SET results = NULL",
        "UPDATE allocation_sweeprun SET axes = '[]'",
        "UPDATE allocation_sweeprun SET state = 'running'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    sweep.refresh_from_db()
    assert sweep.state == SweepState.DONE


def test_cancelling_ends_it_and_can_be_done_once(run: AllocationRun) -> None:
    officer = make_officer()
    sweep = make_sweep(run, by=officer)
    first = sweep.chunks.all()[0]
    sweeping.compute_chunk(first.pk, at=moment(26, 11))
    cancel_sweep(sweep_id=sweep.pk, by=officer, at=moment(26, 12))
    compute_all(sweep)
    assert (sweep.state, sweep.done) == (SweepState.CANCELLED, 50)
    assert sweep.chunks.exclude(results=None).count() == 1
    with pytest.raises(SweepEnded):
        cancel_sweep(sweep_id=sweep.pk, by=officer, at=moment(26, 12))
    shown = sweep_page(sweep, names(), code="03")
    assert shown.unanswered == 150


def test_a_chunk_that_ends_its_worker_time_and_again_is_given_up(run: AllocationRun) -> None:
    sweep = make_sweep(run, by=make_officer())
    chunk = sweep.chunks.all()[0]
    with patch.object(sweeping, "_compute"):  # as if the worker died each time
        for _ in range(sweeping.MOST_ATTEMPTS + 1):
            sweeping.compute_chunk(chunk.pk, at=moment(26, 11))
    sweep.refresh_from_db()
    assert sweep.state == SweepState.FAILED
    assert "Given up after 20 attempts" in sweep.error
    assert "Given up" in page(signed_in(sweep.created_by), address_of(sweep))


def test_rules_that_lack_the_parameter_fail_the_sweep_with_the_reason(run: AllocationRun) -> None:
    officer = make_officer()
    with pytest.raises(SweepImpossible):
        make_sweep(run, by=officer, axes=[axis("amount:silver", "1", "2")])
    sweep = make_sweep(run, by=officer)
    with (
        patch.object(sweeping, "answers", side_effect=NoSuchParameter("silver")),
        pytest.raises(NoSuchParameter),
    ):
        compute_sweep_chunk_task(sweep.chunks.all()[0].pk)
    assert "silver" in SweepRun.objects.get().error
    sweep.refresh_from_db()
    assert (sweep.state, sweep.done) == (SweepState.FAILED, 0)


def test_silent_sweeps_are_sent_again_and_others_are_left_alone(run: AllocationRun) -> None:
    officer = make_officer()
    silent, lively, ended = (make_sweep(run, by=officer) for _ in range(3))
    sweeping.compute_chunk(silent.chunks.all()[0].pk, at=moment(26, 11))
    now = moment(26, 12)
    SweepRun.objects.filter(pk=lively.pk).update(last_sign_at=now - timedelta(seconds=5))
    cancel_sweep(sweep_id=ended.pk, by=officer, at=moment(26, 11))
    with (
        patch("allocation.tasks.timezone.now", return_value=now),
        patch.object(compute_sweep_chunk_task, "delay") as delay,
    ):
        resend_silent_sweeps_task()
        again = [call.args[0] for call in delay.call_args_list]
        assert again == list(silent.chunks.filter(results=None).values_list("pk", flat=True))
        resend_silent_sweeps_task()
        assert delay.call_count == len(again) == 3


def test_a_sweep_rests_on_the_scenario_as_it_was(run: AllocationRun) -> None:
    officer = make_officer()
    scenario = create_scenario(base=base_of_run(run), name="S", by=officer, at=moment(26))
    sweep = sweep_scenario(scenario_id=scenario.pk, axes=TWO, by=officer, at=moment(26))
    rules = read_rules(scenario.rules_text)
    save_scenario(
        scenario_id=scenario.pk,
        version=1,
        name="S",
        note="",
        edit=replace(edit_of(rules), threshold=Decimal("1.00")),
        figures={},
        by=officer,
        at=moment(26),
    )
    compute_all(sweep)
    reports = own_reports(list(scenario.regions.order_by("region")))
    whole = answers(rules, reports, TWO, start=0, count=200)
    assert [kr for column in columns_of(sweep) for kr in column] == whole
    delete_scenario(scenario_id=scenario.pk, by=officer)
    assert not SweepRun.objects.exists()
    assert not SweepChunk.objects.exists()


def test_a_sweep_that_is_too_large_is_refused_with_both_numbers(run: AllocationRun) -> None:
    large = [axis("reported:03", "0", "10000"), axis("planned:03", "0", "1")]
    with pytest.raises(SweepTooLarge, match=r"20\u00a0002.*20\u00a0000"):
        make_sweep(run, by=make_officer(), axes=large)
    assert not SweepRun.objects.exists()


def test_only_case_officers_start_cancel_and_delete(run: AllocationRun) -> None:
    officer = make_officer()
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    sweep = make_sweep(run, by=officer)
    for action in (
        lambda: make_sweep(run, by=decider),
        lambda: cancel_sweep(sweep_id=sweep.pk, by=decider, at=moment(26)),
        lambda: delete_sweep(sweep_id=sweep.pk, by=decider),
    ):
        with pytest.raises(NotAllowed):
            action()
    assert SweepRun.objects.get().state == SweepState.RUNNING
    client = signed_in(decider)
    assert client.get(address_of(sweep)).status_code == 200
    assert client.post(address_of(sweep, "cancel")).status_code == 403
    assert client.post(address_of(sweep, "delete")).status_code == 403


PARTS = ("key", "start", "stop", "step")


def typed(**texts: str) -> dict[str, str]:
    return {f"{place}_{part}": "" for place in ("first", "second") for part in PARTS} | texts


def second(*values: str) -> dict[str, str]:
    return dict(zip((f"second_{part}" for part in PARTS), values, strict=True))


FIRST = {"first_key": "threshold", "first_start": "15", "first_stop": "15,4", "first_step": "0,05"}


def test_the_pages_lead_from_a_run_through_progress_to_results(run: AllocationRun) -> None:
    client = signed_in(make_officer())
    new = f"{reverse('admin:allocation_sweeprun_add')}?run={run.pk}"
    assert "15.35 per 100 000" in page(client, new)
    answer = client.post(new, typed(**FIRST, **second("reported:03", "60", "70", "1")))
    sweep = SweepRun.objects.get()
    assert answer.headers["Location"] == address_of(sweep)
    running = page(client, address_of(sweep))
    assert 'hx-trigger="every 1s"' in running
    assert "0 of 99 combinations" in running
    assert "Cancel the sweep" in running
    assert "longer than usual" not in running
    SweepRun.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert "longer than usual" in page(client, address_of(sweep))
    assert client.get(address_of(sweep, "progress")).status_code == 302
    htmx = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(address_of(sweep, "progress"), headers=htmx).headers
    compute_all(sweep)
    assert client.get(address_of(sweep, "progress"), headers=htmx).headers["HX-Refresh"] == "true"
    shown = page(client, f"{address_of(sweep)}?region=03")
    assert 'viewBox="0 0 11 9"' in shown
    assert '<option value="03" selected>Uppsala' in shown
    assert "hx-trigger" not in shown
    table = b"".join(client.get(address_of(sweep, "csv")).streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # streamed
    assert table[0].startswith("threshold,reported:03,kr_01,kr_03")
    assert len(table) == 100
    assert client.post(address_of(sweep, "delete")).status_code == 302
    assert not SweepRun.objects.exists()
    # A page that was left open stops asking: it is fetched anew, and says that the sweep is gone.
    gone = client.get(address_of(sweep, "progress"), headers=htmx)
    assert (gone.status_code, gone.headers["HX-Refresh"]) == (404, "true")


def test_what_is_wrong_with_a_range_stands_at_its_field(run: AllocationRun) -> None:
    client = signed_in(make_officer())
    new = f"{reverse('admin:allocation_sweeprun_add')}?run={run.pk}"
    many = second("reported:03", "0", "9 999", "1")
    cases: tuple[tuple[dict[str, str], str, str], ...] = (
        ({"first_stop": "14"}, "first_stop", "Must not be below the start"),
        ({"first_step": "0"}, "first_step", "above 0 with at most 2 decimals"),
        ({"first_start": "15.555"}, "first_start", "with at most 2 decimals"),
        ({"first_start": "x"}, "first_start", "Enter a number."),
        ({"first_key": ""}, "first_key", "required"),
        (second("threshold", "1", "2", "1"), "second_key", "another"),
        ({"second_key": "amount:god"}, "second_start", "required"),
        ({"first_step": "0,01"} | many, "__all__", "410 000 combinations"),
    )
    for texts, field, words in cases:
        answer = client.post(new, typed(**(FIRST | texts)))
        assert words in answer.context["form"].errors[field][0].replace("\u00a0", " ")
    assert not SweepRun.objects.exists()


def test_one_parameter_is_a_curve_with_the_present_value_and_gaps_where_there_is_no_answer(
    run: AllocationRun,
) -> None:
    sweep = compute_all(make_sweep(run, by=make_officer(), axes=[axis(f"step-at:{LADDER}:2", "9", "16")]))
    shown = sweep_page(sweep, names(), code="03")
    assert shown.line is not None
    assert [answer.total_kr for answer in shown.answers] == [None, None] + [10_500_000] * 6
    assert shown.unanswered == 2
    assert shown.region.present_kr == 10_500_000
    assert shown.line.here_x == f"{6 * 640 / 7:.1f}"
    assert sweep_page(sweep, names(), code="no").region.code == "01"  # the first that is moved


def test_pages_take_a_fixed_number_of_queries(run: AllocationRun) -> None:
    officer = make_officer()
    client = signed_in(officer)
    counts: list[list[int]] = []
    for stop in ("60", "90"):
        sweep = compute_all(make_sweep(run, by=officer, axes=[axis("reported:03", "55", stop), TWO[1]]))
        counts.append([])
        for address in (address_of(sweep), reverse("admin:allocation_sweeprun_changelist")):
            with CaptureQueriesContext(connection) as captured:
                page(client, address)
            counts[-1].append(len(captured))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 20, counts
