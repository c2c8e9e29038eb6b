"""Blocks of time given out: never one more than there is, however many ask at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Appointment, Block, Technician


def take(block_id: int) -> Block:
    """One place in this block, by compare-and-set; raises Refused when somebody was first or the block has begun."""
    now = clock.now()
    taken = Block.objects.filter(pk=block_id, taken__lt=F("capacity"), start__gt=now, technician__active=True).update(
        taken=F("taken") + 1
    )
    if not taken:
        raise Refused(_("Someone else has just taken this time. Please choose another."), field="block")
    return Block.objects.select_related("technician").get(pk=block_id)


def give_back(block_id: int | None) -> None:
    """The place is free for somebody else."""
    if block_id is not None:
        Block.objects.filter(pk=block_id, taken__gt=0).update(taken=F("taken") - 1)


def place(*, case: str, customer: str, block_id: int) -> Appointment:
    """The appointment of a case in this block: a new one, or the open one moved (same UID, next SEQUENCE).

    Runs inside the caller's transaction; the database itself refuses a second open appointment of a case.
    """
    block = take(block_id)
    found = Appointment.objects.select_for_update().filter(case=case, status=Appointment.BOOKED).first()
    if found is None:
        return Appointment.objects.create(
            case=case,
            customer=customer,
            technician=block.technician,
            block=block,
            start=block.start,
            end=block.end,
            changed=clock.now(),
        )
    give_back(found.block_id)
    found.block, found.technician = block, block.technician
    found.start, found.end = block.start, block.end
    found.sequence += 1
    found.changed = clock.now()
    found.save()
    return found


def close(*, case: str, status: str) -> Appointment | None:
    """The open appointment of a case is over: cancelled (its place is free again) or done (it took place)."""
    found = Appointment.objects.select_for_update().filter(case=case, status=Appointment.BOOKED).first()
    if found is None:
        return None
    if status == Appointment.CANCELLED:
        give_back(found.block_id)
        found.sequence += 1
    found.status, found.changed = status, clock.now()
    found.save()
    return found


@transaction.atomic
def open_blocks(
    *,
    actor: Actor,
    technician: Technician,
    days: Iterable[date],
    times: Iterable[tuple[time, time]],
    capacity: int = 1,
) -> int:
    """Blocks of this technician on these days at these times; those that are there stay as they are."""
    demand(actor, "technicians.change")
    zone = ZoneInfo(settings.TIME_ZONE)
    made = 0
    spans = list(times)
    for day in days:
        for start, end in spans:
            begins = datetime.combine(day, start, zone)
            ends = datetime.combine(day if end > start else day + timedelta(days=1), end, zone)
            _block, new = Block.objects.get_or_create(
                technician=technician, start=begins, defaults={"end": ends, "capacity": capacity}
            )
            made += new
    return made
