"""Many at once: two tabs and a worker send one tap, customers and planners swap times, and nothing counts twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta

from django.db import connection
from django.db.models import F, Sum

from loper.server.actions import agenda, cases, visits
from loper.server.actions.refused import Refused
from loper.server.actions.visits import Seen
from loper.server.records.agenda import Appointment, Block, Slot
from loper.server.records.runtime import Event
from tests.worlds import World


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Do these at the same moment, each on a connection of its own; gives what came of each."""
    ready, found = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            found.append(act())
        except Exception as wrong:
            found.append(wrong)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def surprises(found: list[object]) -> list[object]:
    return [one for one in found if isinstance(one, Exception) and not isinstance(one, Refused)]


def test_eight_senders_of_one_tap_make_one_event(real_world: World) -> None:
    world = real_world
    key = world.report()
    world.book(key)
    row = Appointment.objects.get(case=key)
    world.time.at = row.start + timedelta(minutes=5)
    sam = world.staff("technician")

    def tap(name: str) -> Callable[[], object]:
        return lambda: visits.arrive(actor=sam, case=key, key=name, seen=Seen(row.pk, row.sequence))

    found = at_once([tap(name) for name in ("one", "one", "one", "one", "two", "three", "four", "four")])
    assert not [one for one in found if isinstance(one, Exception)]
    assert sum(one is not None for one in found) == 1
    assert Event.objects.filter(case=key, type="technician.arrived").count() == 1


def test_customers_who_swap_their_times_never_wait_for_each_other(real_world: World) -> None:
    world = real_world
    first, second = world.blocks()[:2]
    for block in (first, second):
        agenda.change_capacity(actor=world.staff("planner"), block=block.pk, capacity=10)
    keys = [world.report() for _customer in range(6)]
    for number, key in enumerate(keys):
        cases.book(actor=world.customer_of(key), case=key, block=(first, second)[number % 2].slot)

    def swap(key: str, number: int) -> Callable[[], object]:
        actor = world.customer_of(key)

        def act() -> None:
            for turn in range(4):
                cases.book(actor=actor, case=key, block=(first, second)[(number + turn + 1) % 2].slot)

        return act

    assert at_once([swap(key, number) for number, key in enumerate(keys)]) == [None] * 6
    assert Block.objects.aggregate(taken=Sum("taken"))["taken"] == 6
    for block in (first, second):
        assert Appointment.objects.filter(block=block).count() == Block.objects.get(pk=block.pk).taken


def test_a_technician_and_an_agent_who_book_the_next_time_at_once_make_one_appointment(real_world: World) -> None:
    world = real_world
    sam, agent = world.staff("technician"), world.staff("agent")
    for number in range(3):
        key = world.report()
        world.book(key, number)
        row = Appointment.objects.get(case=key)
        world.time.at = row.start + timedelta(minutes=5)
        visits.arrive(actor=sam, case=key)
        mine, theirs = (block.slot for block in world.blocks()[4:6])

        def finish(key: str = key, row: Appointment = row, block: Slot = mine) -> object:
            return visits.not_fixed(
                actor=sam, case=key, reason="time", block=block, key="k", seen=Seen(row.pk, row.sequence)
            )

        def book(key: str = key, block: Slot = theirs) -> object:
            return cases.book(actor=agent, case=key, block=block)

        found = at_once([finish, book, finish])
        assert not surprises(found)
        assert Appointment.objects.filter(case=key, status=Appointment.BOOKED).count() == 1
        assert Event.objects.filter(case=key, type="job.unfinished").count() == 1
    assert not Block.objects.filter(taken__gt=F("capacity")).exists()
    assert Block.objects.aggregate(taken=Sum("taken"))["taken"] == 6  # three visits that were, three to come


def test_two_planners_who_open_the_same_days_make_each_block_once(real_world: World) -> None:
    world = real_world
    planner, technician = world.staff("planner"), world.technician
    Block.objects.all().delete()
    days = [(world.time.at + timedelta(days=number)).date() for number in range(1, 6)]

    def open_up(*spans: tuple[time, time]) -> Callable[[], object]:
        return lambda: agenda.open_blocks(actor=planner, technician=technician, days=days, times=spans)

    morning, early = (time(8), time(10)), (time(7), time(9))
    found = at_once([open_up(morning), open_up(morning), open_up(early)])
    assert not surprises(found)
    assert Block.objects.count() == 5
