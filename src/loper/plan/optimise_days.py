"""The days of a plan one by one: from routes, jobs without a place and jobs that wait to a proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from loper.plan.compare import Advice, Left, Proposal, fingerprint, moves
from loper.plan.model import Job, PartnerBlock, Place, Plan, Route, Shift, Travel
from loper.plan.optimise_advice import advice, partners_for, why
from loper.plan.optimise_again import Day, Keep, begin, search, timed, worth
from loper.plan.optimise_day import Stop, Table, since

Progress = Callable[[int, int], None]
"""Called with the days done and the days in all."""


def nothing(job: Job) -> bool:
    """Keeps no job where it is."""
    return False


def untold(done: int, total: int) -> None:
    """Tells nobody how far it is."""


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How to plan again.

    days         only these; others stay as they are
    keep         jobs that stay with their technician at their time, as if they were fixed
    exploration  of VROOM: 0 (quick) to 5 (thorough); None: no search, what has no place is put where it costs least
    threads      VROOM's; they do not change what is found
    least        a day that would save less travel than this, and gives nobody a place, is left alone
    gentle       who has a place keeps their technician and order, unless there is no other way to place the rest
    progress     is called with the days done and the days in all
    """

    days: Collection[date] | None = None
    keep: Keep = nothing
    exploration: int | None = 2
    threads: int = 1
    least: timedelta = timedelta(minutes=5)
    gentle: bool = False
    progress: Progress = untold


CHAIN = 3
"""On the day, so many others may change places for one that has none."""

NIGHT = Ways()
ON_THE_DAY = Ways(gentle=True, exploration=1)


@dataclass(frozen=True)
class Homeless:
    """A job whose technician is away."""

    job: Job
    shift: Shift  # of who had it


def propose(
    plan: Plan,
    routes: Sequence[Route],
    travel: Travel,
    homeless: Sequence[Homeless],
    waiting: Sequence[Job],
    now: datetime,
    ways: Ways,
    freed: str = "",
) -> Proposal:
    """The days of these routes planned again, with places for those without one and for those who wait.

    `plan` is what it is compared with. `freed`: what is fixed to this technician, and is late, may go to another.
    """
    _check(plan, waiting)
    after = {id(route): route for route in routes}
    days = sorted(
        {one.shift.day for one in routes if one.shift.end > now and (ways.days is None or one.shift.day in ways.days)}
        | {one.shift.day for one in homeless}
    )
    total = [0, 0]
    stands, placed = [], []
    queue = sorted((job for job in waiting if job.people == 1), key=lambda job: (-job.priority, job.key))
    left = [
        Left(job=job, why="people", advice=_elsewhere(job, plan.partners, now)) for job in waiting if job.people > 1
    ]
    refused: dict[str, Left] = {}
    for number, at in enumerate(days):
        ways.progress(number, len(days))
        mine = [route for route in routes if route.shift.day == at and route.shift.end > now]
        theirs = [one for one in homeless if one.shift.day == at]
        asks = [job for job in queue if mine and _fits(job, mine)]
        done = _day(plan, mine, theirs, asks, travel, now, ways, freed)
        after.update(zip(map(id, mine), done.routes, strict=True))
        total = [total[0] + done.before, total[1] + done.after]
        if done.stands:
            stands.append(at)
        left += done.left
        keys = {job.key for job in asks} - {one.job.key for one in done.refused}
        placed += sorted(keys)
        queue = [job for job in queue if job.key not in keys]
        refused |= {one.job.key: one for one in done.refused}
    ways.progress(len(days), len(days))
    for job in queue:
        late = job.promised is not None and job.promised.end < now
        none = Left(job=job, why="past" if late else "hours", advice=_elsewhere(job, plan.partners, now))
        left.append(refused.get(job.key, none))
    result = tuple(after[id(route)] for route in routes)
    return Proposal(
        made_from=fingerprint(plan),
        routes=result,
        travel_before=timedelta(seconds=total[0]),
        travel_after=timedelta(seconds=total[1]),
        moves=moves(plan, result),
        placed=tuple(placed),
        left=tuple(left),
        stands=tuple(stands),
    )


def _check(plan: Plan, waiting: Sequence[Job]) -> None:
    """ValueError with all that is wrong with the keys."""
    planned = Counter(job.key for route in plan.routes for job in route.jobs)
    people = {job.key: job.people for route in plan.routes for job in route.jobs}
    asked = Counter(job.key for job in waiting)
    wrong = [
        f"job {key!r} stands on {n} routes, and is for {people[key]}" for key, n in planned.items() if n > people[key]
    ]
    wrong += [f"job {key!r} waits, and is on a route already" for key in asked if key in planned]
    wrong += [f"job {key!r} waits {n} times" for key, n in asked.items() if n > 1]
    if wrong:
        raise ValueError("; ".join(wrong))


@dataclass(frozen=True)
class _Done:
    routes: tuple[Route, ...]
    before: int
    after: int
    left: list[Left]  # had a place
    refused: list[Left]  # waited
    stands: bool


def _day(
    plan: Plan,
    routes: list[Route],
    homeless: Sequence[Homeless],
    asks: Sequence[Job],
    travel: Travel,
    now: datetime,
    ways: Ways,
    freed: str,
) -> _Done:
    """One day planned again."""
    at = (homeless[0].shift if homeless else routes[0].shift).day
    was = [route for route in plan.routes if route.shift.day == at]
    table = Table(travel, _places([*was, *routes], [*(one.job for one in homeless), *asks]))
    before = sum(_travel(route, table) for route in was)
    if not routes:
        gone = [Left(job=one.job, why="hours", technician=one.shift.technician,
                     advice=_elsewhere(one.job, plan.partners, now)) for one in homeless]  # fmt: skip
        return _Done((), before, 0, gone, [], False)
    day = begin(routes, table, now, ways.keep)
    had = {one.job.key: one.shift.technician for one in homeless}
    had |= {stop.job.key: routes[which].shift.technician for stop, which in day.late}
    needs = [_second(day, one, routes) if one.job.people > 1 else _free(day, one.job) for one in homeless]
    needs += [
        _free(day, stop.job) if routes[which].shift.technician == freed and stop.job.people == 1 else stop
        for stop, which in day.late
    ]
    needs.sort(key=lambda stop: (-stop.job.priority, len(stop.on), stop.job.key))
    orders, unplaced = day.fit_in(day.orders, [*needs, *(day.stop(job) for job in asks)])
    if ways.gentle and unplaced:
        orders, unplaced = day.fit_in(orders, unplaced, depth=CHAIN)
    if ways.exploration is not None and (not ways.gentle or unplaced):
        start = (orders if ways.gentle else day.polished(orders)), unplaced
        found = [start, search(day, start, had, ways.exploration, ways.threads)]
        best = min((one for one in found if one), key=lambda one: worth(day, one, had))
        if _better(worth(day, best, had), worth(day, (orders, unplaced), had), ways.least):
            orders, unplaced = best
    stands = all(
        [stop.job.key for stop in order] == [job.key for job in route.jobs[len(head) :]]
        for order, route, head in zip(orders, routes, day.heads, strict=True)
    )
    lefts = [
        Left(
            job=stop.job,
            why=why(day, stop),
            technician=had.get(stop.job.key, ""),
            advice=advice(day, orders, stop, plan.partners, now),
        )
        for stop in unplaced
    ]
    return _Done(
        routes=timed(day, orders),
        before=before,
        after=day.travel(orders) + sum(_travel(Route(replace(route.shift, ends_at=None), head), table)
                                       for route, head in zip(routes, day.heads, strict=True)),
        left=[one for one in lefts if one.job.key in had],
        refused=[one for one in lefts if one.job.key not in had],
        stands=stands,
    )  # fmt: skip


def _better(found: tuple[int, int, int], than: tuple[int, int, int], least: timedelta) -> bool:
    """More have a place, or it saves travel that is worth the change."""
    return found[:2] < than[:2] or (found[:2] == than[:2] and than[2] - found[2] >= max(1, least.total_seconds()))


def _free(day: Day, job: Job) -> Stop:
    """A job that may go to another technician inside its promise; at its very time where it was fixed without one."""
    stop = day.stop(replace(job, fixed=False))
    if job.fixed and job.promised is None and job.planned:
        then = since(job.planned)
        return replace(stop, early=then, late=then)
    return stop


def _second(day: Day, one: Homeless, routes: Sequence[Route]) -> Stop:
    """Half of a job for two: another technician from the same moment on."""
    if one.job.planned is None:
        raise ValueError(f"job {one.job.key!r} is for two, and has no planned time; give it one")
    then = since(one.job.planned)
    stop = day.stop(one.job)
    mates = {which for which, route in enumerate(routes) if any(job.key == one.job.key for job in route.jobs)}
    return replace(stop, early=then, late=then, on=stop.on - mates)


def _fits(job: Job, routes: Sequence[Route]) -> bool:
    """Whether a job may be done on the day of these routes."""
    if job.promised is None:
        return True
    return any(route.shift.start <= job.promised.end and job.promised.start < route.shift.end for route in routes)


def _places(routes: Iterable[Route], jobs: Iterable[Job]) -> list[Place]:
    found = [job.place for job in jobs]
    for route in routes:
        found += [job.place for job in route.jobs] + [route.shift.begins_at]
        found += [route.shift.ends_at] if route.shift.ends_at else []
    return found


def _travel(route: Route, table: Table) -> int:
    if not route.jobs:
        return 0
    places = [route.shift.begins_at, *(job.place for job in route.jobs)]
    places += [route.shift.ends_at] if route.shift.ends_at else []
    return sum(table.rows[table.at[a]][table.at[b]] for a, b in pairwise(places))


def _elsewhere(job: Job, partners: Sequence[PartnerBlock], now: datetime) -> tuple[Advice, ...]:
    return (*partners_for(job, partners, now), Advice(do="call"))
