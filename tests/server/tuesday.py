"""A Tuesday of Sam's with three customers, and his taps, as tests of arrivals need it: `sam`, `keys`, `tap`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from loper.server.actions import visits
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.arrivals import Expected
from tests.server.test_routes import HERE, TUESDAY, book, by_route, slot
from tests.worlds import World

Tap = Callable[..., None]


@pytest.fixture
def sam(world: World) -> Technician:
    return by_route(world)


@pytest.fixture
def keys(world: World, sam: Technician) -> list[str]:
    """Three customers in Sam's Tuesday; it is a quarter to seven."""
    found = []
    for number, hour in enumerate((8, 10, 13)):
        key = world.report(email=f"t{number}@example.nl", phone=f"061234567{number}")
        book(world, key, slot(hour))
        found.append(key)
    world.work()
    world.time.at = clock("06:45")
    return found


@pytest.fixture
def tap(world: World, django_capture_on_commit_callbacks: Any) -> Tap:
    """`tap("arrive", key, "08:12")`: as the telephone sends it, with all that follows."""

    def go(name: str, key: str, at: str, **more: Any) -> None:
        world.time.at = clock(at)
        act = {"depart": visits.depart, "arrive": visits.arrive, "fixed": visits.fixed, "absent": visits.nobody_home}
        with django_capture_on_commit_callbacks(execute=True):
            act[name](actor=world.staff("technician"), case=key, **more)

    return go


def clock(text: str) -> datetime:
    return datetime.fromisoformat(f"{TUESDAY}T{text}").replace(tzinfo=HERE)


def row(key: str) -> Appointment:
    return Appointment.objects.filter(case=key).latest("pk")


def expected(key: str) -> Expected:
    return Expected.objects.get(appointment=row(key))
