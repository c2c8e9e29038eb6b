"""After a visit that did not solve it: the next one asks for the right skill, material and time, whoever books it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from loper.server.actions import cases, parts, visits
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor
from loper.server.queries.cases import CaseView, case_view
from loper.server.queries.followups import Needed
from loper.server.queries.offers import free_days, offers
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Technician
from loper.server.records.arrivals import Duration
from loper.server.records.fieldwork import FollowUp, PartOrder
from loper.server.records.runtime import Event
from tests.server.test_routes import by_route, slot
from tests.worlds import World

WEDNESDAY, THURSDAY, FRIDAY = date(2026, 9, 9), date(2026, 9, 10), date(2026, 9, 11)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def sam(world: World) -> Actor:
    by_route(world)
    return world.staff("technician")


@pytest.fixture
def case(world: World, sam: Actor) -> str:
    """Sam, who is planned by route, is at work for half an hour."""
    key = world.report()
    made = cases.book(actor=world.customer_of(key), case=key, block=slot(10))
    world.at(made.start + timedelta(minutes=5))
    visits.arrive(actor=sam, case=key)
    world.time.move(minutes=30)
    return key


def view_of(key: str) -> CaseView:
    view = case_view(key)
    assert view is not None
    return view


def test_another_specialist_is_asked_for_by_whoever_books_later(world: World, sam: Actor, case: str) -> None:
    electrician = Technician.objects.create(
        key="el", name="Els", skills=["electricity"], hours=world.technician.hours, postcode="3511AB"
    )
    visits.not_fixed(actor=sam, case=case, reason="expertise", needed=Needed(skill="electricity"))
    assert work_of(view_of(case)).skills == {"electricity"}
    days = free_days(work_of(view_of(case)))
    assert {choice.technician for day in days for choice in day.choices} == {"Els"}
    wanted = days[1].choices[0].slot
    made = cases.book(actor=world.customer_of(case), case=case, block=wanted)
    assert (made.technician, made.skills) == (electrician, ["electricity"])


def test_a_skill_that_nobody_has_is_refused(sam: Actor, case: str) -> None:
    with pytest.raises(Refused, match="Nobody here"):
        visits.not_fixed(actor=sam, case=case, reason="expertise", needed=Needed(skill="magic"))
    assert not FollowUp.objects.exists()


def test_the_time_that_is_left_is_what_the_technician_says(sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="time", needed=Needed(minutes=180), block=slot(10, WEDNESDAY))
    made = Appointment.objects.get(case=case, status=Appointment.BOOKED)
    assert made.minutes == 180
    assert made.priority > 10  # who waited in vain goes before others


def test_without_a_word_the_time_is_reckoned_from_what_such_visits_took(world: World, sam: Actor, case: str) -> None:
    row = Appointment.objects.get(case=case)
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)), key="x")
    plain = FollowUp.objects.get().minutes
    visits.undo(actor=sam, case=case, event=Event.objects.get(case=case, type="job.unfinished").ident)
    for number in range(30):
        other = Appointment.objects.create(
            case=f"old{number}", customer="x", technician=world.technician, start=row.start, end=row.end,
            status=Appointment.DONE, changed=row.changed,
        )  # fmt: skip
        Duration.objects.create(
            appointment=other,
            kind=row.kind,
            technician="t1",
            minutes=150,
            at=world.time.at - timedelta(days=number + 1),
        )
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)), key="y")
    assert FollowUp.objects.get().minutes > plain


def test_two_people_are_asked_for(sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="time", needed=Needed(two_people=True))
    assert work_of(view_of(case)).people == 2
    assert {one.why for one in offers(work_of(view_of(case)), days=[WEDNESDAY])} == {"people"}


def test_a_part_with_a_day_is_planned_from_that_day(world: World, sam: Actor, case: str) -> None:
    needed = Needed(parts=("Kraan",), expected=THURSDAY)
    with pytest.raises(Refused, match="not in by then"):
        visits.not_fixed(actor=sam, case=case, reason="material", needed=needed, block=slot(10, WEDNESDAY))
    assert not PartOrder.objects.exists()
    visits.not_fixed(actor=sam, case=case, reason="material", needed=needed)
    work = work_of(view_of(case))
    assert {one.why for one in offers(work, days=[WEDNESDAY])} == {"material"}
    assert all(one.free for one in offers(work, days=[THURSDAY]))
    made = visits.book_next(actor=sam, case=case, block=slot(10, FRIDAY))
    assert made is not None and (made.material, made.material_in) == (["Kraan"], THURSDAY)


def test_a_part_without_a_day_is_planned_when_it_is_in(world: World, sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan", "Slang")))
    assert free_days(work_of(view_of(case))) == []
    planner = world.staff("planner")
    first, second = PartOrder.objects.order_by("pk")
    parts.arrived(actor=planner, order=first.pk)
    assert free_days(work_of(view_of(case))) == []
    parts.arrived(actor=planner, order=second.pk)
    assert free_days(work_of(view_of(case)))[0].day == date(2026, 9, 8)
    cases.book(actor=world.customer_of(case), case=case, block=slot(10, WEDNESDAY))


def test_a_part_that_is_in_is_told_to_the_customer_once(world: World, sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)))
    order, planner = PartOrder.objects.get(), world.staff("planner")
    parts.expect(actor=planner, order=order.pk, expected=FRIDAY)
    for _twice in range(2):
        parts.arrived(actor=planner, order=order.pk)
    types = list(Event.objects.filter(case=case).order_by("number").values_list("type", flat=True))
    assert types.count("part.ordered") == 2 and types.count("part.arrived") == 1
    parts.not_arrived(actor=planner, order=order.pk)
    assert PartOrder.objects.get().arrived is None
    assert "event.retracted" in Event.objects.filter(case=case).values_list("type", flat=True)


def test_a_day_that_has_passed_is_no_day_to_expect_a_part(world: World, sam: Actor, case: str) -> None:
    order = parts.order(actor=world.staff("agent"), case=case, part=" Kraan ")
    assert order.part == "Kraan"
    with pytest.raises(Refused, match="passed"):
        parts.expect(actor=world.staff("agent"), order=order.pk, expected=date(2026, 9, 1))


def test_parts_are_for_the_office(world: World, sam: Actor, case: str) -> None:
    order = parts.order(actor=world.staff("agent"), case=case, part="Kraan")
    for actor in (sam, world.customer_of(case), world.staff("analyst")):
        with pytest.raises(PermissionDenied):
            parts.arrived(actor=actor, order=order.pk)
        with pytest.raises(PermissionDenied):
            parts.expect(actor=actor, order=order.pk, expected=None)
        with pytest.raises(PermissionDenied):
            parts.order(actor=actor, case=case, part="Kraan")


def test_not_fixed_by_mistake_leaves_nothing_behind(sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)))
    told = Event.objects.get(case=case, type="job.unfinished")
    visits.undo(actor=sam, case=case, event=told.ident)
    assert not FollowUp.objects.exists() and not PartOrder.objects.exists()
    assert work_of(view_of(case)).skills == {"plumbing"}
    assert "part" not in view_of(case).case.state.facts


def test_the_tap_sent_twice_orders_once(sam: Actor, case: str) -> None:
    for _try in range(2):
        visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)), key="tap")
    assert PartOrder.objects.count() == 1
    assert Event.objects.filter(case=case, type="part.ordered").count() == 1


def test_nobody_home_asks_for_the_same_work_again(world: World, sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="time", needed=Needed(minutes=120), block=slot(10, WEDNESDAY))
    world.at(slot(10, WEDNESDAY).start + timedelta(minutes=5))
    visits.nobody_home(actor=sam, case=case)
    assert work_of(view_of(case)).minutes == 120


def test_the_page_offers_times_for_what_is_chosen(client: Client, world: World, sam: Actor, case: str) -> None:
    client.force_login(world.users["technician"])
    address = f"/field/visit/{Appointment.objects.get(case=case).pk}"
    assert "data-follow" in client.get(address).content.decode()
    known = client.get(f"{address}/times", {"reason": "material", "part": "Kraan", "expected": "2026-09-10"})
    days = known.content.decode()
    assert "20260910T" in days and "20260909T" not in days
    unknown = client.get(f"{address}/times", {"reason": "material", "part": "Kraan"}).content.decode()
    assert "2026091" not in unknown
    assert client.get(f"{address}/times", {"reason": "material", "expected": "morgen"}).status_code == 422
    given = {"do": "not_fixed", "reason": "material", "part": ["Kraan"], "parts": "Slang\n\n", "expected": "2026-09-10"}
    block = str(slot(10, FRIDAY, "t1"))
    assert client.post(f"{address}/tap", {**given, "block": block}).status_code == 302
    assert sorted(PartOrder.objects.values_list("part", "expected")) == [("Kraan", THURSDAY), ("Slang", THURSDAY)]
    assert Appointment.objects.get(case=case, status=Appointment.BOOKED).material == ["Kraan", "Slang"]


def test_times_of_a_visit_of_a_colleague_are_not_there(client: Client, world: World, sam: Actor, case: str) -> None:
    Appointment.objects.filter(case=case).update(technician=world.other_technician)
    client.force_login(world.users["technician"])
    assert client.get(f"/field/visit/{Appointment.objects.get(case=case).pk}/times").status_code == 404


def test_the_customer_hears_of_the_part_and_that_it_is_in(world: World, sam: Actor, case: str) -> None:
    visits.not_fixed(actor=sam, case=case, reason="material", needed=Needed(parts=("Kraan",)))
    assert "wachten op een onderdeel" in view_of(case).says
    world.at(world.time.at + timedelta(hours=1))
    letter = world.email.sent[-1].body
    assert "Kraan" in letter and "Zodra het binnen is" in letter and "Kies een dag" not in letter
    parts.arrived(actor=world.staff("planner"), order=PartOrder.objects.get().pk)
    world.at(world.time.at + timedelta(hours=1))
    assert any("is binnen" in one.body and "Kies een dag" in one.body for one in world.email.sent[-2:])
    assert "Uw melding is binnen" in view_of(case).says


def test_agreed_blocks_wait_for_an_ordered_part_too(world: World) -> None:
    key = world.report()
    world.book(key)
    world.at(world.blocks()[0].start)
    technician = world.staff("technician")
    visits.arrive(actor=technician, case=key)
    visits.not_fixed(actor=technician, case=key, reason="material", needed=Needed(parts=("Kraan",)))
    assert free_days(work_of(view_of(key))) == free_days(work_of(view_of(key)), technician="t1") == []
    with pytest.raises(Refused):
        cases.book(actor=world.customer_of(key), case=key, block=slot(10, FRIDAY))
