"""Loper as a bench runs it: the server's own settings, store and journeys, on the database of LOPER_DATABASE."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measure import cpu_of_server, parent_of

JOURNEYS = Path(__file__).parent / "journeys"
EXAMPLES = Path(__file__).parent.parent / "examples"


def set_up() -> None:
    """Django is there, the tables are, and the process is as `loper serve` and `loper work` make it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loper.server.settings")
    os.environ.setdefault("LOPER_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from loper.server import alone
    from loper.server.steady import steady

    alone.check_database()
    alone.migrate()
    steady()


def publish(name: str) -> None:
    """A journey of this folder, or (`repair`) of the examples with the organisation that belongs to it."""
    from loper.server.actions import designs

    if (JOURNEYS / name).is_dir():
        designs.install(files=_files(JOURNEYS / name, "*.yaml", "texts/*.liquid"), by="bench")
        return
    if (JOURNEYS / f"{name}.yaml").exists():
        designs.install(files={"journey.yaml": (JOURNEYS / f"{name}.yaml").read_text("utf-8")}, by="bench")
        return
    designs.install_organisation(files=_files(EXAMPLES, "organisation.yaml", "blocks/*.liquid"), by="bench")
    designs.install(files=_files(EXAMPLES / name, "*.yaml", "texts/*.liquid"), by="bench")


def _files(folder: Path, *patterns: str) -> dict[str, str]:
    found = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in found}


@dataclass
class HandClock:
    """A clock that a bench moves, so that it need not wait for days."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def move(self, **parts: float) -> None:
        self.at += timedelta(**parts)

    def wait(self, seconds: float) -> None:
        """Waiting is not what is measured."""


@dataclass
class Spent:
    """What some work took."""

    wall: float = 0.0
    cpu: float = 0.0
    database: float = 0.0


def measured(work: Callable[[], Any]) -> Spent:
    """Seconds of the clock, of this process's CPU, and of the PostgreSQL server's."""
    postmaster = _postmaster()
    before = cpu_of_server(postmaster) if postmaster else 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    spent = Spent(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)
    spent.database = cpu_of_server(postmaster) - before if postmaster else 0.0
    return spent


def _postmaster() -> int:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return parent_of(cursor.fetchone()[0])
