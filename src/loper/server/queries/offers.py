"""Which blocks can be had for a visit, by whom, and why the others cannot.

The routes of all technicians are kept compiled in memory; of each a revision says whether it is still so. An offer is
only an offer: booking looks again at the route itself, while it holds it (actions/seats.py).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from loper.plan.board import Board
from loper.plan.model import Offered, Plan, Span
from loper.plan.offer import offer
from loper.plan.solve import Solved, make_room
from loper.plan.travel import Crow
from loper.server import clock
from loper.server.clock import day_of, midnight, today, zone
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import WORKING, agreed, blocks_of, middle, plan_of, planned_by_route, routes_of
from loper.server.queries.work import Work
from loper.server.records.agenda import Absence, Appointment, RouteDay, Slot, Technician
from loper.server.roads import travel


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


FULL_DAYS, SOLVES = 5, 3
"""On the first so many days, where nothing is free, others are asked to make room; so often in all (0.1 s each)."""


def _with_room(offered: list[Offered], work: Work, board: Board) -> list[Offered]:
    """On a day on which nothing is free, a block for which others make room."""
    left = SOLVES
    days: dict[date, list[int]] = {}
    for number, one in enumerate(offered):
        days.setdefault(day_of(one.span.start), []).append(number)
    for day, numbers in list(days.items())[:FULL_DAYS]:
        if any(offered[number].free for number in numbers):
            continue
        for number in numbers:
            if left and offered[number].why == "full":
                left -= 1
                solved = room(Slot(*offered[number].span), work, board.plan_of_day(day))
                if solved is not None:
                    offered[number] = solved.offered
                    break
    return offered


def room(slot: Slot, work: Work, plan: Plan) -> Solved | None:
    """Whether others can make room for this work in this block of the day of `plan`, each inside their own promise."""
    here = zone()
    block = Span(slot.start.astimezone(here), slot.end.astimezone(here))
    job = work.job(work.place or middle(planned_by_route()))
    return make_room(plan, job, block, travel(), clock.now())


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
    here = zone()
    found = offer(
        board or BOARDS.of(days, leaving),
        work.job(work.place or middle(planned_by_route())),
        [Span(start.astimezone(here), end.astimezone(here)) for start, end in spans],
        travel(),
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
    return Board.of(plan_of(days, only=only, without=[leaving.pk] if leaving is not None else []), travel())


class _Boards:
    """The compiled routes of the coming days; a day is read again when something of it changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stands: dict[date, object] = {}
        self._board = Board({}, (), Crow())

    def forget(self) -> None:
        """Read everything again next time."""
        with self._lock:
            self._stands = {}

    def of(self, days: Sequence[date], leaving: Appointment | None) -> Board:
        """The routes of these days; without the appointment that would be given up."""
        if connection.in_atomic_block:  # what is not committed may never be: nobody else may see it
            return board_of(days, leaving=leaving)
        stands = _stands(days)
        with self._lock:
            if self._board.travel is not travel():
                self._stands, self._board = {}, Board({}, (), travel())
            changed = [day for day in days if self._stands.get(day) != stands[day]]
            routes = routes_of(changed)
            past = [day for day in self._stands if day < days[0]]
            self._board = self._board.with_plan(Plan(routes, agreed(days)), [*changed, *past])
            self._stands = {day: stand for day, stand in {**self._stands, **stands}.items() if day not in past}
            board = self._board
        if leaving is not None and leaving.planned is not None:
            touched = {one.key for one in (leaving.technician, leaving.second) if one is not None}
            day = day_of(leaving.planned)
            for route in routes_of([day], only=touched, without=[leaving.pk]):
                board = board.with_route(route)
        return board


def _stands(days: Sequence[date]) -> dict[date, object]:
    """By day, what must be the same for its compiled routes to hold: who works when, every route; of today, the minute.

    Whoever changes a route holds its RouteDay, so its revision says it (actions/seats.py).
    """
    first, last = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
    working = list(Technician.objects.filter(active=True).order_by("pk").values_list("pk", *WORKING))
    away = list(Absence.objects.filter(end__gt=first, start__lt=last).order_by("pk").values_list("pk", "start", "end"))
    revisions: dict[date, list[object]] = {}
    rows = RouteDay.objects.filter(day__gte=days[0], day__lte=days[-1]).order_by("technician_id")
    for day, technician, revision in rows.values_list("day", "technician_id", "revision"):
        revisions.setdefault(day, []).append((technician, revision))
    now, here = clock.now().replace(second=0, microsecond=0), today()
    visits = organisation().visits
    return {day: (working, away, visits, revisions.get(day), now if day == here else None) for day in days}


BOARDS = _Boards()
