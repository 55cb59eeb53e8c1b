"""What the database refuses to everybody, table by table, in plain SQL past every model and service.

Each statement is tried on a made-up row of the real table, with its real triggers: only constraints, which
would ask for a whole grant year around the row, are taken away, inside a transaction that is rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql
from psycopg.errors import RaiseException

from reporting.guards import MARK

pytestmark = pytest.mark.django_db
CHANGES = ("UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")

KNOWN = "'{{\"user\": 1}}'"

# Written once: no row is ever changed or removed.
APPEND_ONLY = (
    "allocation_allocationrun", "allocation_award", "allocation_decisionrecord", "allocation_exemption",
    "allocation_finalreport", "allocation_letter", "allocation_paymentfile", "allocation_publication",
    "allocation_publishedreport", "allocation_recomputation_runs", "allocation_runpot",
    "allocation_runregion", "allocation_withdrawal", "reporting_attachment", "reporting_document",
    "reporting_export", "reporting_extension", "reporting_figure", "reporting_indicator",
    "reporting_logcheck", "reporting_logentry", "reporting_mailfile", "reporting_mailrequest",
    "reporting_message", "reporting_raisedfinding", "reporting_receipt", "reporting_receiptfile",
    "reporting_reviewevent", "reporting_revision", "reporting_revisionfinding", "reporting_roundorigin",
)  # fmt: skip

# Rows that go through states: where they begin, and every step that is allowed. All others are not.
STEPS: dict[str, tuple[str, set[tuple[str, str]]]] = {
    "reporting_submission": (
        "not_started",
        {
            ("not_started", "draft"), ("not_started", "submitted"), ("draft", "submitted"),
            ("submitted", "in_review"), ("submitted", "approved"), ("submitted", "returned"),
            ("submitted", "decided"), ("in_review", "submitted"), ("in_review", "approved"),
            ("in_review", "returned"), ("in_review", "decided"), ("returned", "submitted"),
            ("returned", "decided"), ("approved", "returned"), ("approved", "decided"),
            ("decided", "returned"),
        },
    ),
    "reporting_invitation": (
        "pending",
        {
            ("pending", "accepted"), ("pending", "withdrawn"), ("pending", "expired"),
            ("expired", "pending"), ("expired", "withdrawn"),
        },
    ),
    "reporting_ombudapplication": (
        "waiting", {("waiting", "approved"), ("waiting", "declined"), ("waiting", "withdrawn")},
    ),
    "allocation_recomputation": (
        "requested",
        {
            ("requested", "running"), ("requested", "done"), ("running", "done"), ("running", "failed"),
            ("running", "stuck"), ("stuck", "running"), ("stuck", "done"), ("stuck", "failed"),
        },
    ),
    "allocation_sweeprun": (
        "running", {("running", "done"), ("running", "cancelled"), ("running", "failed")},
    ),
    "allocation_decision": (
        "proposed", {("proposed", "withdrawn"), ("proposed", "refused"), ("proposed", "decided")},
    ),
    "allocation_payeeaccount": ("proposed", {("proposed", "confirmed"), ("proposed", "refused")}),
    "allocation_paymentbatch": (
        "made",
        {
            ("made", "approved"), ("made", "cancelled"), ("approved", "exported"),
            ("approved", "cancelled"), ("exported", "done"),
        },
    ),
    "allocation_payment": (
        "waiting", {("waiting", "paid"), ("waiting", "stopped"), ("paid", "stopped")},
    ),
    "allocation_repaymentclaim": (
        "proposed", {("proposed", "open"), ("proposed", "withdrawn"), ("open", "withdrawn")},
    ),
}  # fmt: skip

# Rows that change in some ways and never in others: what the row is like, and what is tried.
KEPT: tuple[tuple[str, dict[str, str], str], ...] = (
    *((table, {}, "DELETE FROM {table}") for table in STEPS if table != "allocation_sweeprun"),
    *((table, {}, "TRUNCATE {table} CASCADE") for table in STEPS if table != "allocation_sweeprun"),
    ("reporting_submission", {}, "UPDATE {table} SET region_id = 'y'"),
    ("reporting_submission", {}, "UPDATE {table} SET reporting_round_id = 2"),
    ("reporting_submission", {"revision_count": "2"}, "UPDATE {table} SET revision_count = 1"),
    ("reporting_mail", {}, "UPDATE {table} SET text = 'y'"),
    ("reporting_mail", {}, "UPDATE {table} SET recipient = 'y'"),
    ("reporting_mail", {}, "DELETE FROM {table}"),
    ("reporting_mail", {}, "TRUNCATE {table} CASCADE"),
    ("reporting_mail", {"sent_at": "now()"}, "UPDATE {table} SET sent_at = NULL"),
    ("reporting_mail", {"sent_at": "now()"}, "UPDATE {table} SET attempts = 9"),
    ("reporting_mail", {"dropped_at": "now()"}, "UPDATE {table} SET dropped_at = NULL"),
    ("reporting_news", {"told_in_id": "1"}, "UPDATE {table} SET at = now()"),
    ("reporting_news", {"told_in_id": "1"}, "DELETE FROM {table}"),
    ("reporting_invitation", {}, "UPDATE {table} SET email = 'y'"),
    ("reporting_invitation", {}, "UPDATE {table} SET role = 'y'"),
    ("reporting_ombudapplication", {}, "UPDATE {table} SET person_id = 2"),
    ("reporting_assignment", {}, "DELETE FROM {table}"),
    ("reporting_apitoken", {}, "DELETE FROM {table}"),
    ("reporting_apitoken", {"revoked_at": "now()"}, "UPDATE {table} SET revoked_at = NULL"),
    ("reporting_membership", {}, "TRUNCATE {table} CASCADE"),
    ("reporting_user", {}, "TRUNCATE {table} CASCADE"),
    ("reporting_region", {}, "TRUNCATE {table} CASCADE"),
    ("reporting_reportinground", {}, "TRUNCATE {table} CASCADE"),
    ("auth_group", {}, "TRUNCATE {table} CASCADE"),
    ("allocation_roundgrant", {}, "UPDATE {table} SET year = 1999"),
    ("allocation_roundgrant", {}, "UPDATE {table} SET rules_name = 'y'"),
    ("allocation_roundgrant", {}, "TRUNCATE {table} CASCADE"),
    ("allocation_recomputation", {}, "UPDATE {table} SET reason = 'y'"),
    ("allocation_recomputation", {"state": "'done'"}, "UPDATE {table} SET basis = '[1]'"),
    ("allocation_recomputation", {"state": "'failed'"}, "UPDATE {table} SET error = ''"),
    ("allocation_sweeprun", {}, "UPDATE {table} SET figures = '[1]'"),
    ("allocation_sweepchunk", {"results": "'{{1}}'"}, "UPDATE {table} SET results = '{{2}}'"),
    ("allocation_decision", {"state": "'proposed'"}, "UPDATE {table} SET run_id = 2"),
    ("allocation_decision", {"state": "'decided'"}, "UPDATE {table} SET note = 'y'"),
    ("allocation_decision", {"state": "'decided'"}, "UPDATE {table} SET decided_by_id = 2"),
    ("allocation_payeeaccount", {"state": "'proposed'"}, "UPDATE {table} SET account = 'y'"),
    ("allocation_payeeaccount", {"state": "'confirmed'"}, "UPDATE {table} SET answered_by_id = 2"),
    ("allocation_paymentbatch", {"state": "'made'"}, "UPDATE {table} SET pay_on = '1999-01-01'"),
    ("allocation_paymentbatch", {"approved_by_id": "1"}, "UPDATE {table} SET approved_by_id = 2"),
    ("allocation_payment", {"state": "'waiting'"}, "UPDATE {table} SET amount_kr = 2"),
    ("allocation_payment", {"state": "'waiting'"}, "UPDATE {table} SET payee_id = 2"),
    ("allocation_payment", {"state": "'paid'"}, "UPDATE {table} SET paid_on = '1999-01-01'"),
    ("allocation_payment", {"state": "'stopped'"}, "UPDATE {table} SET stop_reason = 'y'"),
    ("allocation_repaymentclaim", {"state": "'open'"}, "UPDATE {table} SET amount_kr = 2"),
    ("allocation_repaymentclaim", {"state": "'withdrawn'"}, "UPDATE {table} SET withdrawal_reason = 'y'"),
    ("allocation_repayment", {}, "UPDATE {table} SET amount_kr = 2"),
    ("allocation_repayment", {"struck_at": "now()"}, "UPDATE {table} SET struck_at = NULL"),
    ("allocation_repayment", {}, "DELETE FROM {table}"),
    ("allocation_repayment", {}, "TRUNCATE {table} CASCADE"),
    ("pghistory_context", {"metadata": KNOWN}, "UPDATE {table} SET metadata = '{{\"user\": 2}}'"),
    ("pghistory_context", {"metadata": KNOWN}, "UPDATE {table} SET metadata = '{{}}'"),
    ("pghistory_context", {}, "UPDATE {table} SET created_at = now() - interval '1 day'"),
    ("pghistory_context", {}, "DELETE FROM {table}"),
    ("pghistory_context", {}, "TRUNCATE {table} CASCADE"),
)  # fmt: skip

VALUES = {
    "bool": "false", "bytea": "''", "date": "current_date", "float8": "1", "inet": "'192.0.2.1'",
    "int2": "1", "int4": "1", "int8": "1", "jsonb": "'{}'", "numeric": "1", "text": "'x'", "time": "'10:00'",
    "timestamptz": "now()", "uuid": "gen_random_uuid()", "varchar": "'x'",
}  # fmt: skip


def tables_with(trigger: str, *, history: bool) -> set[str]:
    return {
        model._meta.db_table
        for app in ("reporting", "allocation")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if trigger in {found.name for found in getattr(model._meta, "triggers", ())}
        and (getattr(model, "pgh_tracked_model", None) is not None) == history
    }


HISTORIES = sorted(tables_with("append_only", history=True))


def key_of(table: str) -> str:
    return "pgh_id" if table in HISTORIES else "id"


def run(statement: str, table: str) -> None:
    with connection.cursor() as cursor:
        names = {"table": sql.Identifier(table), "key": sql.Identifier(key_of(table))}
        cursor.execute(sql.SQL(statement).format(**names).as_string(cursor.cursor))


def insertion(table: str, **known: str) -> str:
    """A statement that adds a row: what is known of it, and anything where something must stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'",
            [table],
        )
        row = {name: "'{{}}'" if kind.startswith("_") else VALUES[kind] for name, kind in cursor.fetchall()}
    row = {name: value.replace("'{}'", "'{{}}'") for name, value in row.items()}
    if row.get(key_of(table)) == "1":
        row[key_of(table)] = "2000000000"  # which no row has
    row |= known
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {{table}} ({names}) VALUES ({', '.join(row.values())})"


@contextmanager
def without_constraints(table: str) -> Iterator[None]:
    """Let a row stand alone: no checks and no rows that it needs, until the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')",
            [table],
        )
        for (name,) in cursor.fetchall():
            run(f'ALTER TABLE {{table}} DROP CONSTRAINT "{name}"', table)
        yield


@contextmanager
def a_row(table: str, **known: str) -> Iterator[None]:
    """A row that got there past the triggers, which hold again for whoever comes then."""
    with transaction.atomic(), without_constraints(table):
        run("ALTER TABLE {table} DISABLE TRIGGER USER", table)
        run(insertion(table, **known), table)
        run("ALTER TABLE {table} ENABLE TRIGGER USER", table)
        yield
        transaction.set_rollback(True)


def refused(statement: str, table: str) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        run(statement, table)
    assert isinstance(error.value.__cause__, RaiseException), error.value
    return str(error.value)


def answer(statement: str, table: str) -> str:
    """What the database says to a statement that is undone at once; nothing where it takes it."""
    try:
        with transaction.atomic():
            run(statement, table)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return ""


def test_the_lists_are_whole() -> None:
    assert tables_with("append_only", history=False) == set(APPEND_ONLY)
    assert HISTORIES
    assert tables_with("never_emptied", history=True) == set(HISTORIES)
    with_states = {
        model._meta.db_table
        for app in ("reporting", "allocation")
        for model in apps.get_app_config(app).get_models()
        if getattr(model, "pgh_tracked_model", None) is None
        for field in model._meta.get_fields()
        if isinstance(field, models.Field) and field.name in ("state", "status")
    }
    assert with_states == set(STEPS)


def test_no_trigger_sleeps() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger%' AND tgenabled <> 'O'")
        assert cursor.fetchall() == []


@pytest.mark.parametrize("table", [*APPEND_ONLY, *HISTORIES])
def test_what_was_written_is_neither_changed_nor_removed(table: str) -> None:
    with a_row(table):
        for statement in CHANGES:
            assert "Cannot" in refused(statement, table)


@pytest.mark.parametrize(("table", "row", "statement"), KEPT)
def test_what_must_stay_stays(table: str, row: dict[str, str], statement: str) -> None:
    with a_row(table, **row):
        refused(statement, table)


@pytest.mark.parametrize("table", STEPS)
def test_states_begin_at_the_beginning_and_move_along_allowed_steps_only(table: str) -> None:
    first, allowed = STEPS[table]
    [model] = [
        model for model in apps.get_models() if model._meta.db_table == table and not model._meta.proxy
    ]
    states: list[Any] = [value for value, _label in model._meta.get_field("state").flatchoices]  # type: ignore[union-attr]
    assert {state for step in allowed for state in step} == set(states)
    for before in states:
        with a_row(table, state=f"'{before}'"):
            for _before, after in (step for step in permutations(states, 2) if step[0] == before):
                move = f"UPDATE {{table}} SET state = '{after}'"
                if (before, after) not in allowed:
                    refused(move, table)
                    continue
                if told := answer(move, table):
                    assert "transition" not in told  # another rule asks for more than a state
        if before != first:
            with transaction.atomic(), without_constraints(table):
                refused(insertion(table, state=f"'{before}'"), table)
                transaction.set_rollback(True)


@pytest.mark.parametrize(("mark", "is_refused"), [("on", False), ("off", True)])
def test_no_session_lets_triggers_rest_but_in_a_database_that_is_marked(mark: str, is_refused: bool) -> None:
    table = "reporting_logentry"
    with a_row(table), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        [name] = cursor.fetchone()
        cursor.execute(f"ALTER DATABASE \"{name}\" SET {MARK} = '{mark}'")
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger%'"
        )
        if is_refused:
            refused("DELETE FROM {table}", table)
        else:
            run("DELETE FROM {table}", table)
