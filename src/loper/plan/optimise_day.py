"""One day in whole numbers: who can do what, when work would begin, and the cheapest place for one job more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from loper.plan.model import Job, PartnerBlock, Place, Shift, Travel, Why


@dataclass(frozen=True, slots=True)
class Pausing:
    earliest: int
    latest: int
    lasts: int


@dataclass(frozen=True, slots=True)
class Van:
    """A shift: seconds since 1970, and places by their row in the table of travel."""

    shift: Shift
    start: int
    end: int
    begins_at: int
    ends_at: int | None
    pauses: tuple[Pausing, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A job that may begin from `early` to `late`, by the vans `on`."""

    job: Job
    at: int
    early: int
    late: int
    lasts: tuple[int, ...]  # by van
    on: frozenset[int]


Order = list[Stop]
Rows = list[list[int]]


class Table:
    """The travel of a day, asked once."""

    def __init__(self, travel: Travel, places: Iterable[Place]) -> None:
        self.places = list(dict.fromkeys(places))
        self.at = {place: row for row, place in enumerate(self.places)}
        self.rows: Rows = travel.seconds(self.places, self.places).tolist() if self.places else []


def since(moment: datetime) -> int:
    return math.ceil(moment.timestamp())


def cannot(shift: Shift, job: Job) -> Why | None:
    """Why this technician cannot do this job at any time that day; None when they can."""
    if job.technicians and shift.technician not in job.technicians:
        return "skill"
    if shift.skills and not job.skills <= shift.skills:
        return "skill"
    if not job.material <= shift.stock and (job.material_in is None or job.material_in > shift.day):
        return "material"
    if shift.area and not job.postcode.startswith(tuple(shift.area)):
        return "area"
    return None


def takes(block: PartnerBlock, job: Job) -> bool:
    """Whether a co-maker has room for this job in a block of theirs, and can do it. They bring their own material."""
    able = not block.skills or job.skills <= block.skills
    near = not block.area or job.postcode.startswith(tuple(block.area))
    named = not job.technicians or block.partner in job.technicians
    return block.left > 0 and job.people == 1 and able and near and named


def begins(van: Van, which: int, order: Sequence[Stop], rows: Rows) -> tuple[list[int], int] | None:
    """When each job would begin at the earliest, and when the shift would be over; None where it cannot be done.

    Exact: of every set of pauses already taken the earliest moment is kept, and to be early never hurts: one may wait.
    """
    if not order:
        return [], van.start
    last = paused(van, states_after(van, which, order, rows)).get((1 << len(van.pauses)) - 1)
    if last is None:
        return None
    home = last[0] + (rows[order[-1].at][van.ends_at] if van.ends_at is not None else 0)
    return (last[1], home) if home <= van.end else None


States = dict[int, tuple[int, list[int]]]
"""By the pauses that were taken (bits): when the technician is free, and when each job began."""


def states_along(van: Van, which: int, order: Sequence[Stop], rows: Rows) -> Iterator[States]:
    """Where a technician can be at the begin of the day and after each of these jobs. Empty where one of them cannot
    begin in time, and from there on.
    """
    states: States = {0: (van.start, [])}
    here = van.begins_at
    yield states
    for stop in order:
        drive, lasts = rows[here][stop.at], stop.lasts[which]
        ahead: States = {}
        for taken, (free, so_far) in paused(van, states).items():
            begin = max(free + drive, stop.early)
            if begin <= stop.late:
                ahead[taken] = (begin + lasts, [*so_far, begin])
        states, here = ahead, stop.at
        yield states


def states_after(van: Van, which: int, order: Sequence[Stop], rows: Rows) -> States:
    """Where a technician can be after these jobs."""
    *_before, last = states_along(van, which, order, rows)
    return last


def paused(van: Van, states: States) -> States:
    """The states, and those after each pause that can be taken here."""
    if not van.pauses:
        return states
    found = dict(states)
    for taken in range(1 << len(van.pauses)):
        if taken not in found:
            continue
        free, so_far = found[taken]
        for number, pause in enumerate(van.pauses):
            after = taken | 1 << number
            if after != taken and free <= pause.latest:
                then = max(free, pause.earliest) + pause.lasts
                if after not in found or then < found[after][0]:
                    found[after] = (then, so_far)
    return found


def travel_of(van: Van, order: Sequence[Stop], rows: Rows) -> int:
    """Seconds on the way, to the first job and home included. Nobody drives for nothing."""
    if not order:
        return 0
    home = rows[order[-1].at][van.ends_at] if van.ends_at is not None else 0
    return rows[van.begins_at][order[0].at] + sum(rows[a.at][b.at] for a, b in pairwise(order)) + home


def cheapest(
    vans: Sequence[Van], orders: Sequence[Order], stop: Stop, rows: Rows, below: int | None = None
) -> tuple[int, int, int] | None:
    """Where one job more costs least: its extra travel, the van, the place in the order.

    None where there is no room, or none for less than `below` seconds.
    """
    tries = [
        (extra, which, place)
        for which in sorted(stop.on)
        for extra, place in _places(vans[which], orders[which], stop, rows)
        if below is None or extra < below
    ]
    for extra, which, place in sorted(tries):
        order = orders[which]
        if begins(vans[which], which, [*order[:place], stop, *order[place:]], rows) is not None:
            return extra, which, place
    return None


def cheapest_in(vans: Sequence[Van], which: int, order: Order, stop: Stop, rows: Rows) -> tuple[int, int] | None:
    """The same in one order: its extra travel and the place."""
    for extra, place in sorted(_places(vans[which], order, stop, rows)):
        if begins(vans[which], which, [*order[:place], stop, *order[place:]], rows) is not None:
            return extra, place
    return None


def _places(van: Van, order: Order, stop: Stop, rows: Rows) -> Iterator[tuple[int, int]]:
    """The extra travel of each place in an order where the promises leave room."""
    here, to = van.begins_at, rows[stop.at]
    for place in range(len(order) + 1):
        if place:
            here = order[place - 1].at
            if order[place - 1].early > stop.late:
                return
        if place < len(order):
            if order[place].late < stop.early:
                continue
            there = order[place].at
            yield rows[here][stop.at] + to[there] - (rows[here][there]), place
        elif van.ends_at is None:
            yield rows[here][stop.at], place
        else:
            yield rows[here][stop.at] + to[van.ends_at] - (rows[here][van.ends_at] if order else 0), place
