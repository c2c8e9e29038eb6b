"""The database as one file and back: SQLite by its own VACUUM INTO, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

OURS = "journey_case"
"""A table by which a database of Loper is known."""


class Trouble(Exception):
    """It cannot be done; the message says why, and what to do."""


class Dump(Protocol):
    """The database of the settings, as far as it can be written to a file and read back."""

    kind: str
    suffix: str

    def write(self, file: Path) -> None:
        """Everything as it is at one instant, whatever is written meanwhile, into this empty file."""
        ...

    def read(self, file: Path) -> AbstractContextManager[None]:
        """The file is in the database within this; afterwards, and not before, others can work with it.

        Raises Trouble where the database is not empty or the file is not one of ours, and then changes nothing.
        """
        ...


def dump_of() -> Dump:
    """That of the settings."""
    from django.db import connection

    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def kind_of(file: Path) -> str:
    """Of which kind of database this is a backup; raises Trouble where it is none, OSError where it is not there."""
    with file.open("rb") as opened:
        head = opened.read(16)
    if head.startswith(b"PGDMP"):
        return Postgres.kind
    if head == b"SQLite format 3\0":
        return Sqlite.kind
    raise Trouble(f"{file} is not a backup of Loper: choose a file that `loper backup` made")


def _must_be_empty() -> None:
    from django.db import connection

    if connection.introspection.table_names():
        raise Trouble("the database is not empty; make a new one, and name it in LOPER_DATABASE")


def _must_be_known(applied: set[tuple[str, str]], file: Path) -> None:
    """Refuse what a newer Loper wrote."""
    from django.db.migrations.loader import MigrationLoader

    newer = applied - MigrationLoader(None).disk_migrations.keys()
    if newer:
        names = ", ".join(sorted(name for _, name in newer)[:3])
        raise Trouble(f"{file} is of a newer Loper (it knows {names}); install that version first")


class Sqlite:
    """SQLite: one file already, but one that is being written to."""

    kind = "SQLite"
    suffix = "sqlite3"

    def write(self, file: Path) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            if OURS not in connection.introspection.table_names(cursor):
                raise Trouble("the database has no tables yet; there is nothing to keep")
            cursor.execute("VACUUM INTO %s", [str(file)])

    @contextmanager
    def read(self, file: Path) -> Iterator[None]:
        from django.conf import settings
        from django.db import connection

        from loper.server import alone

        database = settings.DATABASES["default"]
        target = Path(str(database["NAME"]))
        half = target.with_name(f"{target.name}.half")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone.the_only_worker():
            self._must_be_free(target)
            try:
                shutil.copyfile(file, half)
                half.chmod(0o600)
                connection.close()
                connection.settings_dict["NAME"] = str(half)
                _must_be_known(self._look(file), file)
                alone.migrate()
                yield
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
                half.rename(target)
            finally:
                connection.close()
                connection.settings_dict["NAME"] = str(target)
                for left in target.parent.glob(f"{half.name}*"):
                    left.unlink()

    def _must_be_free(self, target: Path) -> None:
        """No database there, nor the rest of one: SQLite would play an old log into the new file."""
        if target.exists() and target.stat().st_size:
            _must_be_empty()
        for end in ("-wal", "-shm", "-journal"):
            left = Path(f"{target}{end}")
            if left.exists():
                raise Trouble(f"{left} is left of an earlier database; move it away")

    def _look(self, file: Path) -> set[tuple[str, str]]:
        """The migrations in the file that was just copied, once it is sound and ours."""
        from django.db import DatabaseError, connection

        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                sound = cursor.fetchone()[0]
                if sound != "ok":
                    raise Trouble(f"{file} is damaged: {sound}")
                if OURS not in connection.introspection.table_names(cursor):
                    raise Trouble(f"{file} is an SQLite database, but not one of Loper")
                cursor.execute("SELECT app, name FROM django_migrations")
                return set(cursor.fetchall())
        except DatabaseError as wrong:
            raise Trouble(f"{file} is damaged: {wrong}") from wrong


class Postgres:
    """PostgreSQL, by its own programs; they must be of the server's version or newer."""

    kind = "PostgreSQL"
    suffix = "dump"

    def write(self, file: Path) -> None:
        from django.db import connection

        if OURS not in connection.introspection.table_names():
            raise Trouble("the database has no tables yet; there is nothing to keep")
        _program("pg_dump", "--format=custom", f"--file={file}")

    @contextmanager
    def read(self, file: Path) -> Iterator[None]:
        from django.db import connection

        from loper.server import alone

        _must_be_empty()
        _must_be_known(self._look(file), file)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1, 0)")  # no worker can claim a message (records/sql.py, CLAIMING)
        _program(
            "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}", str(file),
        )  # fmt: skip
        try:
            alone.migrate()
            yield
        except Exception as wrong:
            raise Trouble(
                f"{wrong}. It is in the database, but not marked: before any worker starts, run loper restore --mark"
            ) from wrong
        finally:
            connection.close()  # and with it the lock is gone

    def _look(self, file: Path) -> set[tuple[str, str]]:
        """The migrations in the file, if it is ours."""
        if f" {OURS} " not in _program("pg_restore", "--list", str(file)):
            raise Trouble(f"{file} is a PostgreSQL dump, but not one of Loper")
        rows = _program("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file)).splitlines()
        start = next((at for at, row in enumerate(rows) if row.startswith("COPY ")), len(rows))
        cells = [row.split("\t") for row in rows[start + 1 :]]
        return {(row[1], row[2]) for row in cells if len(row) == 4}


def _program(name: str, *arguments: str) -> str:
    """What one of PostgreSQL's own programs says; it finds our database, and its password, in the environment."""
    from django.conf import settings

    if shutil.which(name) is None:
        raise Trouble(f"{name} is not on this machine: sudo apt-get install -y postgresql-client")
    database = settings.DATABASES["default"]
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {variable: str(database[key]) for variable, key in named.items() if database.get(key)}
    done = subprocess.run(  # noqa: S603 - a fixed program; its arguments are ours
        [name, *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Trouble(f"{name} says: {done.stderr.strip()[:500]}")
    return done.stdout
