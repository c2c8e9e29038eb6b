"""The numbers behind `room`: the gaps of every route of a day with one of its jobs taken out, and what fits in them.

What board.gaps_of does for one route is done here for hundreds of them at once, step by step along all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from loper.plan.board import ALWAYS, NEVER, Columns, done_by
from loper.plan.model import Job, Seconds, Travel
from loper.plan.optimise_day import cannot, since
from loper.plan.schedule import seconds, window

Rows = NDArray[np.int64]

NO = 2**40
"""Seconds of travel that nobody drives: it does not fit."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Gaps in which a job can be put. Places are rows of a table of travel; -1: the day ends there."""

    route: Rows  # (gaps,)
    before: Rows
    after: Rows
    free: Seconds  # (gaps, sets): earliest moment at the place before, by set of pauses taken
    by: Seconds  # (gaps, sets): latest arrival at the place after
    saved: Seconds  # (gaps,): the drive that is not made any more
    pauses: Seconds  # (gaps, pauses, 3)

    @staticmethod
    def of(day: Columns) -> Slots:
        """The gaps of a day as it stands."""
        return Slots(day.route, day.before, day.after, day.free, day.by, day.saved, day.pauses)

    def some(self, which: NDArray[np.intp]) -> Slots:
        """Only these."""
        return Slots(
            self.route[which],
            self.before[which],
            self.after[which],
            self.free[which],
            self.by[which],
            self.saved[which],
            self.pauses[which],
        )


@dataclass(frozen=True, slots=True)
class Asks:
    """Jobs that look for a place: the way to them and on, from when until when, how long, and who can do it."""

    to: Seconds  # (jobs, places): from there
    back: Seconds  # (jobs, places)
    early: Seconds  # (jobs,)
    late: Seconds
    lasts: Seconds  # (jobs, routes)
    able: NDArray[np.bool_]  # (jobs, routes)

    @staticmethod
    def of(jobs: Sequence[Job], day: Columns, to: Seconds, back: Seconds, *, stay: NDArray[np.bool_]) -> Asks:
        """What these jobs ask of the routes of a day; those that `stay` where they are can go to none."""
        shifts = [one.shift for one in day.routes]
        windows = np.array([window(job) for job in jobs], dtype=np.int64).reshape(-1, 2)
        lasts = np.array([[seconds(job, "")] for job in jobs], dtype=np.int64).reshape(-1, 1).repeat(len(shifts), 1)
        areas = any(shift.area for shift in shifts)
        known: dict[object, list[bool]] = {}
        able = np.zeros(lasts.shape, dtype=bool)
        for number, job in enumerate(jobs):
            key = (job.skills, job.material, job.material_in, job.technicians, job.postcode if areas else "")
            if key not in known:
                known[key] = [cannot(shift, job) is None for shift in shifts]
            able[number] = known[key]
            if job.lasts_for:
                lasts[number] = [seconds(job, shift.technician) for shift in shifts]
        return Asks(to, back, windows[:, 0], windows[:, 1], lasts, able & ~stay[:, None])

    def some(self, which: NDArray[np.intp]) -> Asks:
        """Only these."""
        return Asks(
            self.to[which],
            self.back[which],
            self.early[which],
            self.late[which],
            self.lasts[which],
            self.able[which],
        )


def cost_of(asks: Asks, gaps: Slots, own: Rows | None = None) -> Seconds:
    """The extra travel of each job in each gap, shape (jobs, gaps); NO where it does not fit.

    `own`: the route of each job, on which it is not put back.
    """
    cost = np.full((len(asks.early), len(gaps.route)), NO)
    windows, which = np.unique(np.stack([asks.early, asks.late], axis=1), axis=0, return_inverse=True)
    for number, (early, late) in enumerate(windows):
        jobs = np.flatnonzero((which.reshape(-1) == number) & asks.able.any(axis=1))
        near = np.flatnonzero((gaps.free.min(axis=1) <= late) & (gaps.by.max(axis=1) >= early))
        if not len(jobs) or not len(near):
            continue
        theirs, there = asks.some(jobs), gaps.some(near)
        low, high, extra = _moments(theirs, there)
        each = low <= high
        fits = reduce(np.logical_or, (each[..., taken] for taken in range(each.shape[2])))  # ten times quicker than any
        fits &= theirs.able[:, there.route]
        if own is not None:
            fits &= own[jobs, None] != there.route
        cost[np.ix_(jobs, near)] = np.where(fits, extra, NO)
    return cost


def moments_of(ask: Asks, gaps: Slots) -> tuple[Rows, Seconds, Seconds, Seconds]:
    """Where one job fits: the gaps (one by one for each set of pauses), from when until when it may begin there, and at
    which extra travel."""
    low, high, extra = _moments(ask, gaps)
    _job, gap, taken = np.nonzero((low <= high) & ask.able[:, gaps.route, None])
    return gap, low[0, gap, taken], high[0, gap, taken], extra[0, gap]


def _moments(asks: Asks, gaps: Slots) -> tuple[Seconds, Seconds, Seconds]:
    """From when until when each job may begin in each gap, (jobs, gaps, sets), and the extra travel, (jobs, gaps)."""
    way = asks.to[:, gaps.before]
    onward = asks.back[:, gaps.after]  # the last place is that of a day that ends anywhere: no way at all
    until = done_by(gaps.by, gaps.pauses, onward) - asks.lasts[:, gaps.route, None]
    low = np.maximum(gaps.free + way[..., None], asks.early[:, None, None])
    return low, np.minimum(until, asks.late[:, None, None]), way + onward - gaps.saved


@dataclass(frozen=True, slots=True)
class Taken:
    """A day with one job less: its gaps, for each job that is taken out, one after the other."""

    gaps: Slots
    out: Rows  # (gaps,): the job that is not there
    place: Rows  # (gaps,): where in the order without it
    saves: Seconds  # (jobs,): travel more without it, so mostly below zero


def drives(day: Columns, travel: Travel) -> Seconds:
    """The travel between all places of a day; at the end a row and column of nothing, for a day that ends anywhere."""
    return np.pad(travel.seconds(day.places, day.places), ((0, 1), (0, 1)))


def without_one(day: Columns, drive: Seconds) -> Taken:
    """The gaps of the routes with each of their jobs taken out in turn; jobs in the order of the routes."""
    counts = np.array([len(one.jobs) for one in day.routes], dtype=np.int64)
    begin = np.cumsum(counts + 1) - counts - 1  # the first gap of each route
    route = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(route)) - (np.cumsum(counts) - counts)[route]  # of the job that goes
    left = counts[route] - 1
    most = int(left.max(initial=0))
    stays = np.arange(most) < left[:, None]
    along = np.arange(most) + (np.arange(most) >= place[:, None])
    jobs = jobs_of(day)
    stop = np.where(stays, (np.cumsum(counts) - counts)[route][:, None] + along, 0)
    at, early, late, lasts = (jobs[stop, number] for number in range(4))
    start, end, all_taken = _vans(day)[route].T
    pauses, rows = day.pauses[begin[route]], np.arange(len(route))
    before = np.concatenate([day.before[begin[route]][:, None], at], axis=1)
    after = np.concatenate([at, np.full((len(route), 1), -1)], axis=1)
    after[rows, left] = day.after[(begin + counts)[route]]

    free = np.full((len(route), most + 1, day.free.shape[1]), ALWAYS)
    free[:, 0, 0] = start
    free[:, 0] = free_after(free[:, 0], pauses)
    for n in range(most):
        begins = np.maximum(free[:, n] + drive[before[:, n], at[:, n]][:, None], early[:, n, None])
        can = (begins <= late[:, n, None]) & (begins < ALWAYS) & stays[:, n, None]
        free[:, n + 1] = free_after(np.where(can, begins + lasts[:, n, None], ALWAYS), pauses)
    by = np.full_like(free, NEVER)
    by[rows, left, all_taken] = end
    for n in range(most - 1, -1, -1):
        until = done_by(by[:, n + 1], pauses, drive[at[:, n], after[:, n + 1]]) - lasts[:, n, None]
        can = (until >= early[:, n, None]) & stays[:, n, None]
        by[:, n] = np.where(can, np.minimum(late[:, n, None], until), by[:, n])

    out, gap = np.nonzero(np.arange(most + 1) <= left[:, None])
    saved = np.where(left[out] > 0, drive[before[out, gap], after[out, gap]], 0)  # nobody drives for nothing
    here, there = begin[route] + place, jobs[:, 0]
    straight = np.where(left > 0, drive[day.before[here], day.after[here + 1]], 0)
    return Taken(
        gaps=Slots(route[out], before[out, gap], after[out, gap], free[out, gap], by[out, gap], saved, pauses[out]),
        out=out,
        place=gap,
        saves=straight - drive[day.before[here], there] - drive[there, day.after[here + 1]],
    )


def free_after(free: Seconds, pauses: Seconds) -> Seconds:
    """The earliest moment, by set of pauses taken, when pauses may be taken here too. `pauses`: (rows, pauses, 3)."""
    found = free.copy()
    for taken in range(free.shape[1]):
        for number in range(pauses.shape[1]):
            if not taken & 1 << number:
                earliest, latest, lasts = pauses[:, number].T
                then = np.where(found[:, taken] <= latest, np.maximum(found[:, taken], earliest) + lasts, ALWAYS)
                found[:, taken | 1 << number] = np.minimum(found[:, taken | 1 << number], then)
    return found


def jobs_of(day: Columns) -> Seconds:
    """Of each job: its place, from when until when it may begin, how long it takes who has it."""
    at = {place: row for row, place in enumerate(day.places)}
    rows = [(at[job.place], *window(job), seconds(job, one.shift.technician)) for one in day.routes for job in one.jobs]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _vans(day: Columns) -> Seconds:
    """Of each route: when it begins, when it must be over, and all its pauses as a set."""
    rows: Sequence[tuple[int, int, int]] = [
        (since(one.shift.start), int(one.shift.end.timestamp()), (1 << len(one.pauses)) - 1) for one in day.routes
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
