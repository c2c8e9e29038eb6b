"""Days planned again: nobody's promise is broken, nothing is lost, and there is less travel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loper.plan.compare import Stale, apply, fingerprint
from loper.plan.model import Pause, Plan, Route, Span
from loper.plan.optimise import Ways, optimise
from loper.plan.travel import Crow
from tests.plan.days import MONDAY, at, job, lost, minutes, random_plan, shift, travel_of, wrong

NOW = at("06:00")
QUICK = Ways(exploration=0)
seeds = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_no_promise_is_broken_nothing_fixed_moves_and_nothing_is_lost(seed: int) -> None:
    plan, waiting = random_plan(Random(seed), technicians=3, jobs=14)
    proposal = optimise(plan, Crow(), now=NOW, waiting=waiting, ways=QUICK)
    assert [fault for route in proposal.routes for fault in wrong(route)] == []
    assert lost(plan, proposal, waiting) == set()
    assert not {one.job.key for one in proposal.left} & {one.key for route in plan.routes for one in route.jobs}
    before = {(r.shift.technician, j.key, j.planned) for r in plan.routes for j in r.jobs if j.fixed or j.people == 2}
    after = {(r.shift.technician, j.key, j.planned) for r in proposal.routes for j in r.jobs}
    assert before <= after


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_travel_is_never_more_than_before(seed: int) -> None:
    plan, _ = random_plan(Random(seed), technicians=3, jobs=14)
    proposal = optimise(plan, Crow(), now=NOW, ways=QUICK)
    after = apply(plan, proposal)
    assert travel_of(after) == proposal.travel_after <= proposal.travel_before == travel_of(plan)
    assert not proposal.left


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_same_plan_gives_the_same_proposal(seed: int) -> None:
    plan, waiting = random_plan(Random(seed), technicians=3, jobs=12, days=2)
    first = optimise(plan, Crow(), now=NOW, waiting=waiting, ways=Ways(exploration=1))
    assert optimise(plan, Crow(), now=NOW, waiting=waiting, ways=Ways(exploration=1, threads=2)) == first


def crossed() -> Plan:
    """Two technicians who each drive to the other's side of town."""
    north, south = shift("anna", begins_at=(52.2, 5.1), ends_at=(52.2, 5.1)), shift("bob")
    far = [job(f"n{n}", north=12 + n, planned=at(f"0{8 + n}:45")) for n in (0, 1)]
    near = [job(f"s{n}", north=n, planned=at(f"0{8 + n}:45")) for n in (0, 1)]
    return Plan((Route(north, tuple(near)), Route(south, tuple(far))))


def test_a_proposal_says_what_moves_from_whom_to_whom() -> None:
    plan = crossed()
    proposal = optimise(plan, Crow(), now=NOW)
    assert {(move.job, move.technician, move.to) for move in proposal.moves} == {
        ("s0", "anna", "bob"), ("s1", "anna", "bob"), ("n0", "bob", "anna"), ("n1", "bob", "anna"),
    }  # fmt: skip
    assert proposal.travel_after < proposal.travel_before


def test_what_the_planner_wants_to_keep_stays_where_and_when_it_is() -> None:
    proposal = optimise(crossed(), Crow(), now=NOW, ways=Ways(keep=lambda one: one.key in {"s0", "n0"}))
    assert {move.job for move in proposal.moves}.isdisjoint({"s0", "n0"})


def test_a_day_that_would_save_little_is_left_alone() -> None:
    proposal = optimise(crossed(), Crow(), now=NOW, ways=Ways(least=timedelta(hours=5)))
    assert proposal.moves == ()
    assert proposal.stands == (MONDAY,)
    assert proposal.routes == crossed().routes


def test_days_that_are_over_or_were_not_asked_for_are_left_alone() -> None:
    plan = crossed()
    assert optimise(plan, Crow(), now=at("20:00")).moves == ()
    assert optimise(plan, Crow(), now=NOW, ways=Ways(days={MONDAY + timedelta(days=1)})).moves == ()


def test_what_waits_gets_a_place_the_most_urgent_first() -> None:
    plan = Plan((Route(shift("anna", end=at("10:00"), pauses=())),))
    waiting = [job(f"w{n}", lasts=minutes(80), priority=n * 10) for n in range(3)]
    proposal = optimise(plan, Crow(), now=NOW, waiting=waiting)
    assert proposal.placed == ("w2",)
    assert {(one.job.key, one.why) for one in proposal.left} == {("w0", "full"), ("w1", "full")}


def test_waiting_without_a_promise_goes_to_the_first_day_with_room() -> None:
    tuesday = MONDAY + timedelta(days=1)
    plan = Plan((Route(shift("anna", end=at("09:00"), pauses=())), Route(shift("anna", tuesday))))
    proposal = optimise(plan, Crow(), now=NOW, waiting=[job("w", promised=None, lasts=minutes(120))])
    assert [one.key for one in proposal.routes[1].jobs] == ["w"]


def test_a_job_keeps_its_day() -> None:
    tuesday = MONDAY + timedelta(days=1)
    monday_job = job("m", north=9, planned=at("08:30"))
    tuesday_job = job("t", north=9, day=tuesday, planned=at("08:30", tuesday))
    plan = Plan((Route(shift("anna"), (monday_job,)), Route(shift("anna", tuesday), (tuesday_job,))))
    proposal = optimise(plan, Crow(), now=NOW)
    assert [[one.key for one in route.jobs] for route in proposal.routes] == [["m"], ["t"]]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"skills": frozenset({"gas"})}, "skill"),
        ({"technicians": frozenset({"carl"})}, "skill"),
        ({"material": frozenset({"boiler"})}, "material"),
        ({"material": frozenset({"boiler"}), "material_in": MONDAY + timedelta(days=1)}, "material"),
        ({"postcode": "9999ZZ"}, "area"),
        ({"people": 2}, "people"),
        ({"promised": (at("18:00"), at("20:00"))}, "hours"),
        ({"promised": (at("04:00"), at("05:00"))}, "past"),
        ({"lasts": timedelta(hours=8)}, "far"),
    ],
)
def test_what_has_no_place_says_why(changes: dict[str, object], why: str) -> None:
    if "promised" in changes:
        changes = {"promised": Span(*changes["promised"])}  # type: ignore[misc]
    anna = shift("anna", skills=frozenset({"water"}), area=frozenset({"35"}))
    asked = replace(job("w", skills=frozenset({"water"}), postcode="3511AA"), **changes)  # type: ignore[arg-type]
    [left] = optimise(Plan((Route(anna),)), Crow(), now=NOW, waiting=[asked]).left
    assert left.why == why
    assert left.advice[-1].do == "call"


def test_a_route_that_runs_late_is_mended_by_a_colleague() -> None:
    late = tuple(job(f"j{n}", "08:00-08:45", planned=at("08:30")) for n in range(2))
    plan = Plan((Route(shift("anna"), late), Route(shift("bob"))))
    proposal = optimise(plan, Crow(), now=NOW)
    assert [len(route.jobs) for route in proposal.routes] == [1, 1]
    assert not proposal.left


def test_a_day_under_way_goes_on_from_where_the_technician_is() -> None:
    begun = job("begun", north=8, planned=at("08:30"))
    plan = Plan((Route(shift("anna"), (begun, job("next", north=-3, planned=at("10:00")))),))
    proposal = optimise(plan, Crow(), now=at("08:50"), waiting=[job("new", "08:00-12:00", north=8.2)])
    keys = [one.key for one in proposal.routes[0].jobs]
    assert keys == ["begun", "new", "next"]
    assert proposal.routes[0].jobs[0].planned == at("08:30")
    assert proposal.routes[0].jobs[1].planned > at("09:10")
    assert [fault for route in proposal.routes for fault in wrong(route)] == []


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2026, 3, 29)])
def test_the_day_on_which_the_clock_changes_has_all_its_hours_and_no_more(day: date) -> None:
    night = shift("anna", day, start=at("00:30", day), end=at("08:00", day), pauses=())
    # from 0:30 to 8:00 on the wall is an hour more in autumn, and one less in spring
    hours = (night.end.timestamp() - night.start.timestamp()) / 3600
    assert hours == (8.5 if day.month == 10 else 6.5)
    long = job("long", "00:30-04:30", day=day, north=0, lasts=timedelta(hours=7.5))
    proposal = optimise(Plan((Route(night),)), Crow(), now=at("00:00", day), waiting=[long])
    assert bool(proposal.placed) == (day.month == 10)


def test_two_planners_cannot_both_accept_a_proposal_for_one_plan() -> None:
    plan = crossed()
    first = optimise(plan, Crow(), now=NOW)
    second = optimise(plan, Crow(), now=NOW, waiting=[job("w")])
    changed = apply(plan, first)
    with pytest.raises(Stale, match="ask for a new one"):
        apply(changed, second)
    assert fingerprint(changed) != fingerprint(plan)


def test_a_fingerprint_does_not_depend_on_the_order_of_what_has_none() -> None:
    one = Plan((Route(shift("anna", skills=frozenset("abcdef"))),))
    other = Plan((Route(shift("anna", skills=frozenset("fedcba"))),))
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(Plan((Route(shift("anna", skills=frozenset("ab"))),))) != fingerprint(one)


def test_a_fixed_job_without_a_time_is_refused() -> None:
    plan = Plan((Route(shift("anna"), (job("j", fixed=True),)),))
    with pytest.raises(ValueError, match="job 'j' is fixed or for two, and has no planned time"):
        optimise(plan, Crow(), now=NOW)


def test_progress_is_told_day_by_day() -> None:
    tuesday = MONDAY + timedelta(days=1)
    told: list[tuple[int, int]] = []
    plan = Plan((Route(shift("anna")), Route(shift("anna", tuesday))))
    optimise(plan, Crow(), now=NOW, ways=Ways(progress=lambda done, total: told.append((done, total))))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_plan_with_a_job_twice_is_refused_with_all_that_is_wrong() -> None:
    twice = job("twice", planned=at("09:00"))
    plan = Plan((Route(shift("anna"), (twice,)), Route(shift("bob"), (twice,))))
    with pytest.raises(
        ValueError, match="'twice' stands on 2 routes, and is for 1; job 'twice' waits, and is on a route"
    ):
        optimise(plan, Crow(), now=NOW, waiting=[twice])


def test_an_empty_plan_and_an_empty_day_are_no_trouble() -> None:
    assert optimise(Plan(()), Crow(), now=NOW).routes == ()
    assert optimise(Plan(()), Crow(), now=NOW, waiting=[job("w")]).left[0].why == "hours"
    assert optimise(Plan((Route(shift("anna")),)), Crow(), now=NOW).moves == ()


def test_pauses_that_cannot_both_be_had_take_no_work_and_break_nothing() -> None:
    course = Pause(kind="away", earliest=at("09:00"), latest=at("09:00"), lasts=minutes(240))
    other = Pause(kind="away", earliest=at("10:00"), latest=at("10:00"), lasts=minutes(60))
    plan = Plan((Route(shift("anna", pauses=(course, other))), Route(shift("bob"))))
    proposal = optimise(plan, Crow(), now=NOW, waiting=[job("w"), job("v")])
    assert [len(route.jobs) for route in proposal.routes] == [0, 2]


def test_who_has_a_place_does_not_lose_it_to_somebody_more_urgent() -> None:
    """VROOM would take lunch halfway from the one to the other, and so have both."""
    noon = Pause(kind="lunch", earliest=at("12:00"), latest=at("12:00"), lasts=minutes(30))
    far = job("far", "11:00-11:10", north=20, planned=at("11:05"))
    urgent = job("urgent", "12:30-12:50", north=0.5, priority=100)
    plan = Plan((Route(shift("anna", pauses=(noon,)), (far,)),))
    proposal = optimise(plan, Crow(), now=NOW, waiting=[urgent])
    assert [one.key for one in proposal.routes[0].jobs] == ["far"]
    assert [one.job.key for one in proposal.left] == ["urgent"]
