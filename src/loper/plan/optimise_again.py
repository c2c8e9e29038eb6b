"""One day planned again: what has no place goes where it costs least, VROOM looks for better, the answer is checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from loper.plan.model import Job, Route
from loper.plan.optimise_day import (
    Order,
    Rows,
    Stop,
    Table,
    Van,
    begins,
    cannot,
    cheapest,
    cheapest_in,
    since,
    states_after,
    travel_of,
)
from loper.plan.optimise_vroom import solve
from loper.plan.schedule import seconds, van_of

Keep = Callable[[Job], bool]
STANDS = 100  # VROOM's highest priority: who has a place keeps one
ROUNDS = 4
SPARE = 300  # seconds more around a pause, each round


@dataclass
class Day:
    """The routes of one day while they are planned again. `heads` have begun and stay as they are."""

    routes: Sequence[Route]
    heads: list[tuple[Job, ...]]
    vans: list[Van]
    orders: list[Order]
    late: list[tuple[Stop, int]]  # what the routes have and cannot do in time, with the van that had it
    rows: Rows
    table: Table
    now: int

    def stop(self, job: Job, which: int | None = None, keep: Keep = lambda job: False) -> Stop:
        """A job as this day sees it; `which` van has it. ValueError for a fixed job without a time."""
        bound = which is not None and (job.fixed or job.people > 1)
        if bound and job.planned is None:
            raise ValueError(
                f"job {job.key!r} is fixed or for two, and has no planned time; give it one or set it free"
            )
        if which is not None and job.planned and (bound or keep(job)):
            early = late = since(job.planned)
            on = frozenset({which})
        else:
            early, late = min(van.start for van in self.vans), max(van.end for van in self.vans)
            if job.promised:
                early, late = since(job.promised.start), int(job.promised.end.timestamp())
            early = max(early, self.now)
            able = {at for at, van in enumerate(self.vans) if cannot(van.shift, job) is None}
            on = frozenset(able if which is None else able | {which})
        lasts = tuple(seconds(job, van.shift.technician) for van in self.vans)
        return Stop(job, self.table.at[job.place], early, late, lasts, on)

    def travel(self, orders: Sequence[Order]) -> int:
        return sum(travel_of(van, order, self.rows) for van, order in zip(self.vans, orders, strict=True))

    def fit_in(self, orders: Sequence[Order], stops: Iterable[Stop], depth: int = 1) -> tuple[list[Order], list[Stop]]:
        """The orders with each stop where it costs least, and the stops for which there is no room.

        Where there is no room as it is, another job may make some, if there is another place for that one. That place
        may be made in the same way, in a chain of `depth` jobs.
        """
        after, left = [list(order) for order in orders], []
        for stop in stops:
            if stop.early > stop.late:
                left.append(stop)
            elif found := cheapest(self.vans, after, stop, self.rows):
                after[found[1]].insert(found[2], stop)
            elif (changed := self._instead(after, stop, depth)) is not None:
                after = changed
            else:
                left.append(stop)
        return after, left

    def _instead(self, orders: list[Order], stop: Stop, depth: int) -> list[Order] | None:
        """The orders with a stop in the place of another, which goes where it costs least; None where none can."""
        best: tuple[int, list[Order]] | None = None
        homeless: list[tuple[list[Order], Stop]] = []
        for which in sorted(stop.on):
            for other in orders[which]:
                if len(other.on) == 1 and other.early == other.late:
                    continue
                rest = [one for one in orders[which] if one is not other]
                found = cheapest_in(self.vans, which, rest, stop, self.rows)
                if found is None:
                    continue
                tried = list(orders)
                tried[which] = [*rest[: found[1]], stop, *rest[found[1] :]]
                elsewhere = cheapest(self.vans, tried, other, self.rows)
                if elsewhere is None:
                    homeless.append((tried, other))
                    continue
                then = travel_of(self.vans[which], tried[which], self.rows) + elsewhere[0]
                extra = then - travel_of(self.vans[which], orders[which], self.rows)
                if best is None or extra < best[0]:
                    order = list(tried[elsewhere[1]])
                    order.insert(elsewhere[2], other)
                    tried[elsewhere[1]] = order
                    best = extra, tried
        if best or depth == 1:
            return best and best[1]
        deeper = (self._instead(tried, other, depth - 1) for tried, other in homeless)
        return next((one for one in deeper if one is not None), None)

    def polished(self, orders: Sequence[Order]) -> list[Order]:
        """The orders after each job has looked for a better place, until none finds one."""
        after = [list(order) for order in orders]
        better = True
        while better:
            better = False
            for which, van in enumerate(self.vans):
                for stop in list(after[which]):
                    rest = [one for one in after[which] if one is not stop]
                    saves = travel_of(van, after[which], self.rows) - travel_of(van, rest, self.rows)
                    if saves <= 0 or begins(van, which, rest, self.rows) is None:
                        continue
                    tried = [*after[:which], rest, *after[which + 1 :]]
                    found = cheapest(self.vans, tried, stop, self.rows, below=saves)
                    if found is not None:
                        tried[found[1]] = [*tried[found[1]][: found[2]], stop, *tried[found[1]][found[2] :]]
                        after, better = tried, True
        return after


def begin(routes: Sequence[Route], table: Table, now: datetime, keep: Keep) -> Day:
    """A day as it stands. What a route has and cannot do in time is taken out of it; the rest of it holds."""
    day = Day(routes, [], [van_of(route.shift, table) for route in routes], [], [], table.rows, table, since(now))
    for which, route in enumerate(routes):
        head = _head(route, now)
        day.heads.append(head)
        day.vans[which] = _after(day, which, head)
    for which, route in enumerate(routes):
        order = [day.stop(job, which, keep) for job in route.jobs[len(day.heads[which]) :]]
        while begins(day.vans[which], which, order, day.rows) is None:
            out = _worst(day.vans[which], which, order, day.rows)
            order = [stop for stop in order if stop is not out]
            day.late.append((out, which))
        day.orders.append(order)
    return day


Found = tuple[list[Order], list[Stop]]
"""Orders, and what has no place in them."""


def search(day: Day, start: Found, needs: Collection[str], exploration: int, threads: int) -> Found | None:
    """The best that VROOM finds for a day in which all who have a place keep one; None when it finds nothing.

    Where an order does not hold because a pause fell on the way, what is in the way goes elsewhere, and VROOM is asked
    again with more room around the pauses of that van.
    """
    standing = {stop.job.key for order in day.orders for stop in order}
    everything = [*(stop for order in start[0] for stop in order), *start[1]]
    ranks = {stop.job.key: STANDS if stop.job.key in standing else rank(stop, needs) for stop in everything}
    able = [stop for stop in everything if stop.on and stop.early <= stop.late]
    certain = [stop for stop in able if ranks[stop.job.key] == STANDS]
    best: Found | None = None
    for stops in (able, certain) if len(certain) < len(able) else (able,):
        if not stops:
            break
        spare = [0] * len(day.vans)
        for _ in range(ROUNDS):
            orders = solve(day.vans, stops, ranks, spare, day.rows, exploration=exploration, threads=threads)
            loose = mend(day, orders)
            have = {id(stop) for order in orders for stop in order}
            rest = sorted(
                (stop for stop in everything if id(stop) not in have),
                key=lambda stop: (-ranks[stop.job.key], stop.job.key),
            )
            orders, left = day.fit_in(orders, rest)
            found = day.fit_in(day.polished(orders), left)
            lost = any(ranks[stop.job.key] == STANDS for stop in found[1])
            if not lost and (best is None or worth(day, found, needs) < worth(day, best, needs)):
                best = found
            if not loose:
                break
            spare = [one + SPARE * (which in loose) for which, one in enumerate(spare)]
        if best:
            break
    return best


def mend(day: Day, orders: list[Order]) -> set[int]:
    """Take out of the orders what makes them not hold; the vans where that was needed."""
    loose = set()
    for which, order in enumerate(orders):
        while begins(day.vans[which], which, order, day.rows) is None:
            out = _worst(day.vans[which], which, order, day.rows)
            order[:] = [stop for stop in order if stop is not out]
            loose.add(which)
    return loose


def worth(day: Day, found: Found, needs: Collection[str]) -> tuple[int, int, int]:
    """How good orders are, the lowest best: those who need a place and have none, those who wait, seconds of travel."""
    lacks = [(rank(stop, needs), stop.job.key in needs) for stop in found[1]]
    return sum(one for one, must in lacks if must), sum(one for one, must in lacks if not must), day.travel(found[0])


def rank(stop: Stop, needs: Collection[str]) -> int:
    """How much it matters that a stop gets a place: 1 to 11 for those who wait, 12 to 22 for those who had one."""
    return stop.job.priority // 10 + (12 if stop.job.key in needs else 1)


def timed(day: Day, orders: Sequence[Order]) -> tuple[Route, ...]:
    """The routes with times: what stays with its technician keeps its time where it can, the rest begins early."""
    made = []
    for which, (route, van, order) in enumerate(zip(day.routes, day.vans, orders, strict=True)):
        had = {job.key: job.planned for job in route.jobs}
        stops = list(order)
        for at, stop in enumerate(stops):
            then = had.get(stop.job.key)
            if then is not None and stop.early <= since(then) <= stop.late:
                stops[at] = replace(stop, early=since(then), late=since(then))
                if begins(van, which, stops, day.rows) is None:
                    stops[at] = stop
        found = begins(van, which, stops, day.rows)
        if found is None:
            raise AssertionError(f"the order of {van.shift.technician} on {van.shift.day} was kept and does not hold")
        zone = route.shift.start.tzinfo
        jobs = [
            stop.job
            if stop.job.planned and since(stop.job.planned) == begin
            else replace(stop.job, planned=datetime.fromtimestamp(begin, zone))
            for stop, begin in zip(stops, found[0], strict=True)
        ]
        made.append(Route(route.shift, (*day.heads[which], *jobs)))
    return tuple(made)


def _head(route: Route, now: datetime) -> tuple[Job, ...]:
    """What has begun of a day under way: all up to the last job that was planned before now."""
    begun = [at for at, job in enumerate(route.jobs) if job.planned is not None and job.planned < now]
    return route.jobs[: begun[-1] + 1] if begun else ()


def _after(day: Day, which: int, head: tuple[Job, ...]) -> Van:
    """A van from now on: where its last job is, when that is done, with the pauses it cannot have had yet."""
    van = day.vans[which]
    if not head:
        start = max(van.start, day.now)
        return replace(van, start=start, end=max(van.end, start))
    order = []
    for job in head:
        stop = day.stop(replace(job, promised=None), which)
        then = since(job.planned) if job.planned else stop.early
        order.append(replace(stop, early=then, late=van.end if job.planned is None else then))
    start = max(day.now, order[-1].early + order[-1].lasts[which])
    states = states_after(van, which, order, day.rows)
    taken = max((mask for mask, (free, _) in states.items() if free <= start), key=int.bit_count, default=0)
    pauses = tuple(pause for number, pause in enumerate(van.pauses) if not taken >> number & 1)
    return replace(van, start=start, end=max(van.end, start), begins_at=order[-1].at, pauses=pauses)


def _worst(van: Van, which: int, order: Order, rows: Rows) -> Stop:
    """The stop to take out of an order that does not hold: so that it holds, not a bound one, the least important."""

    def cost(stop: Stop) -> tuple[bool, bool, bool, int, int]:
        rest = [other for other in order if other is not stop]
        holds = begins(van, which, rest, rows) is not None
        bound = stop.job.fixed or stop.job.people > 1
        return (not holds, bound, stop.job.promised is not None, stop.job.priority, travel_of(van, rest, rows))

    return min(order, key=cost)
