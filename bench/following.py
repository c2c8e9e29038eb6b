"""The arrivals of a whole organisation foreseen again, as the worker does every minute: 50 technicians on one day.

    tools/postgres.sh .venv/bin/python bench/following.py [--technicians 50] [--rounds 3]

A made-up day (bench/dutch.py) on PostgreSQL. At each hour the taps until then are there: on the way, arrived, done, as
planned. Then every technician's day is foreseen again, again and again; the median of the rounds is printed.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime, timedelta
from uuid import uuid4

from loper_side import HandClock, publish, set_up
from measure import figure, load, middle, peak_memory, table
from offer_page import fill

HOURS = (7, 9, 11, 13, 15)
WAY = timedelta(minutes=10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--technicians", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    set_up()
    publish("repair")
    visits = fill(given.technicians, 1)
    from loper.server import clock
    from loper.server.actions.arrivals import follow_all

    day = midnight_of()
    hand = HandClock()
    clock.now = hand.now
    rows = []
    for hour in HOURS:
        before, hand.at = hand.at, day + timedelta(hours=hour)
        tap(before if hour > HOURS[0] else day, hand.at)
        took, spent, asked = [], [], []
        for _round in range(given.rounds):
            hand.at += timedelta(minutes=1)
            with questions() as counted:
                begin, cpu = time.perf_counter(), time.process_time()
                ahead = follow_all()
                took.append(time.perf_counter() - begin)
                spent.append(time.process_time() - cpu)
            asked.append(len(counted))
        each = middle(took) * 1000 / given.technicians
        rows.append([f"{hour}:00", str(ahead), figure(middle(took)), figure(middle(spent)), figure(each),
                     figure(middle(asked) / given.technicians)])  # fmt: skip
    table(
        f"All arrivals again: {given.technicians} technicians, {visits} visits ({load()}, {peak_memory():.0f} MB)",
        ["", "visits to come", "seconds", "CPU s", "ms a technician", "queries each"],
        rows,
    )


def midnight_of() -> datetime:
    """The midnight that the day begins with."""
    from loper.server.clock import day_of, midnight
    from loper.server.records.agenda import Appointment

    return midnight(day_of(Appointment.objects.order_by("start")[0].start))


def tap(after: datetime, until: datetime) -> None:
    """What technicians tapped in this time, as planned."""
    from loper.server.queries.taps import TAPS
    from loper.server.records.agenda import Appointment
    from loper.server.records.runtime import Event, EventData

    events, data = [], []
    for row in Appointment.objects.filter(case__startswith="fill-").select_related("technician"):
        said = {
            "depart": row.planned - WAY,
            "arrive": row.planned,
            "fixed": row.planned + timedelta(minutes=row.minutes),
        }
        for number, (name, at) in enumerate(said.items(), start=1):
            if after < at <= until:
                events.append(Event(case=row.case, number=number, source="bench", ident=uuid4().hex, type=TAPS[name],
                                    time=at, received=at, sequence=number, emitter="technician"))  # fmt: skip
                data.append(EventData(case=row.case, number=number, data=json.dumps({"visit": row.uid})))
    Event.objects.bulk_create(events)
    EventData.objects.bulk_create(data)


class questions:
    """Counts what the database is asked."""

    def __enter__(self) -> list[str]:
        from django.db import connection

        self.asked: list[str] = []
        self.watch = connection.execute_wrapper(self.note)
        self.watch.__enter__()
        return self.asked

    def note(self, execute, sql, parameters, many, context):
        self.asked.append(sql)
        return execute(sql, parameters, many, context)

    def __exit__(self, *_how) -> None:
        self.watch.__exit__(None, None, None)


if __name__ == "__main__":
    main()
