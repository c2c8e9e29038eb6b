"""A job without a place: why, and what to do. The promise is kept by overtime or a co-maker where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from loper.plan.compare import Advice
from loper.plan.model import Job, PartnerBlock, Span, Why
from loper.plan.optimise_again import Day
from loper.plan.optimise_day import Order, Stop, Van, begins, cannot, takes

OVERTIME = timedelta(hours=2)
"""More than this is asked of nobody."""


def why(day: Day, stop: Stop) -> Why:
    """Why a job has no place, the nearest to yes."""
    if stop.early > stop.late:
        return "past"
    if stop.job.people > 1:
        return "people"
    if not stop.on:
        reasons = [reason for van in day.vans if (reason := cannot(van.shift, stop.job))]
        return max(reasons, key=get_args(Why).index, default="hours")
    vans = [(which, day.vans[which]) for which in sorted(stop.on)]
    at_work = [(which, van) for which, van in vans if van.start <= stop.late and stop.early < van.end]
    if not at_work:
        return "hours"
    alone = any(begins(van, which, [stop], day.rows) for which, van in at_work)
    return "full" if alone else "far"


def advice(
    day: Day, orders: Sequence[Order], stop: Stop, partners: Sequence[PartnerBlock], now: datetime
) -> tuple[Advice, ...]:
    """What to do for a job that has no place: overtime, a co-maker, and always the customer."""
    found = []
    if stop.job.people == 1 and stop.early <= stop.late:
        late = _least_overtime(day, orders, stop)
        if late:
            found.append(late)
    return (*found, *partners_for(stop.job, partners, now), _call(day, orders, stop))


def partners_for(job: Job, partners: Sequence[PartnerBlock], now: datetime) -> list[Advice]:
    """Co-makers with room in a block that lies inside the promise, and has not begun."""
    return [
        Advice(do="partner", who=block.partner, planned=block.span.start)
        for block in sorted(partners, key=lambda block: (block.span.start, block.partner))
        if block.span.start >= now and _inside(block.span, job.promised) and takes(block, job)
    ]


def _inside(span: Span, promised: Span | None) -> bool:
    return promised is None or (promised.start <= span.start and span.end <= promised.end)


def _least_overtime(day: Day, orders: Sequence[Order], stop: Stop) -> Advice | None:
    """Who could do it with the least overtime, every other promise kept."""
    best: tuple[int, int, int] | None = None
    for which in sorted(stop.on):
        van = day.vans[which]
        longer = replace(van, end=van.end + round(OVERTIME.total_seconds()))
        for place in range(len(orders[which]) + 1):
            order = [*orders[which][:place], stop, *orders[which][place:]]
            found = begins(longer, which, order, day.rows)
            if found and (best is None or found[1] - van.end < best[0]):
                best = (found[1] - van.end, which, found[0][place])
    if best is None:
        return None
    return Advice(
        do="overtime",
        who=day.vans[best[1]].shift.technician,
        planned=_moment(day.vans[best[1]], best[2]),
        overtime=timedelta(seconds=max(0, best[0])),
    )


def _call(day: Day, orders: Sequence[Order], stop: Stop) -> Advice:
    """To call the customer, with the time of that day nearest to what was promised."""
    any_time = replace(stop, early=day.now, late=max(van.end for van in day.vans))
    tries: list[tuple[int, int, int]] = []
    for which in sorted(stop.on if stop.job.people == 1 else ()):
        for place in range(len(orders[which]) + 1):
            for early in sorted({day.now, max(day.now, stop.early)}):
                order = [*orders[which][:place], replace(any_time, early=early), *orders[which][place:]]
                found = begins(day.vans[which], which, order, day.rows)
                if found:
                    begin = found[0][place]
                    tries.append((max(stop.early - begin, begin - stop.late, 0), which, begin))
    if not tries:
        return Advice(do="call")
    _, which, begin = min(tries)
    return Advice(do="call", who=day.vans[which].shift.technician, planned=_moment(day.vans[which], begin))


def _moment(van: Van, at: int) -> datetime:
    return datetime.fromtimestamp(at, van.shift.start.tzinfo)
