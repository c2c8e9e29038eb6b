"""Room in a full day: the routes of those who are nearest are planned anew with the job in its block, promises kept.

What insertion cannot do because the others stand in a bad order. It takes a tenth of a second, so it is asked only for
days on which nothing is free.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from loper.plan.model import Job, Offered, Plan, Route, Span, Travel
from loper.plan.optimise import Ways, optimise
from loper.plan.optimise_day import cannot
from loper.plan.schedule import schedule
from loper.plan.travel import kilometres

NEAREST = 6
"""So many technicians change places among each other; with twelve almost every job fits, at four times the time."""

QUICK = Ways(exploration=0)


@dataclass(frozen=True, slots=True)
class Solved:
    """The block as it can be had, and the routes that make room for it (all that may be other than they were)."""

    offered: Offered
    routes: tuple[Route, ...]


def make_room(
    plan: Plan, job: Job, block: Span, travel: Travel, now: datetime, *, nearest: int = NEAREST, ways: Ways = QUICK
) -> Solved | None:
    """This job in this block by planning a few routes of its day anew; None where that does not do either.

    `plan` is of that one day. Jobs for two have their seats by insertion alone.
    """
    if job.people > 1:
        return None
    by_distance = sorted(plan.routes, key=lambda route: (_distance(route, job), route.shift.technician))
    able = [route for route in by_distance if cannot(route.shift, job) is None][: max(1, nearest * 2 // 3)]
    others = [route for route in by_distance if route not in able][: nearest - len(able)]  # who can take theirs over
    few = Plan(tuple(sorted([*able, *others], key=lambda route: route.shift.technician)))
    if not able:
        return None
    new = replace(job, promised=block, priority=100)
    found = optimise(few, travel, now=now, waiting=[new], ways=ways)
    if job.key not in found.placed:
        return None
    for route in found.routes:
        times = schedule(route, travel)
        for number, one in enumerate(route.jobs):
            if one.key == job.key and times is not None:
                extra = max(found.travel_after - found.travel_before, found.travel_after * 0)
                offered = Offered(
                    span=block, technician=route.shift.technician, planned=times.begins[number], extra=extra
                )
                return Solved(offered, found.routes)
    return None


def _distance(route: Route, job: Job) -> float:
    """Kilometres from the job to the nearest stop of this route."""
    places = [route.shift.begins_at, *(one.place for one in route.jobs)]
    return float(kilometres([job.place], places).min())
