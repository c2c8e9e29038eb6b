"""Where a visit can go, and what would come of it: inside its promise to a colleague, or to another block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from loper.plan.board import Board
from loper.plan.model import Offered, Plan, Route, Span, Why
from loper.plan.schedule import Times, schedule
from loper.server.clock import day_of, zone
from loper.server.queries.lessons import driving
from loper.server.queries.offers import ask, board_of, offers
from loper.server.queries.roster import plan_of, planned_by_route, routes_of
from loper.server.queries.work import work_in
from loper.server.records.agenda import Appointment, Slot, Technician
from loper.server.records.customers import Customer


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """A colleague for a visit, inside its promise: when they would begin, at how much extra travel; or why not."""

    technician: Technician
    planned: datetime | None
    extra: int  # minutes
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Another block: who would come, at how much extra travel; or why nobody can."""

    slot: Slot
    start: datetime
    end: datetime
    technician: str
    planned: datetime | None
    extra: int  # minutes
    suits: bool
    why: str


@dataclass(frozen=True, slots=True)
class Choices:
    day: date
    blocks: tuple[Choice, ...]

    @property
    def free(self) -> tuple[Choice, ...]:
        return tuple(one for one in self.blocks if not one.why)

    @property
    def no(self) -> tuple[Choice, ...]:
        return tuple(one for one in self.blocks if one.why)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A visit of somebody else that would begin at another time, its promise kept."""

    name: str
    technician: str
    was: datetime
    becomes: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf:
    """What would come of a move: nothing of it has happened."""

    technician: str
    planned: datetime | None
    start: datetime
    end: datetime
    tells: bool  # the customer gets another time
    extra: int  # minutes of travel more on the routes of the new day; less than nothing: saved
    saved: int  # minutes of travel less on the route that it leaves
    shifts: tuple[Shift, ...]


def why_words(why: Why | None) -> str:
    """Why a block cannot be had, for a planner."""
    return {
        None: "",
        "past": _("has begun"),
        "skill": _("cannot do this work"),
        "material": _("does not have the material"),
        "area": _("does not come in this area"),
        "people": _("two people are needed"),
        "hours": _("does not work then"),
        "far": _("too far to be there in time"),
        "full": _("no room left"),
    }[why]


def within(row: Appointment, technician: str, board: Board | None = None) -> Offered:
    """Whether this technician (a key) can come inside the promise that stands; without a board it is read anew."""
    day = day_of(row.planned or row.start)
    board = board or board_of([day], only=[technician], leaving=row)
    (found, *_rest) = ask(
        work_in(row), [Span(row.start, row.end)], days=[day], notice=-_EVER, technician=technician, board=board
    )
    return found


def others(row: Appointment) -> list[Other]:
    """All colleagues for a visit on a route, those who can come first, with the least extra travel."""
    if row.planned is None or row.people > 1:
        return []
    found, board = [], board_of([day_of(row.planned)], leaving=row)
    for one in planned_by_route():
        if one.pk == row.technician_id:
            continue
        offered = within(row, one.key, board)
        found.append(
            Other(
                technician=one,
                planned=_here(offered.planned),
                extra=_minutes(offered.extra),
                why=why_words(offered.why),
            )
        )
    return sorted(found, key=lambda one: (bool(one.why), one.extra, one.technician.name))


def elsewhere(row: Appointment, technician: str = "") -> list[Choices]:
    """The blocks of the coming days on the routes, also those that cannot be had. `technician`: of theirs alone."""
    names = dict(Technician.objects.values_list("key", "name"))
    found: dict[date, list[Choice]] = {}
    if not planned_by_route():
        return []
    for one in offers(work_in(row), technician=technician, leaving=row, notice=timedelta()):
        start, end = one.span.start.astimezone(zone()), one.span.end.astimezone(zone())
        if one.partner or one.why == "past" or (row.start, row.end) == (one.span.start, one.span.end):
            continue
        found.setdefault(start.date(), []).append(
            Choice(
                slot=Slot(start, end, one.technician),
                start=start,
                end=end,
                technician=names.get(one.technician, ""),
                planned=_here(one.planned),
                extra=_minutes(one.extra),
                suits=one.suits,
                why=why_words(one.why),
            )
        )
    return [Choices(day, tuple(sorted(blocks, key=lambda one: one.start))) for day, blocks in sorted(found.items())]


def what_if(row: Appointment, *, technician: str = "", slot: Slot | None = None) -> WhatIf | None:
    """What would come of handing a visit over, or of another block; None where it does not fit."""
    if slot is None:
        offered = within(row, technician)
    else:
        day = day_of(slot.start)
        board = board_of([day], only=[slot.technician] if slot.technician else (), leaving=row)
        (offered, *_rest) = ask(
            work_in(row),
            [Span(slot.start, slot.end)],
            days=[day],
            notice=timedelta(),
            technician=slot.technician,
            board=board,
        )
        if offered.span != (slot.start, slot.end):
            return None
    if not offered.free:
        return None
    names = dict(Technician.objects.values_list("key", "name"))
    start, end = (row.start, row.end) if slot is None else (slot.start, slot.end)
    return WhatIf(
        technician=names.get(offered.technician, ""),
        planned=_here(offered.planned) if not offered.partner else None,
        start=start.astimezone(zone()),
        end=end.astimezone(zone()),
        tells=(start, end) != (row.start, row.end),
        extra=_minutes(offered.extra),
        saved=_saved(row),
        shifts=() if offered.partner else _shifts(row, offered, names),
    )


def _saved(row: Appointment) -> int:
    """The minutes of travel that the route it leaves is shorter."""
    if row.planned is None:
        return 0
    day, keys = day_of(row.planned), [row.technician.key]
    before, after = (_driven(plan_of([day], only=keys, without=gone)) for gone in ([], [row.pk]))
    return _minutes(before - after)


def _driven(plan: Plan) -> timedelta:
    roads = driving()
    return sum((found.travel for one in plan.routes if (found := schedule(one, roads))), timedelta())


def _shifts(row: Appointment, offered: Offered, names: dict[str, str]) -> tuple[Shift, ...]:
    """Whose visits begin at another time on the routes that it joins and leaves."""
    if offered.planned is None:
        return ()
    found: list[Shift] = []
    joined = {one for one in (offered.technician, offered.second) if one}
    day = day_of(offered.planned)
    for route in routes_of([day], only=joined, without=[row.pk]):
        times = _with(route, row, offered)
        if times is not None:
            found += _moved(*times, names)
    return tuple(sorted(found, key=lambda one: one.becomes))


def _with(route: Route, row: Appointment, offered: Offered) -> tuple[Route, Times, int] | None:
    """The route with the visit in it, where it begins as offered (each order of the rest as it is)."""
    job = replace(work_in(row).job(route.shift.begins_at), promised=offered.span)
    best: tuple[timedelta, Route, Times, int] | None = None
    roads = driving()
    for at in range(len(route.jobs) + 1):
        tried = Route(route.shift, (*route.jobs[:at], job, *route.jobs[at:]))
        times = schedule(tried, roads)
        if times is not None and (best is None or times.travel < best[0]):
            best = (times.travel, tried, times, at)
    return None if best is None else best[1:]


def _moved(route: Route, times: Times, at: int, names: dict[str, str]) -> list[Shift]:
    keys = [int(job.key) for number, job in enumerate(route.jobs) if number != at]
    rows = {one.pk: one for one in Appointment.objects.filter(pk__in=keys)}
    called = customer_names(rows.values())
    found = []
    for number, (job, begin) in enumerate(zip(route.jobs, times.begins, strict=True)):
        if number == at or job.planned is None or abs(begin - job.planned) < timedelta(minutes=1):
            continue
        found.append(
            Shift(
                name=called.get(rows[int(job.key)].customer, rows[int(job.key)].case),
                technician=names.get(route.shift.technician, ""),
                was=job.planned.astimezone(zone()),
                becomes=begin.astimezone(zone()),
            )
        )
    return found


def customer_names(rows: Iterable[Appointment]) -> dict[str, str]:
    """What the customers of these visits are called, by key."""
    keys = {one.customer for one in rows}
    return dict(Customer.objects.filter(key__in=keys).values_list("key", "name"))


_EVER = timedelta(days=1)
"""A promise that is under way already can still be kept by somebody else."""


def _here(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(zone())


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)
