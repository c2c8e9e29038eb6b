"""The peer: the same cases as durable workflows of DBOS, one process, on the database that LOPER_DATABASE names.

    python bench/peers/dbos_three.py CASES transactions|steps|empty

Each case is a workflow on a queue; each of its three steps writes what Loper writes for a transition, into Loper's own
tables: the case, the journal with what the event told, the log, the outbox.

transactions: each step is a transaction of a datasource, which happens once, like a transition of Loper. steps: plain
steps, whose rows are written again when a crash comes between them and the note that the step is done. empty: steps
that write nothing, what DBOS needs for itself. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from dbos import DBOS, SQLAlchemyDatasource

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import cpu_of_server, parent_of, peak_memory

COUNT, HOW = int(sys.argv[1]), sys.argv[2]
URL = os.environ["LOPER_DATABASE"]
THREADS = 16
"""Workflows at once; more were not faster on two cores."""

STATE = json.dumps(
    {"stage": "open", "round": 1, "facts": {"about": "Een lekkende kraan"}, "entry": "bench#1"} | {"fill": "x" * 400}
)
KINDS = (("asked", "open", "welcome"), ("planned", "waiting", "confirmation"), ("done", "closed", "thanks"))

NEW = sa.text(
    "INSERT INTO journey_case (key, journey, version, customer, inherited, stage, round, ended, stalled, state, now,"
    " wake, revision, events, touches, set_aside, begun) VALUES (:case, 'visit', :version, :customer, '', :stage, 1,"
    " false, false, :state, :now, :now, 1, 1, 2, '', :now)"
)
CHANGED = sa.text(
    "UPDATE journey_case SET stage = :stage, state = :state, now = :now, wake = :now, ended = :ended, events = :number,"
    " touches = :seq, revision = revision + 1 WHERE key = :case AND revision = :number - 1"
)
EVENT = sa.text(
    'INSERT INTO event ("case", number, source, ident, type, time, received, sequence, emitter)'
    " VALUES (:case, :number, 'bench', :ident, :type, :now, :now, 0, 'customer')"
)
TOLD = sa.text('INSERT INTO event_data ("case", number, data) VALUES (:case, :number, :data)')
TOUCH = sa.text(
    'INSERT INTO touch ("case", seq, round, journey, version, stage, activity, kind, channel, direction, initiator, at,'
    " recorded, outcome, why, cause) VALUES (:case, :seq, 1, 'visit', :version, :stage, :type, :kind, '', '',"
    " 'customer', :now, :now, '', '', :ident)"
)
LETTER = sa.text(
    'INSERT INTO outbox ("case", customer, touchpoint, occasion, due, until, kind, status, channel, tried, not_before,'
    " attempts, token, provider_id, why, again, queued_at) VALUES (:case, :customer, :touchpoint, :ident, :now, :now,"
    " 'service', 'queued', '', '', :now, 0, 0, '', '', false, :now)"
)
DATA = json.dumps({"about": "Een lekkende kraan in de keuken"})

POOL = {"pool_size": THREADS, "max_overflow": 4}
engine = sa.create_engine(sa.make_url(URL).set(drivername="postgresql+psycopg"), **POOL)
datasource = SQLAlchemyDatasource.create(URL, engine=engine)
done = threading.Semaphore(0)


def write(session: sa.Connection | sa.orm.Session, case: str, number: int) -> None:
    """The rows of one transition."""
    (type, stage, touchpoint), now = KINDS[number - 1], datetime.now(UTC)
    given = {
        "case": case, "number": number, "type": type, "stage": stage, "touchpoint": touchpoint, "now": now,
        "state": STATE, "version": "0123456789abcdef", "customer": f"customer-{case}",
        "ident": f"{case}-{type}", "data": DATA,
        "ended": number == len(KINDS), "seq": 2 * number,
    }  # fmt: skip
    session.execute(NEW if number == 1 else CHANGED, given)
    session.execute(EVENT, given)
    session.execute(TOLD, given)
    session.execute(TOUCH, [given | {"seq": 2 * number - 1, "kind": "event"}, given | {"kind": "move"}])
    session.execute(LETTER, given)


@datasource.transaction(isolation_level="READ COMMITTED")
def transaction(case: str, number: int) -> None:
    write(datasource.sql_session(), case, number)


@DBOS.step()
def plain(case: str, number: int) -> None:
    with engine.begin() as connection:
        write(connection, case, number)


@DBOS.step()
def empty(case: str, number: int) -> None:
    """Nothing."""


STEP = {"transactions": transaction, "steps": plain, "empty": empty}[HOW]


@DBOS.workflow()
def case(key: str) -> None:
    for number in (1, 2, 3):
        STEP(key, number)
    done.release()


def main() -> None:
    DBOS(
        config={
            "name": "bench",
            "system_database_url": URL,
            "sys_db_pool_size": THREADS,
            "max_executor_threads": THREADS,
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    DBOS.register_queue("cases", worker_concurrency=THREADS * 4, polling_interval_sec=0.05)
    with engine.connect() as connection:
        postmaster = parent_of(connection.scalar(sa.text("SELECT pg_backend_pid()")))
    run("warm", max(20, COUNT // 10))
    database, cpu, start = cpu_of_server(postmaster), time.process_time(), time.perf_counter()
    run("case", COUNT)
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - start}
    spent["database"] = cpu_of_server(postmaster) - database
    check()
    print(json.dumps({**spent, "memory": peak_memory()}), flush=True)
    DBOS.destroy()


def run(prefix: str, count: int) -> None:
    handles = [DBOS.enqueue_workflow("cases", case, f"{prefix}-{number:07d}") for number in range(count)]
    for _ in handles:
        done.acquire()
    for handle in handles:
        handle.get_result()


def check() -> None:
    """What was written is what was to be written."""
    rows = 0 if HOW == "empty" else COUNT
    with engine.connect() as connection:
        for table, each in (("event", 3), ("event_data", 3), ("touch", 6), ("outbox", 3)):
            found = connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE \"case\" LIKE 'case-%'"))
            assert found == each * rows, (table, found)
        found = connection.scalar(sa.text("SELECT count(*) FROM journey_case WHERE key LIKE 'case-%' AND ended"))
        assert found == rows, found


main()
