"""The log and the journal only grow: the database itself refuses a change of them."""

from __future__ import annotations

from typing import Any

TABLES = ("touch", "event")

SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS {table}_stays_as_it_is BEFORE UPDATE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_is_kept BEFORE DELETE ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} only grows'); END",
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$",
    "CREATE OR REPLACE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION only_grows()",
)


def guard(connection: Any) -> None:
    """Put the guards in place where they are missing: a table that SQLite rebuilds in a migration loses its own."""
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            for table in TABLES:
                cursor.execute(statement.format(table=table))
