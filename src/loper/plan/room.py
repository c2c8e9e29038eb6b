"""Room in a full day: others make place for the new job, and go to another technician, each inside their promise.

What insertion cannot do because the others stand in the wrong place. One takes the place of another, which takes the
place of a third, and so on to a gap that is free: a chain of ejections (Glover 1996, "Ejection chains, reference
structures and alternating path methods for traveling salesman problems"). What it takes to give up a place does not
depend on who wants it, so it is reckoned once for a day as it stands, for all its jobs at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from loper.plan.board import Board, Columns
from loper.plan.model import Job, Offered, Plan, Route, Seconds, Span, Travel
from loper.plan.room_gaps import NO, Asks, Rows, Slots, cost_of, drives, jobs_of, moments_of, without_one
from loper.plan.schedule import schedule

MOVES = 3
"""So many others change places at most for one new job."""

TRIES = 20
"""So many chains are held against the exact times before a block is given up."""


@dataclass(frozen=True, slots=True)
class Room:
    """The block as it can be had, and the routes that make room for it, in their new order."""

    offered: Offered
    routes: tuple[Route, ...]


def make_room(plan: Plan, job: Job, block: Span, travel: Travel) -> Room | None:
    """This job in this block of a plan of one day; None where no chain of moves does it."""
    columns = Board.of(plan, travel).of_day(block.start.date())
    return Rooms(columns, travel).make(job, [block])[0] if columns is not None else None


class Rooms:
    """A day on which jobs may change places; holds for these columns and this travel.

    Those stay that are fixed, for two, or had to begin before the shift does (a day under way begins now).
    """

    def __init__(self, columns: Columns, travel: Travel, *, moves: int = MOVES) -> None:
        self.columns, self.travel = columns, travel
        self.jobs = tuple(job for one in columns.routes for job in one.jobs)
        self.route = np.repeat(np.arange(len(columns.routes)), [len(one.jobs) for one in columns.routes])
        drive = drives(columns, travel)
        self.taken = without_one(columns, drive)
        self._chains(drive, moves)

    def make(self, job: Job, blocks: Sequence[Span]) -> list[Room | None]:
        """Of each block how this job can be had in it. One for two: by one who has room and one who makes room."""
        if not self.jobs:
            return [None] * len(blocks)
        news = [replace(job, promised=block, planned=None, fixed=False) for block in blocks]
        to = self.travel.seconds(self.columns.places, [job.place])[:, 0]
        back = self.travel.seconds([job.place], self.columns.places)[0]
        ways = (np.tile(np.append(one, 0), (len(news), 1)) for one in (to, back))
        asks = Asks.of(news, self.columns, *ways, stay=np.zeros(len(news), dtype=bool))
        near = np.flatnonzero((self.away < NO)[self.taken.out])  # gaps of those who can go
        if job.people > 1:
            alone = (asks.some(np.array([number])) for number in range(len(news)))
            return [self._two(*one, near) for one in zip(news, blocks, alone, strict=True)]
        costs = cost_of(asks, self.taken.gaps.some(near))
        costs += (self.taken.saves + self.away)[self.taken.out[near]]
        return [self._best(new, block, near, cost) for new, block, cost in zip(news, blocks, costs, strict=True)]

    def _chains(self, drive: Seconds, moves: int) -> None:
        """What it takes when a job gives up its place, with the fewest moves that do; and where it goes then."""
        columns, every = self.columns, np.arange(len(self.jobs))
        at = jobs_of(columns)[:, 0]
        starts = [one.shift.start for one in columns.routes]
        stay = [_stays(job, starts[which]) for job, which in zip(self.jobs, self.route, strict=True)]
        asks = Asks.of(
            self.jobs, columns, np.ascontiguousarray(drive[:, at].T), drive[at], stay=np.array(stay, dtype=bool)
        )
        # Of each job: extra seconds, the gap it goes to, and who goes from there (-1: it is free).
        self.away, self.gap, self.goes = np.full(len(every), NO), every, np.full(len(every), -1)
        self.other = self.goes
        if not len(every):
            return
        alone = cost_of(asks, Slots.of(columns), self.route)
        self.gap = alone.argmin(axis=1)
        self.away = alone[every, self.gap]
        alone[columns.route[self.gap][:, None] == columns.route] = NO
        self.other = np.where(alone.min(axis=1) < NO, alone.argmin(axis=1), -1)  # the best gap on another route
        new = np.flatnonzero(self.away < NO)
        for _ in range(moves - 1):
            rest = np.flatnonzero((self.away >= NO) & asks.able.any(axis=1))
            near = np.flatnonzero(np.isin(self.taken.out, new))
            if not len(rest) or not len(near):
                break
            cost = cost_of(asks.some(rest), self.taken.gaps.some(near), self.route[rest])
            cost += (self.taken.saves + self.away)[self.taken.out[near]]
            best = cost.argmin(axis=1)
            found = np.flatnonzero(cost[np.arange(len(rest)), best] < NO // 2)
            new, gap = rest[found], near[best[found]]
            self.away[new], self.gap[new], self.goes[new] = cost[found, best[found]], gap, self.taken.out[gap]

    def _best(self, new: Job, block: Span, near: Rows, cost: Rows) -> Room | None:
        """The cheapest chain that holds."""
        tried: set[int] = set()
        for which in np.argsort(cost, kind="stable"):
            first = int(self.taken.out[near[which]])
            if cost[which] >= NO // 2 or len(tried) == TRIES:
                break
            if first in tried:
                continue
            tried.add(first)
            routes = self._routes(new, int(near[which]))
            made = self._room(new, block, routes, int(cost[which])) if routes else None
            if made is not None:
                return made
        return None

    def _two(self, new: Job, block: Span, ask: Asks, near: Rows) -> Room | None:
        """The cheapest seat that is free and seat that a chain gives, from the same moment on, that hold."""
        columns, taken = self.columns, self.taken
        free, low, high, extra = moments_of(ask, Slots.of(columns))
        made, early, late, cost = moments_of(ask, taken.gaps.some(near))
        made = near[made]
        cost = cost + (taken.saves + self.away)[taken.out[made]]
        begin = np.maximum(low[:, None], early)
        fits = (begin <= np.minimum(high[:, None], late)) & (columns.route[free][:, None] != taken.gaps.route[made])
        total = np.where(fits, extra[:, None] + cost, NO)
        for one in np.argsort(total, axis=None, kind="stable")[:TRIES]:
            seat, chain = np.unravel_index(one, total.shape)
            if total[seat, chain] >= NO // 2:
                break
            which, at = int(columns.route[free[seat]]), datetime.fromtimestamp(int(begin[seat, chain]), UTC)
            together, gaps = replace(new, planned=at, fixed=True), columns.routes[which]
            place = int(free[seat]) - int(np.searchsorted(columns.route, which))
            also = Route(gaps.shift, (*gaps.jobs[:place], together, *gaps.jobs[place:]))
            if routes := self._routes(together, int(made[chain]), but=which):
                changed = [*routes, also]
                stood = [one for one in columns.routes if any(route.shift is one.shift for route in changed)]
                more = sum(map(self._length, changed)) - sum(self._length(Route(one.shift, one.jobs)) for one in stood)
                if (room := self._room(together, block, changed, more)) is not None:
                    return room
        return None

    def _routes(self, new: Job, gap: int, but: int = -1) -> list[Route]:
        """The routes that a chain changes, the new job's first; none where it would come by one twice, or by `but`."""
        orders: dict[int, tuple[Job, ...]] = {}
        job, out, place = new, int(self.taken.out[gap]), int(self.taken.place[gap])
        while True:
            which = int(self.route[out]) if out >= 0 else int(self.columns.route[gap])
            if which in orders or which == but:
                return []
            rest = [one for one in self.columns.routes[which].jobs if out < 0 or one is not self.jobs[out]]
            orders[which] = (*rest[:place], job, *rest[place:])
            if out < 0:
                return [Route(self.columns.routes[which].shift, order) for which, order in orders.items()]
            job, last, gap, out = self.jobs[out], out, int(self.gap[out]), int(self.goes[out])
            if out < 0 and self.columns.route[gap] == but and self.other[last] >= 0:
                gap = int(self.other[last])
            first = np.searchsorted(self.columns.route, self.columns.route[gap]) if out < 0 else 0
            place = int(self.taken.place[gap] if out >= 0 else gap - first)

    def _length(self, route: Route) -> int:
        """Seconds on the way."""
        shift, last = route.shift, [route.shift.ends_at] if route.shift.ends_at is not None else []
        places = [shift.begins_at, *(job.place for job in route.jobs), *last]
        return int(np.diagonal(self.travel.seconds(places, places), 1).sum()) if route.jobs else 0

    def _room(self, new: Job, block: Span, routes: Sequence[Route], extra: int) -> Room | None:
        """As it is offered; None where a route does not hold."""
        made = []
        for route in routes:
            times = schedule(route, self.travel)
            if times is None:
                return None
            jobs = (
                job if job.fixed else replace(job, planned=at) for job, at in zip(route.jobs, times.begins, strict=True)
            )
            made.append(Route(route.shift, tuple(jobs)))
        who = [(route.shift.technician, job) for route in made for job in route.jobs if job.key == new.key]
        offered = Offered(
            span=block,
            technician=who[0][0],
            second=who[1][0] if len(who) > 1 else "",
            planned=who[0][1].planned,
            extra=timedelta(seconds=max(extra, 0)),
        )
        return Room(offered, tuple(made))


def _stays(job: Job, start: datetime) -> bool:
    """Whether a job must stay where it is."""
    return job.fixed or job.people > 1 or (job.planned is not None and job.planned < start)
