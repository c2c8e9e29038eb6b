"""Days planned again, promises kept.

A promise is of a day, so each day is planned by itself. A day begins with its routes as they stand; what has no place
is put where it costs least. VROOM then looks for something better. Its answer counts only after our own reckoning of
the times says that every promise holds, and that nothing which had a place lost it. Otherwise the day stands.

The same plan, the same `now` and the same `exploration` give the same proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from loper.plan.compare import Proposal
from loper.plan.model import Job, Pause, Plan, Route, Shift, Span, Travel
from loper.plan.optimise_days import NIGHT, ON_THE_DAY, Homeless, Ways, propose
from loper.plan.schedule import seconds

__all__ = ["NIGHT", "ON_THE_DAY", "Ways", "optimise", "with_urgent", "without"]


def optimise(plan: Plan, travel: Travel, *, now: datetime, waiting: Sequence[Job] = (), ways: Ways = NIGHT) -> Proposal:
    """The days of a plan with less travel, and with a place for those `waiting` who fit. What is past stays as it is.

    A job for two stays where it is; one that waits is booked by an offer. ValueError where a fixed job or one for two
    has no planned time.
    """
    return propose(plan, plan.routes, travel, (), waiting, now, ways)


def without(
    plan: Plan, travel: Travel, technician: str, span: Span, *, now: datetime, ways: Ways = ON_THE_DAY
) -> Proposal:
    """The plan for when a technician is away: others take the jobs, no promise broken; what cannot be kept is `left`.

    A job that was fixed to them is free to go to another inside its promise. Of a job for two the other stays, and a
    new second begins at the same moment; where there is none it is in `left`, and still on the route of the other.
    """
    routes, homeless = [], []
    for route in plan.routes:
        gone = Span(max(span.start, now), span.end) if route.shift.start < now else span
        if route.shift.technician != technician or gone.end <= route.shift.start or gone.start >= route.shift.end:
            routes.append(route)
            continue
        shift = _away(route.shift, gone)
        stays = [job for job in route.jobs if shift and not _in(job, technician, gone, now)]
        homeless += [Homeless(job, route.shift) for job in route.jobs if job not in stays]
        if shift:
            routes.append(Route(shift, tuple(stays)))
    return propose(plan, routes, travel, homeless, (), now, ways, freed=technician)


def with_urgent(plan: Plan, travel: Travel, job: Job, *, now: datetime, ways: Ways = ON_THE_DAY) -> Proposal:
    """The plan with an urgent job today, inside its promise. Others shift inside theirs.

    Without a promise it gets one: within an hour, or else two, four, or today, and at last no place (see `left`).
    """
    today = {
        route.shift.day for route in plan.routes if route.shift.day == now.astimezone(route.shift.start.tzinfo).date()
    }
    ends = [route.shift.end for route in plan.routes if route.shift.day in today and route.shift.end > now]
    blocks: list[Span | None] = [job.promised]
    if job.promised is None and ends:
        soon = [datetime.fromtimestamp(now.timestamp() + hours * 3600, now.tzinfo) for hours in (1, 2, 4)]
        blocks = [Span(now, end) for end in (*(one for one in soon if one < max(ends)), max(ends))]
    tries = [(block, replace(ways, days=today, exploration=None)) for block in blocks]
    for block, how in (*tries, (blocks[-1], replace(ways, days=today))):  # first without anybody's day planned anew
        promised = replace(job, promised=block, priority=100)
        found = propose(plan, plan.routes, travel, (), [promised], now, how)
        if found.placed:
            break
    return found


def _away(shift: Shift, gone: Span) -> Shift | None:
    """A shift for when its technician is away in `gone`; None where nothing is left of it."""
    if gone.start <= shift.start and gone.end >= shift.end:
        return None
    if gone.start <= shift.start:
        return replace(shift, start=gone.end, pauses=tuple(one for one in shift.pauses if one.latest >= gone.end))
    if gone.end >= shift.end:
        return replace(shift, end=gone.start, pauses=tuple(one for one in shift.pauses if one.earliest < gone.start))
    lasts = timedelta(seconds=gone.end.timestamp() - gone.start.timestamp())  # elapsed, also when the clock changes
    absent = Pause(kind="away", earliest=gone.start, latest=gone.start, lasts=lasts)
    stays = (one for one in shift.pauses if one.earliest < gone.start or one.latest > gone.end)
    return replace(shift, pauses=(*stays, absent))


def _in(job: Job, technician: str, gone: Span, now: datetime) -> bool:
    """Whether a job falls in an absence, and had not begun."""
    if job.planned is None:
        return job.promised is not None and job.promised.start >= gone.start and job.promised.end <= gone.end
    done = job.planned.timestamp() + seconds(job, technician)
    return now <= job.planned < gone.end and done > gone.start.timestamp()
