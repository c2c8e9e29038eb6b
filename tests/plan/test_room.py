"""Room in a full day: found where others must change places, and no promise is broken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings

from loper.plan.board import Board, gaps_of
from loper.plan.model import Job, Place, Plan, Route, Shift, Span
from loper.plan.offer import offer
from loper.plan.room import Rooms, make_room
from loper.plan.room_gaps import drives, without_one
from loper.plan.schedule import schedule
from loper.plan.travel import Crow
from tests.plan.test_offer_exact import BLOCKS, able, cases, drive, orders, walk, ways

DAY = date(2026, 9, 8)
TRAVEL = Crow()
HERE = Place(52.09, 5.12)


def at(hours: float) -> datetime:
    return datetime(2026, 9, 8, tzinfo=UTC) + timedelta(hours=hours)


def job(key: str, begin: float, end: float, minutes: int, place: Place = HERE, **parts: object) -> Job:
    return Job(key=key, place=place, lasts=timedelta(minutes=minutes), promised=Span(at(begin), at(end)), **parts)  # type: ignore[arg-type]


def shift(technician: str, **parts: object) -> Shift:
    return Shift(technician=technician, day=DAY, start=at(8), end=at(17), begins_at=HERE, **parts)  # type: ignore[arg-type]


def test_who_can_do_both_leaves_what_another_can_do() -> None:
    """Only Anna can heat. She has the whole morning a job that Bo can do as well."""
    anna = Route(
        shift("anna", skills=frozenset({"heating", "general"})), (job("1", 8, 9, 230, skills=frozenset({"general"})),)
    )
    bo = Route(shift("bo", skills=frozenset({"general"})))
    plan = Plan((anna, bo))
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3), skills=frozenset({"heating"}))
    block = Span(at(8), at(10))
    assert [one.why for one in offer(Board.of(plan, TRAVEL), new, [block], TRAVEL, at(0))] == ["full"]
    found = make_room(plan, new, block, TRAVEL)
    assert found is not None and found.offered.technician == "anna"
    assert {route.shift.technician: [one.key for one in route.jobs] for route in found.routes} == {
        "anna": ["new"],
        "bo": ["1"],
    }


def test_where_there_is_no_room_at_all_it_says_so() -> None:
    full = Route(shift("anna"), (replace(job("1", 8, 8, 500), planned=at(8), fixed=True),))
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3))
    assert make_room(Plan((full,)), new, Span(at(8), at(10)), TRAVEL) is None
    assert make_room(Plan(()), new, Span(at(8), at(10)), TRAVEL) is None


def test_one_takes_the_place_of_another_who_takes_that_of_a_third() -> None:
    """Anna alone can heat, Bo does roofs as well, Cas has time but only for taps."""
    anna = Route(
        shift("anna", skills=frozenset({"heating", "roof"})), (job("1", 8, 9, 230, skills=frozenset({"roof"})),)
    )
    bo = Route(shift("bo", skills=frozenset({"roof", "taps"})), (job("2", 8, 8, 400, skills=frozenset({"taps"})),))
    cas = Route(shift("cas", skills=frozenset({"taps"})))
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3), skills=frozenset({"heating"}))
    block = Span(at(8), at(10))
    found = make_room(Plan((anna, bo, cas)), new, block, TRAVEL)
    assert found is not None and found.offered.planned == at(8)
    assert {route.shift.technician: [one.key for one in route.jobs] for route in found.routes} == {
        "anna": ["new"],
        "bo": ["1"],
        "cas": ["2"],
    }
    assert make_room(Plan((anna, bo)), new, block, TRAVEL) is None


def test_who_should_have_begun_already_is_not_sent_to_another() -> None:
    late = replace(job("1", 7, 9, 230), planned=at(7.5))
    plan = Plan(
        (Route(shift("anna", skills=frozenset({"heating"})), (late,)), Route(shift("bo", skills=frozenset({"taps"}))))
    )
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3), skills=frozenset({"heating"}))
    assert make_room(plan, new, Span(at(8), at(10)), TRAVEL) is None
    soon = Plan((Route(plan.routes[0].shift, (replace(late, planned=at(8)),)), plan.routes[1]))
    assert make_room(soon, new, Span(at(8), at(10)), TRAVEL) is not None


def test_of_a_job_for_two_one_has_room_and_another_makes_it() -> None:
    """Bo is free from nine o'clock on; of Anna and Cas somebody must give up a place, and only Anna can heat."""
    heats = frozenset({"heating"})
    anna = Route(shift("anna", skills=heats), (job("1", 8, 9, 230),))
    bo = Route(shift("bo", skills=heats), (job("2", 8, 8, 50),))
    cas = Route(shift("cas", skills=frozenset({"taps"})))
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3), skills=heats, people=2)
    block = Span(at(8), at(10))
    assert [one.why for one in offer(Board.of(Plan((anna, bo, cas)), TRAVEL), new, [block], TRAVEL, at(0))] == ["full"]
    found = make_room(Plan((anna, bo, cas)), new, block, TRAVEL)
    assert found is not None
    assert {found.offered.technician, found.offered.second} == {"anna", "bo"}
    jobs = {route.shift.technician: {one.key: one.planned for one in route.jobs} for route in found.routes}
    assert jobs["anna"]["new"] == jobs["bo"]["new"] == found.offered.planned and jobs["cas"].keys() == {"1"}
    assert found.offered.planned is not None and at(8) < found.offered.planned <= at(9)
    assert make_room(Plan((anna, bo)), new, block, TRAVEL) is None


# -- held against what is reckoned in another way ----------------------------------------------------------------------


def named(plan: Plan) -> Plan:
    """Every job with a key of its own."""
    return Plan(
        tuple(
            Route(route.shift, tuple(replace(one, key=f"{route.shift.technician}{one.key}") for one in route.jobs))
            for route in plan.routes
        )
    )


def in_turn(plan: Plan, new: Job, block: Span) -> int | None:
    """The least extra travel when one other goes to another technician: everything tried, in plain Python."""
    found = []
    for route in plan.routes:
        for out in route.jobs:
            if out.fixed or (out.planned is not None and out.planned < route.shift.start):
                continue
            rest = Route(route.shift, tuple(one for one in route.jobs if one is not out))
            saves = drive(rest.shift, list(rest.jobs)) - drive(route.shift, list(route.jobs))
            here = [extra for extra, *_how in ways(rest, new, block)]
            there = [extra for other in plan.routes if other is not route for extra, *_how in goes(other, out)]
            if here and there:
                found.append(saves + min(here) + min(there))
    return min(found, default=None)


def goes(route: Route, out: Job) -> list[tuple[int, object]]:
    """The extra travel of each way to put a booked job in."""
    if not able(route.shift, out):
        return []
    found = []
    for place in range(len(route.jobs) + 1):
        put = [*route.jobs[:place], out, *route.jobs[place:]]
        for order in orders(put, list(route.shift.pauses)):
            if walk(route.shift, order, None, None) is not None:
                found.append((drive(route.shift, put) - drive(route.shift, list(route.jobs)), order))
    return found


@settings(max_examples=500, deadline=None)
@given(cases())
def test_one_move_is_found_where_there_is_one_and_the_cheapest(case: tuple[Plan, Job]) -> None:
    plan, new = named(case[0]), replace(case[1], people=1)
    columns = Board.of(plan, TRAVEL).of_day(DAY)
    assert columns is not None
    one, more = Rooms(columns, TRAVEL, moves=1).make(new, BLOCKS), Rooms(columns, TRAVEL).make(new, BLOCKS)
    for block, found, farther in zip(BLOCKS, one, more, strict=True):
        best = in_turn(plan, new, block)
        got = int(found.offered.extra.total_seconds()) if found else None
        assert got == (None if best is None else max(0, best)), block
        assert best is None or (farther is not None and farther.offered.extra <= timedelta(seconds=max(0, best)))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_gaps_without_a_job_are_those_of_the_route_without_it(case: tuple[Plan, Job]) -> None:
    plan = named(case[0])
    columns = Board.of(plan, TRAVEL).of_day(DAY)
    assert columns is not None
    taken = without_one(columns, drives(columns, TRAVEL))
    jobs = [(route, one) for route in plan.routes for one in route.jobs]
    assert len(taken.saves) == len(jobs)
    for number, (route, out) in enumerate(jobs):
        less = Route(route.shift, tuple(one for one in route.jobs if one is not out))
        gaps, mine = gaps_of(less, TRAVEL), taken.gaps.some((taken.out == number).nonzero()[0])
        sets = gaps.free.shape[1]
        assert (mine.free[:, :sets] == gaps.free).all() and (mine.by[:, :sets] == gaps.by).all()
        assert (mine.saved == gaps.saved).all()
        assert taken.saves[number] == drive(less.shift, list(less.jobs)) - drive(route.shift, list(route.jobs))


@settings(max_examples=300, deadline=None)
@given(cases())
def test_nobody_loses_their_place_and_every_promise_holds(case: tuple[Plan, Job]) -> None:
    plan, new = named(case[0]), case[1]
    block = Span(at(8), at(10))
    found = make_room(plan, new, block, TRAVEL)
    if found is None:
        return
    before = {one.key: one for route in plan.routes for one in route.jobs}
    after = {one.key: one for route in found.routes for one in route.jobs}
    touched = {route.shift.technician for route in found.routes}
    more = sum(drive(route.shift, list(route.jobs)) for route in found.routes)
    more -= sum(drive(route.shift, list(route.jobs)) for route in plan.routes if route.shift.technician in touched)
    assert found.offered.extra == timedelta(seconds=max(0, more))
    assert after.keys() - {"new"} == {
        one.key for route in plan.routes if route.shift.technician in touched for one in route.jobs
    }
    for route in found.routes:
        times = schedule(route, TRAVEL)
        assert times is not None
        for one, begins in zip(route.jobs, times.begins, strict=True):
            promised = block if one.key == "new" else before[one.key].promised
            assert promised is None or promised.start <= begins <= promised.end
            assert one.key != "new" or begins == found.offered.planned
    assert sum(one.key == "new" for route in found.routes for one in route.jobs) == new.people
