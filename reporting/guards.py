"""Who may let the database's triggers rest: nobody, unless a database has been marked by its owner."""

from typing import Any

from django.db import connections
from psycopg import sql

# django-pgtrigger lets any session name triggers that rest (`SET pgtrigger.ignore`). Tests and measurements
# need that, on databases of their own; elsewhere it would be a way around every guard.
MARK = "platsplan.triggers_may_rest"
_SHOULD_REST = f"""
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
    BEGIN
        IF coalesce(current_setting('pgtrigger.ignore', true), '') = '' THEN
            RETURN FALSE;
        END IF;
        RETURN trigger_name = ANY(current_setting('pgtrigger.ignore')::TEXT[]) AND EXISTS (
            SELECT FROM pg_catalog.pg_db_role_setting AS kept
            JOIN pg_catalog.pg_database AS base ON base.oid = kept.setdatabase
            WHERE base.datname = current_database() AND kept.setrole = 0
                AND '{MARK}=on' = ANY(kept.setconfig)
        );
    END;
$$ LANGUAGE plpgsql;
"""


def keep_awake(*, using: str, **_kwargs: Any) -> None:
    """Put our own answer in place of the library's, which every migration with a trigger writes anew."""
    with connections[using].cursor() as cursor:
        cursor.execute(_SHOULD_REST)


def let_rest(*, using: str = "default") -> None:
    """Mark the database, so that a session may let triggers rest: for tests and measurements only."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_database()")
        [name] = cursor.fetchone()
        mark = sql.SQL(".").join(map(sql.Identifier, MARK.split(".")))
        statement = sql.SQL("ALTER DATABASE {} SET {} = 'on'").format(sql.Identifier(name), mark)
        cursor.execute(statement.as_string(cursor.cursor))
