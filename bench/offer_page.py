"""The page on which a customer chooses a block, through HTTP: 50 technicians, 10 days, about nine jobs a day each.

    tools/postgres.sh .venv/bin/python bench/offer_page.py [--asks 200] [--technicians 50] [--days 10]

`loper serve` as it is installed, on PostgreSQL. The page is asked for one after the other: first while nothing
changes, then while a visit is moved before every ask, so that a day of routes must be read anew each time.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from loper_side import HandClock, publish, set_up
from measure import cpu_of, figure, load, parent_of, quantile, table
from offer import TRAVEL, filled
from three import event, scripts
from timers_side import Pages, server

KEY = "case-0000001"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--technicians", type=int, default=50)
    parser.add_argument("--days", type=int, default=10)
    given = parser.parse_args()
    set_up()
    publish("repair")
    visits = fill(given.technicians, given.days)
    path = customer()
    with server() as address:
        pages = Pages(address, path)
        page = f"{pages.pages[0]}/time"
        content = pages.browser.open(page).read()
        blocks = content.count(b'name="block"')
        assert blocks > 10, content[:2000]
        pages.ask(page)
        still, quiet = asked(lambda number: pages.ask(page), given.asks)
        moved, busy = asked(lambda number: moving(number) and pages.ask(page), given.asks)
    table(
        f"The page with {blocks} free blocks, {given.technicians} technicians, {visits:,} visits ({load()})",
        ["", "ms (median)", "p99 ms", "CPU ms"],
        [
            [title, figure(quantile(found, 0.5) * 1000), figure(quantile(found, 0.99) * 1000), figure(spent)]
            for title, found, spent in (
                ("nothing changes", still, quiet),
                ("a visit is moved before every ask", moved, busy),
            )
        ],
    )


def asked(ask: Callable[[int], float], times: int) -> tuple[list[float], float]:
    """Seconds of each answer, and the CPU milliseconds of the server for each."""
    before = cpu_of_children()
    found = [ask(number) for number in range(times)]
    return found, (cpu_of_children() - before) / times * 1000


def cpu_of_children() -> float:
    """Seconds of CPU of the processes that this one started: here, the server."""
    pids = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return sum(cpu_of(pid) for pid in pids if parent_of(pid) == os.getpid())


def fill(technicians: int, days: int) -> int:
    """Technicians with full days, from next Monday on; each visit planned when its route comes to it."""
    from loper.plan.schedule import schedule
    from loper.server.records.agenda import Appointment, Technician

    _board, plan = filled(np.random.default_rng(1), technicians, days)
    first = min(route.shift.day for route in plan.routes)
    today = datetime.now(UTC).date()
    ahead = timedelta(days=(today - first).days // 7 * 7 + 7)
    hours = {day: ["08:00", "16:30"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    people = {}
    for route in plan.routes:
        shift = route.shift
        if shift.technician not in people:
            people[shift.technician] = Technician.objects.create(
                key=shift.technician, name=shift.technician, skills=["plumbing"], hours=hours,
                lunch={"from": "11:45", "until": "13:00", "minutes": 30},
                lat=shift.begins_at.lat, lon=shift.begins_at.lon,
            )  # fmt: skip
    rows = [
        Appointment(
            case=f"fill-{number}", customer=f"fill-{number}", technician=people[route.shift.technician],
            start=job.promised.start + ahead, end=job.promised.end + ahead, planned=begins + ahead,
            minutes=job.lasts.total_seconds() // 60, postcode=job.postcode, lat=job.place.lat, lon=job.place.lon,
            skills=[], changed=datetime.now(UTC),
        )
        for number, (route, job, begins) in enumerate(
            (route, job, begins)
            for route in plan.routes
            for job, begins in zip(route.jobs, schedule(route, TRAVEL).begins, strict=True)
        )
    ]  # fmt: skip
    Appointment.objects.bulk_create(rows)
    return len(rows)


def customer() -> str:
    """Who reports a leak; gives the path of their link."""
    from loper.run.deliver import deliver
    from loper.server.actions.links import make_link
    from loper.server.queries.journeys import Journeys
    from loper.server.records.customers import Customer, Property
    from loper.server.records.store import SqlStore

    clock, journeys = HandClock(), Journeys()
    home = Property.objects.create(postcode="3581KS", house_number="9")
    Customer.objects.create(key=f"customer-{KEY}", name="Jo", home=home, created=clock.now())
    type, emitter, data = scripts(clock)["repair"][0]
    (done,) = deliver(SqlStore(journeys), journeys, [event(KEY, type, emitter, data, clock)], clock)
    assert done.result == "accepted", done
    return "/" + make_link(purpose="case", customer=f"customer-{KEY}", case=KEY).split("/", 3)[3]


def moving(number: int) -> bool:
    """Somebody's visit changes its route."""
    from loper.server.actions.seats import changed
    from loper.server.records.agenda import Appointment

    rows = Appointment.objects.filter(case__startswith="fill-").order_by("pk")
    changed(rows[number * 37 % rows.count()])
    return True


if __name__ == "__main__":
    main()
