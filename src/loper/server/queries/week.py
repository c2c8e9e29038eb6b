"""The planner's calendar: a week of blocks by technician, who is booked where, and where there is still a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from loper.server import clock
from loper.server.clock import day_of, midnight
from loper.server.queries.agenda import able
from loper.server.records.agenda import Appointment, Block, Slot, Technician
from loper.server.records.customers import Customer


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """An appointment, and whose it is. `movable`: it is still to come about."""

    pk: int
    case: str
    name: str
    address: str
    start: datetime
    end: datetime
    sequence: int
    movable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockView:
    """A block with its bookings; `capacity` 0: closed."""

    pk: int
    technician: Technician
    start: datetime
    end: datetime
    capacity: int
    taken: int
    past: bool
    bookings: tuple[Booking, ...]

    @property
    def slot(self) -> Slot:
        """This block as one chooses it."""
        return Slot(self.start, self.end, self.technician.key)

    @property
    def free(self) -> int:
        return 0 if self.past else max(0, self.capacity - self.taken)

    @property
    def closed(self) -> bool:
        return self.capacity == 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A technician's day; `loose` are appointments outside any block."""

    day: date
    blocks: tuple[BlockView, ...]
    loose: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class Row:
    technician: Technician
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    monday: date
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    free: tuple[int, ...]  # places by day, over all technicians shown

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def empty(self) -> bool:
        works = any(row.technician.hours for row in self.rows)
        return not works and not any(cell.blocks or cell.loose for row in self.rows for cell in row.cells)

    @property
    def blocks(self) -> bool:
        """Whether there are blocks at all; who is planned by route has none."""
        return any(cell.blocks for row in self.rows for cell in row.cells)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def technicians() -> list[Technician]:
    """Those who work now, by name."""
    return list(Technician.objects.filter(active=True).order_by("name", "pk"))


def week(monday: date, technician: str = "") -> Week:
    """The week of this Monday: of one technician, or of all who work or are still booked; without an empty weekend."""
    begin = midnight(monday)
    end = midnight(monday + timedelta(days=7))
    blocks = _blocks(Block.objects.filter(start__gte=begin, start__lt=end))
    loose = Appointment.objects.filter(start__gte=begin, start__lt=end, block=None).exclude(
        status=Appointment.CANCELLED
    )
    found: dict[tuple[int, date], list[BlockView]] = {}
    for block in blocks:
        found.setdefault((block.technician.pk, day_of(block.start)), []).append(block)
    outside: dict[tuple[int, date], list[Booking]] = {}
    for row in loose.select_related("technician").order_by("start"):
        outside.setdefault((row.technician.pk, day_of(row.start)), []).extend(_bookings([row]))
    busy = {pk for pk, _when in (*found, *outside)}
    people = [one for one in Technician.objects.order_by("name", "pk") if one.active or one.pk in busy]
    if technician:
        people = [one for one in people if one.key == technician]
    used = {day for _pk, day in (*found, *outside)}
    days = tuple(
        day for day in (monday + timedelta(days=number) for number in range(7)) if day.weekday() < 5 or day in used
    )
    rows = tuple(
        Row(
            one,
            tuple(
                Cell(day, tuple(found.get((one.pk, day), ())), tuple(outside.get((one.pk, day), ()))) for day in days
            ),
        )
        for one in people
    )
    free = tuple(sum(block.free for row in rows for block in row.cells[number].blocks) for number in range(len(days)))
    return Week(monday=monday, days=days, rows=rows, free=free)


def block(pk: int) -> BlockView | None:
    """One block, with who is booked in it."""
    found = _blocks(Block.objects.filter(pk=pk))
    return found[0] if found else None


def booking(pk: int) -> tuple[Booking, Appointment] | None:
    """One appointment that can still be moved."""
    row = Appointment.objects.select_related("technician").filter(pk=pk, status=Appointment.BOOKED).first()
    return None if row is None else (_bookings([row])[0], row)


@dataclass(frozen=True, slots=True)
class Places:
    """A day and its blocks that still have a place, each with its technician."""

    day: date
    blocks: tuple[BlockView, ...]


def places(skill: str = "", days: int = 28) -> list[Places]:
    """Where a visit that asks for this skill can go, day by day."""
    now = clock.now()
    rows = Block.objects.filter(
        start__gt=now, start__lt=now + timedelta(days=days), taken__lt=F("capacity"), technician__active=True
    )
    found: dict[date, list[BlockView]] = {}
    for one in _blocks(rows):
        if able(one.technician.skills, skill):
            found.setdefault(day_of(one.start), []).append(one)
    return [Places(day, tuple(blocks)) for day, blocks in found.items()]


def _blocks(rows: QuerySet[Block]) -> list[BlockView]:
    blocks = list(rows.select_related("technician").order_by("start", "technician__name", "pk"))
    appointments = Appointment.objects.filter(block__in=[one.pk for one in blocks]).exclude(
        status=Appointment.CANCELLED
    )
    inside: dict[int, list[Appointment]] = {}
    for row in appointments.order_by("changed", "pk"):
        inside.setdefault(row.block_id or 0, []).append(row)
    booked = {one.pk: one for one in _bookings([row for rows in inside.values() for row in rows])}
    now = clock.now()
    return [
        BlockView(
            pk=one.pk,
            technician=one.technician,
            start=one.start,
            end=one.end,
            capacity=one.capacity,
            taken=one.taken,
            past=one.start <= now,
            bookings=tuple(booked[row.pk] for row in inside.get(one.pk, ())),
        )
        for one in blocks
    ]


def _bookings(rows: Sequence[Appointment]) -> list[Booking]:
    customers = _customers(row.customer for row in rows)
    found = []
    for row in rows:
        customer = customers.get(row.customer)
        found.append(
            Booking(
                pk=row.pk,
                case=row.case,
                name=customer.name if customer else "",
                address=str(customer.home) if customer and customer.home else "",
                start=row.start,
                end=row.end,
                sequence=row.sequence,
                movable=row.status == Appointment.BOOKED,
            )
        )
    return found


def _customers(keys: Iterable[str]) -> dict[str, Customer]:
    return {one.key: one for one in Customer.objects.select_related("home").filter(key__in=set(keys))}
