"""What a technician taps: once, at the time of the tap, only on one's own visit, and taken back while nobody heard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from loper.server.actions import cases, visits
from loper.server.actions.refused import Refused
from loper.server.actions.visits import Seen
from loper.server.permissions import Actor
from loper.server.queries.runtime import load_case
from loper.server.records.agenda import Appointment, Block
from loper.server.records.dialogues import Note
from loper.server.records.runtime import Event
from tests.worlds import World

NOOR = Actor(roles=frozenset({"technician"}), name="Noor Bakker", technician="t2")


@pytest.fixture
def booked(world: World) -> str:
    """A case whose technician is about to set out."""
    key = world.report()
    block = world.book(key)
    world.at(block.start + timedelta(minutes=5))
    return key


def open_one(key: str) -> Appointment:
    return Appointment.objects.get(case=key, status=Appointment.BOOKED)


def told(key: str, type: str) -> list[Event]:
    return list(Event.objects.filter(case=key, type=type).order_by("number"))


def seen(row: Appointment) -> Seen:
    return Seen(row.pk, row.sequence)


def test_the_same_tap_sent_three_times_is_one_event(world: World, booked: str) -> None:
    sam = world.staff("technician")
    results = [visits.arrive(actor=sam, case=booked, key="a-tap") for _try in range(3)]
    assert [result is not None for result in results] == [True, False, False]
    assert len(told(booked, "technician.arrived")) == 1


def test_taps_from_two_pages_with_keys_of_their_own_are_one_event(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    for key in ("page-one", "page-two"):
        visits.arrive(actor=sam, case=booked, key=key, seen=seen(row))
    assert len(told(booked, "technician.arrived")) == 1


def test_the_time_of_the_event_is_the_time_of_the_tap(world: World, booked: str) -> None:
    tapped = world.time.at
    world.time.move(minutes=40)
    visits.arrive(actor=world.staff("technician"), case=booked, at=tapped, key="late")
    event = told(booked, "technician.arrived")[0]
    assert (event.time, event.received) == (tapped, world.time.at)


@pytest.mark.parametrize(
    ("said", "taken"), [(timedelta(hours=3), timedelta(0)), (timedelta(days=-9), timedelta(days=-1))]
)
def test_a_tap_is_never_from_the_future_nor_older_than_a_day(
    world: World, booked: str, said: timedelta, taken: timedelta
) -> None:
    visits.arrive(actor=world.staff("technician"), case=booked, at=world.time.at + said)
    assert told(booked, "technician.arrived")[0].time == world.time.at + taken


def test_a_telephone_whose_clock_jumps_keeps_the_order_of_its_taps(world: World, booked: str) -> None:
    sam = world.staff("technician")
    visits.depart(actor=sam, case=booked)
    visits.arrive(actor=sam, case=booked, at=world.time.at - timedelta(hours=5))
    visits.fixed(actor=sam, case=booked, at=world.time.at - timedelta(hours=6))
    assert world.stage(booked) == "done"


def test_taps_of_an_hour_without_connection_end_where_they_would_have(world: World, booked: str) -> None:
    """Sent together an hour later: the visit is done, and nobody hears that the technician is on the way."""
    sam, start = world.staff("technician"), world.time.at
    world.work()
    heard = len(world.sms.sent) + len(world.email.sent)
    world.time.move(minutes=70)
    visits.depart(actor=sam, case=booked, at=start, eta=start + timedelta(minutes=20), key="1")
    visits.arrive(actor=sam, case=booked, at=start + timedelta(minutes=20), key="2")
    visits.fixed(actor=sam, case=booked, at=start + timedelta(minutes=60), key="3")
    world.work()
    assert world.stage(booked) == "done"
    assert len(world.sms.sent) + len(world.email.sent) == heard
    assert [event.time for event in told(booked, "job.fixed")] == [start + timedelta(minutes=60)]


def test_a_tap_that_came_in_stays_known_when_the_job_moves_afterwards(world: World, booked: str) -> None:
    """The answer was lost on the way, the customer moved the visit; the telephone sends the tap again: no quarrel."""
    sam, row = world.staff("technician"), open_one(booked)
    visits.depart(actor=sam, case=booked, key="one", seen=seen(row))
    cases.book(actor=world.staff("agent"), case=booked, block=world.blocks()[5].slot)
    assert visits.depart(actor=sam, case=booked, key="one", seen=seen(row)) is None


def test_a_job_that_moved_to_a_colleague_says_to_whom(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    cases.book(actor=world.staff("planner"), case=booked, block=world.blocks(world.other_technician)[3].slot)
    with pytest.raises(Refused, match="Noor Bakker"):
        visits.arrive(actor=sam, case=booked, key="late", seen=seen(row))
    assert not told(booked, "technician.arrived")


def test_a_job_that_moved_to_another_day_says_when(world: World, booked: str) -> None:
    row = open_one(booked)
    cases.book(actor=world.customer_of(booked), case=booked, block=world.blocks()[5].slot)
    with pytest.raises(Refused, match="september"):
        visits.arrive(actor=world.staff("technician"), case=booked, key="late", seen=seen(row))


def test_a_cancelled_job_is_not_visited(world: World, booked: str) -> None:
    row = open_one(booked)
    cases.withdraw(actor=world.customer_of(booked), case=booked)
    with pytest.raises(Refused):
        visits.arrive(actor=world.staff("technician"), case=booked, key="late", seen=seen(row))


@pytest.mark.parametrize("tap", [visits.depart, visits.arrive, visits.fixed, visits.nobody_home, visits.not_fixed])
def test_nobody_acts_on_a_visit_of_another(world: World, booked: str, tap: object) -> None:
    row = open_one(booked)
    nobody = Actor(roles=frozenset({"technician"}), name="Nobody's technician")
    for actor in (NOOR, nobody, world.staff("agent"), world.staff("admin"), world.customer_of(booked)):
        with pytest.raises(PermissionDenied):
            tap(actor=actor, case=booked, seen=seen(row))  # type: ignore[operator]
    assert world.stage(booked) == "planned"


def test_the_appointment_of_another_case_opens_nothing(world: World, booked: str) -> None:
    other = world.report()
    world.book(other)
    with pytest.raises(PermissionDenied):
        visits.arrive(actor=world.staff("technician"), case=booked, seen=seen(open_one(other)))


def test_who_had_an_earlier_visit_does_not_act_on_a_colleagues_next_one(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    visits.arrive(actor=sam, case=booked)
    next_one = world.blocks(world.other_technician)[4]
    visits.not_fixed(actor=sam, case=booked, reason="expertise", block=next_one.slot, seen=seen(row))
    with pytest.raises(Refused):
        visits.nobody_home(actor=sam, case=booked, seen=seen(row))
    with pytest.raises(Refused, match="Noor"):
        visits.nobody_home(actor=sam, case=booked, seen=seen(open_one(booked)))
    assert world.stage(booked) == "planned"


def test_what_makes_no_sense_now_changes_nothing(world: World, booked: str) -> None:
    with pytest.raises(Refused):
        visits.not_fixed(actor=world.staff("technician"), case=booked, reason="time")
    assert world.stage(booked) == "planned"
    assert open_one(booked)


def test_not_fixed_and_the_time_just_taken_changes_nothing(world: World, booked: str) -> None:
    sam = world.staff("technician")
    visits.arrive(actor=sam, case=booked)
    gone = world.blocks()[2]
    Block.objects.filter(pk=gone.pk).update(taken=gone.capacity)
    with pytest.raises(Refused) as wrong:
        visits.not_fixed(actor=sam, case=booked, reason="time", block=gone.slot)
    assert wrong.value.field == "block"
    assert world.stage(booked) == "at_work"
    assert not told(booked, "job.unfinished")


def test_the_next_appointment_comes_before_the_news_that_it_was_not_fixed(world: World, booked: str) -> None:
    sam = world.staff("technician")
    visits.arrive(actor=sam, case=booked)
    visits.not_fixed(actor=sam, case=booked, reason="material", block=world.blocks()[2].slot, key="k")
    assert world.stage(booked) == "planned"
    assert load_case(booked).state.facts["appointment"].start == open_one(booked).start  # type: ignore[union-attr]


def test_the_next_appointment_can_still_be_made_and_changed_after_the_visit(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    visits.arrive(actor=sam, case=booked)
    visits.not_fixed(actor=sam, case=booked, reason="material", seen=seen(row))
    assert world.stage(booked) == "reported"
    for number in (2, 3):
        block = world.blocks()[number]
        visits.book_next(actor=sam, case=booked, block=block.slot, key=str(number), seen=seen(row))
        assert open_one(booked).block_id == block.pk
    assert Block.objects.filter(taken__gt=0).count() == 2  # the visit that was, and the next one


# -- and back ------------------------------------------------------------------------------------------------------


def test_arrived_by_mistake_is_as_if_it_had_not_been(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    tap = visits.arrive(actor=sam, case=booked)
    assert tap is not None
    world.time.move(seconds=30)
    assert visits.undo(actor=sam, case=booked, event=tap.id, seen=seen(row))
    assert world.stage(booked) == "planned"
    assert open_one(booked).pk == row.pk
    assert load_case(booked).state.facts["appointment"].start == row.start  # type: ignore[union-attr]
    assert visits.undo(actor=sam, case=booked, event=tap.id, seen=seen(row)) is None
    assert visits.arrive(actor=sam, case=booked, key="again", seen=seen(row)) is not None


def test_two_taps_on_undo_take_one_thing_back(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    visits.arrive(actor=sam, case=booked)
    done = visits.fixed(actor=sam, case=booked)
    assert done is not None
    for _tap in range(2):
        visits.undo(actor=sam, case=booked, event=done.id, seen=seen(row))
    assert world.stage(booked) == "at_work"


def test_after_two_minutes_a_colleague_must_mend_it(world: World, booked: str) -> None:
    sam = world.staff("technician")
    tap = visits.arrive(actor=sam, case=booked)
    assert tap is not None
    world.time.move(minutes=2, seconds=1)
    with pytest.raises(Refused):
        visits.undo(actor=sam, case=booked, event=tap.id)
    assert world.stage(booked) == "at_work"


def test_what_the_customer_heard_is_not_taken_back(world: World, booked: str) -> None:
    sam = world.staff("technician")
    tap = visits.depart(actor=sam, case=booked)
    world.work()
    assert tap is not None
    with pytest.raises(Refused):
        visits.undo(actor=sam, case=booked, event=tap.id)
    assert world.stage(booked) == "under_way"


def test_a_message_that_still_waits_does_not_go_after_an_undo(world: World, booked: str) -> None:
    sam = world.staff("technician")
    world.work()
    heard = len(world.sms.sent) + len(world.email.sent)
    tap = visits.depart(actor=sam, case=booked)
    assert tap is not None
    visits.undo(actor=sam, case=booked, event=tap.id)
    world.work()
    assert world.stage(booked) == "planned"
    assert len(world.sms.sent) + len(world.email.sent) == heard


def test_undo_of_not_fixed_gives_the_next_time_back(world: World, booked: str) -> None:
    sam, row = world.staff("technician"), open_one(booked)
    visits.arrive(actor=sam, case=booked)
    block = world.blocks()[2]
    tap = visits.not_fixed(actor=sam, case=booked, reason="time", block=block.slot, seen=seen(row))
    assert tap is not None
    visits.undo(actor=sam, case=booked, event=tap.id, seen=seen(row))
    assert world.stage(booked) == "at_work"
    assert load_case(booked).state.round == 1  # type: ignore[union-attr]
    assert Block.objects.get(pk=block.pk).taken == 0
    assert not Appointment.objects.filter(case=booked, status=Appointment.BOOKED).exists()


def test_nobody_takes_back_what_a_colleague_said(world: World, booked: str) -> None:
    tap = visits.arrive(actor=world.staff("technician"), case=booked)
    assert tap is not None
    with pytest.raises(PermissionDenied):
        visits.undo(actor=NOOR, case=booked, event=tap.id)


def test_the_same_note_sent_twice_is_one_note(world: World, booked: str) -> None:
    for _try in range(2):
        visits.write_note(actor=world.staff("technician"), case=booked, text="Ventiel van 22 mm meenemen.")
    assert Note.objects.filter(case=booked).count() == 1
    with pytest.raises(PermissionDenied):
        visits.write_note(actor=NOOR, case=booked, text="Van mij.")
