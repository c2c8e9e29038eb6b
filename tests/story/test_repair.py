"""A repair from report to survey and round again, on the real database, by the real actions and the real worker."""

from __future__ import annotations

from datetime import timedelta

from loper.server.actions import cases, visits
from loper.server.records.agenda import Appointment
from loper.server.records.runtime import Touch
from tests.worlds import World


def test_a_leak_is_reported_planned_visited_twice_fixed_and_asked_about(world: World) -> None:
    key = world.report()
    world.work()
    block = world.book(key, 2)
    world.work()
    assert [message.subject for message in world.email.sent] == [
        "Uw melding is binnen",
        "Uw afspraak: dinsdag 8 september",
    ]

    world.at(block.start + timedelta(minutes=5))
    sam = world.staff("technician")
    visits.depart(actor=sam, case=key, eta=world.time.at + timedelta(minutes=20))
    world.work()
    visits.arrive(actor=sam, case=key)
    world.time.move(minutes=40)
    visits.not_fixed(actor=sam, case=key, reason="material", block=world.blocks()[4].slot)
    world.work()
    assert world.stage(key) == "planned"

    again = Appointment.objects.get(case=key, status=Appointment.BOOKED)
    world.at(again.start + timedelta(minutes=5))
    visits.depart(actor=sam, case=key)
    world.work()
    visits.arrive(actor=sam, case=key)
    world.time.move(minutes=30)
    visits.fixed(actor=sam, case=key)
    world.at(world.time.at + timedelta(hours=3))
    assert world.stage(key) == "done"
    cases.answer_survey(actor=world.customer_of(key), case=key, touchpoint="survey", answers={"effort": 1})
    world.at(world.time.at + timedelta(days=5))

    told = Touch.objects.filter(case=key, kind="message").order_by("at", "seq").values_list("activity", flat=True)
    assert list(told) == [
        "received", "confirmation", "reminder", "arrival", "confirmation", "unfinished", "survey", "reminder",
        "arrival", "survey",
    ]  # fmt: skip
