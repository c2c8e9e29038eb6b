"""The log, the journal and who looked at whom only grow: the database itself refuses a change of them.

Who looked may go after `LOOKS_YEARS`; the chain then begins with the oldest one that is there.
"""

from __future__ import annotations

from typing import Any

TABLES = ("touch", "event")
LOOKS_YEARS = 5

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

LOOKS_SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS look_stays_as_it_is BEFORE UPDATE ON look"
    " BEGIN SELECT RAISE(ABORT, 'look only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS look_is_kept BEFORE DELETE ON look"
    f" WHEN OLD.at > datetime('now', '-{LOOKS_YEARS} years')"
    " BEGIN SELECT RAISE(ABORT, 'look only grows'); END",
)

LOOKS_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION looks_are_kept() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '{LOOKS_YEARS} years' THEN RETURN OLD; END IF;"
    " RAISE EXCEPTION 'look only grows'; END $$",
    "CREATE OR REPLACE TRIGGER look_only_grows BEFORE UPDATE OR DELETE ON look"
    " FOR EACH ROW EXECUTE FUNCTION looks_are_kept()",
)


def guard(connection: Any) -> None:
    """Put the guards in place where they are missing: a table that SQLite rebuilds in a migration loses its own."""
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            for table in TABLES:
                cursor.execute(statement.format(table=table))
        if "look" in connection.introspection.table_names(cursor):  # not yet, while older migrations run
            for statement in LOOKS_POSTGRESQL if connection.vendor == "postgresql" else LOOKS_SQLITE:
                cursor.execute(statement)
