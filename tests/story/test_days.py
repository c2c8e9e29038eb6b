"""Days on the road against the real server: routes, taps, places, nights that learn, and customers who look.

The world is not the one that forecasts assume: work takes longer than was said and now and then twice as long, trips
are slower, some forget to tap that they are on the way. Every promise and arrival is written down, and held against
each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from loper.plan.calibrate import coverage
from loper.plan.model import Place, Span
from loper.plan.travel import Crow
from loper.server.actions import arrivals, cases, lessons, places, visits
from loper.server.actions.customers import home_of
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor
from loper.server.queries.coverage import covered
from loper.server.queries.work import where
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.arrivals import Duration, Expected, Forecast, Position
from loper.server.records.customers import Customer
from loper.server.records.runtime import Event
from tests.server.portal import opened, text_of
from tests.server.test_routes import HERE, HOURS, by_route
from tests.worlds import World

DAYS, BLOCKS = 6, (8, 10, 13, 15)
POSTCODES = ("3511AB", "3524CD", "3431EF", "3707GH", "3981JK", "3600LM", "3451NP", "3732RS")
MINUTE = timedelta(minutes=1)


class Roads:
    """The world as it is."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def trip(self, origin: Place, destination: Place) -> timedelta:
        planned = float(Crow().seconds([origin], [destination])[0, 0])
        held_up = self.rng.uniform(480, 1200) if self.rng.random() < 0.03 else 0
        return timedelta(seconds=planned * 1.1 * self.rng.gamma(30, 1 / 30) + self.rng.uniform(0, 200) + held_up)

    def work(self) -> timedelta:
        return float(48 * self.rng.gamma(6, 1 / 6) * (2 if self.rng.random() < 0.06 else 1) + 2) * MINUTE


def weekdays(world: World) -> Iterator[date]:
    day = world.time.at.date()
    for _ in range(DAYS):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
        yield day


def filled(world: World, day: date, number: int, roads: Roads) -> None:
    """Customers all over the place book what is free on this day."""
    for at, hour in enumerate(BLOCKS * 3):
        name = f"{day:%m%d}{at}"
        key = world.report(email=f"c{name}@example.nl", phone="06" + f"{number:04}{at:04}")
        owner = Customer.objects.get(key=world.customer_of(key).customer)
        owner.home = home_of(str(roads.rng.choice(POSTCODES)), str(roads.rng.integers(1, 200)))
        owner.save()
        start = datetime.combine(day, time(hour), HERE)
        try:
            cases.book(actor=world.customer_of(key), case=key, block=Slot(start, start + timedelta(hours=2)))
        except Refused:
            continue  # the day is full


@pytest.mark.timeout(280)
def test_what_customers_are_told_of_arrival_is_kept(world: World, django_capture_on_commit_callbacks: Any) -> None:
    by_route(world, only=False)
    noor = world.other_technician
    noor.hours, noor.postcode, noor.lunch = HOURS, "3452AB", world.technician.lunch
    noor.save()
    roads = Roads(seed=5)
    people = list(Technician.objects.filter(key__in=["t1", "t2"]).order_by("key"))
    looked = 0
    for number, day in enumerate(weekdays(world)):
        filled(world, day, number, roads)
        looked += lived(world, people, day, roads, django_capture_on_commit_callbacks)
        world.time.at = datetime.combine(day + timedelta(days=1), time(3, 30), HERE)
        assert lessons.learn_if_due()

    made = Appointment.objects.filter(status=Appointment.DONE).count()
    shares = coverage((one.horizon, Span(one.start, one.end), one.came) for one in came())  # type: ignore[misc]
    changed = Event.objects.filter(type=arrivals.CHANGED).count()
    print(f"\n{made} visits, {looked} looks at pages, {changed} messages with another time")
    for one in covered():
        print(
            f"{one.horizon:16} {one.share.estimate:6.1%} of {one.share.n:3}  {one.width:4} min  exact {one.exact:4.0%}"
        )
    assert made >= 8 * DAYS and looked > 0.8 * made
    assert Duration.objects.count() == made and set(shares) >= {"driving", "previous", "before the day"}
    assert {horizon: one.estimate for horizon, one in shares.items() if one.estimate < 0.8} == {}
    assert changed < made / 2
    assert next(one for one in covered() if one.horizon == "driving").width <= 40


def came() -> list[Forecast]:
    return list(Forecast.objects.exclude(came=None))


def lived(world: World, people: list[Technician], day: date, roads: Roads, committed: Any) -> int:
    """One day of everybody, event by event in the order of the clock; gives how many customers looked."""
    events: list[tuple[datetime, int, str, Appointment]] = []
    for technician in people:
        free = datetime.combine(day, time(7, 30), HERE) + float(roads.rng.uniform(0, 6)) * MINUTE
        begins = where(technician)
        assert begins is not None
        here = begins
        rows = Appointment.objects.filter(technician=technician, status="booked", planned__date=day).order_by("planned")
        eaten = False
        for row in rows:
            assert row.lat and row.lon and row.planned
            there = Place(row.lat, row.lon)
            if not eaten and free.hour >= 12:
                free, eaten = free + float(roads.rng.uniform(25, 40)) * MINUTE, True
            drive = roads.trip(here, there)
            leaves = max(free, row.start - drive)  # nobody waits in the van for an hour
            arrived = leaves + drive
            ended = max(arrived, row.start) + roads.work()
            if roads.rng.random() > 0.05:
                events += [(leaves, len(events), "depart", row), (leaves + drive / 2, len(events), "seen", row)]
            events += [(arrived, len(events), "arrive", row), (ended, len(events), "fixed", row)]
            free, here = ended + float(roads.rng.gamma(2, 1.5)) * MINUTE, there
    world.time.at = datetime.combine(day, time(7), HERE)
    arrivals.follow_all()
    return sum(_happens(world, *event, committed) for event in sorted(events, key=lambda one: one[:2]))


def _happens(world: World, at: datetime, _order: int, what: str, row: Appointment, committed: Any) -> int:
    if at - world.time.at > 30 * MINUTE:
        world.time.at = at - 15 * MINUTE
        arrivals.follow_all()
    world.time.at = at
    actor = Actor(roles=frozenset({"technician"}), name=row.technician.name, technician=row.technician.key)
    if what == "seen":
        home = Place(row.lat or 0, row.lon or 0)
        assert places.from_phone(actor=actor, lat=home.lat + 0.02, lon=home.lon, accuracy=20) == "kept"
        assert Position.objects.filter(technician=row.technician, at__gt=at - MINUTE).exists()
        arrivals.follow_all()  # the worker, within two minutes
        return _looks(row)
    with committed(execute=True):
        act = {"depart": visits.depart, "arrive": visits.arrive, "fixed": visits.fixed}[what]
        act(actor=actor, case=row.case)
    return 0


def _looks(row: Appointment) -> int:
    """The customer's page says the very window that is kept, and how far away."""
    page = text_of(opened(row.case).get(f"/case/{row.case}"))
    assert "Onderweg naar u Ongeveer 2 km bij u vandaan" in page
    known = Expected.objects.get(appointment=row)
    assert known.horizon == "driving" and "Bij u" in page
    return 1
