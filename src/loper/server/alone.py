"""One worker on SQLite, and no writer at all on an SQLite that can corrupt its file."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from loper.server.records.guard import guard
from loper.server.sqlite import sound


class Refusing(Exception):
    """We do not start like this; the message says why, and what to do."""


def check_database() -> None:
    """Raises Refusing where the database cannot be trusted with two writers."""
    if connection.vendor == "sqlite" and not sound(sqlite3.sqlite_version_info):
        raise Refusing(
            f"This Python has SQLite {sqlite3.sqlite_version}, which can corrupt a file that two processes write to."
            " Install pysqlite3, which brings a sound one (pip install pysqlite3), or use PostgreSQL (LOPER_DATABASE)."
        )


@contextmanager
def the_only_worker() -> Iterator[None]:
    """Within it this process is the only worker on its SQLite; raises Refusing where there is another.

    PostgreSQL takes any number of workers. The lock is the kernel's: a worker that is killed lets go of it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path = Path(f"{settings.DATABASES['default']['NAME']}.worker")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusing(
                f"Another worker is at work on {settings.DATABASES['default']['NAME']}; SQLite takes one."
                " Stop that one first, or use PostgreSQL (LOPER_DATABASE), which takes any number."
            ) from None
        yield


def migrate() -> None:
    """Bring the tables up to date. Of several processes that start at once one does it, and the others wait."""
    if _up_to_date():
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(3, 0)")
            try:
                _migrate()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(3, 0)")
        return
    path = Path(f"{settings.DATABASES['default']['NAME']}.migrating")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _migrate()


def _up_to_date() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    guard(connection)
