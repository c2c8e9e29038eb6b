"""What goes out, and the ledger of promises: what the outbox costs an event, how fast messages go, ledger and files.

    .venv/bin/python bench/going_out.py --cases 2000        # SQLite; with tools/postgres.sh before it: PostgreSQL

A repair of four events a case comes in, without and with somebody who hears of it; everything is handed out and sent to
a receiver in a process of its own that checks nothing; then the ledger is made from scratch and the tables are written.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import socketserver
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from loper_side import publish, set_up

BATCH = 100


def receive(pipe: Any) -> None:
    """A server that says yes to everything, and its port through the pipe."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        pipe.send(server.server_address[1])
        server.serve_forever()


def events(first: int, cases: int, begun: datetime) -> Iterator[Any]:
    """A repair each: reported, an appointment, at the door, fixed."""
    from loper.run.cloudevents import Told
    from loper.step import Event

    for number in range(first, first + cases):
        start = begun + timedelta(days=1, minutes=number % 480)
        block = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat(), "technician": "t1"}
        late = timedelta(hours=2.5 if number % 12 == 0 else 1)
        for at, type, emitter, data in (
            (begun, "job.reported", "customer", {"problem": "leak"}),
            (begun + timedelta(minutes=5), "appointment.made", "customer", {"appointment": block}),
            (start + late, "technician.arrived", "technician", {}),
            (start + late + timedelta(hours=1), "job.fixed", "technician", {}),
        ):
            event = Event(type=type, time=at, source="bench", id=f"{number}/{type}", data=data, emitter=emitter)
            yield Told(case=f"C{number}", event=event, customer=f"K{number}")


def take(told: list[Any]) -> float:
    """Seconds that it took to take them in."""
    from loper.server.actions.intake import take_in

    begun = time.perf_counter()
    for first in range(0, len(told), BATCH):
        take_in(told[first : first + BATCH])
    return time.perf_counter() - begun


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--cases", type=int, default=2000)
    cases = given.parse_args().cases
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("LOPER_DATA", folder)
        os.environ |= {"LOPER_OUT_PRIVATE": "127.0.0.0/8", "LOPER_DEMO": "1"}
        set_up()
        publish("repair")
        measure(cases, Path(folder))


def measure(cases: int, folder: Path) -> None:
    from django.db import connection

    from loper.server.actions.out.hand_out import hand_out
    from loper.server.actions.out.parquet import write_tables
    from loper.server.actions.out.send import send_all
    from loper.server.actions.out.subscribers import Wish, subscribe
    from loper.server.actions.promises.keep import rebuild
    from loper.server.permissions import Actor
    from loper.server.queries.promises import kept_share
    from loper.server.records.promises import Promise
    from loper.server.records.runtime import Touch

    begun = datetime.now(UTC) - timedelta(days=5)
    told = [list(events(first, cases, begun)) for first in (0, cases, 2 * cases)]
    take(told[0][: 4 * BATCH])
    print(f"{connection.vendor}; {cases} cases of 4 events", flush=True)
    plain = take(told[0][4 * BATCH :]) / (len(told[0]) - 4 * BATCH)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=receive, args=(theirs,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{ours.recv()}/"
    admin = Actor(roles=frozenset({"admin"}), name="bench")
    row, _secret = subscribe(actor=admin, wish=Wish(name="bench", owner="bench@example.nl", address=url))
    heard = take(told[1]) / len(told[1])
    print(f"an event taken in: {1000 * plain:.2f} ms, and heard of by somebody: {1000 * heard:.2f} ms")
    start = time.perf_counter()
    lines = 0
    while found := hand_out():
        lines += found
    print(f"handed out: {lines / (time.perf_counter() - start):,.0f} lines a second")
    start = time.perf_counter()
    sent = send_all(row.pk)
    print(f"sent, signed, five at once: {sent / (time.perf_counter() - start):,.0f} messages a second")
    start = time.perf_counter()
    judged = rebuild()
    took = time.perf_counter() - start
    share = kept_share(begun)
    print(f"the ledger from scratch: {judged} cases, {Promise.objects.count()} promises in {took:.1f} s;", end=" ")
    print(f"{100 * share.estimate:.1f}% kept ({100 * share.low:.1f} - {100 * share.high:.1f})")
    start = time.perf_counter()
    write_tables(folder / "tables")
    first, start = time.perf_counter() - start, time.perf_counter()
    write_tables(folder / "tables")
    print(f"tables as Parquet, {Touch.objects.count()} contacts: {first:.1f} s; again, nothing new:", end=" ")
    print(f"{time.perf_counter() - start:.1f} s")
    process.terminate()


if __name__ == "__main__":
    main()
