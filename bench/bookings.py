"""A week that fills up: customers ask one by one, and take a block that they are offered. Three ways of offering.

    .venv/bin/python bench/bookings.py [--requests 520] [--technicians 10] [--seeds 3]

A region of 40 km across, a week of ten half days. A customer can be at home in four of them, drawn by lot, and takes
the first of those that is offered, or goes away.

counting             each half day has so many places, whoever lives where. It is planned at the end; who does not fit
                     then was promised too much. Several numbers of places are shown, from careful to bold.
insertion            a block is offered when the job fits in a route as it stands (loper.plan.offer).
insertion, again     the same, and the days are planned again after every 20 bookings.
and room made        the same, and when nothing is free the nearest routes are planned anew for this customer, block
                     by block (loper.plan.room).

All of them are planned once more at the end, so that travel is what would be driven.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta

import numpy as np
from dutch import HALVES, MONDAY, at, empty, jobs, shifts
from measure import figure, load, table

from loper.plan.board import Board
from loper.plan.compare import Proposal, apply
from loper.plan.model import Job, Plan, Route, Span
from loper.plan.offer import offer
from loper.plan.optimise import Ways, optimise
from loper.plan.room import make_room
from loper.plan.schedule import schedule
from loper.plan.travel import Crow

DAYS = 5
HOME = 4  # half days in which a customer can be at home
NOW = at(MONDAY, 0)
TRAVEL = Crow()
BLOCKS = [
    Span(at(MONDAY + timedelta(days=day), begin), at(MONDAY + timedelta(days=day), end))
    for day in range(DAYS)
    for begin, end in HALVES
]
QUICK = Ways(exploration=1)


@dataclass(frozen=True)
class Week:
    """What came of a week: jobs promised, promises that could not be kept, hours of travel, seconds of reckoning."""

    accepted: int
    broken: int
    travel: float
    seconds: float


Customer = tuple[Job, list[Span]]


def requests(seed: int, count: int) -> list[Customer]:
    """Customers, each with the blocks they can have, the one they like best first."""
    rng = np.random.default_rng(seed)
    asked = [replace(job, skills=frozenset(), priority=0, promised=None) for job in jobs(rng, count, DAYS)]
    return [(job, [BLOCKS[one] for one in rng.permutation(len(BLOCKS))[:HOME]]) for job in asked]


def week(seed: int, technicians: int) -> Plan:
    rng = np.random.default_rng(1000 + seed)
    return empty([replace(one, skills=frozenset()) for one in shifts(rng, technicians, DAYS)])


def counting(plan: Plan, customers: Sequence[Customer], places: int) -> Week:
    begun = time.perf_counter()
    taken: Counter[Span] = Counter()
    promised = []
    for job, likes in customers:
        block = next((one for one in likes if taken[one] < places), None)
        if block:
            taken[block] += 1
            promised.append(replace(job, promised=block))
    seconds = time.perf_counter() - begun
    found = optimise(plan, TRAVEL, now=NOW, waiting=promised)
    return Week(len(promised), len(found.left), _hours(found), seconds)


def inserting(plan: Plan, customers: Sequence[Customer], again: int | None, room: bool = False) -> Week:
    begun = time.perf_counter()
    board, routes = Board.of(plan, TRAVEL), {_key(route): route for route in plan.routes}
    accepted = 0
    for job, likes in customers:
        found = next((one for one in offer(board, job, likes, TRAVEL, NOW) if one.free), None)
        if found is not None:
            key = found.technician, found.span.start.date()
            routes[key] = taken(routes[key], replace(job, promised=found.span))
            board = board.with_route(routes[key])
        elif room and (changed := made_room(routes.values(), job, likes)):
            for route in changed:
                routes[_key(route)] = route
                board = board.with_route(route)
        else:
            continue
        accepted += 1
        if again and accepted % again == 0:
            plan = Plan(tuple(routes.values()))
            plan = apply(plan, optimise(plan, TRAVEL, now=NOW, ways=QUICK))
            board, routes = Board.of(plan, TRAVEL), {_key(route): route for route in plan.routes}
    seconds = time.perf_counter() - begun
    found_at_night = optimise(Plan(tuple(routes.values())), TRAVEL, now=NOW)
    return Week(accepted, len(found_at_night.left), _hours(found_at_night), seconds)


def made_room(routes: Iterable[Route], job: Job, likes: Sequence[Span]) -> tuple[Route, ...] | None:
    """The routes that change for a customer for whom nothing was free; None where that does not do either."""
    every = list(routes)
    for block in likes:
        today = Plan(tuple(route for route in every if route.shift.day == block.start.date()))
        if room := make_room(today, job, block, TRAVEL):
            return room.routes
    return None


def taken(route: Route, job: Job) -> Route:
    """The route with a job where it costs least. It was offered, so there is room."""
    tries = [Route(route.shift, (*route.jobs[:n], job, *route.jobs[n:])) for n in range(len(route.jobs) + 1)]
    return min(
        ((times.travel, n, one) for n, one in enumerate(tries) if (times := schedule(one, TRAVEL)) is not None),
        key=lambda found: found[:2],
    )[2]


def _key(route: Route) -> tuple[str, date]:
    return route.shift.technician, route.shift.day


def _hours(proposal: Proposal) -> float:
    return proposal.travel_after.total_seconds() / 3600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=520)
    parser.add_argument("--technicians", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--again", type=int, default=20, help="so many bookings, then the days are planned again")
    given = parser.parse_args()
    share = given.technicians * DAYS * 11 / len(BLOCKS)  # eleven jobs a day are more than one can do
    ways: dict[str, Callable[[Plan, Sequence[Customer]], Week]] = {}
    for places in sorted({round(share * part) for part in (0.7, 0.8, 0.85, 0.9, 0.95)}):
        ways[f"counting, {places} places a half day"] = lambda plan, them, places=places: counting(plan, them, places)
    ways["insertion"] = lambda plan, them: inserting(plan, them, None)
    ways[f"insertion, again every {given.again}"] = lambda plan, them: inserting(plan, them, given.again)
    ways["the same, and room made"] = lambda plan, them: inserting(plan, them, given.again, room=True)
    rows = []
    for title, way in ways.items():
        weeks = []
        for seed in range(given.seeds):
            weeks.append(way(week(seed, given.technicians), requests(seed, given.requests)))
            print(f"{title}, week {seed + 1}: {weeks[-1]}", file=sys.stderr)
        mean = [sum(values) / len(weeks) for values in zip(*(astuple(one) for one in weeks), strict=True)]
        kept = mean[0] - mean[1]
        each = mean[2] * 60 / kept
        rows.append([title, *(f"{one:.1f}" for one in (*mean[:2], kept, mean[2], each)), figure(mean[3])])
    table(
        f"A week: {given.requests} customers, {given.technicians} technicians; means of {given.seeds} weeks ({load()})",
        ["", "accepted", "promises broken", "kept", "travel h", "min a job", "seconds"],
        rows,
    )


if __name__ == "__main__":
    main()
