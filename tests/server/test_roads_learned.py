"""Roads that own trips show to be slow: plans reckon with it from the morning on, and no promise is lost unseen."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from loper.plan.learned import ENOUGH
from loper.plan.model import Place
from loper.plan.schedule import schedule
from loper.server.actions import lessons, nightly
from loper.server.queries.board import board
from loper.server.queries.cases import case_view
from loper.server.queries.lessons import driving, in_force
from loper.server.queries.offers import offers
from loper.server.queries.roster import routes_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Technician, WorkKind
from loper.server.records.arrivals import Drive, Lesson
from loper.server.records.proposals import Proposal
from loper.server.roads import travel
from tests.server.test_replanning import promises, two
from tests.server.test_routes import HERE, HOURS, TUESDAY, book, by_route, slot
from tests.worlds import World

WEDNESDAY = TUESDAY + timedelta(days=1)


def night(day: object = TUESDAY, hour: int = 3) -> datetime:
    return datetime.combine(TUESDAY if day is TUESDAY else WEDNESDAY, time(hour, 10), HERE)


def driven(world: World, ratio: float, count: int = 2 * ENOUGH) -> None:
    """Sam drove to the customer's and back so often in the weeks before, and it took so many times as long."""
    visit = Appointment.objects.order_by("pk")[0]
    assert visit.lat is not None and visit.lon is not None
    home, there = routes_of([TUESDAY])[0].shift.begins_at, Place(visit.lat, visit.lon)
    for number in range(count):
        at = world.time.at - timedelta(days=20 + number % 30)
        made = Appointment.objects.create(
            case=f"d{number}", customer="nobody", technician=world.technician, start=at, end=at, planned=at,
            status=Appointment.DONE, changed=at, minutes=30, uid=f"d{number}-{ratio}",
        )  # fmt: skip
        (a, b) = (home, there) if number % 2 else (there, home)
        Drive.objects.create(
            appointment=made, from_lat=a.lat, from_lon=a.lon, to_lat=b.lat, to_lon=b.lon,
            planned=1500, driven=round(1500 * ratio), at=at,
        )  # fmt: skip


@pytest.fixture
def sam(world: World) -> Technician:
    return by_route(world)


def test_an_area_that_is_slow_needs_more_travel_in_an_offer(world: World, sam: Technician) -> None:
    book(world, world.report(email="first@example.nl"), slot(13))
    driven(world, 1.6)
    view = case_view(world.report())
    assert view is not None
    before = offers(work_of(view), days=[WEDNESDAY])[0]
    plain = board(TUESDAY).drive
    world.time.at = night()
    lessons.learn()
    after = offers(work_of(view), days=[WEDNESDAY])[0]
    assert after.extra > before.extra * 1.3 and after.free
    assert board(TUESDAY).drive > plain * 1.3
    assert driving() is driving() and driving() is not travel()


def test_a_day_under_way_is_planned_as_it_was_this_morning(world: World, sam: Technician) -> None:
    book(world, world.report(email="first@example.nl"), slot(13))
    driven(world, 1.6)
    lessons.learn()  # Monday, nine o'clock: the worker was down at night
    assert driving() is travel() and in_force() is None and in_force(TUESDAY) is not None
    world.time.at = night(hour=0)
    assert driving() is not travel()


def test_a_few_trips_change_no_plan_and_the_same_lesson_is_not_written_twice(world: World, sam: Technician) -> None:
    book(world, world.report(email="first@example.nl"), slot(13))
    driven(world, 1.6, count=ENOUGH - 2)
    world.time.at = night()
    lessons.learn()
    assert in_force() is None
    Appointment.objects.filter(customer="nobody").delete()  # a real case may begin with a d too
    driven(world, 1.6)
    lessons.learn()
    first = in_force()
    world.time.at = night(WEDNESDAY)
    lessons.learn()
    assert first is not None and in_force() == first and nightly.go_on() is None
    assert Lesson.objects.filter(name__startswith="roads of").count() == 1


def test_a_promise_that_slow_roads_do_not_leave_room_for_is_listed_and_stands(world: World, sam: Technician) -> None:
    """Nobody else can go: the planner hears it at night, and the customer's block is what it was."""
    tight(world)
    driven(world, 1.9)
    before = promises()
    world.time.at = night()
    lessons.learn()
    (route,) = routes_of([TUESDAY])
    assert schedule(route, travel()) is not None and schedule(route, driving()) is None
    made = nightly.go_on()
    assert made is not None and made.status == Proposal.WAITING and len(made.left) == 1
    assert {one["do"] for one in made.left[0]["advice"]} >= {"call"}
    assert promises() == before and len(board(TUESDAY).danger) == 1
    usual = nightly.go_on()  # as every night, and it says the same
    assert usual is not None and (usual.status, len(usual.left)) == (Proposal.WAITING, 1)
    assert nightly.go_on() is None and promises() == before


def test_where_a_colleague_can_go_the_promise_is_kept_and_nobody_is_asked(world: World) -> None:
    two(world)
    tight(world)
    driven(world, 1.9)
    noor = world.other_technician
    noor.postcode = "1234AB"  # near by, so the slow road is not hers
    noor.save()
    world.time.at = night()
    lessons.learn()
    made = nightly.go_on()
    assert made is not None and made.status == Proposal.ACCEPTED and made.left == []
    assert all(schedule(route, driving()) is not None for route in routes_of([TUESDAY]))


def tight(world: World) -> None:
    """Sam's Tuesday has two visits; the second can just be begun in time."""
    WorkKind.objects.create(name="leak", minutes=60)
    sam = world.technician
    first = book(world, world.report(email="one@example.nl"), slot(8, technician=sam.key))
    book(world, world.report(email="two@example.nl"), slot(8, technician=sam.key))
    sam.hours = {**HOURS, "tuesday": ["08:00", "17:00"]}
    sam.save()
    begin = first.start + timedelta(minutes=95)
    Appointment.objects.filter(status=Appointment.BOOKED).update(end=begin)
