"""Which blocks can be had for a visit, by whom, and why the others cannot.

The routes of all technicians are kept compiled in memory; of each a revision says whether it is still so. An offer is
only an offer: booking looks again at the route itself, while it holds it (actions/seats.py).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from loper.plan.board import Board
from loper.plan.model import Offered, Plan, Span
from loper.plan.offer import offer
from loper.plan.room import Room, Rooms, make_room
from loper.plan.travel import Crow
from loper.server import clock
from loper.server.clock import day_of, midnight, today, zone
from loper.server.queries.lessons import driving
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import WORKING, agreed, blocks_of, middle, plan_of, planned_by_route, routes_of
from loper.server.queries.work import Work
from loper.server.records.agenda import Absence, Appointment, RouteDay, Slot, Technician


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be chosen. `suits`: it lies well for the routes; `technician` would come, as it stands now."""

    slot: Slot
    start: datetime
    end: datetime
    technician: str
    suits: bool = False
    extra: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    choices: tuple[Choice, ...]


def free_days(
    work: Work, *, notice: timedelta | None = None, technician: str = "", leaving: Appointment | None = None
) -> list[Day]:
    """The days that have a free time for this work, with those times; with `technician` (a key) of theirs alone.

    `leaving`: the appointment that would be given up for it.
    """
    days = coming_days()
    board = BOARDS.of(days, leaving)
    offered = list(offers(work, notice=notice, technician=technician, days=days, board=board))
    if not technician:
        offered = _with_room(offered, work, board)
    found: dict[date, list[Choice]] = {}
    names = dict(Technician.objects.values_list("key", "name"))
    here = zone()
    for one in offered:
        if not one.free:
            continue
        start, end = one.span.start.astimezone(here), one.span.end.astimezone(here)
        slot = Slot(start, end, technician)
        choice = Choice(slot, start, end, names.get(one.technician, ""), one.suits, one.extra)
        found.setdefault(start.date(), []).append(choice)
    return [Day(day, tuple(choices)) for day, choices in sorted(found.items())]


FULL_DAYS = 5
"""On the first so many days, where nothing is free, others are asked to make room: some 40 ms a day that changed."""


def _with_room(offered: list[Offered], work: Work, board: Board) -> list[Offered]:
    """On a day on which nothing is free, the blocks for which others make room."""
    days: dict[date, list[int]] = {}
    for number, one in enumerate(offered):
        days.setdefault(day_of(one.span.start), []).append(number)
    full = [numbers for numbers in days.values() if not any(offered[number].free for number in numbers)]
    job = work.job(work.place or middle(planned_by_route())) if full else None
    for numbers in full[:FULL_DAYS]:
        asked = [number for number in numbers if offered[number].why == "full"]
        rooms = BOARDS.rooms(board, day_of(offered[numbers[0]].span.start)) if asked else None
        if rooms is None or job is None:
            continue
        for number, found in zip(asked, rooms.make(job, [offered[one].span for one in asked]), strict=True):
            offered[number] = found.offered if found is not None else offered[number]
    return offered


def room(slot: Slot, work: Work, plan: Plan) -> Room | None:
    """Whether others can make room for this work in this block of the day of `plan`, each inside their own promise."""
    here = zone()
    block = Span(slot.start.astimezone(here), slot.end.astimezone(here))
    return make_room(plan, work.job(work.place or middle(planned_by_route())), block, driving())


def offers(
    work: Work,
    *,
    notice: timedelta | None = None,
    technician: str = "",
    leaving: Appointment | None = None,
    days: Collection[date] = (),
    board: Board | None = None,
) -> Sequence[Offered]:
    """Every block of the coming days: by whom, at how much extra travel; or why it cannot be had."""
    whose = organisation()
    asked = sorted(days) or coming_days()
    spans = [span for day in asked for span in blocks_of(day, whose)]
    return ask(
        work,
        spans,
        days=asked,
        notice=whose.visits.notice if notice is None else notice,
        technician=technician,
        leaving=leaving,
        board=board,
    )


def coming_days() -> list[date]:
    """The days on which customers can choose a block."""
    first = today()
    return [first + timedelta(days=ahead) for ahead in range(organisation().visits.ahead + 1)]


def ask(
    work: Work,
    spans: Sequence[Span],
    *,
    days: Sequence[date],
    notice: timedelta,
    technician: str = "",
    leaving: Appointment | None = None,
    board: Board | None = None,
) -> Sequence[Offered]:
    """These blocks, on the routes of these days."""
    here, board = zone(), board or BOARDS.of(days, leaving)
    found = offer(
        board,
        work.job(work.place or middle(planned_by_route())),
        [Span(start.astimezone(here), end.astimezone(here)) for start, end in spans],
        board.travel,
        clock.now(),
        notice=notice,
        technicians=frozenset({technician}) if technician else frozenset(),
    )
    # Co-makers bring their own material, but not a part that was ordered for this case.
    return [
        Offered(span=one.span, why="material") if one.partner and work.too_soon(one.span.start.date()) else one
        for one in found
    ]


def board_of(days: Collection[date], *, only: Collection[str] = (), leaving: Appointment | None = None) -> Board:
    """The routes of these days read anew."""
    return Board.of(plan_of(days, only=only, without=[leaving.pk] if leaving is not None else []), driving())


class _Boards:
    """The compiled routes of the coming days; what changed of them is read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stands: dict[date, _Stand] = {}
        self._board = Board({}, (), Crow())
        self._rooms: dict[date, Rooms] = {}

    def forget(self) -> None:
        """Read everything again next time."""
        with self._lock:
            self._stands = {}

    def of(self, days: Sequence[date], leaving: Appointment | None) -> Board:
        """The routes of these days; without the appointment that would be given up."""
        if connection.in_atomic_block:  # what is not committed may never be: nobody else may see it
            return board_of(days, leaving=leaving)
        stands, roads = _stands(days), driving()
        with self._lock:
            if self._board.travel is not roads:
                self._stands, self._board = {}, Board({}, (), roads)
            self._board = self._read(days, stands)
            self._stands = {day: stand for day, stand in {**self._stands, **stands}.items() if day >= days[0]}
            board = self._board
        if leaving is not None and leaving.planned is not None:
            touched = {one.key for one in (leaving.technician, leaving.second) if one is not None}
            day = day_of(leaving.planned)
            for route in routes_of([day], only=touched, without=[leaving.pk]):
                board = board.with_route(route)
        return board

    def _read(self, days: Sequence[date], stands: Mapping[date, _Stand]) -> Board:
        """The board as it stands: days of which all may be other read anew, of others the routes that changed."""
        old = self._stands
        anew = [day for day in days if day not in old or old[day].all != stands[day].all]
        past = [day for day in old if day < days[0]]
        board = self._board.with_plan(Plan(routes_of(anew), agreed(days)), [*anew, *past])
        for day in days:
            if day not in anew and (whose := stands[day].changed(old[day])):
                for route in routes_of([day], only=whose):
                    board = board.with_route(route)
        return board

    def rooms(self, board: Board, day: date) -> Rooms | None:
        """Who can make room on this day; None where nobody works. Kept as long as the day stands."""
        columns, known = board.of_day(day), self._rooms.get(day)
        if columns is None:
            return None
        if known is None or known.columns is not columns:
            known = Rooms(columns, board.travel)
            if self._board.of_day(day) is columns:  # a board without somebody's own visit is theirs alone
                self._rooms = {one: rooms for one, rooms in self._rooms.items() if one >= today()} | {day: known}
        return known


@dataclass(frozen=True, slots=True)
class _Stand:
    """What must be the same for the compiled routes of a day to hold.

    Whoever changes a route holds its RouteDay, so its revision says it (actions/seats.py).
    """

    all: object  # who works when, the blocks; of today, the minute
    revisions: Mapping[str, int]  # of each route

    def changed(self, before: _Stand) -> list[str]:
        """Whose route is another one than it was."""
        return [key for key, number in self.revisions.items() if before.revisions.get(key) != number]


def _stands(days: Sequence[date]) -> dict[date, _Stand]:
    """How these days stand."""
    first, last = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
    working = list(Technician.objects.filter(active=True).order_by("pk").values_list("pk", *WORKING))
    away = list(Absence.objects.filter(end__gt=first, start__lt=last).order_by("pk").values_list("pk", "start", "end"))
    revisions: dict[date, dict[str, int]] = {}
    rows = RouteDay.objects.filter(day__gte=days[0], day__lte=days[-1])
    for day, technician, revision in rows.values_list("day", "technician__key", "revision"):
        revisions.setdefault(day, {})[technician] = revision
    now, here = clock.now().replace(second=0, microsecond=0), today()
    visits = organisation().visits
    return {day: _Stand((working, away, visits, now if day == here else None), revisions.get(day, {})) for day in days}


BOARDS = _Boards()
