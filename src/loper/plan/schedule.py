"""The times of a route: when each job begins, and when the day is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from loper.plan.model import Job, Route, Shift, Travel
from loper.plan.optimise_day import Pausing, Stop, Table, Van, begins, since, travel_of


@dataclass(frozen=True, slots=True)
class Times:
    """When work begins at each job, as early as it can; when the shift is over; the travel of it all."""

    begins: tuple[datetime, ...]
    over: datetime
    travel: timedelta


def schedule(route: Route, travel: Travel) -> Times | None:
    """The times of this route under this travel; None where a promise or the end of the shift cannot be kept.

    Exact: pauses may be taken after any job, and of all ways the one with the earliest times is found.
    """
    shift = route.shift
    places = [shift.begins_at, *(job.place for job in route.jobs)]
    table = Table(travel, [*places, *([shift.ends_at] if shift.ends_at is not None else [])])
    van = van_of(shift, table)
    order = [stop_of(job, shift, table) for job in route.jobs]
    found = begins(van, 0, order, table.rows)
    if found is None:
        return None
    return Times(
        tuple(datetime.fromtimestamp(at, UTC) for at in found[0]),
        datetime.fromtimestamp(found[1], UTC),
        timedelta(seconds=travel_of(van, order, table.rows)),
    )


def van_of(shift: Shift, table: Table) -> Van:
    """A shift in whole seconds, with its places as rows of the table."""
    return Van(
        shift=shift,
        start=since(shift.start),
        end=int(shift.end.timestamp()),
        begins_at=table.at[shift.begins_at],
        ends_at=None if shift.ends_at is None else table.at[shift.ends_at],
        pauses=tuple(
            Pausing(since(one.earliest), int(one.latest.timestamp()), int(one.lasts.total_seconds()))
            for one in shift.pauses
        ),
    )


def stop_of(job: Job, shift: Shift, table: Table) -> Stop:
    """A job on the route of this shift: it begins inside its promise, a fixed one when it was planned."""
    early, late = window(job)
    return Stop(job, table.at[job.place], early, late, (seconds(job, shift.technician),), frozenset({0}))


def window(job: Job) -> tuple[int, int]:
    """From when until when a job may begin, in seconds since 1970."""
    if job.fixed and job.planned is not None:
        return int(job.planned.timestamp()), int(job.planned.timestamp())
    if job.promised is None:
        return 0, 2**40
    return since(job.promised.start), int(job.promised.end.timestamp())


def seconds(job: Job, technician: str) -> int:
    """How long this technician is at it."""
    return int(job.lasts_for.get(technician, job.lasts).total_seconds())
