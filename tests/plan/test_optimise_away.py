"""A sick technician, an urgent job: no promise is broken, and who cannot be kept is listed with what to do."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from loper.plan.compare import Advice
from loper.plan.model import PartnerBlock, Plan, Route, Span
from loper.plan.optimise import with_urgent, without
from loper.plan.travel import Crow
from tests.plan.days import MONDAY, at, job, lost, minutes, random_plan, shift, wrong

NOW = at("06:00")
ALL_DAY = Span(at("00:00"), at("23:59"))
seeds = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from([("00:00", "23:59"), ("00:00", "11:00"), ("12:30", "23:59"), ("10:00", "11:30")]))
def test_when_somebody_is_sick_no_promise_is_broken_and_nothing_is_lost(seed: int, gone: tuple[str, str]) -> None:
    plan, _ = random_plan(Random(seed), technicians=3, jobs=12)
    span = Span(at(gone[0]), at(gone[1]))
    proposal = without(plan, Crow(), "t1", span, now=NOW)
    assert [fault for route in proposal.routes for fault in wrong(route)] == []
    assert {key for key in lost(plan, proposal) if key not in _half(plan, proposal.left)} == set()
    for route in proposal.routes:
        for one in route.jobs:
            assert route.shift.technician != "t1" or one.planned + one.lasts <= span.start or one.planned >= span.end
    others = {(r.shift.technician, j.key, j.planned) for r in plan.routes for j in r.jobs if j.fixed}
    after = {(r.shift.technician, j.key, j.planned) for r in proposal.routes for j in r.jobs}
    assert {one for one in others if one[0] != "t1"} <= after
    assert all(left.advice for left in proposal.left)


def _half(plan: Plan, left: tuple) -> set[str]:
    """Jobs for two of which one is away and nobody else can come: still with the other, and listed."""
    return {one.job.key for one in left if one.job.people == 2}


def test_a_colleague_takes_over_and_the_rest_of_their_day_stays_as_it_was() -> None:
    mine = (job("a", planned=at("08:30")), job("b", "12:00-16:00", planned=at("13:00")))
    theirs = (job("c", "08:00-12:00", planned=at("10:30")),)
    plan = Plan((Route(shift("anna"), mine), Route(shift("bob"), theirs)))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert [[one.key for one in route.jobs] for route in proposal.routes] == [["a", "c", "b"]]
    assert {(move.job, move.technician, move.to) for move in proposal.moves} == {
        ("a", "anna", "bob"),
        ("b", "anna", "bob"),
    }
    assert not proposal.left


def test_colleagues_change_places_where_that_is_the_only_way() -> None:
    """Only bob can do a, and he is at c then; carl can do c."""
    plan = Plan(
        (
            Route(
                shift("anna", skills=frozenset("g")),
                (job("a", "08:00-08:30", skills=frozenset("g"), planned=at("08:15")),),
            ),
            Route(
                shift("bob", skills=frozenset("gw")),
                (job("c", "08:00-08:30", skills=frozenset("w"), planned=at("08:15")),),
            ),
            Route(shift("carl", skills=frozenset("w"))),
        )
    )
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert [[one.key for one in route.jobs] for route in proposal.routes] == [["a"], ["c"]]


def test_who_cannot_be_kept_is_listed_with_overtime_a_co_maker_and_the_customer() -> None:
    full = tuple(job(f"b{n}", "12:00-16:00", lasts=minutes(95), planned=at(f"{12 + 2 * n}:45")) for n in range(2))
    plan = Plan(
        (
            Route(shift("anna"), (job("a", "14:00-16:00", planned=at("14:30"), lasts=minutes(60)),)),
            Route(shift("bob"), full),
        ),
        (
            PartnerBlock(partner="Snel BV", span=Span(at("14:00"), at("16:00")), left=1),
            PartnerBlock(partner="Vol BV", span=Span(at("14:00"), at("16:00")), left=0),
            PartnerBlock(partner="Vroeg BV", span=Span(at("08:00"), at("12:00")), left=3),
            PartnerBlock(partner="Gas BV", span=Span(at("14:00"), at("16:00")), left=3, area=frozenset({"99"})),
        ),
    )
    [left] = without(plan, Crow(), "anna", ALL_DAY, now=NOW).left
    assert (left.job.key, left.why, left.technician) == ("a", "full", "anna")
    overtime, partner, call = left.advice
    assert (overtime.do, overtime.who) == ("overtime", "bob")
    assert timedelta() < overtime.overtime <= timedelta(hours=2)
    assert partner == Advice(do="partner", who="Snel BV", planned=at("14:00"))
    assert (call.do, call.who) == ("call", "bob")
    assert call.planned < at("14:00")


def test_a_morning_that_is_done_stays_done() -> None:
    done, open_ = job("done", planned=at("08:30")), job("open", "12:00-16:00", planned=at("14:00"))
    plan = Plan((Route(shift("anna"), (done, open_)), Route(shift("bob"))))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=at("11:00"))
    assert [[one.key for one in route.jobs] for route in proposal.routes] == [["done"], ["open"]]


def test_of_a_job_for_two_the_other_stays_and_a_new_second_comes_at_the_same_moment() -> None:
    heavy = job("heavy", people=2, planned=at("09:00"))
    plan = Plan((Route(shift("anna"), (heavy,)), Route(shift("bob"), (heavy,)), Route(shift("carl"))))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert [[(one.key, one.planned) for one in route.jobs] for route in proposal.routes] == [
        [("heavy", at("09:00"))]
    ] * 2
    assert [(move.technician, move.to) for move in proposal.moves] == [("anna", "carl")]


def test_without_a_second_a_job_for_two_is_listed() -> None:
    heavy = job("heavy", people=2, planned=at("09:00"))
    plan = Plan((Route(shift("anna"), (heavy,)), Route(shift("bob"), (heavy,))))
    [left] = without(plan, Crow(), "anna", ALL_DAY, now=NOW).left
    assert (left.job.key, left.why) == ("heavy", "people")


def test_what_was_fixed_to_the_sick_technician_goes_to_another_inside_its_promise() -> None:
    plan = Plan((Route(shift("anna"), (job("a", fixed=True, planned=at("09:00")),)), Route(shift("bob"))))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert [one.key for one in proposal.routes[0].jobs] == ["a"]


def test_nobody_left_at_all_is_said_too() -> None:
    plan = Plan((Route(shift("anna"), (job("a", planned=at("09:00")),)),))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert proposal.routes == ()
    assert [(one.job.key, one.why, one.advice[-1].do) for one in proposal.left] == [("a", "hours", "call")]


def test_an_urgent_job_comes_within_the_hour_and_the_others_shift_inside_their_promises() -> None:
    plan = Plan((Route(shift("anna"), (job("a", "08:00-12:00", planned=at("09:00")),)),))
    proposal = with_urgent(plan, Crow(), job("leak", promised=None, north=2), now=at("08:00"))
    assert [one.key for one in proposal.routes[0].jobs] == ["leak", "a"]
    assert proposal.placed == ("leak",)
    assert proposal.routes[0].jobs[0].promised == Span(at("08:00"), at("09:00"))
    assert [fault for route in proposal.routes for fault in wrong(route)] == []


def test_an_urgent_job_never_costs_another_customer_their_promise() -> None:
    full = tuple(
        job(f"j{n}", f"{8 + n:02}:00-{8 + n:02}:30", lasts=minutes(48), planned=at(f"{8 + n:02}:15")) for n in range(4)
    )
    plan = Plan((Route(shift("anna", end=at("12:20"), pauses=()), full),))
    proposal = with_urgent(plan, Crow(), job("leak", promised=None, lasts=minutes(60)), now=at("08:00"))
    assert proposal.routes == plan.routes
    assert [(one.job.key, one.why) for one in proposal.left] == [("leak", "full")]
    assert [one.do for one in proposal.left[0].advice] == ["overtime", "call"]


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_an_urgent_job_breaks_no_promise_on_any_day(seed: int) -> None:
    plan, _ = random_plan(Random(seed), technicians=3, jobs=14, days=2)
    leak = job("leak", promised=None)
    proposal = with_urgent(plan, Crow(), leak, now=at("08:00"))
    assert [fault for route in proposal.routes for fault in wrong(route)] == []
    assert lost(plan, proposal, (leak,)) == set()
    tomorrow = [route for route in proposal.routes if route.shift.day > MONDAY]
    assert tomorrow == [route for route in plan.routes if route.shift.day > MONDAY]


def test_what_was_fixed_without_a_promise_keeps_its_very_time() -> None:
    meeting = job("a", promised=None, fixed=True, planned=at("09:00"))
    plan = Plan((Route(shift("anna"), (meeting,)), Route(shift("bob"))))
    proposal = without(plan, Crow(), "anna", ALL_DAY, now=NOW)
    assert [(one.key, one.planned) for one in proposal.routes[0].jobs] == [("a", at("09:00"))]


def test_a_week_away_is_planned_again_day_by_day() -> None:
    tuesday = MONDAY + timedelta(days=1)
    days = [
        (Route(shift("anna", day), (job(f"a{day.day}", day=day, planned=at("09:00", day)),)), Route(shift("bob", day)))
        for day in (MONDAY, tuesday)
    ]
    plan = Plan((*days[0], *days[1]))
    proposal = without(plan, Crow(), "anna", Span(at("00:00"), at("23:59", tuesday)), now=NOW)
    assert [(route.shift.technician, len(route.jobs)) for route in proposal.routes] == [("bob", 1), ("bob", 1)]
