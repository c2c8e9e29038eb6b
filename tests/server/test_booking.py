"""A block is never booked twice, whoever asks at the same moment. Real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from loper.server.actions import cases
from loper.server.actions.customers import find_or_make, home_of
from loper.server.actions.refused import Refused
from loper.server.actions.telling import tell
from loper.server.records.agenda import Appointment, Block, Slot
from loper.server.records.runtime import Case
from tests.server.portal import told
from tests.worlds import World


def at_once(*works: Callable[[], object]) -> list[object]:
    """All of these begun at the same moment; what each gave, or the exception that it ended with."""
    found: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            gate.wait()
            found[place] = work()
        except Exception as wrong:
            found[place] = wrong
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def tenants(world: World, number: int) -> list[str]:
    """As many cases, each of a tenant of their own."""
    keys = []
    for place in range(number):
        tenant = find_or_make(
            home=home_of("1234 AB", str(100 + place)), name=f"Huurder {place}", email=f"t{place}@x.example"
        )
        key = f"CASE-{place:04d}"
        data = {"problem": "leak", "urgent": False}
        tell(case=key, type="job.reported", emitter="customer", data=data, customer=tenant.key, journey="repair")
        keys.append(key)
    return keys


def booker(world: World, key: str, block: Slot) -> Callable[[], object]:
    return lambda: cases.book(actor=world.customer_of(key), case=key, block=block).pk


def holds(world: World) -> None:
    """What must be so afterwards: no block above its capacity, and each counts exactly the appointments in it."""
    booked = Counter(Appointment.objects.filter(status=Appointment.BOOKED).values_list("block_id", flat=True))
    for block in Block.objects.all():
        assert block.taken == booked[block.pk] <= block.capacity
    each = Counter(Appointment.objects.filter(status=Appointment.BOOKED).values_list("case", flat=True))
    assert not each or max(each.values()) == 1


def refused(found: Sequence[object]) -> int:
    """How many were turned away with a sentence; nobody ends in any other error."""
    wrong = [one for one in found if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert not wrong, wrong
    return sum(isinstance(one, Refused) for one in found)


def test_fifty_want_the_same_block_and_one_gets_it(real_world: World) -> None:
    keys, block = tenants(real_world, 50), real_world.blocks()[0]
    found = at_once(*(booker(real_world, key, block.slot) for key in keys))
    assert refused(found) == 49
    holds(real_world)
    planned = list(Case.objects.filter(stage="planned").values_list("key", flat=True))
    assert planned == list(Appointment.objects.values_list("case", flat=True)) and len(planned) == 1
    assert sum(told(key, "appointment.made") for key in keys) == 1  # who was turned away tells nothing


def test_a_block_for_three_takes_three_of_fifty(real_world: World) -> None:
    keys, block = tenants(real_world, 50), real_world.blocks()[0]
    Block.objects.filter(pk=block.pk).update(capacity=3)
    assert refused(at_once(*(booker(real_world, key, block.slot) for key in keys))) == 47
    holds(real_world)


def test_fifty_move_to_each_others_blocks_and_nothing_is_lost_or_doubled(real_world: World) -> None:
    keys = tenants(real_world, 50)
    blocks = [*real_world.blocks(), *real_world.blocks(real_world.other_technician)][:50]
    for key, block in zip(keys, blocks, strict=True):
        cases.book(actor=real_world.customer_of(key), case=key, block=block.slot)
    wanted = [*blocks[1:], blocks[0]]
    refused(at_once(*(booker(real_world, key, block.slot) for key, block in zip(keys, wanted, strict=True))))
    holds(real_world)
    assert Appointment.objects.filter(status=Appointment.BOOKED).count() == 50  # nobody lost the time they had


def test_one_customer_taps_ten_times_at_once_and_has_one_appointment(real_world: World) -> None:
    (key,), block = tenants(real_world, 1), real_world.blocks()[0]
    assert refused(at_once(*[booker(real_world, key, block.slot)] * 10)) == 0
    assert Appointment.objects.get().sequence == 0 and told(key, "appointment.made") == 1
    holds(real_world)


def test_one_customer_taps_ten_times_at_once_on_other_blocks(real_world: World) -> None:
    (key,), blocks = tenants(real_world, 1), real_world.blocks()[:10]
    assert refused(at_once(*(booker(real_world, key, block.slot) for block in blocks))) == 0
    made = Appointment.objects.get()
    assert made.sequence == told(key, "appointment.made") - 1 == 9
    holds(real_world)


def test_stopping_while_others_want_the_time_gives_it_to_one_of_them(real_world: World) -> None:
    keys, block = tenants(real_world, 20), real_world.blocks()[0]
    first, *others = keys
    cases.book(actor=real_world.customer_of(first), case=first, block=block.slot)
    stops = lambda: cases.withdraw(actor=real_world.customer_of(first), case=first)  # noqa: E731
    refused(at_once(stops, *(booker(real_world, key, block.slot) for key in others)))
    holds(real_world)
    assert Case.objects.get(key=first).stage == "withdrawn"


def test_taking_back_a_stop_while_others_want_the_time_never_doubles_it(real_world: World) -> None:
    keys, block = tenants(real_world, 20), real_world.blocks()[0]
    first, *others = keys
    cases.book(actor=real_world.customer_of(first), case=first, block=block.slot)
    cases.withdraw(actor=real_world.customer_of(first), case=first)
    undo = lambda: cases.undo_withdraw(actor=real_world.customer_of(first), case=first)  # noqa: E731
    refused(at_once(undo, *(booker(real_world, key, block.slot) for key in others)))
    holds(real_world)
    assert Appointment.objects.filter(status=Appointment.BOOKED, block=block).count() == 1


def test_the_database_itself_refuses_more_than_there_is(real_world: World) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Block.objects.update(taken=F("capacity") + 1)


def test_a_block_that_began_is_nobodys(real_world: World) -> None:
    (key,), block = tenants(real_world, 1), real_world.blocks()[0]
    real_world.time.at = block.start + timedelta(seconds=1)
    assert refused(at_once(booker(real_world, key, block.slot))) == 1
    holds(real_world)
