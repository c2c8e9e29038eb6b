"""Appointments that end, and blocks that were agreed: how many there are. (Who gets a place: actions/seats.py.)"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.seats import changed, hold_days, leave
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Appointment, Block, Slot, Technician


def chosen_slot(text: str | None) -> Slot:
    """The block that a form or a telephone names; raises Refused where it names none."""
    slot = Slot.parse(text or "")
    if slot is None:
        raise Refused(_("Choose a time first."), field="block")
    return slot


def close(*, case: str, status: str) -> Appointment | None:
    """The open appointment of a case is over: cancelled (its place is free again) or done (it took place).

    The case is held by who calls this: so nobody gives the visit to somebody else between here and there.
    """
    if status == Appointment.CANCELLED:
        hold_days(Appointment.objects.filter(case=case, status=Appointment.BOOKED).first())
    found = Appointment.objects.select_for_update().filter(case=case, status=Appointment.BOOKED).first()
    if found is None:
        return None
    if status == Appointment.CANCELLED:
        leave(found)
        found.sequence += 1
    else:
        changed(found)
    found.status, found.changed = status, clock.now()
    found.save()
    return found


# -- the planner's side: how much there is ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a wish for blocks: how many are new, were there already, or would overlap one that is there."""

    made: int = 0
    there: int = 0
    overlap: int = 0

    def __add__(self, other: Opened) -> Opened:
        return Opened(self.made + other.made, self.there + other.there, self.overlap + other.overlap)


@transaction.atomic
def open_blocks(
    *,
    actor: Actor,
    technician: Technician,
    days: Iterable[date],
    times: Iterable[tuple[time, time]],
    capacity: int = 1,
) -> Opened:
    """Blocks of this technician on these days at these times (an end before the start is on the next day).

    Those that are there stay as they are, but one that was closed opens again; nobody can be in two places, so a block
    that would overlap another is left out.
    """
    demand(actor, "technicians.change")
    zone = ZoneInfo(settings.TIME_ZONE)
    spans = list(times)
    wanted = [
        (datetime.combine(day, start, zone), datetime.combine(day + timedelta(days=end <= start), end, zone))
        for day in sorted(set(days))
        for start, end in spans
    ]
    if not wanted:
        return Opened()
    Technician.objects.select_for_update().get(pk=technician.pk)  # two planners open one after the other
    around = {"end__gt": min(start for start, _end in wanted), "start__lt": max(end for _start, end in wanted)}
    there = {block.start: block for block in Block.objects.filter(technician=technician, **around)}
    new, again, known, overlap = [], [], 0, 0
    for start, end in wanted:
        old = there.get(start)
        others = (one for one in there.values() if one is not old and one.capacity)
        if old is not None and old.capacity:
            known += 1
        elif any(one.start < end and start < one.end for one in others):
            overlap += 1
        elif old is not None:
            old.end, old.capacity = end, capacity
            again.append(old)
        else:
            there[start] = Block(technician=technician, start=start, end=end, capacity=capacity)
            new.append(there[start])
    Block.objects.bulk_create(new)
    Block.objects.bulk_update(again, ["end", "capacity"])
    return Opened(len(new) + len(again), known, overlap)


@transaction.atomic
def change_capacity(*, actor: Actor, block: int, capacity: int) -> Block:
    """How many customers this block can take; never fewer than have it. 0 closes it (an empty one only)."""
    demand(actor, "technicians.change")
    changed = Block.objects.filter(pk=block, taken__lte=capacity).update(capacity=capacity)
    found = Block.objects.select_related("technician").filter(pk=block).first()
    if found is None:
        raise Refused(_("This block is not there."))
    if not changed:
        raise Refused(
            ngettext(
                "%(count)d appointment is booked in this block. Move it first.",
                "%(count)d appointments are booked in this block. Move them first, or keep room for them.",
                found.taken,
            )
            % {"count": found.taken},
            field="capacity",
        )
    return found


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of a wish to close blocks: how many are closed, and which still have bookings."""

    closed: int
    booked: tuple[Block, ...] = ()


@transaction.atomic
def close_blocks(
    *, actor: Actor, technician: Technician, days: Iterable[date], times: Iterable[tuple[time, time]] = ()
) -> Closed:
    """Close the empty blocks of this technician on these days (ill, on leave); where times are given, only at those."""
    demand(actor, "technicians.change")
    zone = ZoneInfo(settings.TIME_ZONE)
    spans, wanted = list(times), set(days)
    if not wanted:
        return Closed(0)
    first = datetime.combine(min(wanted), time(0), zone)
    last = datetime.combine(max(wanted) + timedelta(days=1), time(0), zone)
    found = [
        block
        for block in Block.objects.filter(
            technician=technician, capacity__gt=0, start__gte=max(first, clock.now()), start__lt=last
        ).order_by("start")
        if (begins := block.start.astimezone(zone)).date() in wanted
        and (not spans or any(start <= begins.time() < end for start, end in spans))
    ]
    keys = [block.pk for block in found]
    closed = Block.objects.filter(pk__in=keys, taken=0).update(capacity=0)
    left = Block.objects.filter(pk__in=keys, capacity__gt=0).select_related("technician").order_by("start")
    return Closed(closed, tuple(left))


def close_block(*, actor: Actor, block: int) -> Block:
    """Nobody can book this block any more; only an empty one. Opening it again is giving it a capacity."""
    return change_capacity(actor=actor, block=block, capacity=0)
