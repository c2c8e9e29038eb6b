"""Who is ill or on leave: written down at once, so that nobody is booked with them; then who takes over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from loper.server import clock
from loper.server.actions.refused import Refused
from loper.server.actions.replanning import for_absence
from loper.server.actions.seats import hold
from loper.server.clock import day_of, midnight, today
from loper.server.permissions import Actor, demand
from loper.server.records.agenda import Absence, Appointment, Block, Technician
from loper.server.records.proposals import Proposal

LONGEST = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class Away:
    """An absence; who takes over (None: there was nothing to take over); blocks closed, and those still booked."""

    absence: Absence
    proposal: Proposal | None = None
    closed: int = 0
    booked: tuple[Appointment, ...] = ()


def whole_days(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first instant of a day to the last of another."""
    return midnight(first), midnight(last + timedelta(days=1))


def ill_today(*, actor: Actor, technician: str) -> Away:
    """Somebody called in sick: the rest of today, in one click."""
    start, end = whole_days(today(), today())
    return report(actor=actor, technician=technician, start=max(start, clock.now()), end=end, why=Absence.SICK)


def report(*, actor: Actor, technician: str, start: datetime, end: datetime, why: str) -> Away:
    """Somebody is away in this span. One that overlaps with another absence becomes one with it.

    It is written down whatever becomes of the proposal. Of who works by agreed blocks the empty ones are closed.
    """
    absence, closed, booked = _write_down(actor, technician, start, end, why)
    proposal = for_absence(actor=actor, absence=absence) if absence.technician.hours else None
    return Away(absence, proposal, closed, booked)


@transaction.atomic
def _write_down(
    actor: Actor, technician: str, start: datetime, end: datetime, why: str
) -> tuple[Absence, int, tuple[Appointment, ...]]:
    demand(actor, "planning")
    found = Technician.objects.select_for_update().filter(key=technician).first()
    if found is None:
        raise Refused(_("This technician is not there."))
    if why not in (Absence.SICK, Absence.LEAVE, Absence.OTHER):
        raise Refused(_("Choose why they are away."), field="why")
    if end <= start:
        raise Refused(_("This is not after the time before it."), field="last")
    if end <= clock.now():
        raise Refused(_("These days are over."), field="last")
    if end - start > LONGEST:
        raise Refused(_("At most a year at a time."), field="last")
    others = list(Absence.objects.filter(technician=found, start__lte=end, end__gte=start))
    if any(one.start <= start and one.end >= end for one in others):
        raise Refused(_("They are away then already."))
    start, end = min([start, *(one.start for one in others)]), max([end, *(one.end for one in others)])
    row = others[0] if others else Absence(technician=found)
    Absence.objects.filter(pk__in=[one.pk for one in others[1:]]).delete()
    row.start, row.end, row.why, row.by, row.at = start, end, why, actor.name, clock.now()
    row.save()
    if found.hours:
        hold(_days(row))
        return row, 0, ()
    blocks = Block.objects.filter(technician=found, start__lt=end, end__gt=max(start, clock.now()), capacity__gt=0)
    closed = blocks.filter(taken=0).update(capacity=0)
    booked = Appointment.objects.filter(status=Appointment.BOOKED, block__in=blocks).order_by("start", "pk")
    return row, closed, tuple(booked)


@transaction.atomic
def take_back(*, actor: Actor, absence: int) -> Technician:
    """They are there after all. Visits that others took over stay with them until that is undone."""
    demand(actor, "planning")
    row = Absence.objects.select_for_update().select_related("technician").filter(pk=absence).first()
    if row is None:
        raise Refused(_("This absence is not there any more."))
    if row.technician.hours:
        hold(_days(row))
    Proposal.objects.filter(absence=row, status=Proposal.WAITING).update(status=Proposal.OLD)
    technician = row.technician
    row.delete()
    return technician


def _days(row: Absence) -> list[tuple[int, date]]:
    """The days of an absence that are still to come."""
    first = max(day_of(row.start), today())
    last = day_of(row.end - timedelta(seconds=1))
    return [(row.technician_id, first + timedelta(days=ahead)) for ahead in range((last - first).days + 1)]
