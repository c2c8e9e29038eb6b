"""Room in a full day: found where others must change places, and no promise is broken for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings

from loper.plan.board import Board
from loper.plan.model import Job, Place, Plan, Route, Shift, Span
from loper.plan.offer import offer
from loper.plan.schedule import schedule
from loper.plan.solve import make_room
from loper.plan.travel import Crow
from tests.plan.test_offer_exact import cases

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
    found = make_room(plan, new, block, TRAVEL, at(0))
    assert found is not None and found.offered.technician == "anna"
    assert {route.shift.technician: [one.key for one in route.jobs] for route in found.routes} == {
        "anna": ["new"],
        "bo": ["1"],
    }


def test_where_there_is_no_room_at_all_it_says_so() -> None:
    full = Route(shift("anna"), (replace(job("1", 8, 8, 500), planned=at(8), fixed=True),))
    new = Job(key="new", place=HERE, lasts=timedelta(hours=3))
    assert make_room(Plan((full,)), new, Span(at(8), at(10)), TRAVEL, at(0)) is None
    assert make_room(Plan(()), new, Span(at(8), at(10)), TRAVEL, at(0)) is None


@settings(max_examples=60, deadline=None)
@given(cases())
def test_nobody_loses_their_place_and_every_promise_holds(case: tuple[Plan, Job]) -> None:
    plan, new = case
    plan = Plan(
        tuple(
            Route(r.shift, tuple(replace(j, key=f"{r.shift.technician}{j.key}") for j in r.jobs)) for r in plan.routes
        )
    )
    block = Span(at(8), at(10))
    found = make_room(plan, new, block, TRAVEL, at(0))
    if found is None:
        return
    before = {one.key: one for route in plan.routes for one in route.jobs}
    after = {one.key: one for route in found.routes for one in route.jobs}
    touched = {route.shift.technician for route in found.routes}
    assert after.keys() - {"new"} == {
        one.key for route in plan.routes if route.shift.technician in touched for one in route.jobs
    }
    for route in found.routes:
        times = schedule(route, TRAVEL)
        assert times is not None
        for one, begins in zip(route.jobs, times.begins, strict=True):
            promised = block if one.key == "new" else before[one.key].promised
            assert promised is None or promised.start <= begins <= promised.end
