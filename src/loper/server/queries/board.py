"""The board of a day: each technician's route with its times, what is in danger, and where there is room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.utils.translation import get_language

from loper.plan.model import Place, Route, Shift, Span, Travel
from loper.plan.schedule import Times, schedule
from loper.server import clock
from loper.server.clock import day_of, midnight, zone
from loper.server.queries.lessons import driving
from loper.server.queries.roster import routes_of
from loper.server.queries.work import kind_words, where, work_in
from loper.server.records.agenda import Absence, Appointment, Technician
from loper.server.records.customers import Customer


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A visit on the board. `expected` is when it would begin as things go; `late`: after its promise."""

    pk: int
    case: str
    sequence: int
    name: str
    address: str
    phone: str
    what: str
    start: datetime
    end: datetime
    planned: datetime | None
    expected: datetime | None
    minutes: int
    drive: int | None  # minutes of travel to it
    late: bool
    done: bool
    pinned: bool
    together: str  # who comes along, of a visit for two
    place: Place | None

    @property
    def movable(self) -> bool:
        return not self.done


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A technician's day. `room`: minutes without work, travel or pause; None where they work by agreed blocks."""

    technician: Technician
    stops: tuple[Stop, ...]
    start: datetime | None
    end: datetime | None
    home: Place | None
    drive: int
    room: int | None
    over: datetime | None  # when the day is over as things go, where that is after its end
    away: tuple[Absence, ...]
    works: bool

    @property
    def late(self) -> tuple[Stop, ...]:
        return tuple(one for one in self.stops if one.late)

    @property
    def free(self) -> str:
        """The room, as `2:15`."""
        return "" if self.room is None else f"{self.room // 60}:{self.room % 60:02}"

    @property
    def nobody(self) -> bool:
        """Visits stand here while the technician is away the whole day."""
        return not self.works and bool(self.technician.hours) and any(one.movable for one in self.stops)


@dataclass(frozen=True, slots=True)
class DayBoard:
    day: date
    lanes: tuple[Lane, ...]

    @property
    def danger(self) -> tuple[tuple[Lane, Stop], ...]:
        """Promises that are not kept as things go, the first one first."""
        found = [
            (lane, stop) for lane in self.lanes for stop in lane.stops if stop.late or (lane.nobody and stop.movable)
        ]
        return tuple(sorted(found, key=lambda one: one[1].start))

    @property
    def visits(self) -> int:
        return sum(len(lane.stops) for lane in self.lanes)

    @property
    def drive(self) -> int:
        return sum(lane.drive for lane in self.lanes)


def board(day: date) -> DayBoard:
    """Everybody who works on this day, or is away, or has visits; by name."""
    first, last = midnight(day), midnight(day + timedelta(days=1))
    rows = list(
        Appointment.objects.filter(start__lt=last, end__gt=first)
        .exclude(status=Appointment.CANCELLED)
        .select_related("technician", "second")
        .order_by("planned", "start", "pk")
    )
    rows = [row for row in rows if day_of(row.planned or row.start) == day]
    by_technician: dict[int, list[Appointment]] = {}
    for row in rows:
        for pk in {row.technician_id, row.second_id} - {None}:
            by_technician.setdefault(pk or 0, []).append(row)
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(start__lt=last, end__gt=first).order_by("start"):
        away.setdefault(absence.technician_id, []).append(absence)
    routes = {route.shift.technician: route for route in routes_of([day])}
    shown = _Shown(rows)
    lanes = []
    for one in Technician.objects.order_by("name", "pk"):
        theirs = by_technician.get(one.pk, [])
        if theirs or (one.active and (one.key in routes or one.pk in away)):
            lanes.append(_lane(one, theirs, routes.get(one.key), away.get(one.pk, ()), shown))
    return DayBoard(day, tuple(lanes))


class _Shown:
    """What the board says of visits besides their row, read at once."""

    def __init__(self, rows: Sequence[Appointment]) -> None:
        keys = {row.customer for row in rows}
        customers = Customer.objects.select_related("home").prefetch_related("addresses").filter(key__in=keys)
        self.customers = {one.key: one for one in customers}
        self.roads = driving()
        self.kinds = kind_words({row.kind for row in rows}, get_language() or settings.LANGUAGE_CODE)


def _lane(
    technician: Technician, rows: Sequence[Appointment], route: Route | None, away: Sequence[Absence], shown: _Shown
) -> Lane:
    times = forecast(route, shown.roads) if route is not None else None
    expected = {int(job.key): at for job, at in zip(route.jobs, times.begins, strict=True)} if route and times else {}
    home = where(technician) if technician.hours else None
    drives = _drives(home, rows, shown.roads) if technician.hours else {}
    shift = route.shift if route else None
    worked = sum((timedelta(minutes=row.minutes) for row in rows if row.status == Appointment.BOOKED), timedelta())
    return Lane(
        technician=technician,
        stops=tuple(_stop(row, technician, expected.get(row.pk), drives.get(row.pk), shown) for row in rows),
        start=shift.start.astimezone(zone()) if shift else None,
        end=shift.end.astimezone(zone()) if shift else None,
        home=home,
        drive=_minutes(times.travel) if times else 0,
        room=_room(shift, worked, times) if shift else None,
        over=times.over.astimezone(zone()) if shift and times and times.over > shift.end else None,
        away=tuple(away),
        works=route is not None or not technician.hours,
    )


def forecast(route: Route, roads: Travel) -> Times | None:
    """When the visits would begin as things go, also where that is too late for a promise or the end of the day."""
    held = schedule(route, roads)
    if held is not None:
        return held
    far = route.shift.end + timedelta(hours=24)
    jobs = tuple(
        replace(job, fixed=False, promised=Span(job.promised.start, far) if job.promised else None)
        for job in route.jobs
    )
    shift = replace(route.shift, end=far, pauses=tuple(replace(one, latest=far) for one in route.shift.pauses))
    return schedule(Route(shift, jobs), roads)


def _stop(
    row: Appointment, technician: Technician, expected: datetime | None, drive: int | None, shown: _Shown
) -> Stop:
    customer = shown.customers.get(row.customer)
    done = row.status == Appointment.DONE
    mate = row.second if row.second_id != technician.pk else row.technician
    return Stop(
        pk=row.pk,
        case=row.case,
        sequence=row.sequence,
        name=customer.name if customer else "",
        address=str(customer.home) if customer and customer.home else "",
        phone=phone_of(customer),
        what=shown.kinds.get(row.kind, row.kind.replace("_", " ")),
        start=row.start.astimezone(zone()),
        end=row.end.astimezone(zone()),
        planned=row.planned.astimezone(zone()) if row.planned else None,
        expected=expected.astimezone(zone()) if expected else None,
        minutes=row.minutes,
        drive=drive,
        late=not done and (expected > row.end if expected else bool(row.planned) and row.end < clock.now()),
        done=done,
        pinned=row.pinned,
        together=mate.name if mate else "",
        place=work_in(row).place,
    )


def _drives(home: Place | None, rows: Iterable[Appointment], roads: Travel) -> dict[int, int]:
    """Minutes of travel to each visit from the one before, or from home."""
    stops = [(row.pk, place) for row in rows if row.planned is not None and (place := work_in(row).place) is not None]
    along = [(0, home), *stops] if home else stops
    found = {}
    for (_before, a), (pk, b) in pairwise(along):
        found[pk] = round(int(roads.seconds([a], [b])[0, 0]) / 60)
    return found


def _room(shift: Shift, worked: timedelta, times: Times | None) -> int:
    paused = sum((one.lasts for one in shift.pauses), timedelta())
    free = shift.end - shift.start - paused - worked - (times.travel if times else timedelta())
    return max(0, _minutes(free))


def phone_of(customer: Customer | None) -> str:
    """A number to call, if one is known."""
    known = customer.addresses.all() if customer else ()
    return next((one.value for one in known if one.channel in ("phone", "sms")), "")


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)
