"""Loper's side of bench/waiting.py: so many cases that wait for their appointment, and a worker with nothing to do.

    python bench/waiting_side.py CASES

Every case is one of examples/repair with an appointment, as its steps left it; its confirmation went. They are written
by the store, a batch at a time; only the times differ. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loper_side import HandClock, publish, set_up
from measure import cpu_of, middle, peak_memory, quantile
from three import event, scripts

BATCH = 5000
SWEEPS = 200
WATCHED = 20.0
"""Seconds for which the idle worker is watched."""


def main(count: int) -> None:
    set_up()
    publish("repair")
    start = time.perf_counter()
    fill(count)
    filled = time.perf_counter() - start
    sweeps = idle_sweeps()
    figures = {"fill": filled, "sweep": middle(sweeps) * 1000, "worst": quantile(sweeps, 0.99) * 1000, "mb": size()}
    print(json.dumps({**figures, **worker()}))


def fill(count: int) -> None:
    from loper.run.store import Changes
    from loper.server.queries.journeys import Journeys
    from loper.server.records.store import SqlStore

    now = datetime.now(UTC)
    store, stored = SqlStore(Journeys()), waiting_case()
    for first in range(0, count, BATCH):
        changes = Changes()
        for number in range(first, min(first + BATCH, count)):
            key, wake = f"case-{number:08d}", now + timedelta(days=1, seconds=number % (60 * 86400))
            case = replace(
                stored.case, key=key, customer=f"customer-{key}", state=replace(stored.case.state, wake=wake)
            )
            changes.cases.append(replace(stored, case=case, revision=0))
        with store.unit() as unit:
            unit.write(changes, now)
    sent(now)


def waiting_case() -> Any:
    """One case that really was reported and planned, as the store keeps it."""
    from loper.run.deliver import deliver
    from loper.server.queries.journeys import Journeys
    from loper.server.records.store import SqlStore

    clock, journeys = HandClock(), Journeys()
    store = SqlStore(journeys)
    told = [event("model", *one, clock) for one in scripts(clock)["repair"][:2]]
    assert all(one.result == "accepted" for one in deliver(store, journeys, told, clock))
    with store.unit() as unit:
        found = unit.cases(["model"])["model"]
    assert found.case.state.stage == "planned"
    return found


def sent(now: datetime) -> None:
    """A message that went for every case, and none that waits; then the database may tidy up, as it would by itself."""
    from django.db import connection

    from loper.server.records.runtime import Case, Outbox

    letter = "'confirmation', 'bench#appointment.made', %s, NULL, 'service', 'sent', 'email', '', %s, 1, NULL, 0"
    Outbox.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO outbox ("case", customer, touchpoint, occasion, due, until, kind, status, channel, tried,'
            " not_before, attempts, lease, token, provider_id, why, sent_at, again, queued_at)"
            f" SELECT key, customer, {letter}, '<' || key || '@voorbeeldwonen.example>', '', %s, FALSE, %s"
            " FROM journey_case WHERE key <> 'model'",
            [now, now, now, now],
        )
        Case.objects.filter(key="model").update(wake=None)
        cursor.execute("ANALYZE")


def idle_sweeps() -> list[float]:
    """Seconds of each of many sweeps with nothing to do."""
    from loper.run.worker import sweep
    from loper.server.post import Channels
    from loper.server.worker import outbox

    box, found = outbox(Channels()), []
    for _ in range(SWEEPS):
        start = time.perf_counter()
        done = sweep(box.store, box.journeys, box.clock, box)
        found.append(time.perf_counter() - start)
        assert done.idle, done
    return found


def size() -> float:
    """The database on disk, in MB."""
    from django.conf import settings
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return float(cursor.fetchone()[0]) / 1e6
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(settings.DATABASES["default"]["NAME"]).stat().st_size / 1e6


def worker() -> dict[str, float]:
    """`loper work` itself, idle: the most memory it had, and the share of a core that it uses."""
    loper = str(Path(sys.executable).with_name("loper"))
    with subprocess.Popen([loper, "work"], env=os.environ, stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(WATCHED / 4)  # it starts
            before = cpu_of(process.pid)
            time.sleep(WATCHED)
            assert process.poll() is None, "the worker ended"
            return {"memory": peak_memory(process.pid), "core": (cpu_of(process.pid) - before) / WATCHED * 100}
        finally:
            process.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]))
