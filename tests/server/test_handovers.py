"""A visit that goes to somebody else at the time that was promised: who is told, who is not, what calendars show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from icalendar import Calendar

from loper.server import clock
from loper.server.actions import cases, nightly, planning, replanning
from loper.server.actions.handovers import sweep_handovers
from loper.server.actions.tokens import new_one
from loper.server.queries.designs import journey
from loper.server.queries.organisation import organisation
from loper.server.queries.runtime import load_case
from loper.server.queries.words import context
from loper.server.records.agenda import Appointment, Handover, Technician, WorkKind
from loper.server.records.arrivals import Expected
from loper.server.records.customers import Customer
from loper.server.records.runtime import Event, Outbox
from tests.server.test_field_together import at_once, surprises
from tests.server.test_replanning import crossed, ill, letters, night, two, visits
from tests.server.test_routes import HERE, HOURS, TUESDAY, book, slot
from tests.worlds import World


@pytest.fixture
def feeds(world: World) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What the calendar of a technician has, by UID, read as a calendar program reads it."""
    cache.clear()
    tokens: dict[str, str] = {}

    def read(key: str) -> dict[str, Any]:
        if key not in tokens:
            technician = Technician.objects.get(key=key)
            tokens[key] = new_one(actor=world.staff("planner"), technician=technician, purpose="calendar")
        answer = Client().get(f"/calendar/{tokens[key]}.ics")
        return {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}

    yield read
    cache.clear()


def known(case: str) -> str:
    """Whom the next text to the customer would name."""
    found = load_case(case)
    assert found is not None
    customer = Customer.objects.get(key=found.customer)
    values = context(journey(found.journey, found.version), found, customer, organisation(), "nl")
    return str(values["technician"]["name"])


def test_a_later_text_names_who_comes_now_and_no_message_goes_out(world: World) -> None:
    two(world)
    (row,) = visits(world, 10)
    before, stage = letters(world), world.stage(row.case)
    sent = len(world.email.sent) + len(world.sms.sent)
    assert known(row.case) == "Sam de Vries"
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    assert known(row.case) == "Noor Bakker" and world.stage(row.case) == stage
    assert letters(world) == before and len(world.email.sent) + len(world.sms.sent) == sent
    told = Event.objects.get(case=row.case, type="technician.changed")
    assert told.emitter == "planner"


def test_a_confirmation_that_waits_still_goes_once(world: World) -> None:
    two(world)
    (row,) = visits(world, 10)
    assert Outbox.objects.get(case=row.case, touchpoint="confirmation").status == "queued"
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    world.work()
    assert Outbox.objects.get(case=row.case, touchpoint="confirmation").status == "sent"
    assert Outbox.objects.filter(case=row.case, touchpoint="confirmation").count() == 1


def test_the_calendar_of_who_had_it_takes_it_out_and_that_of_who_comes_has_it(
    world: World, feeds: Callable[[str], dict[str, Any]]
) -> None:
    two(world)
    (row,) = visits(world, 10)
    assert feeds("t1")[row.uid]["status"] == "CONFIRMED" and row.uid not in feeds("t2")
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    gone, comes = feeds("t1")[row.uid], feeds("t2")[row.uid]
    assert gone["status"] == "CANCELLED" and gone.decoded("sequence") == 1 and gone.decoded("dtstart") == row.start
    assert comes["status"] == "CONFIRMED" and comes.decoded("sequence") == 1
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=1, technician="t1")
    assert feeds("t1")[row.uid]["status"] == "CONFIRMED" and feeds("t1")[row.uid].decoded("sequence") == 2
    assert feeds("t2")[row.uid]["status"] == "CANCELLED" and feeds("t2")[row.uid].decoded("sequence") == 2


def test_it_stands_in_the_old_calendar_where_it_was_until_it_has_passed(
    world: World, feeds: Callable[[str], dict[str, Any]]
) -> None:
    two(world)
    (row,) = visits(world, 10)
    was = row.start
    book(world, row.case, slot(13, technician="t2"))  # the customer moves it, and Noor comes then
    gone = feeds("t1")[row.uid]
    assert gone["status"] == "CANCELLED" and gone.decoded("dtstart") == was
    assert feeds("t2")[row.uid].decoded("dtstart") == slot(13).start
    world.time.at = row.end + timedelta(minutes=1)
    assert row.uid not in feeds("t1") and row.uid in feeds("t2")
    assert sweep_handovers() == 0
    world.time.move(days=8)
    assert sweep_handovers() == 1 and not Handover.objects.exists()


def test_sickness_and_its_undo_tell_every_case(world: World, feeds: Callable[[str], dict[str, Any]]) -> None:
    two(world)
    rows = visits(world, 8, 10)
    sent, planner = letters(world), world.staff("planner")
    proposal = ill(world).proposal
    assert proposal is not None
    replanning.accept(actor=planner, proposal=proposal.pk)
    assert [known(row.case) for row in rows] == ["Noor Bakker"] * 2
    assert [feeds("t1")[row.uid]["status"] for row in rows] == ["CANCELLED"] * 2
    replanning.undo(actor=planner, proposal=proposal.pk)
    assert [known(row.case) for row in rows] == ["Sam de Vries"] * 2
    assert [feeds("t1")[row.uid]["status"] for row in rows] == ["CONFIRMED"] * 2
    assert letters(world) == sent


def test_the_night_tells_as_the_system(world: World) -> None:
    rows = crossed(world)
    world.work()
    world.time.at = night()
    assert nightly.go_on() is not None
    assert [known(row.case) for row in rows] == ["Noor Bakker", "Sam de Vries"]
    assert set(Event.objects.filter(type="technician.changed").values_list("emitter", flat=True)) == {"system"}


def test_what_the_customer_was_told_of_the_day_holds_after_a_handover(world: World) -> None:
    two(world)
    (row,) = visits(world, 10)
    world.time.at = datetime.combine(TUESDAY, time(7), HERE)
    now = clock.now()
    Expected.objects.create(
        appointment=row, sequence=0, made=now, horizon="day", basis="taps", median=row.start, kind="hour",
        start=row.start, end=row.end, told_kind="hour", told_start=row.start, told_end=row.end, told_at=now, times=1,
    )  # fmt: skip
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    assert Expected.objects.get(appointment=row).sequence == 1


def test_a_journey_that_has_no_word_for_it_is_told_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    two(world)
    (row,) = visits(world, 10)
    monkeypatch.setattr("loper.server.actions.handovers.CHANGED", "somebody.else")
    planning.hand_over(actor=world.staff("planner"), appointment=row.pk, sequence=0, technician="t2")
    assert Appointment.objects.get().technician.key == "t2"
    assert set(Event.objects.filter(case=row.case).values_list("emitter", flat=True)) == {"customer"}


def test_who_makes_room_on_a_full_day_is_told_too(world: World, feeds: Callable[[str], dict[str, Any]]) -> None:
    """Noor alone can heat, and has somebody else's leak all morning; Sam takes it over."""
    sam, noor = two(world)
    sam.hours = {}
    sam.save()
    WorkKind.objects.create(name="leak", minutes=60)
    (leak,) = visits(world, 8, technician="t2")
    Appointment.objects.filter(pk=leak.pk).update(minutes=200)
    sam.hours, noor.hours = HOURS, {**HOURS, "tuesday": ["07:30", "12:30"]}
    sam.save()
    noor.save()
    sent = letters(world)
    key = world.report(problem="heating", severity=None, vulnerable=False, email="cold@example.nl")
    assert book(world, key, slot(8)).technician == noor
    assert Appointment.objects.get(pk=leak.pk).technician == sam and known(leak.case) == sam.name
    assert Event.objects.get(case=leak.case, type="technician.changed").emitter == "system"
    assert feeds("t2")[leak.uid]["status"] == "CANCELLED" and feeds("t1")[leak.uid]["status"] == "CONFIRMED"
    assert [one for one in letters(world) if one[0] == leak.case] == sent


def test_planners_customers_and_technicians_at_once_and_every_case_knows_who_comes(real_world: World) -> None:
    world = real_world
    two(world)
    rows = visits(world, 8, 10, 13)
    proposal = ill(world).proposal
    assert proposal is not None
    planner = world.staff("planner")
    world.time.at = datetime.combine(TUESDAY, time(7, 30), HERE)

    def moves(case: str, hour: int) -> Callable[[], object]:
        return lambda: book(world, case, slot(hour))

    acts: list[Callable[[], object]] = [
        lambda: replanning.accept(actor=planner, proposal=proposal.pk),
        lambda: planning.hand_over(actor=planner, appointment=rows[0].pk, sequence=0, technician="t2"),
        lambda: planning.hand_over(actor=planner, appointment=rows[1].pk, sequence=0, technician="t2"),
        moves(rows[2].case, 15),
        moves(rows[1].case, 15),
        lambda: cases.cancel(actor=world.staff("agent"), case=rows[0].case),
    ]
    assert not surprises(at_once(acts))
    for row in Appointment.objects.filter(status=Appointment.BOOKED):
        assert known(row.case) == row.technician.name
        assert not row.handovers.filter(technician=row.technician).exists()
