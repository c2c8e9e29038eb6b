"""The routes of many days compiled for the offer: every gap between two stops, as columns of numbers.

Of each gap it is known how early the technician is free before it, and how late they may arrive after it, for every set
of pauses that may have been taken by then. With that, putting a job in is a sum and two comparisons, for all gaps at
once. Both sides are exact: to be free earlier never hurts, and one may wait (optimise_day.begins does the same).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from loper.plan.model import Job, PartnerBlock, Place, Plan, Route, Seconds, Shift, Travel
from loper.plan.optimise_day import Table, paused, states_along
from loper.plan.schedule import stop_of, van_of

NEVER, ALWAYS = -(2**40), 2**40
"""Instants before and after all others, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of one route. Rows: gaps. Columns of `free` and `by`: sets of pauses, as bits."""

    shift: Shift
    jobs: tuple[Job, ...]
    before: tuple[Place, ...]
    after: tuple[Place | None, ...]  # None: the day ends there
    free: Seconds  # (gaps, sets): earliest moment at the place before, with these pauses taken
    by: Seconds  # (gaps, sets): latest arrival at the place after, with these pauses taken
    saved: Seconds  # (gaps,): the drive that is not made any more
    pauses: Seconds  # (pauses, 3): earliest, latest, lasts
    holds: bool  # the route keeps its own promises


class Board:
    """The gaps of a plan, day by day. Made by `Board.of`; a changed route is put in by `with_route`."""

    def __init__(
        self, days: Mapping[date, Mapping[str, Gaps]], partners: tuple[PartnerBlock, ...], travel: Travel
    ) -> None:
        self.days = days
        self.partners = partners
        self.travel = travel
        self._columns: dict[date, Columns] = {}

    @staticmethod
    def of(plan: Plan, travel: Travel) -> Board:
        """The board of a plan."""
        days: dict[date, dict[str, Gaps]] = {}
        for route in plan.routes:
            days.setdefault(route.shift.day, {})[route.shift.technician] = gaps_of(route, travel)
        return Board(days, plan.partners, travel)

    def with_route(self, route: Route) -> Board:
        """The same board with another route for this technician on this day."""
        day = route.shift.day
        gaps = {**self.days.get(day, {}), route.shift.technician: gaps_of(route, self.travel)}
        return self._with({day: gaps}, self.partners)

    def with_plan(self, plan: Plan, days: Collection[date]) -> Board:
        """The same board with these days as they are in this plan, and its co-makers."""
        anew = Board.of(plan, self.travel).days
        return self._with({day: anew.get(day, {}) for day in days}, plan.partners)

    def _with(self, days: Mapping[date, Mapping[str, Gaps]], partners: tuple[PartnerBlock, ...]) -> Board:
        board = Board({**self.days, **days}, partners, self.travel)
        board._columns = {day: columns for day, columns in self._columns.items() if day not in days}
        return board

    def of_day(self, day: date) -> Columns | None:
        """The gaps of a day, one after the other; None where nobody works."""
        if day not in self._columns and self.days.get(day):
            self._columns[day] = Columns.of(self.days[day][name] for name in sorted(self.days[day]))
        return self._columns.get(day)


@dataclass(frozen=True, slots=True)
class Columns:
    """The gaps of a day. `route` says of which route each is; places are rows of `places`."""

    routes: tuple[Gaps, ...]
    route: NDArray[np.int64]
    places: tuple[Place, ...]
    before: NDArray[np.int64]
    after: NDArray[np.int64]  # -1: the day ends there
    free: Seconds
    by: Seconds
    saved: Seconds
    pauses: Seconds  # (gaps, pauses, 3)

    @staticmethod
    def of(routes: Iterable[Gaps]) -> Columns:
        routes = tuple(routes)
        most = max(len(one.pauses) for one in routes)
        at: dict[Place, int] = {}
        rows = [at.setdefault(place, len(at)) for one in routes for place in one.before]
        ends = [-1 if place is None else at.setdefault(place, len(at)) for one in routes for place in one.after]
        return Columns(
            routes=routes,
            route=np.repeat(np.arange(len(routes)), [len(one.before) for one in routes]),
            places=tuple(at),
            before=np.array(rows),
            after=np.array(ends),
            free=np.concatenate([_wide(one.free, most, ALWAYS) for one in routes]),
            by=np.concatenate([_wide(one.by, most, NEVER) for one in routes]),
            saved=np.concatenate([one.saved for one in routes]),
            pauses=np.concatenate([np.repeat(_tall(one.pauses, most)[None], len(one.before), 0) for one in routes]),
        )


def _wide(columns: Seconds, pauses: int, other: int) -> Seconds:
    """As many columns as there are sets of so many pauses; a pause that is not there is never taken."""
    more = (1 << pauses) - columns.shape[1]
    return np.pad(columns, ((0, 0), (0, more)), constant_values=other) if more else columns


def _tall(pauses: Seconds, most: int) -> Seconds:
    """A pause that is not there can never be begun."""
    more = most - len(pauses)
    return np.concatenate([pauses, np.full((more, 3), NEVER)]) if more else pauses


def gaps_of(route: Route, travel: Travel) -> Gaps:
    """The gaps of a route, also of one that does not keep its promises (it has none then)."""
    shift, jobs = route.shift, route.jobs
    table = Table(travel, [shift.begins_at, *(job.place for job in jobs), *([shift.ends_at] if shift.ends_at else [])])
    van, rows = van_of(shift, table), table.rows
    stops = [stop_of(job, shift, table) for job in jobs]
    sets = 1 << len(van.pauses)
    free = np.full((len(jobs) + 1, sets), ALWAYS, dtype=np.int64)
    for number, states in enumerate(states_along(van, 0, stops, rows)):
        for taken, (at, _begun) in paused(van, states).items():
            free[number, taken] = at
    pauses = np.array([(one.earliest, one.latest, one.lasts) for one in van.pauses], dtype=np.int64).reshape(-1, 3)
    by = np.full((len(jobs) + 1, sets), NEVER, dtype=np.int64)
    by[len(jobs), sets - 1] = van.end
    for number in range(len(jobs) - 1, -1, -1):
        stop = stops[number]
        onward = stops[number + 1].at if number + 1 < len(stops) else van.ends_at
        drive = 0 if onward is None else rows[stop.at][onward]
        for taken in range(sets - 1, -1, -1):
            until = leaves_by(by[number + 1] - drive, pauses, taken)
            if until - stop.lasts[0] >= stop.early:
                by[number, taken] = min(stop.late, until - stop.lasts[0])
    before = (shift.begins_at, *(job.place for job in jobs))
    after = (*(job.place for job in jobs), shift.ends_at)
    return Gaps(
        shift=shift,
        jobs=jobs,
        before=before,
        after=after,
        free=free,
        by=by,
        saved=np.array(
            [0 if b is None or not jobs else rows[table.at[a]][table.at[b]] for a, b in zip(before, after, strict=True)]
        ),
        pauses=pauses,
        holds=not jobs or bool((free[0] + (rows[van.begins_at][stops[0].at]) <= by[0]).any()),
    )


def leaves_by(by: Seconds, pauses: Seconds, taken: int) -> int:
    """The latest moment at which one may be done with work, these pauses taken, to drive off in time (`by`: by set)."""
    best = int(by[taken])
    for number, (earliest, latest, lasts) in enumerate(pauses.tolist()):
        if not taken & 1 << number:
            until = leaves_by(by, pauses, taken | 1 << number)
            if until - lasts >= earliest:
                best = max(best, min(latest, until - lasts))
    return best


def done_by(by: Seconds, pauses: Seconds, onward: Seconds) -> Seconds:
    """The latest moment at which work may be done, by gap and pauses taken before it: `leaves_by` for all gaps at once.

    `by`: (gaps, sets), `pauses`: (gaps, pauses, 3), `onward`: (..., gaps), the way to the place after. Gives
    (..., gaps, sets).
    """
    done: Seconds = by - onward[..., None]
    for taken in range(by.shape[-1] - 1, -1, -1):
        for number in range(pauses.shape[1]):
            if taken & 1 << number:
                continue
            earliest, latest, lasts = pauses[:, number].T
            until = done[..., taken | 1 << number] - lasts
            late = np.where(until >= earliest, np.minimum(latest, until), NEVER)
            done[..., taken] = np.maximum(done[..., taken], late)
    return done
