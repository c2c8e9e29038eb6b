"""Small days for the tests of planning again, and a plain check that shares no code with the planner."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise, permutations
from random import Random
from zoneinfo import ZoneInfo

from loper.plan.compare import Proposal
from loper.plan.model import Job, Pause, Place, Plan, Route, Shift, Span
from loper.plan.travel import Crow

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 30)
HOME = Place(52.09, 5.12)
KM = 1 / 111.2  # degrees of latitude


def at(clock: str, day: date = MONDAY) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def near(north: float, east: float = 0.0) -> Place:
    """A place so many kilometres from home."""
    return Place(HOME.lat + north * KM, HOME.lon + east * KM * 1.6)


def shift(technician: str, day: date = MONDAY, **changes: object) -> Shift:
    """From 8:00 to 16:30, from home and back, lunch of half an hour that begins from 11:45 to 13:00."""
    lunch = Pause(kind="lunch", earliest=at("11:45", day), latest=at("13:00", day), lasts=minutes(30))
    made = Shift(
        technician=technician,
        day=day,
        start=at("08:00", day),
        end=at("16:30", day),
        begins_at=HOME,
        ends_at=HOME,
        pauses=(lunch,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def job(key: str, block: str = "08:00-12:00", *, north: float = 3, east: float = 0, **changes: object) -> Job:
    """Forty minutes of work in a block of Monday."""
    day = changes.pop("day", MONDAY)
    begin, end = block.split("-")
    made = Job(
        key=key,
        place=near(north, east),
        lasts=minutes(40),
        promised=Span(at(begin, day), at(end, day)),  # type: ignore[arg-type]
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def wrong(route: Route) -> list[str]:
    """What is wrong with a route: its planned times are followed one by one, with pauses wherever they fit."""
    found = []
    shift, driven = route.shift, Crow()
    for one in route.jobs:
        if one.planned is None:
            return [f"{one.key} has no planned time"]
        if one.promised and not one.promised.start <= one.planned <= one.promised.end:
            found.append(f"{one.key} begins at {one.planned}, promised {one.promised}")
        if one.technicians and shift.technician not in one.technicians:
            found.append(f"{one.key} is not for {shift.technician}")
        if shift.skills and not one.skills <= shift.skills:
            found.append(f"{shift.technician} lacks a skill for {one.key}")
        if one.material - shift.stock and (one.material_in is None or one.material_in > shift.day):
            found.append(f"{one.key} has no material")
        if shift.area and not any(one.postcode.startswith(area) for area in shift.area):
            found.append(f"{one.key} is outside the area of {shift.technician}")
    if route.jobs and not any(_can_be_driven(route, order, driven) for order in permutations(shift.pauses)):
        found.append(f"{shift.technician} cannot drive {[(one.key, str(one.planned)) for one in route.jobs]}")
    return found


def _can_be_driven(route: Route, pauses: tuple[Pause, ...], travel: Crow) -> bool:
    """Whether the planned times leave room for travel and these pauses in this order, each between two stops."""
    shift = route.shift
    gaps = len(route.jobs) + 1

    def drive(number: int, free: datetime, here: Place, left: tuple[Pause, ...]) -> bool:
        if left and free <= left[0].latest:
            rested = max(free, left[0].earliest) + left[0].lasts
            if drive(number, rested, here, left[1:]):
                return True
        if number == gaps - 1:
            home = shift.ends_at or here
            return not left and free + _way(travel, here, home) <= shift.end
        one = route.jobs[number]
        assert one.planned
        if free + _way(travel, here, one.place) > one.planned:
            return False
        return drive(number + 1, one.planned + one.lasts_for.get(shift.technician, one.lasts), one.place, left)

    return drive(0, shift.start, shift.begins_at, pauses)


def _way(travel: Crow, here: Place, there: Place) -> timedelta:
    return timedelta(seconds=int(travel.seconds([here], [there])[0, 0]))


def travel_of(plan: Plan) -> timedelta:
    total = timedelta()
    for route in plan.routes:
        if route.jobs:
            places = [route.shift.begins_at, *(one.place for one in route.jobs)]
            places += [route.shift.ends_at] if route.shift.ends_at else []
            total += sum((_way(Crow(), a, b) for a, b in pairwise(places)), timedelta())
    return total


def lost(plan: Plan, proposal: Proposal, waiting: tuple[Job, ...] = ()) -> set[str]:
    """Jobs that are nowhere, or in two places."""
    asked = Counter({one.key: one.people for route in plan.routes for one in route.jobs})
    asked |= Counter({one.key: 1 for one in waiting})
    there = Counter(one.key for route in proposal.routes for one in route.jobs)
    left = Counter(one.job.key for one in proposal.left)
    return {key for key in asked | there | left if there[key] + (left[key] if not there[key] else 0) != asked[key]}


def random_plan(random: Random, technicians: int, jobs: int, days: int = 1) -> tuple[Plan, tuple[Job, ...]]:
    """A plan that holds and jobs that wait: skills, areas, material, pauses, fixed jobs, jobs of two, own durations."""
    blocks = ("08:00-10:00", "10:00-12:00", "12:00-14:00", "14:00-16:00", "08:00-12:00", "12:00-16:00")
    routes, waiting = [], []
    for number in range(days):
        day = MONDAY + timedelta(days=number)
        for which in range(technicians):
            tea = Pause(kind="away", earliest=at("15:00", day), latest=at("15:00", day), lasts=minutes(15))
            changes: dict[str, object] = {"begins_at": near(random.uniform(-9, 9), random.uniform(-9, 9))}
            if random.random() < 0.3:
                changes["ends_at"] = None
            if random.random() < 0.3:
                changes["pauses"] = (*shift("x", day).pauses, tea)
            if random.random() < 0.5:
                changes["skills"] = frozenset(random.sample("abc", 2))
            if random.random() < 0.3:
                changes["area"] = frozenset({"35", "36"})
            changes["stock"] = frozenset(random.sample("xyz", 2))
            routes.append(Route(shift(f"t{which}", day, **changes)))
        for which in range(jobs):
            made = job(
                f"{number}-{which}",
                random.choice(blocks),
                day=day,
                north=random.uniform(-9, 9),
                east=random.uniform(-9, 9),
                lasts=minutes(random.choice((15, 30, 45, 60, 90))),
                skills=frozenset(random.sample("abc", random.choice((0, 0, 1)))),
                material=frozenset(random.sample("xyz", random.choice((0, 0, 1)))),
                material_in=random.choice((None, day, day + timedelta(days=1))),
                postcode=random.choice(("3511AA", "3622BB", "3799CC")),
                priority=random.choice((0, 0, 50)),
                lasts_for={"t0": minutes(25)} if random.random() < 0.2 else {},
                technicians=frozenset({"t0", "t1"}) if random.random() < 0.1 else frozenset(),
            )
            placed = random.random() < 0.8 and _put_somewhere(random, routes, made, day)
            if not placed:
                waiting.append(made)
    return Plan(tuple(routes)), tuple(waiting)


def _put_somewhere(random: Random, routes: list[Route], made: Job, day: date) -> bool:
    """Put a job at a random time of its block at the end of a random route, if that route holds."""
    assert made.promised
    span = made.promised.end - made.promised.start
    for _ in range(6):
        when = made.promised.start + timedelta(minutes=random.randrange(int(span.total_seconds() // 60) + 1))
        placed = replace(made, planned=when, fixed=random.random() < 0.15)
        today = [which for which, route in enumerate(routes) if route.shift.day == day]
        count = 2 if random.random() < 0.1 and len(today) > 1 else 1
        placed = replace(placed, people=count)
        chosen = random.sample(today, count)
        tried = []
        for which in chosen:
            jobs = sorted((*routes[which].jobs, placed), key=lambda one: one.planned or when)
            tried.append(Route(routes[which].shift, tuple(jobs)))
        if not any(wrong(one) for one in tried):
            for which, one in zip(chosen, tried, strict=True):
                routes[which] = one
            return True
    return False
