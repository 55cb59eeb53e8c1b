"""What the database refuses of a run that is stored."""

from contextlib import nullcontext

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from allocation.models import AllocationRun, Award, RunPot, RunRegion
from tests.factories import moment

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE allocation_award SET amount_kr = amount_kr + 1",
        "DELETE FROM allocation_award",
        "UPDATE allocation_allocationrun SET rules_version = 'x'",
        "UPDATE allocation_runpot SET allocated_kr = 0, unallocated_kr = amount_kr",
        "UPDATE allocation_runregion SET total_kr = 1",
        "UPDATE allocation_recomputation SET state = 'requested'",
        "DELETE FROM allocation_recomputation",
        "UPDATE allocation_recomputation SET basis = '[]'",
        "TRUNCATE allocation_allocationrun CASCADE",
        "TRUNCATE allocation_award",
        "TRUNCATE allocation_runpot",
        "TRUNCATE allocation_runregion",
        "TRUNCATE allocation_recomputation CASCADE",
    ],
)
def test_raw_sql_cannot_change_a_run(run: AllocationRun, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"pgtrigger: (Cannot|Invalid)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # PostgreSQL empties no table that has checks to come.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


@pytest.mark.parametrize(
    ("in_pot", "in_region", "awarded", "refusal"),
    [
        (10, 10, 10, None),
        (10, 9, 9, "awards of pot god .* do not sum to what the pot shared out"),
        (9, 9, 9, "pots of run .* do not sum to the run"),
        (10, 9, 10, "awards of region 03 .* do not sum to its total"),
    ],
)
def test_the_database_refuses_a_run_whose_parts_do_not_sum(
    run: AllocationRun, in_pot: int, in_region: int, awarded: int, refusal: str | None
) -> None:
    bad = AllocationRun.objects.create(
        round_grant=run.round_grant,
        number=99,
        created_at=moment(),
        rules_version="x",
        rules_sha256="x",
        rules_text="x",
        engine_version="x",
        inputs_sha256="x",
        amount_kr=10,
        allocated_kr=10,
        unallocated_kr=0,
        eligible_count=1,
    )
    RunPot.objects.create(
        run=bad, position=0, pot="god", amount_kr=in_pot, allocated_kr=in_pot, unallocated_kr=0
    )
    RunRegion.objects.create(
        run=bad,
        region_id="03",
        inhabitants=1,
        planned_posts=1,
        reported_posts=1,
        planned_rate=1,
        total_kr=in_region,
    )
    Award.objects.create(
        run=bad, region_id="03", pot="god", eligible=True, reason="eligible", amount_kr=awarded, assumed=False
    )
    expected = pytest.raises(DatabaseError, match=refusal) if refusal else nullcontext()
    with expected, connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_stored_run_gets_no_further_pots(run: AllocationRun) -> None:
    RunPot.objects.create(run=run, position=9, pot="extra", amount_kr=10, allocated_kr=0, unallocated_kr=10)
    with pytest.raises(DatabaseError, match="do not sum to the run"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


ADDED = {
    "runpot": "(run_id, position, pot, amount_kr, allocated_kr, unallocated_kr, trace)"
    " VALUES (%s, 9, 'extra', 0, 0, 0, '[]')",
    "runregion": "(run_id, region_id, inhabitants, planned_posts, planned_rate, total_kr)"
    " VALUES (%s, '00', 1, 1, 1, 0)",
    "award": "(run_id, region_id, pot, eligible, reason, amount_kr, assumed, trace)"
    " VALUES (%s, '03', 'extra', false, 'x', 0, false, '[]')",
}


@pytest.mark.parametrize("table", ADDED)
def test_nothing_is_added_to_a_run_after_its_transaction_not_even_without_kronor(
    run: AllocationRun, table: str
) -> None:
    statement = f"INSERT INTO allocation_{table} {ADDED[table]}"
    with pgtrigger.ignore():
        AllocationRun.objects.filter(pk=run.pk).update(made_in=F("made_in") - 1)
    with (
        pytest.raises(DatabaseError, match="is stored, and gets no further rows"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [run.pk])
