"""Which blocks can be had for a visit, by whom, and why the others cannot.

The routes of all technicians are kept compiled in memory; of each a revision says whether it is still so. An offer is
only an offer: booking looks again at the route itself, while it holds it (actions/seats.py).
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Sum

from loper.plan.board import Board
from loper.plan.model import Offered, Span
from loper.plan.offer import offer
from loper.server import clock
from loper.server.queries.organisation import organisation
from loper.server.queries.roster import blocks_of, middle, midnight, plan_of, planned_by_route, today, zone
from loper.server.queries.work import Work
from loper.server.records.agenda import Absence, Appointment, Block, RouteDay, Slot, Technician
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
    found: dict[date, list[Choice]] = {}
    names = dict(Technician.objects.values_list("key", "name"))
    here = zone()
    for one in offers(work, notice=notice, technician=technician, leaving=leaving):
        if not one.free:
            continue
        start, end = one.span.start.astimezone(here), one.span.end.astimezone(here)
        slot = Slot(start, end, technician)
        choice = Choice(slot, start, end, names.get(one.technician, ""), one.suits, one.extra)
        found.setdefault(start.date(), []).append(choice)
    return [Day(day, tuple(choices)) for day, choices in sorted(found.items())]


def offers(
    work: Work,
    *,
    notice: timedelta | None = None,
    technician: str = "",
    leaving: Appointment | None = None,
    days: Collection[date] = (),
) -> Sequence[Offered]:
    """Every block of the coming days: by whom, at how much extra travel; or why it cannot be had."""
    visits = organisation().visits
    first = today()
    asked = sorted(days) or [first + timedelta(days=ahead) for ahead in range(visits.ahead + 1)]
    spans = [span for day in asked for span in blocks_of(day)]
    return ask(
        work,
        spans,
        days=asked,
        notice=visits.notice if notice is None else notice,
        technician=technician,
        leaving=leaving,
    )


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
    return offer(
        board or BOARDS.of(days, leaving),
        work.job(work.place or middle(planned_by_route())),
        [Span(start.astimezone(here), end.astimezone(here)) for start, end in spans],
        travel(),
        clock.now(),
        notice=notice,
        technicians=frozenset({technician}) if technician else frozenset(),
    )


def board_of(days: Collection[date], *, only: Collection[str] = (), leaving: Appointment | None = None) -> Board:
    """The routes of these days read anew."""
    return Board.of(plan_of(days, only=only, without=[leaving.pk] if leaving is not None else []), travel())


class _Boards:
    """The compiled routes of the coming days, read again where a revision went up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[object, Board] | None = None

    def forget(self) -> None:
        """Read everything again next time."""
        with self._lock:
            self._known = None

    def of(self, days: Sequence[date], leaving: Appointment | None) -> Board:
        stands = self._stands(days)
        with self._lock:
            known = self._known
        if known is None or known[0] != stands:
            known = (stands, board_of(days))
            with self._lock:
                self._known = known
        board = known[1]
        if leaving is not None and leaving.planned is not None:
            touched = {one.key for one in (leaving.technician, leaving.second) if one is not None}
            day = leaving.planned.astimezone(zone()).date()
            for route in plan_of([day], only=touched, without=[leaving.pk]).routes:
                board = board.with_route(route)
        return board

    def _stands(self, days: Sequence[date]) -> object:
        """What must be the same for the compiled routes to hold: who works when, every route, and the minute."""
        first, last = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
        route_days = RouteDay.objects.filter(day__gte=days[0], day__lte=days[-1]).order_by("technician_id", "day")
        visits = Appointment.objects.filter(planned__gte=first, planned__lt=last)
        blocks = Block.objects.filter(start__gte=first, start__lt=last)
        return (
            list(days),
            list(Technician.objects.order_by("pk").values_list(*_WORKING)),
            list(
                Absence.objects.filter(end__gt=first, start__lt=last).order_by("pk").values_list("pk", "start", "end")
            ),
            list(route_days.values_list("technician_id", "day", "revision")),
            visits.aggregate(n=Count("pk"), last=Max("changed"), moves=Sum("sequence")),
            blocks.aggregate(n=Count("pk"), taken=Sum("taken"), capacity=Sum("capacity")),
            clock.now().replace(second=0, microsecond=0),  # today goes on
        )


_WORKING = ("pk", "active", "hours", "lunch", "postcode", "house_number", "lat", "lon", "skills", "van", "area")


BOARDS = _Boards()
