"""Visits planned by route: offered where they fit, booked under lock, never more than fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from loper.plan.schedule import schedule
from loper.server.actions import agenda, cases, seats
from loper.server.actions.customers import find_or_make, home_of
from loper.server.actions.refused import Refused
from loper.server.queries.cases import case_view
from loper.server.queries.offers import BOARDS, board_of, free_days, offers
from loper.server.queries.roster import plan_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Absence, Appointment, Block, Slot, Technician, WorkKind
from loper.server.roads import travel
from tests.server.test_field_together import at_once
from tests.worlds import World

HERE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 9, 8)
HOURS = {day: ["07:30", "17:30"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


def by_route(world: World, *, only: bool = True) -> Technician:
    """Sam works by route from Utrecht; with `only`, nobody else works."""
    Block.objects.all().delete()
    sam = world.technician
    sam.hours, sam.lunch, sam.postcode = HOURS, {"from": "12:00", "until": "13:00", "minutes": 30}, "3511AB"
    sam.save()
    if only:
        Technician.objects.exclude(pk=sam.pk).update(active=False)
    return sam


def slot(hour: int, day: date = TUESDAY, technician: str = "") -> Slot:
    start = datetime.combine(day, time(hour), HERE)
    return Slot(start, start + timedelta(hours=2), technician)


def book(world: World, key: str, wanted: Slot) -> Appointment:
    return cases.book(actor=world.customer_of(key), case=key, block=wanted)


def kept(day: date = TUESDAY) -> bool:
    """Whether every route of the day keeps its promises, and is planned as its times say."""
    for route in plan_of([day]).routes:
        times = schedule(route, travel())
        if times is None or [job.planned for job in route.jobs] != list(times.begins):
            return False
    return True


@pytest.fixture
def sam(world: World) -> Technician:
    return by_route(world)


def test_blocks_come_from_the_organisation_and_fit_the_route(world: World, sam: Technician) -> None:
    view = case_view(world.report())
    assert view is not None
    days = free_days(work_of(view))
    assert [choice.start.hour for choice in days[0].choices] == [13, 15]  # it is nine o'clock on Monday
    assert {choice.technician for day in days for choice in day.choices} == {"Sam de Vries"}
    assert days[1].choices[0].suits


def test_a_booked_visit_lies_in_the_route_and_its_promise_holds(world: World, sam: Technician) -> None:
    made = book(world, world.report(), slot(10))
    assert made.technician == sam and made.block is None and made.planned is not None
    assert made.start <= made.planned <= made.end and (made.minutes, made.skills) == (60, ["plumbing"])
    assert kept()


def test_a_moved_visit_frees_its_place(world: World, sam: Technician) -> None:
    key = world.report()
    book(world, key, slot(10))
    made = book(world, key, slot(13))
    assert (made.sequence, made.start.hour) == (1, 13)
    (route,) = plan_of([TUESDAY]).routes
    assert len(route.jobs) == 1 and kept()


def test_a_full_day_says_so_and_another_day_is_free(world: World, sam: Technician) -> None:
    WorkKind.objects.create(name="leak", minutes=60)
    booked = 0
    for number in range(12):
        key = world.report(email=f"t{number}@example.nl")
        try:
            book(world, key, slot(10))
            booked += 1
        except Refused as wrong:
            assert wrong.field == "block"
    assert 2 <= booked <= 3 and kept()
    view = case_view(world.report(email="late@example.nl"))
    assert view is not None
    found = [one for one in offers(work_of(view), days=[TUESDAY]) if one.span.start.hour == 10]
    assert [one.why for one in found] == ["full"]


def test_who_is_away_gets_no_visits(world: World, sam: Technician) -> None:
    start = datetime.combine(TUESDAY, time(0), HERE)
    Absence.objects.create(technician=sam, start=start, end=start + timedelta(days=1), why="leave", at=start)
    view = case_view(world.report())
    assert view is not None
    assert [one.why for one in offers(work_of(view), days=[TUESDAY])] == ["hours"] * 4
    with pytest.raises(Refused):
        book(world, view.key, slot(10))


def test_an_absence_in_the_middle_of_a_day_leaves_the_rest(world: World, sam: Technician) -> None:
    start = datetime.combine(TUESDAY, time(8), HERE)
    Absence.objects.create(technician=sam, start=start, end=start + timedelta(hours=4), at=start)
    Absence.objects.create(technician=sam, start=start + timedelta(hours=2), end=start + timedelta(hours=5), at=start)
    view = case_view(world.report())
    assert view is not None
    assert [one.free for one in offers(work_of(view), days=[TUESDAY])] == [False, False, True, True]


def test_material_that_is_not_in_the_van_is_waited_for(world: World, sam: Technician) -> None:
    WorkKind.objects.create(name="leak", material=["tap"])
    view = case_view(world.report())
    assert view is not None
    assert {one.why for one in offers(work_of(view), days=[TUESDAY])} == {"material"}
    sam.van = ["tap"]
    sam.save()
    assert all(one.free for one in offers(work_of(view), days=[TUESDAY]))


def test_two_people_go_together(world: World) -> None:
    by_route(world, only=False)
    noor = world.other_technician
    noor.hours, noor.postcode = HOURS, "3521AB"
    noor.save()
    WorkKind.objects.create(name="leak", people=2)
    made = book(world, world.report(), slot(10))
    assert {made.technician, made.second} == {world.technician, noor}
    assert [len(route.jobs) for route in plan_of([TUESDAY]).routes] == [1, 1]
    assert kept()


def test_an_unknown_postcode_is_planned_without_travel_worth_the_name(world: World, sam: Technician) -> None:
    key = world.report()
    home = home_of("1000ZZ", "1")
    find_or_make(home=home, name="X", email="x@example.nl", phone="")
    view = case_view(key)
    assert view is not None and view.customer is not None
    view.customer.home = home
    view.customer.save()
    made = book(world, key, slot(10))
    assert made.lat is None and kept()


def test_work_moved_between_a_route_and_an_agreed_block_leaves_no_place_taken(world: World) -> None:
    sam = by_route(world, only=False)
    noor = world.other_technician
    planner = world.staff("planner")
    agenda.open_blocks(actor=planner, technician=noor, days=[TUESDAY], times=[(time(18), time(20))])
    key = world.report()
    assert book(world, key, slot(10)).technician == sam
    evening = book(world, key, slot(18))
    assert evening.technician == noor and evening.planned is None
    assert Block.objects.get().taken == 1 and not plan_of([TUESDAY], only=[sam.key]).routes[0].jobs
    assert book(world, key, slot(13)).technician == sam
    assert Block.objects.get().taken == 0


def test_a_withdrawal_taken_back_finds_its_place_again(world: World, sam: Technician) -> None:
    key = world.report()
    book(world, key, slot(10))
    cases.withdraw(actor=world.customer_of(key), case=key)
    assert not plan_of([TUESDAY]).routes[0].jobs
    cases.undo_withdraw(actor=world.customer_of(key), case=key)
    assert Appointment.objects.get(case=key).status == Appointment.BOOKED and kept()


def test_fifty_want_the_last_place_and_one_gets_it(real_world: World) -> None:
    world = real_world
    sam = by_route(world)
    sam.hours = {"tuesday": ["10:00", "11:35"]}
    sam.lunch, sam.postcode = {}, "1234AB"
    sam.save()
    keys = [world.report(email=f"t{number}@example.nl") for number in range(50)]

    def asks(key: str) -> Callable[[], object]:
        return lambda: book(world, key, slot(10)).pk

    found = at_once([asks(key) for key in keys])
    refused = [one for one in found if isinstance(one, Refused)]
    assert len(refused) == 49 and all(one.field == "block" for one in refused)
    assert Appointment.objects.filter(status=Appointment.BOOKED).count() == 1 and kept()


def test_the_routes_that_are_remembered_are_those_that_are(real_world: World) -> None:
    """Whatever changes: one route, who is away, who works when."""
    world = real_world
    sam, noor = by_route(world, only=False), world.other_technician
    noor.hours, noor.postcode = HOURS, "3512AB"
    noor.save()
    days = [TUESDAY, TUESDAY + timedelta(days=1)]

    def same() -> int:
        found, anew = BOARDS.of(days, None), board_of(days)
        for day in days:
            known = {key: (one.shift, one.jobs) for key, one in found.days[day].items()}
            assert known == {key: (one.shift, one.jobs) for key, one in anew.days[day].items()}
        return sum(len(one.jobs) for routes in found.days.values() for one in routes.values())

    assert same() == 0
    key = world.report()
    first = book(world, key, slot(10))
    assert same() == 1
    book(world, world.report(email="two@example.nl"), slot(13))
    assert same() == 2
    book(world, key, slot(10, days[1]))
    assert same() == 2
    start = datetime.combine(TUESDAY, time(12), HERE)
    Absence.objects.create(technician=sam, start=start, end=start + timedelta(hours=2), why="leave", at=start)
    assert same() == 2
    cases.cancel(actor=world.customer_of(key), case=key)
    assert same() == 1 and Appointment.objects.get(pk=first.pk).status == Appointment.CANCELLED
    noor.hours = {}
    noor.save()
    same()


def test_on_a_full_day_others_make_room_and_keep_their_promise(world: World) -> None:
    """Noor alone can heat, and has somebody else's leak all morning; Sam takes it over."""
    sam = by_route(world, only=False)
    noor = world.other_technician
    noor.hours, noor.postcode = HOURS, "3512AB"
    noor.save()
    sam.hours = {}
    sam.save()
    WorkKind.objects.create(name="leak", minutes=60)
    leak = world.report()
    first = book(world, leak, slot(8))
    Appointment.objects.filter(pk=first.pk).update(minutes=200)
    sam.hours = HOURS
    sam.save()
    key = world.report(problem="heating", severity=None, vulnerable=False, email="cold@example.nl")
    view = case_view(key)
    assert view is not None
    noor.hours = {**HOURS, "tuesday": ["07:30", "12:30"]}
    noor.save()
    (morning, *_rest) = offers(work_of(view), days=[TUESDAY])
    assert morning.why == "full"
    tuesday = next(day for day in free_days(work_of(view)) if day.day == TUESDAY)
    assert tuesday.choices[0].slot == slot(8)
    made = book(world, key, slot(8))
    moved = Appointment.objects.get(pk=first.pk)
    assert (made.technician, moved.technician) == (noor, sam)
    assert (moved.start, moved.end, moved.sequence) == (first.start, first.end, 1) and kept()


def test_on_a_full_day_one_makes_room_for_a_visit_of_two(world: World) -> None:
    """Sam has room, Noor has somebody else's leak all morning, and Kim can take that over but cannot heat."""
    sam, noor = by_route(world, only=False), world.other_technician
    noor.hours, noor.postcode = {**HOURS, "tuesday": ["07:30", "12:30"]}, "3512AB"
    for one in (sam, noor):
        one.skills = ["plumbing", "heating"]
        one.save()
    kim = Technician.objects.create(key="kim", name="Kim", skills=["plumbing"], hours=HOURS, postcode="3512AB")
    WorkKind.objects.create(name="leak", minutes=60)
    first = book(world, world.report(), slot(8, technician=noor.key))
    Appointment.objects.filter(pk=first.pk).update(minutes=200)
    seats.retime([(noor.pk, TUESDAY)])
    WorkKind.objects.create(name="heating", minutes=60, people=2, skills=["heating"])
    key = world.report(problem="heating", severity=None, vulnerable=False, email="cold@example.nl")
    view = case_view(key)
    assert view is not None
    assert next(iter(offers(work_of(view), days=[TUESDAY]))).why == "full"
    made = book(world, key, slot(8))
    assert {made.technician, made.second} == {sam, noor} and made.planned is not None
    assert Appointment.objects.get(pk=first.pk).technician == kim and kept()
    again = {route.shift.technician: [job.key for job in route.jobs] for route in plan_of([TUESDAY]).routes}
    assert again == {"t1": [str(made.pk)], "t2": [str(made.pk)], "kim": [str(first.pk)]}
